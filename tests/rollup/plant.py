"""A plant of two sites whose rows a test chooses, its rollup, and the question asked both ways."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

from core.data.cache import CachedSource
from core.data.mapping import PlantFile
from core.data.query import Planned, Query, Span
from core.data.source import Facts, Row
from core.data.sql import SqlDataSource
from core.domain.periods import Interval
from core.installation import Definitions, Installation
from core.rollup.groups import line_members
from core.rollup.job import Rollup
from core.rollup.source import RolledSource
from core.rollup.wanted import Pace
from core.store import Store
from tests.data.databases import Database, utc
from tests.stores import opened

FIRST, NOW = utc("2026-03-02T00:00"), utc("2026-03-13T15:20")
"""The clocks of site p change in between, on 8 March."""
ASSETS = ("line-1", "m-1", "m-2", "q-1")
T = TypeVar("T")
SITES: dict[str, Any] = {
    "p": {
        "zone": "America/Chicago",
        "shifts": [
            {"name": "Early", "start": "06:00", "end": "14:00"},
            {"name": "Late", "start": "14:00", "end": "22:00"},
            {"name": "Night", "start": "22:00", "end": "06:00"},
        ],
    },
    "q": {
        "zone": "Europe/Berlin",
        "shifts": [
            {"name": "Früh", "start": "06:00", "end": "14:00",
             "days": ["mon", "tue", "wed", "thu", "fri"]},
        ],
    },
}  # fmt: skip
EQUIPMENT = (
    {"id": "line-1", "kind": "line", "plant": "p", "area": "a"},
    {"id": "m-1", "plant": "p", "area": "a", "parent": "line-1"},
    {"id": "m-2", "plant": "p", "area": "b"},
    {"id": "q-1", "plant": "q", "area": "c"},
)
FACTS = {name: {"table": name} for name in ("production", "downtime", "scrap", "calendar")}
TABLES = (
    """CREATE TABLE production (asset text, start {time}, "end" {time}, shift text, product text,
        planned_min {real}, run_min {real}, total_units {whole}, good_units {whole},
        recorded_at {time})""",
    """CREATE TABLE downtime (id {whole}, asset text, start {time}, "end" {time}, reason text,
        loss text, cause_asset text, repair_start {time}, repair_end {time}, recorded_at {time})""",
    """CREATE TABLE scrap (asset text, time {time}, product text, units {whole}, phase text)""",
    """CREATE TABLE calendar (plant text, asset text, start {time}, "end" {time}, kind text)""",
)
COUNTS = ("planned_min", "run_min", "total_units", "good_units", "scrap_units", "row_min")
STOPS = (
    "minutes", "stops", "event_minutes", "longest", "repair_minutes", "repairs", "long_stops",
    "long_minutes",
)  # fmt: skip


@dataclass
class Bench:
    """`raw` reads the tables, `rolled` the same with a rollup in front of them."""

    database: Database
    store: Store
    plant: PlantFile
    raw: SqlDataSource = field(init=False)
    rolled: RolledSource = field(init=False)
    job: Rollup = field(init=False)
    loop: asyncio.Runner = field(default_factory=asyncio.Runner)
    now: datetime = NOW
    pace: Pace = field(default_factory=lambda: Pace(days=11, again=1, in_turn=1))

    def __post_init__(self) -> None:
        self.open()

    def open(self, **content: Any) -> None:
        """Starts anew, as another process would, with another plant.toml where one is given."""
        if content:
            self.plant = self.database.plant(**content)
        self.raw = SqlDataSource(self.plant)
        self.rolled = RolledSource(self.raw, self.store, self.plant)
        self.definitions = Definitions(self.plant, CachedSource(self.rolled, lambda: self.now))
        self.job = Rollup(self.plant, self.definitions, self.raw, self.store, self.pace)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run(work)

    @property
    def installation(self) -> Installation:
        return self.run(self.definitions.load())

    def fill(self) -> Any:
        return self.run(self.job.fill(self.now, FIRST.date()))

    def both(self, query: Query) -> tuple[Facts, Facts]:
        """From the tables alone, and with the rollup."""
        self.run(self.definitions.load())
        return self.run(self.raw.fetch(query)), self.run(self.rolled.fetch(query))

    def insert(self, table: str, *rows: dict[str, Any]) -> None:
        self.database.insert(table, [{k: self.stored(v) for k, v in row.items()} for row in rows])

    def stored(self, value: Any) -> Any:
        if isinstance(value, datetime) and self.database.is_sqlite:
            return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
        return value

    def days(self, site: str, first: int, last: int) -> Interval:
        """Production days of a site, counted from the 2nd of March."""
        calendar = self.installation.calendars[site]
        start = FIRST.date()
        return Interval(
            calendar.day(start + timedelta(days=first)).start,
            calendar.day(start + timedelta(days=last)).end,
        )

    def stops(
        self,
        assets: Sequence[str],
        interval: Interval,
        group_by: tuple[str, ...],
        windows: Sequence[Interval] = (),
    ) -> Query:
        """The query for stops that a measurement asks."""
        installation = self.installation
        hierarchy = installation.hierarchy
        planned = []
        for asset in assets:
            calendar = installation.calendar(hierarchy[asset])
            spans: list[Span] = []
            for number, window in enumerate(windows or (interval,)):
                for piece in calendar.busy(window, hierarchy.path(asset)) or ():
                    _append(spans, Span(piece.start, piece.end, piece.opens, number))
            planned.append(Planned((asset,), tuple(spans)))
        return Query(
            "downtime",
            tuple(assets),
            interval,
            STOPS,
            (*group_by, *(("window",) if windows else ())),
            planned=tuple(planned),
            members=line_members(hierarchy, [hierarchy[asset] for asset in assets]),
            until=self.now,
            minor_stop_seconds=300,
            long_stop_seconds=900,
        )


def _append(spans: list[Span], span: Span) -> None:
    last = spans[-1] if spans else None
    if last and last.window == span.window and last.end == span.start == span.opens:
        spans[-1] = replace(last, end=span.end)
    else:
        spans.append(span)


def equal(a: Sequence[Row], b: Sequence[Row], keys: tuple[str, ...]) -> None:
    """The same groups with the same columns; sums may differ in their last digits."""
    left, right = _by_key(a, keys), _by_key(b, keys)
    assert left.keys() == right.keys()
    for key, row in left.items():
        other = right[key]
        assert row.keys() == other.keys()
        for name, value in row.items():
            same = pytest.approx(value) if isinstance(value, float) else value
            assert other[name] == same, (key, name, value, other[name])


def _by_key(rows: Sequence[Row], keys: tuple[str, ...]) -> dict[tuple[object, ...], Row]:
    found = {tuple(row[key] for key in keys): row for row in rows}
    assert len(found) == len(rows)
    return found


@pytest.fixture
def bench(database: Database, tmp_path: Path) -> Iterator[Bench]:
    """On SQLite, or on Postgres, where the store lies in the same database."""
    if database.is_sqlite:
        database.run(*(table.format(time="TEXT", whole="INTEGER", real="REAL") for table in TABLES))
        store = opened(tmp_path / "andon.db")
    else:
        store = Store.open(database.url)
    plant = database.plant(plants=SITES, assets=EQUIPMENT, facts=FACTS)
    made = Bench(database, store, plant)
    yield made
    made.run(made.raw.close())
    made.loop.close()
    store.close()
