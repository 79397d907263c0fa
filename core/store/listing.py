"""The outbox as an administrator sees it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, func, select, update

from core.store.delivery_tables import STATES, deliveries
from core.store.places import Run

_WORST_FIRST = case(
    {state: n for n, state in enumerate(("dead", "unknown", "sending", "waiting"))},
    value=deliveries.c.state,
    else_=len(STATES),
)


@dataclass(frozen=True, slots=True)
class Listed:
    """`place` is the channel and its own address."""

    id: str
    state: str
    place: str
    kind: str
    command: str
    due_at: datetime
    attempt: int
    problem: str


class Listing:
    """Every method raises SourceUnavailable where the database does not answer."""

    def __init__(self, read: Run[Any]) -> None:
        self._read = read

    async def counts(self) -> Mapping[str, int]:
        """How many there are in each state."""
        counted = select(deliveries.c.state, func.count()).group_by(deliveries.c.state)
        rows = await self._read(lambda c: c.execute(counted).all())
        return {row[0]: row[1] for row in rows}

    async def of(self, states: Collection[str], most: int) -> tuple[Listed, ...]:
        """Those in these states: dead letters first, then the oldest."""
        statement = (
            select(deliveries)
            .where(deliveries.c.state.in_(states))
            .order_by(_WORST_FIRST, deliveries.c.due_at, deliveries.c.id)
            .limit(most)
        )
        rows = await self._read(lambda c: c.execute(statement).all())
        return tuple(
            Listed(r.id, r.state, r.place, r.kind, r.command, r.due_at, r.attempt, r.problem or "")
            for r in rows
        )


def resend_one(connection: Connection, id: str, at: datetime) -> bool:
    """Lets one that is dead or unknown be sent as if it never had been: who says so has looked.
    False where there is none of that id."""
    statement = (
        update(deliveries)
        .where(deliveries.c.id == id, deliveries.c.state.in_(("dead", "unknown")))
        .values(
            state="waiting",
            begun=False,
            failures=0,
            problem=None,
            next_at=None,
            until=None,
            # From now on counts for how long it is tried.
            due_at=at,
        )
    )
    return connection.execute(statement).rowcount == 1
