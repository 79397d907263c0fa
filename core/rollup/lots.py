"""What there is to roll up: for each plant and fact the groups of assets, and their days."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy import func, select

from core.data.mapping import PlantFile
from core.data.query import Fact, Query
from core.data.routing import by_source
from core.data.source import DataSource
from core.domain.periods import DAY, Interval
from core.domain.shifts import ShiftCalendar
from core.installation import Definitions, Installation
from core.rollup.earliest import earliest
from core.rollup.groups import Group, cells_of, groups_of, mapping_mark, spans_of
from core.rollup.reading import EVERYTHING, Stretch
from core.rollup.shape import SHAPES
from core.rollup.written import group_id
from core.store import Store
from core.store.rollup_tables import rollup_groups, rollup_tiles

_RECENT = timedelta(days=3)
# Sums that are read at once: some 50 MB in the worst case.
_ROWS_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class FactPlace:
    """Where a fact lies first: the source's name ('' where it has none) and the table.
    `is_compared`: another source holds the same; `is_guarded`: it checks itself who sees a row."""

    source: str
    table: str
    is_compared: bool
    is_guarded: bool


def placed(plant_file: PlantFile) -> dict[Fact, FactPlace]:
    parts = by_source(plant_file)
    found: dict[Fact, FactPlace] = {}
    for fact, mapping in plant_file.facts.items():
        own = parts[mapping.source]
        others = (parts[name].source for name in (mapping.source, mapping.fallback) if name)
        guarded = any(source.kind == "supabase" for source in others)
        name = own.source.name or ("Supabase" if own.source.kind == "supabase" else "")
        found[fact] = FactPlace(name, own.facts[fact].table, bool(mapping.also), guarded)
    return found


@dataclass(frozen=True, slots=True)
class Lot:
    """A group's days in one plant: `days` are complete, in order."""

    id: int
    group: Group
    calendar: ShiftCalendar
    path: tuple[str, ...]
    days: tuple[date, ...]

    def cells(self, day: date) -> list[Stretch]:
        cells = cells_of(self.calendar, day)
        if self.group.fact != "downtime":
            return [Stretch(cell, ()) for cell in cells]
        return [Stretch(cell, spans_of(self.calendar, cell, self.path)) for cell in cells]

    @property
    def hull(self) -> Interval:
        return Interval(self.calendar.day(self.days[0]).start, self.calendar.day(self.days[-1]).end)


class Lots:
    """`source` is the one whose rows are rolled up, without a rollup in front of it."""

    def __init__(
        self, plant_file: PlantFile, definitions: Definitions, source: DataSource, store: Store
    ) -> None:
        self._facts = plant_file.facts
        self._mapping = mapping_mark(plant_file)
        self._definitions = definitions
        self._source = source
        self._store = store

    async def begin(self, first: date, now: datetime) -> date:
        """The first day with rows of any fact and plant, `first` or later; today where there are
        none. Days without rows after it are days like others: their sums are known to be none."""
        installation = await self._definitions.load()
        calendars = [installation.calendars[plant] for plant in installation.plants]
        if not calendars:
            return first
        start = min(calendar.day(first).start for calendar in calendars)
        found: datetime | None = now
        if start < now:
            ids = tuple(sorted(asset.id for asset in installation.hierarchy))
            found = await earliest(self._source, self._summed, ids, Interval(start, now))
        return max(first, min(calendar.production_day(found or now) for calendar in calendars))

    async def since(self, first: date, now: datetime) -> list[Lot]:
        """Those with complete days from `first` on."""
        return await self._lots(now, lambda _: first)

    async def last(self, days: int, now: datetime) -> list[Lot]:
        """Those of the last days, and of as far back as the plant was ever rolled up."""
        return await self._lots(
            now, lambda calendar: calendar.production_day(now) - days * DAY, goes_back=True
        )

    async def _lots(
        self, now: datetime, first_of: Callable[[ShiftCalendar], date], *, goes_back: bool = False
    ) -> list[Lot]:
        installation = await self._definitions.load()
        found: list[Lot] = []
        for plant in installation.plants:
            groups = groups_of(installation, plant, self._mapping, self._summed)
            calendar = installation.calendars[plant]
            if not groups:
                continue
            last = calendar.production_day(await self._complete(installation, plant, now)) - DAY
            for group in groups:
                first = first_of(calendar)
                if goes_back:
                    first = await self._first(group, calendar, first)
                id = await self._store.write(partial(group_id, group=group, now=now))
                days = tuple(first + n * DAY for n in range((last - first).days + 1))
                path = installation.hierarchy.path(group.assets[0])
                if days:
                    found.append(Lot(id, group, calendar, path, days))
        return found

    @property
    def _summed(self) -> list[Fact]:
        return [fact for fact in SHAPES if fact in self._facts and self._adds_up(fact)]

    def _adds_up(self, fact: Fact) -> bool:
        if self._facts[fact].also:  # two sources are compared each time
            return False
        return fact != "downtime" or self._facts["downtime"].rows_are == "events"

    async def _complete(self, installation: Installation, plant: str, now: datetime) -> datetime:
        """Until when the plant's data is settled."""
        settle = timedelta(minutes=installation.rules.preliminary_minutes)
        ids = tuple(sorted(a.id for a in installation.hierarchy if a.plant == plant))
        if "production" not in self._facts:
            return now - settle
        recent = Interval(now - _RECENT, now + _RECENT)
        newest = Query("production", ids, recent, measures=("latest",), group_by=("asset",))
        rows = (await self._source.fetch(newest, EVERYTHING)).rows
        times = [at for row in rows if isinstance(at := row["latest"], datetime)]
        # A feed that stands still for days brings nothing more by itself.
        return min(now, max(times, default=now)) - settle

    async def _first(self, group: Group, calendar: ShiftCalendar, usual: date) -> date:
        """As far back as the plant was ever rolled up, also under other definitions."""
        c, start = rollup_groups.c, rollup_tiles.c.start
        oldest = (
            select(func.min(start, type_=start.type))
            .join(rollup_groups, c.id == rollup_tiles.c.group_id)
            .where(c.fact == group.fact, c.plant == group.plant)
        )
        at = await self._store.read(lambda connection: connection.execute(oldest).scalar())
        return usual if at is None else min(usual, calendar.production_day(at))


def by_month(days: Sequence[date]) -> Iterable[list[date]]:
    """The newest month first: it is asked about most."""
    months: dict[tuple[int, int], list[date]] = {}
    for day in days:
        months.setdefault((day.year, day.month), []).append(day)
    return [months[month] for month in sorted(months, reverse=True)]


def chunks(days: Sequence[date], lot: Lot) -> Iterator[list[date]]:
    """Successive days of one month, the newest first, as many as are read at once."""
    most = max(1, min(31, _ROWS_AT_ONCE // (4 * len(lot.group.keys))))
    chunk: list[date] = []
    for day in reversed(days):
        follows = chunk and chunk[-1] - day == DAY and chunk[-1].month == day.month
        if chunk and not (follows and len(chunk) < most):
            yield chunk[::-1]
            chunk = []
        chunk.append(day)
    if chunk:
        yield chunk[::-1]
