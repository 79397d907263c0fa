"""Which days are rolled up in a run: those that are missing, and those that may have changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from core.data.query import Condition, Query
from core.data.source import DataSource
from core.domain.periods import DAY, Interval
from core.rollup.ledger import Tiles
from core.rollup.lots import Lot
from core.rollup.reading import EVERYTHING
from core.store import CELL, Store
from core.store.rollup_tables import rollup_tiles

# So many rows that were recorded late are looked at one by one.
_LATE_ROWS = 5_000
# The plant's clock may be slow, and a transaction may have been long.
_OVERLAP = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Pace:
    """How much is kept, and looked at again.

    `days` are rolled up by themselves; of them `a_run` at most in one run. In each run the last
    `again` days are read again, and `in_turn` of those that were read longest ago; so each is read
    again within days, and what was deleted or moved is found out. Rows that were recorded since
    the last run are looked for in `late` days.
    """

    days: int = 400
    a_run: int = 62
    again: int = 2
    in_turn: int = 3
    late: int = 35
    seconds: float = 600.0


class Wanted:
    """Looks at one lot at a time."""

    def __init__(self, source: DataSource, store: Store, pace: Pace) -> None:
        self._source = source
        self._store = store
        self._pace = pace

    async def in_doubt(self, lot: Lot, stored: Tiles, since: datetime | None) -> set[date]:
        """Days that may have changed, though there are tiles; `since`: the last run."""
        found = set(lot.days[-self._pace.again :])
        found |= await self._longest_ago(lot)
        found |= await self._late(lot, since)
        return found | await self._closed(lot, stored)

    async def _longest_ago(self, lot: Lot) -> set[date]:
        c = rollup_tiles.c
        oldest = (
            select(c.start)
            .where(c.group_id == lot.id, c.kind == CELL)
            .order_by(c.made_at, c.start)
            .limit(self._pace.in_turn * 4)
        )
        starts = await self._store.read(
            lambda connection: connection.execute(oldest).scalars().all()
        )
        days = dict.fromkeys(lot.calendar.production_day(at) for at in starts)
        return set(list(days)[: self._pace.in_turn]) & set(lot.days)

    async def _late(self, lot: Lot, since: datetime | None) -> set[date]:
        """Days of rows that were recorded since the last run."""
        fact = lot.group.fact
        if since is None or "recorded_at" not in await self._source.columns(fact):
            return set()
        days = lot.days[-self._pace.late :]
        hull = Interval(lot.calendar.day(days[0]).start, lot.calendar.day(days[-1]).end)
        # The plant's clock may be slow, and a transaction may have been long.
        where = (Condition("recorded_at", ">=", since - _OVERLAP),)
        facts = await self._source.fetch(
            Query(fact, lot.group.assets, hull, where=where, limit=_LATE_ROWS),
            EVERYTHING,
        )
        if len(facts.rows) == _LATE_ROWS:
            return set(days)
        touched = (self._touched(lot, row.get("start"), row.get("end")) for row in facts.rows)
        return {day for some in touched for day in some} & set(lot.days)

    async def _closed(self, lot: Lot, stored: Tiles) -> set[date]:
        """Days without the sums of an asset whose stop was open then, and is no more."""
        doubtful = {asset for cell in stored.cells for asset in cell.doubts}
        if not doubtful:
            return set()
        opened: dict[str, datetime] = {}
        if "end" in await self._source.columns("downtime"):
            where = (Condition("end", "is null"),)
            ids = tuple(sorted(doubtful))
            facts = await self._source.fetch(Query("downtime", ids, where=where), EVERYTHING)
            for row in facts.rows:
                asset, start = str(row["asset"]), row["start"]
                if isinstance(start, datetime):
                    opened[asset] = min(start, opened.get(asset, start))
        return {
            lot.calendar.production_day(cell.interval.start)
            for cell in stored.cells
            for asset in cell.doubts
            if asset not in opened or opened[asset] >= cell.interval.end
        } & set(lot.days)

    @staticmethod
    def _touched(lot: Lot, start: object, end: object) -> Iterator[date]:
        if not isinstance(start, datetime):
            return
        day = lot.calendar.production_day(start)
        last = lot.calendar.production_day(end) if isinstance(end, datetime) else lot.days[-1]
        while day <= last:
            yield day
            day += DAY


def missing(lot: Lot, stored: Tiles) -> list[date]:
    """Days without tiles, or with tiles made for other shifts or planned time; the oldest first."""
    known = {(cell.interval, cell.planned) for cell in stored.cells}
    return [
        day
        for day in lot.days
        if any((cell.interval, cell.planned) not in known for cell in lot.cells(day))
    ]
