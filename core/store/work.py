"""What people do: actions that are tracked, handovers that are signed, notes for the next shift.

A change names the version it was made from: where another was faster nothing is written. `also`
runs in the same transaction (the audit, a delivery).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Dialect, Select, delete, insert, select, update

from core.answer import Answer
from core.answer_json import from_json, to_json
from core.domain.handing_over import Handover
from core.domain.periods import Interval
from core.domain.tracking import Subject, Tracked, Who
from core.store.compiled_insert import insert_into
from core.store.places import Run
from core.store.work_rows import (
    action,
    action_identity,
    action_row,
    handover,
    handover_identity,
    handover_row,
)
from core.store.work_tables import actions, handovers, notes

Also = Callable[[Connection], object]
_MOST = 200


@dataclass(frozen=True, slots=True)
class Proposal:
    """A suggestion that is about to be listed."""

    subject: Subject
    plant: str
    role: str


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody wrote for the next shift: their own words, shown as they are."""

    at: datetime
    plant: str
    scope: tuple[str, ...]
    who: Who
    said: str


class Work:
    """Every method raises SourceUnavailable where the database does not answer."""

    def __init__(self, write: Run[Any], read: Run[Any], dialect: Dialect) -> None:
        self._write = write
        self._read = read
        self._dialect = dialect

    # --- actions

    async def propose(self, wanted: Sequence[Proposal], at: datetime) -> dict[str, Tracked]:
        """Subject key → its open action, made where there was none."""
        fresh = [
            Tracked(secrets.token_hex(4), one.subject, one.plant, one.role, at) for one in wanted
        ]
        rows = [{**action_identity(one), **action_row(one)} for one in fresh]
        keys = [one.subject.key for one in wanted]
        known = select(actions).where(actions.c.open_key.in_(keys))

        def work(connection: Connection) -> dict[str, Tracked]:
            if rows:
                statement = insert_into(actions, self._dialect).on_conflict_do_nothing()
                connection.execute(statement, rows)
            return {row.key: action(row) for row in connection.execute(known)}

        found: dict[str, Tracked] = await self._write(work)
        return found

    async def newest(self, keys: Collection[str]) -> dict[str, Tracked]:
        """Subject key → the last action about it, open or ended."""
        own = select(actions).where(actions.c.key.in_(list(keys))).order_by(actions.c.proposed_at)
        return {one.subject.key: one for one in await self._actions(own)}

    async def action(self, id: str) -> Tracked | None:
        found = await self._actions(select(actions).where(actions.c.id == id))
        return found[0] if found else None

    async def taken(self, plants: Collection[str] | None = None) -> tuple[Tracked, ...]:
        """Those that somebody has, the ones due first first; None for all plants."""
        own = select(actions).where(actions.c.state == "taken").limit(_MOST)
        if plants is not None:
            own = own.where(actions.c.plant.in_(list(plants)))
        return await self._actions(own.order_by(actions.c.due_at, actions.c.id))

    async def done(
        self, interval: Interval, plants: Collection[str] | None = None
    ) -> tuple[Tracked, ...]:
        """Those that were done in the interval, the first first; None for all plants."""
        own = select(actions).where(
            actions.c.state == "done",
            actions.c.ended_at >= interval.start,
            actions.c.ended_at < interval.end,
        )
        if plants is not None:
            own = own.where(actions.c.plant.in_(list(plants)))
        return await self._actions(own.order_by(actions.c.ended_at, actions.c.id).limit(_MOST))

    async def unmeasured(self, interval: Interval) -> tuple[Tracked, ...]:
        """Those that were done in the interval and are still to be measured, the first first."""
        own = select(actions).where(
            actions.c.state == "done",
            actions.c.ended_at >= interval.start,
            actions.c.ended_at < interval.end,
            actions.c.measured_at.is_(None),
            actions.c.kind != "safety",  # has no figure
        )
        return await self._actions(own.order_by(actions.c.ended_at, actions.c.id).limit(_MOST))

    async def change(self, before: Tracked, after: Tracked, also: Iterable[Also] = ()) -> bool:
        """False where it is no longer what `before` is, or (taken back) where the same is open
        again by now."""
        own = actions.c.id == before.id, actions.c.version == before.version
        twin = select(actions.c.id).where(
            actions.c.open_key == after.subject.key, actions.c.id != after.id
        )

        def work(connection: Connection) -> bool:
            if after.is_open and connection.execute(twin).first():
                return False
            done = connection.execute(update(actions).where(*own).values(action_row(after)))
            return done.rowcount == 1 and _all(connection, also)

        changed: bool = await self._write(work)
        return changed

    async def measured(self, one: Tracked, also: Iterable[Also] = ()) -> bool:
        """Keeps the verdict on a done action once; False where another process was faster."""
        own = actions.c.id == one.id, actions.c.measured_at.is_(None)
        values = {"measured_at": one.measured_at, "verdict": one.verdict}

        def work(connection: Connection) -> bool:
            done = connection.execute(update(actions).where(*own).values(values))
            return done.rowcount == 1 and _all(connection, also)

        kept: bool = await self._write(work)
        return kept

    async def _actions(self, statement: Select[Any]) -> tuple[Tracked, ...]:
        rows = await self._read(lambda c: c.execute(statement).all())
        return tuple(action(row) for row in rows)

    # --- handovers

    async def handover_of(self, wanted: Handover) -> Handover:
        """The one of that scope and shift: `wanted` itself where there was none."""
        rows = [{**handover_identity(wanted), **handover_row(wanted)}]
        own = select(handovers).where(
            handovers.c.scope == " ".join(wanted.scope),
            handovers.c.start == wanted.interval.start,
        )

        def work(connection: Connection) -> Handover:
            statement = insert_into(handovers, self._dialect).on_conflict_do_nothing()
            connection.execute(statement, rows)
            return handover(connection.execute(own).one())

        found: Handover = await self._write(work)
        return found

    async def handover(self, id: str) -> tuple[Handover, Answer | None] | None:
        """With what was handed over, once it is completed."""
        own = select(handovers).where(handovers.c.id == id)
        row = await self._read(lambda c: c.execute(own).one_or_none())
        if row is None:
            return None
        return handover(row), from_json(row.answer) if row.answer else None

    async def handovers(self, plant: str, interval: Interval) -> tuple[Handover, ...]:
        """Those of the plant whose shift began in the interval, the newest first."""
        own = select(handovers).where(
            handovers.c.plant == plant,
            handovers.c.start >= interval.start,
            handovers.c.start < interval.end,
        )
        return await self._handovers(own.order_by(handovers.c.start.desc(), handovers.c.id))

    async def unsigned(self, ended_before: datetime) -> tuple[Handover, ...]:
        """Those of shifts that ended before then, of which nobody was told yet."""
        own = select(handovers).where(
            handovers.c.end <= ended_before,
            handovers.c.signed.is_(None),
            handovers.c.escalated_at.is_(None),
        )
        return await self._handovers(own.order_by(handovers.c.end, handovers.c.id))

    async def change_handover(
        self,
        before: Handover,
        after: Handover,
        answer: Answer | None = None,
        also: Iterable[Also] = (),
    ) -> bool:
        """False where it is no longer what `before` is. `answer` is what is handed over."""
        own = (
            handovers.c.id == before.id,
            handovers.c.version == before.version,
            handovers.c.escalated_at.is_not_distinct_from(before.escalated_at),
        )
        shown = {} if answer is None else {"answer": to_json(answer)}
        values = {**handover_row(after), **shown}

        def work(connection: Connection) -> bool:
            done = connection.execute(update(handovers).where(*own).values(values))
            return done.rowcount == 1 and _all(connection, also)

        changed: bool = await self._write(work)
        return changed

    async def _handovers(self, statement: Select[Any]) -> tuple[Handover, ...]:
        rows = await self._read(lambda c: c.execute(statement.limit(_MOST)).all())
        return tuple(handover(row) for row in rows)

    # --- notes

    async def add_note(self, note: Note, also: Iterable[Also] = ()) -> None:
        values = {
            "at": note.at,
            "plant": note.plant,
            "scope": " ".join(note.scope),
            "user_id": note.who.id,
            "user_name": note.who.name,
            "place": note.who.place,
            "said": note.said,
        }

        def work(connection: Connection) -> None:
            connection.execute(insert(notes), values)
            _all(connection, also)

        await self._write(work)

    async def notes(self, plant: str, interval: Interval) -> tuple[Note, ...]:
        """Those written in the interval, the oldest first."""
        own = (
            select(notes)
            .where(notes.c.plant == plant, notes.c.at >= interval.start, notes.c.at < interval.end)
            .order_by(notes.c.at, notes.c.id)
            .limit(_MOST)
        )
        rows = await self._read(lambda c: c.execute(own).all())
        return tuple(
            Note(
                row.at,
                row.plant,
                tuple(row.scope.split()),
                Who(row.user_id, row.user_name, row.place),
                row.said,
            )
            for row in rows
        )

    async def prune(self, before: datetime) -> int:
        """Deletes suggestions that nobody took since then, and notes and handovers of shifts that
        ended before; how many rows."""
        old = (
            delete(actions).where(actions.c.state == "proposed", actions.c.proposed_at < before),
            delete(actions).where(actions.c.ended_at < before),
            delete(handovers).where(handovers.c.end < before),
            delete(notes).where(notes.c.at < before),
        )
        gone: int = await self._write(lambda c: sum(c.execute(one).rowcount for one in old))
        return gone


def _all(connection: Connection, also: Iterable[Also]) -> bool:
    for one in also:
        one(connection)
    return True
