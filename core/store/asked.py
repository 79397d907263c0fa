"""What people asked before: enough of each answer to choose by, without the answer itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select

from core.domain.periods import Interval
from core.store.schema import answers

_COLUMNS = (
    answers.c.id,
    answers.c.asked_at,
    answers.c.place_key,
    answers.c.question,
    answers.c.tool,
    answers.c.answer["args"].label("args"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was answered. `args` are the tool's arguments as they were understood."""

    id: str
    asked_at: datetime
    place_key: str
    question: str
    tool: str
    args: Mapping[str, Any]

    @property
    def assets(self) -> tuple[str, ...]:
        """Ids of what it was about."""
        given = self.args.get("assets")
        return tuple(map(str, given)) if isinstance(given, list) else ()

    @property
    def interval(self) -> Interval | None:
        """The time that it was about."""
        given = self.args.get("period")
        if not isinstance(given, Mapping):
            return None
        return Interval(*(datetime.fromisoformat(given[name]) for name in ("start", "end")))


def newest(user_id: str, most: int | None) -> Select[Any]:
    """The person's questions, the newest first."""
    own = select(*_COLUMNS).where(answers.c.user_id == user_id)
    return own.order_by(answers.c.asked_at.desc(), answers.c.id).limit(most)


def asked(row: Row[Any]) -> Asked:
    values = dict(row._mapping)
    return Asked(**values | {"tool": values["tool"] or "", "args": values["args"] or {}})


def place_of(place_key: str, user_id: str) -> str:
    """The place of an answer without its thread; "" where it was given privately."""
    return "" if place_key.endswith(f"|{user_id}") else place_key.rpartition("|")[0]
