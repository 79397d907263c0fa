"""The job that rolls up: from the tables' rows, day by day, as often as it takes.

Everything it writes can be written again: a day is one transaction, and which days are to be done
is told by comparing what there is with what should be. So it may be killed anywhere, and run in
several processes.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy import Connection, select

from core.data.mapping import PlantFile
from core.data.source import DataSource
from core.errors import NoData, SourceUnavailable
from core.installation import Definitions
from core.rollup.groups import described_group, month_of
from core.rollup.ledger import tiles_of
from core.rollup.lots import Lot, Lots, by_month, chunks
from core.rollup.reading import Unsure, summed
from core.rollup.verify import Verified, verify
from core.rollup.wanted import Pace, Wanted, missing
from core.rollup.written import Summed, forget_group, write_day, write_month
from core.store import MONTH, Store
from core.store.rollup_tables import rollup_groups, rollup_tiles
from core.store.watermarks import advance, reached

_LOGGER = logging.getLogger(__name__)
_RUN, _RECORDED = "rollup", "rollup recorded"
"""Marks: when a run began, and up to when what was recorded late has been looked for."""
_UNWANTED = timedelta(days=2)
# Others write meanwhile: a transaction of some 20 ms.
_ROWS_IN_TRANSACTION = 500
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Done:
    """Days of assets and facts: how many were read, and how many of them had changed. `begins`:
    the first day with rows, where that is later than the one asked for."""

    read: int = 0
    changed: int = 0
    left: int = 0
    begins: date | None = None

    def __add__(self, other: Done) -> Done:
        return replace(
            self,
            read=self.read + other.read,
            changed=self.changed + other.changed,
            left=self.left + other.left,
        )


class Rollup:
    """`source` is the one whose rows are rolled up, without a rollup in front of it."""

    def __init__(
        self,
        plant_file: PlantFile,
        definitions: Definitions,
        source: DataSource,
        store: Store,
        pace: Pace | None = None,
    ) -> None:
        self._lots = Lots(plant_file, definitions, source, store)
        self._source = source
        self._store = store
        self._pace = pace or Pace()
        self._wanted = Wanted(source, store, self._pace)

    async def run(self, now: datetime) -> None:
        """One run by the clock. Where several processes run it, one of them does.

        Raises SourceUnavailable: then the next run goes on.
        """
        before = await self._store.read(lambda c: reached(c, _RUN))
        if before is not None and (now - before).total_seconds() < self._pace.seconds / 2:
            return
        if not await self._store.write(lambda c: advance(c, _RUN, now, before)):
            return
        done = await self.catch_up(now)
        if done.changed:
            _LOGGER.info("rolled up %d days anew, %d are left", done.changed, done.left)

    async def catch_up(self, now: datetime) -> Done:
        """The days that are new or in doubt, the newest first, as far as one run goes."""
        recorded = await self._store.read(lambda c: reached(c, _RECORDED))
        done = Done()
        for lot in await self._lots.last(self._pace.days, now):
            stored = await self._store.read(partial(tiles_of, group_id=lot.id, group=lot.group))
            # In a thread: it asks the calendar for every day.
            fresh = await asyncio.to_thread(missing, lot, stored)
            days = await self._wanted.in_doubt(lot, stored, recorded)
            done += await self._roll(lot, sorted(days | set(fresh[-self._pace.a_run :])), now)
            done += Done(left=max(0, len(fresh) - self._pace.a_run))
        await self._store.write(lambda c: advance(c, _RECORDED, now, recorded))
        await self._forget(now)
        return done

    async def fill(self, now: datetime, since: date, progress: Progress | None = None) -> Done:
        """All complete days with rows from `since` on, also those that have been rolled up."""
        begins = await self._lots.begin(since, now)
        lots = await self._lots.since(begins, now)
        total, before = sum(len(lot.days) for lot in lots), 0
        done = Done(begins=begins if begins > since else None)
        for lot in lots:
            for month in by_month(lot.days):
                done += await self._roll(lot, month, now)
                before += len(month)
                if progress is not None:
                    progress(before, total)
        return done

    async def verify(
        self, now: datetime, since: date | None = None, progress: Progress | None = None
    ) -> Verified:
        """Compares what is kept with the tables, from `since` on or all of it."""
        return await verify(self._lots, self._source, self._store, now, since, progress)

    async def _roll(self, lot: Lot, days: Sequence[date], now: datetime) -> Done:
        done = Done()
        for chunk in chunks(days, lot):
            done += Done(*await self._read(lot, chunk, now))
        await self._months(lot, now)
        return done

    async def _months(self, lot: Lot, now: datetime) -> None:
        """Adds up the months that are complete and have no tile, or have none any more."""
        c = rollup_tiles.c
        having = select(c.start).where(c.group_id == lot.id, c.kind == MONTH)
        starts = await self._store.read(
            lambda connection: connection.execute(having).scalars().all()
        )
        months = {month_of(lot.calendar, day.replace(day=1)) for day in lot.days}
        for month in sorted(months):
            if month.start not in starts and month.end <= lot.hull.end:
                writing = partial(write_month, id=lot.id, group=lot.group, month=month, read_at=now)
                await self._store.write(writing)

    async def _read(self, lot: Lot, days: Sequence[date], now: datetime) -> tuple[int, int]:
        """Reads and writes the days; fewer at once where the tables take too long."""
        per_day = [lot.cells(day) for day in days]
        try:
            found = await summed(
                self._source, lot.group, [cell for cells in per_day for cell in cells], now
            )
        except SourceUnavailable as error:
            if error.problem != "timeout" or len(days) == 1:
                raise
            middle = len(days) // 2
            first = await self._read(lot, days[:middle], now)
            second = await self._read(lot, days[middle:], now)
            return first[0] + second[0], first[1] + second[1]
        except (Unsure, NoData) as error:
            _LOGGER.warning("%s of %s is not rolled up: %s", lot.group.fact, days[0], error)
            return 0, 0
        per_cell = iter(found)
        by_day = [[next(per_cell) for _ in cells] for cells in per_day]
        changed = 0
        for some in _in_lots(by_day):
            writing = partial(_write_days, lot=lot, days=some, read_at=now)
            changed += await self._store.write(writing)
        return len(days), changed

    async def _forget(self, now: datetime) -> None:
        """Groups of definitions that have not held for days."""
        c = rollup_groups.c
        unwanted = select(c.id, c.described).where(c.seen_at < now - _UNWANTED)
        rows = await self._store.read(lambda connection: connection.execute(unwanted).all())
        for id, told in rows:
            forgetting = partial(forget_group, id=id, group=described_group(told))
            for _ in range(1000):
                if await self._store.write(forgetting):
                    break


def _write_days(
    connection: Connection, lot: Lot, days: Sequence[Sequence[Summed]], read_at: datetime
) -> int:
    return sum(write_day(connection, lot.id, lot.group, cells, read_at) for cells in days)


def _in_lots(days: Sequence[list[Summed]]) -> Iterator[list[list[Summed]]]:
    """Days for one transaction: not so many that others wait for it."""
    some: list[list[Summed]] = []
    rows = 0
    for cells in days:
        some.append(cells)
        rows += sum(len(cell.rows) for cell in cells)
        if rows > _ROWS_IN_TRANSACTION:
            yield some
            some, rows = [], 0
    if some:
        yield some
