"""The safety events of assets, areas and plants: in a period, still open, and the last grave one.

Descriptions and names of people are never read into these values.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from core.context import ToolContext
from core.data.query import Condition, Query
from core.data.source import Row
from core.domain.assets import AREA, PLANT, Asset
from core.domain.periods import Interval
from core.domain.safety import Severity, days_since, is_open, parse_severity

_MOST = 50
Read = tuple[list[Row], tuple[int, ...]]
"""Rows, and what to cite for them."""


@dataclass(frozen=True, slots=True)
class Event:
    """`place` is an asset, else an area; None is a place that is not known here."""

    time: datetime
    place: Asset | None
    said: str
    status: str

    @property
    def severity(self) -> Severity | None:
        """None for a word that is no known severity."""
        return parse_severity(self.said)

    @property
    def is_open(self) -> bool:
        return is_open(self.status)


@dataclass(frozen=True, slots=True)
class Count:
    """Events of one severity as recorded; `open` None where no status is recorded."""

    said: str
    events: int
    open: int | None


@dataclass(frozen=True, slots=True)
class Since:
    """`days` since the last event of the place that was grave enough; None where there is none."""

    place: Asset
    days: int | None
    last: date | None


class SafetyReader:
    """Reads the events at the asked assets, and those that name one of the asked areas only."""

    def __init__(
        self, context: ToolContext, asked: Sequence[Asset], columns: frozenset[str]
    ) -> None:
        self._context = context
        self._hierarchy = context.hierarchy
        self.columns = columns
        equipment = {a.id for asset in asked for a in self._hierarchy.equipment(asset.id)}
        places = [
            place
            for asset in asked
            for place in (asset, *self._hierarchy.below(asset.id))
            if place.kind in (PLANT, AREA)
        ]
        self._ids = tuple(sorted(equipment | {place.id for place in places}))
        self._areas = tuple(sorted({name for place in places for name in (place.id, place.name)}))
        self._by_word = {p.name.casefold(): p for p in places}
        self._is_all = {a.id for a in self._hierarchy.plants()} <= {a.id for a in asked}

    async def counts(self, interval: Interval | None) -> Read:
        """Counts, first and last time by place, severity and status."""
        by = [c for c in ("asset", "area", "severity", "status") if c in self.columns]
        return await self._rows(Query("safety", None, interval, ("days_lost",), tuple(by)))

    async def events(self, interval: Interval) -> Read:
        return await self._rows(Query("safety", interval=interval, limit=_MOST))

    async def open_ones(self, statuses: Iterable[object]) -> Read:
        """Of any age; `statuses` are those there are."""
        still = tuple(sorted({str(s) for s in statuses if s and is_open(s)}))
        if not still:
            return [], ()
        where = (Condition("status", "in", still),)
        return await self._rows(Query("safety", where=where, limit=_MOST))

    def event(self, row: Row) -> Event:
        at = row["time"]
        assert isinstance(at, datetime)
        status = str(row.get("status") or "")
        return Event(at, self.place(row), str(row["severity"] or ""), status)

    def place(self, row: Row) -> Asset | None:
        said = str(row.get("asset") or row.get("area") or "")
        return self._hierarchy.get(said) or self._by_word.get(said.casefold())

    async def _rows(self, query: Query) -> Read:
        """Cites what has rows; where nothing has any, all that was looked at."""
        fetched = await asyncio.gather(*(self._context.fetch(q) for q in self._queries(query)))
        telling = [one for one in fetched if one.rows] or fetched
        rows = [row for one in fetched for row in one.rows]
        return rows, tuple(one.cite for one in telling)

    def _queries(self, query: Query) -> list[Query]:
        """With assets, with areas only, or, where the data knows no place, for all plants."""
        named = [query] if self._is_all and not {"asset", "area"} & self.columns else []
        if "asset" in self.columns:
            named.append(replace(query, assets=self._ids))
        if "area" in self.columns and self._areas:
            alone = (Condition("asset", "is null"),) if "asset" in self.columns else ()
            where = (*query.where, Condition("area", "in", self._areas), *alone)
            named.append(replace(query, where=where))
        return named


def areas_of(context: ToolContext, asked: Sequence[Asset]) -> tuple[Asset, ...]:
    """The areas in what was asked, or around it; plants where there are none."""
    hierarchy = context.hierarchy
    found: dict[str, Asset] = {}
    for asset in asked:
        inside = [a for a in (asset, *hierarchy.below(asset.id)) if a.kind == AREA]
        around = [hierarchy[i] for i in hierarchy.path(asset.id)]
        nearest = [a for a in around if a.kind == AREA] or [a for a in around if a.kind == PLANT]
        for place in inside or nearest[:1]:
            found[place.id] = place
    return tuple(found.values())


def counts(rows: Iterable[Row], *, has_status: bool) -> tuple[Count, ...]:
    """The gravest first; words that are no known severity last."""
    events: defaultdict[str, int] = defaultdict(int)
    still: defaultdict[str, int] = defaultdict(int)
    for row in rows:
        said = str(row["severity"] or "")
        events[said] += _number(row)
        still[said] += _number(row) if is_open(row.get("status")) else 0
    order = sorted(events, key=lambda said: (-(parse_severity(said) or 0), said))
    return tuple(Count(s, events[s], still[s] if has_status else None) for s in order)


def total(rows: Iterable[Row]) -> int:
    return sum(_number(row) for row in rows)


def since(
    context: ToolContext,
    places: Sequence[Asset],
    rows: Sequence[Row],
    reader: SafetyReader,
    least: Severity = Severity.RECORDABLE,
) -> tuple[Since, ...]:
    """Days up to today since the last event of at least that severity, for each of the places."""
    if not places:
        return ()
    calendar = context.installation.calendar(places[0])
    today = calendar.local(context.now).date()
    events = [
        (calendar.local(last).date(), severity, reader.place(row))
        for row in rows
        if (severity := parse_severity(str(row["severity"] or ""))) is not None
        and isinstance(last := row["last"], datetime)
    ]
    found = []
    for area in places:
        inside = {a.id for a in (area, *context.hierarchy.below(area.id))}
        own = [(day, grave) for day, grave, at in events if at is None or at.id in inside]
        days = days_since(own, today, least)
        found.append(Since(area, days, None if days is None else today - timedelta(days=days)))
    return tuple(found)


def open_first(events: Iterable[Event]) -> tuple[Event, ...]:
    """Open ones first, the gravest of them first, then the newest."""
    return tuple(
        sorted(events, key=lambda e: (not e.is_open, -(e.severity or 0), -e.time.timestamp()))
    )


def days_lost(rows: Iterable[Row]) -> float | None:
    known = [float(v) for row in rows if isinstance(v := row.get("days_lost"), int | float)]
    return sum(known) if known else None


def _number(row: Row) -> int:
    value = row.get("rows")
    return round(value) if isinstance(value, int | float) else 0
