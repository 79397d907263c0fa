"""Every kind of query gives the same rows from a project as from the sample plant's own file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.data.query import Condition, Planned, Query, Span
from core.data.source import Facts, Scope
from core.data.sql import SqlDataSource
from core.domain.periods import Interval
from core.errors import NoData
from tests.data.mssql.conftest import plant_on as plant_of_sql
from tests.data.mssql.test_statements import DAY, QUERIES, START, STOPS
from tests.data.supabase.conftest import source_on
from tests.data.supabase.project import Project
from tests.plants import NOW

EVERYWHERE = Scope()
Both = Callable[[Query], tuple[Facts, Facts]]
MACHINES = ("grinder-5", "cnc-1", "line-1", "line-3", "filler-3", "filler-2", "press-2")
LONG = Interval(NOW - timedelta(days=60), NOW)
MORE = {
    "a_line_and_its_machines": Query(
        "downtime", ("line-3", "line-1"), LONG, ("minutes", "stops", "open"),
        ("asset", "cause_asset", "loss"), until=NOW, minor_stop_seconds=300,
        members=(("line-3", "filler-3"), ("line-1", "filler-1")),
    ),
    "long_stops_of_all": Query(
        "downtime", None, LONG,
        ("minutes", "stops", "event_minutes", "longest", "repair_minutes", "repairs", "open",
         "long_stops", "long_minutes", "median"),
        ("asset", "loss"), until=NOW, minor_stop_seconds=300,
    ),
    "stops_by_length": Query(
        "downtime", MACHINES, LONG, ("stops",), ("reason",), until=NOW,
        where=(Condition("minutes", ">=", 20.0), Condition("loss", "<>", "planned")),
        order_by=("-stops", "reason"), limit=5,
    ),
    "rows_of_long_stops": Query(
        "downtime", MACHINES, LONG, where=(Condition("minutes", ">", 30.0),), limit=10,
        order_by=("-minutes", "id"),
    ),
    "scrap_by_reason": Query("scrap", MACHINES, LONG, ("units",), ("asset", "reason", "phase")),
    "orders": Query("order", None, LONG, ("planned_units",), ("product",)),
    "safety": Query("safety", None, None, ("days_lost",), ("area", "severity", "status")),
    "costs": Query("cost"),
    "targets": Query("target"),
    "live": Query("live"),
    "rates": Query("product_rate"),
    "calendar": Query("calendar", interval=DAY),
    "no_such_asset": Query("production", ("nobody",), DAY, ("total_units",), ()),
    "lasting_stops": Query("downtime", None, where=(Condition("end", "is null"),)),
}  # fmt: skip
ALL = QUERIES | MORE


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    made = asyncio.new_event_loop()
    yield made
    made.close()


@pytest.fixture(scope="module")
def both(project: Project, sample_path: Path, loop: asyncio.AbstractEventLoop) -> Iterator[Both]:
    file, there = SqlDataSource(plant_of_sql(f"sqlite:///{sample_path}")), source_on(project)

    def ask(query: Query) -> tuple[Facts, Facts]:
        async def asked() -> tuple[Facts, Facts]:
            return await asyncio.gather(file.fetch(query), there.fetch(query, EVERYWHERE))

        return loop.run_until_complete(asked())

    yield ask
    loop.run_until_complete(file.close())
    loop.run_until_complete(there.close())


def rounded(facts: Facts, query: Query) -> list[dict[str, object]]:
    """Rows in an order of their own, without what only one of the tables has."""
    rows = [
        {
            name: round(value, 6) if isinstance(value, float) else value
            for name, value in row.items()
            if name not in ("not_time", "not_number", "key", "id")
        }
        for row in facts.rows
    ]
    return rows if query.order_by else sorted(rows, key=lambda row: str(sorted(row.items())))


@pytest.mark.parametrize("name", ALL)
def test_a_query(name: str, both: Both) -> None:
    query = ALL[name]
    ours, theirs = both(query)
    a, b = rounded(ours, query), rounded(theirs, query)
    names = {name for row in a for name in row} & {name for row in b for name in row}
    assert {name for row in a for name in row} <= names | {"row_min"}
    assert [{n: row[n] for n in names} for row in b] == [{n: row[n] for n in names} for row in a]
    assert theirs.origin.rows == ours.origin.rows
    assert theirs.as_of == ours.as_of


@given(
    st.lists(st.integers(0, 60 * 24 * 60), min_size=2, max_size=12, unique=True),
    st.sets(st.sampled_from(("asset", "loss", "reason", "window", "is_open")), max_size=3),
    st.sets(st.sampled_from(MACHINES), min_size=1, max_size=4),
    st.integers(0, 1200),
)
@settings(max_examples=12, suppress_health_check=list(HealthCheck))
def test_stops_in_any_planned_time(
    both: Both, minutes: list[int], groups: set[str], assets: set[str], minor: int
) -> None:
    marks = [LONG.start + timedelta(minutes=at) for at in sorted(minutes)]
    pieces = list(zip(marks[::2], marks[1::2], strict=False))
    spans = tuple(Span(a, b, a if n % 2 else marks[0], n // 2) for n, (a, b) in enumerate(pieces))
    query = replace(
        STOPS,
        assets=tuple(sorted(assets)),
        interval=Interval(marks[0], marks[-1]),
        group_by=tuple(sorted(groups)),
        planned=(Planned(tuple(sorted(assets)), spans),),
        until=marks[-1],
        minor_stop_seconds=minor,
    )
    ours, theirs = both(query)
    assert rounded(theirs, query) == rounded(ours, query)


def test_rows_beyond_any_cap(project: Project, both: Both) -> None:
    """PostgREST gives 1,000 rows at most; a page asks for no more."""
    query = Query("scrap", interval=LONG)
    before = len(project.gateway.asked)
    ours, theirs = both(query)
    assert len(theirs.rows) == len(ours.rows) > 2_000
    assert rounded(theirs, query) == rounded(ours, query)
    asked = [body for path, body in project.gateway.asked[before:] if path.endswith("andon_rows")]
    assert len(asked) == -(-len(ours.rows) // 1_000)


def test_sums_are_made_there(project: Project, both: Both) -> None:
    """A year's figure is one request, whose answer is as small as the figure."""
    query = Query("production", MACHINES, LONG, ("total_units", "good_units"), ("asset",))
    before = len(project.gateway.asked)
    _ours, theirs = both(query)
    asked = [path for path, _ in project.gateway.asked[before:]]
    assert asked in (
        ["/rest/v1/rpc/andon_sums"],
        ["/rest/v1/rpc/andon_columns", "/rest/v1/rpc/andon_sums"],
    )
    assert len(theirs.rows) <= len(MACHINES)


def test_what_it_does_not_hold_is_said(project: Project) -> None:
    async def ask() -> None:
        source = source_on(project)
        try:
            query = Query("production", where=(Condition("crew", "=", "A"),), limit=1)
            with pytest.raises(NoData) as caught:
                await source.fetch(query, EVERYWHERE)
            assert caught.value.key == "column_missing"
        finally:
            await source.close()

    asyncio.run(ask())


def test_shift_of_a_window(both: Both) -> None:
    """Windows may have a gap between them; a row in it belongs to none."""
    gap = timedelta(hours=3)
    windows = tuple(Interval(START + n * gap, START + n * gap + gap / 3) for n in range(6))
    query = Query(
        "production", ("line-3",), DAY, ("total_units",), ("window", "product"), windows=windows
    )
    ours, theirs = both(query)
    assert rounded(theirs, query) == rounded(ours, query)
    assert ours.rows
