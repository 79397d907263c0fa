"""Runs the check's statements: each by itself, so that one that fails does not stop the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from time import perf_counter
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, case, func, literal_column, null, or_, select
from sqlalchemy.engine import make_url
from sqlalchemy.sql.elements import ColumnElement

from core.data import zones
from core.data.dialects import Expression
from core.data.mapping import PlantFile
from core.data.moments import Moment
from core.data.physical import Physical, look
from core.data.query import Fact
from core.data.schema import SCHEMA
from core.data.sql import SqlDataSource

T = TypeVar("T")
PATIENCE = 120.0  # seconds: a check may read whole tables, a question may not
_YEARS = (datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
ASKED = 5  # times; how long it takes is the median
ONE: Expression = literal_column("1")
ZERO: Expression = literal_column("0")


@dataclass(frozen=True, slots=True)
class Place:
    """A fact's table, ready to be asked about.

    `rows` is how many there are; `first` and `last` are the earliest start and the latest end
    as UTC instants, None where the fact has no times or no rows.
    """

    fact: Fact
    physical: Physical
    rows: int
    first: datetime | None = None
    last: datetime | None = None

    def __contains__(self, logical: object) -> bool:
        return logical in self.physical.columns

    @property
    def table(self) -> str:
        return self.physical.mapping.table

    def has_own(self, logical: str) -> bool:
        """Whether rows bear this column themselves, not a length or a constant of plant.toml."""
        found = self.physical.mapping.columns.get(logical)
        return logical in self and (
            found is None or (found.length is None and found.constant is None)
        )

    def number(self, logical: str) -> Expression:
        """The number; null where SQLite holds text instead."""
        value = self.physical.columns.number(logical)
        if not self._is_sqlite:
            return value
        return case((self.is_text(logical), null()), else_=value)

    def is_text(self, logical: str) -> ColumnElement[bool]:
        """Whether a value is text; only SQLite lets such a row into a number's column."""
        return func.typeof(self.physical.columns.plain(logical)) == literal_column("'text'")

    def seconds(self, logical: str) -> Expression | None:
        """A time in epoch seconds, UTC; None where the mapping has no such column."""
        moment = self.physical.columns.moment(logical)
        return None if moment is None else moment.seconds(self._offsets(moment))

    def date_absent(self, logical: str) -> Expression | None:
        """Whether the date is missing of a time that is made of a date and a shift; None where
        the time is not made so."""
        found = self.physical.mapping.columns.get(logical)
        if found is None or not found.date:
            return None
        date = self.physical.table.c[found.date]
        missing: Expression = date.is_(None)
        return or_(missing, date == literal_column("''")) if self._is_sqlite else missing

    def end_seconds(self) -> Expression | None:
        """Where a row ends, in epoch seconds: by its end, its length or its shift."""
        moment = self.physical.end() if SCHEMA[self.fact].start else None
        return None if moment is None else moment.seconds(self._offsets(moment))

    def select(self, *columns: ColumnElement[Any]) -> Select[Any]:
        """A select on the fact's table with the mapping's standing filter."""
        return select(*columns).select_from(self.physical.table).where(*self.physical.own)

    @property
    def _is_sqlite(self) -> bool:
        return self.physical.dialect == "sqlite"

    def _offsets(self, moment: Moment) -> tuple[zones.Offset, ...]:
        if moment.zone == "UTC" or self.first is None or self.last is None:
            return (zones.Offset(None, 0),)
        return zones.offsets(moment.zone, self.first, max(self.last, self.first))


class Probe:
    """One plant's database. Raises what SqlDataSource raises."""

    def __init__(self, plant: PlantFile, patience: float) -> None:
        patient = plant.source.model_copy(update={"timeout_seconds": patience})
        self._plant = plant
        self._source = SqlDataSource(plant.model_copy(update={"source": patient}))
        self.name = self._source.name

    @property
    def kind(self) -> str:
        """The database's: sqlite, postgresql, mssql …"""
        return make_url(self._plant.source.url).get_backend_name()

    def milliseconds(self) -> float:
        """How long the cheapest question takes: the median of a few. It has the time that a
        question has, not the check's."""
        source = SqlDataSource(self._plant)
        try:
            return median_of(lambda: source.run(lambda c: c.execute(select(ONE)).all()))
        finally:
            asyncio.run(source.close())

    def close(self) -> None:
        asyncio.run(self._source.close())

    def place(self, fact: Fact) -> Place:
        """Raises NoData, MisconfiguredError, SourceUnavailable."""
        physical = self._source.run(lambda connection: look(connection, fact, self._plant))
        if physical is None:
            raise LookupError(fact)
        found = Place(fact, physical, 0)
        counts = self.one(found.select(func.count().label("rows")))
        rows = int(counts["rows"])
        return _with_times(self, Place(fact, physical, rows)) if rows else found

    def run(self, work: Callable[[Connection], T]) -> T:
        return self._source.run(work)

    def one(self, statement: Select[Any]) -> Mapping[str, Any]:
        return dict(
            self._source.run(lambda connection: connection.execute(statement).mappings().one())
        )

    def many(self, statement: Select[Any], limit: int) -> Sequence[Mapping[str, Any]]:
        """At most `limit` rows."""
        return self._source.run(
            lambda c: [dict(row) for row in c.execute(statement.limit(limit)).mappings()]
        )


def median_of(ask: Callable[[], object]) -> float:
    """How many milliseconds it takes. The first does not count: it opens the connection."""
    ask()
    spent = []
    for _ in range(ASKED):
        began = perf_counter()
        ask()
        spent.append((perf_counter() - began) * 1000)
    return median(spent)


def _with_times(probe: Probe, found: Place) -> Place:
    start = found.physical.columns.moment(SCHEMA[found.fact].start or "none")
    if start is None:
        return found
    end = found.physical.end() or start
    last = end.reading if end.later is None else end.reading + end.later
    seen = probe.one(
        found.select(
            func.min(start.reading).label("first"),
            func.max(func.coalesce(last, start.reading)).label("last"),
        )
    )
    return Place(
        found.fact, found.physical, found.rows, _instant(seen["first"], start),
        _instant(seen["last"], end),
    )  # fmt: skip


def _instant(reading: Any, moment: Moment) -> datetime | None:
    """The UTC instant of wall-clock seconds, held within what a zone's rules are known for."""
    if reading is None:
        return None
    bounded = min(max(float(reading), _YEARS[0].timestamp()), _YEARS[1].timestamp())
    wall = datetime.fromtimestamp(bounded, UTC).replace(tzinfo=None)
    return zones.instant(wall, moment.zone)


def counted(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    """How many rows meet a condition; unknown is no."""
    return func.coalesce(func.sum(case((condition, ONE), else_=ZERO)), ZERO)


def day_of(place: Place, logical: str, zone: str) -> Expression | None:
    """The start of the row's local day, in seconds of the plant's wall clock."""
    moment = place.physical.columns.moment(logical)
    if moment is None:
        return None
    reading = moment.reading
    if moment.zone == "UTC" and place.last is not None:
        # Close enough for whole days: the zone's offset at the end of the data.
        offset = zones.offsets(zone, place.last, place.last)[-1].seconds
        reading = reading + literal_column(str(offset))
    return reading - reading % literal_column("86400")
