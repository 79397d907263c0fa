"""What comes to a place by itself, as a form: what it offers, and the command that it becomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.answer import Answer


@dataclass(frozen=True, slots=True)
class Form:
    """What the form offers, keys with labels, and what is chosen; `id` is that of the subscription
    which is changed, "" for a new one."""

    id: str = ""
    places: Mapping[str, str] = field(default_factory=dict)
    chosen: tuple[str, ...] = ()
    kinds: Mapping[str, str] = field(default_factory=dict)
    chosen_kinds: tuple[str, ...] = ()


def form_in(answer: Answer) -> Form | None:
    """The form that an answer carries, None for one without."""
    given: Any = answer.args.get("form")
    if given is None:
        return None
    return Form(
        given["id"],
        given["places"],
        tuple(given["chosen"]),
        given["kinds"],
        tuple(given["chosen_kinds"]),
    )


def chosen(id: str, places: Sequence[str], kinds: Sequence[str]) -> str:
    """The command that says what was chosen in the form; nothing chosen is nothing to come."""
    if not kinds:
        return f"/andon unsubscribe {id}" if id else "/andon list"
    named = ",".join((*places, *kinds))
    return f"/andon change {id} {named}" if id else f"/andon subscribe {named}"
