"""What a channel received, written down before it is acknowledged, so that a crash loses nothing
and a second delivery of the same thing does nothing.

A row is worked on by whoever holds its lease. `sending` is set right before the answer goes out:
whoever takes over a row in that state knows that the answer may have been seen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Literal

from sqlalchemy import Connection, Dialect, Update, bindparam, delete, or_, select, update

from core.errors import SourceUnavailable
from core.store.compiled_insert import CompiledInsert
from core.store.group_commit import GroupCommit
from core.store.schema import inbox

KEPT = timedelta(days=2)
Ending = Literal["done", "unknown", "failed"]
_OPEN = ("working", "sending")
_HELD = (
    update(inbox)
    .where(inbox.c.key == bindparam("held"), inbox.c.attempt == bindparam("as"))
    .where(or_(*(inbox.c.state == state for state in _OPEN)))
)
# Made once: to put such a statement together takes longer than to carry it out.
_EXTEND = _HELD.values(lease_until=bindparam("until"))
_SENDING = _HELD.values(state="sending", lease_until=bindparam("until"))
_FINISH = _HELD.values(state=bindparam("ending"), payload=None)


@dataclass(frozen=True, slots=True)
class Claim:
    """A received thing to be worked on. `maybe_sent`: an earlier attempt had begun to answer."""

    key: str
    payload: Mapping[str, Any]
    received_at: datetime
    attempt: int = 1
    maybe_sent: bool = False


class Inbox:
    """Rows of all channels; one per process, on the store's database. `until` is when a lease ends.

    Every method raises SourceUnavailable where the database does not answer.
    """

    def __init__(self, writes: GroupCommit, dialect: Dialect) -> None:
        self._writes = writes
        self._dialect = dialect
        self._late: set[asyncio.Task[None]] = set()

    @cached_property
    def _insert(self) -> CompiledInsert:
        return CompiledInsert(inbox, self._dialect)

    async def receive(
        self, channel: str, key: str, payload: Mapping[str, Any], at: datetime, until: datetime
    ) -> Claim | None:
        """The claim on it, None where it was received before. Who stops waiting for it has not
        received it: a row that is written too late is taken back."""
        row = {
            "key": key,
            "channel": channel,
            "payload": payload,
            "state": "working",
            "attempt": 1,
            "received_at": at,
            "lease_until": until,
        }
        written = False

        def insert(connection: Connection) -> None:
            nonlocal written
            written = self._insert(connection, row)

        def take_back(connection: Connection) -> None:
            if written:
                own = (inbox.c.key == key, inbox.c.attempt == 1, inbox.c.state == "working")
                connection.execute(delete(inbox).where(*own))

        try:
            await self._writes.run(insert)
        except asyncio.CancelledError:
            task = asyncio.create_task(self._quietly(take_back))
            self._late.add(task)
            task.add_done_callback(self._late.discard)
            raise
        return Claim(key, payload, at) if written else None

    async def _quietly(self, work: Callable[[Connection], None]) -> None:
        with suppress(SourceUnavailable):  # then nothing was written either
            await self._writes.run(work)

    async def sending(self, claim: Claim, until: datetime) -> bool:
        """Marks that the answer goes out now; False where another process has taken over."""
        return await self._set(claim, _SENDING, until=until)

    async def finish(self, claim: Claim, ending: Ending) -> bool:
        """Ends the work; False where another process has taken over."""
        return await self._set(claim, _FINISH, ending=ending)

    async def hand_back(self, claim: Claim, at: datetime) -> bool:
        """Leaves the rest to whoever looks next, at once."""
        return await self._set(claim, _EXTEND, until=at)

    async def extend(self, claims: Iterable[Claim], until: datetime) -> None:
        """Keeps the leases of what is still being worked on, and of nothing that was taken over."""
        held = [{"held": c.key, "as": c.attempt, "until": until} for c in claims]
        if held:
            await self._writes.run(lambda c: c.execute(_EXTEND, held))

    async def take_over(self, channel: str, at: datetime, until: datetime) -> Claim | None:
        """The longest waiting row whose lease ran out, as this process's own; None if there is
        none. One conditional statement, so that two processes never take the same."""
        open_ = inbox.c.state.in_(_OPEN) & (inbox.c.lease_until <= at)
        oldest = (
            select(inbox.c.key)
            .where(inbox.c.channel == channel, open_)
            .order_by(inbox.c.received_at)
            .limit(1)
        )
        if self._dialect.name != "sqlite":
            oldest = oldest.with_for_update(skip_locked=True)
        statement = (
            update(inbox)
            .where(inbox.c.key.in_(oldest.scalar_subquery()), open_)
            .values(attempt=inbox.c.attempt + 1, lease_until=until)
            .returning(inbox)
        )

        def take(connection: Connection) -> Claim | None:
            row = connection.execute(statement).one_or_none()
            if row is None:
                return None
            return Claim(row.key, row.payload, row.received_at, row.attempt, row.state == "sending")

        return await self._writes.run(take)

    async def prune(self, before: datetime) -> int:
        """Forgets what was received before; how many rows."""
        statement = delete(inbox).where(inbox.c.received_at < before)
        return await self._writes.run(lambda c: c.execute(statement).rowcount)

    async def _set(self, claim: Claim, statement: Update, **values: object) -> bool:
        given = {"held": claim.key, "as": claim.attempt, **values}
        return await self._writes.run(lambda c: c.execute(statement, given).rowcount == 1)
