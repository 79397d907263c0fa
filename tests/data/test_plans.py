"""How SQLite goes about our statements: by its indexes, and reading lists of values once."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from core.data.mapping import parse
from core.data.query import Planned, Query, Span
from core.data.sample import make_sample
from core.data.schema import FACTS
from core.data.sql import SqlDataSource
from core.domain.periods import Interval
from tests.data.databases import rows, utc

NOW = utc("2026-03-10 12:00")
WEEK = Interval(NOW - timedelta(days=7), NOW)
DAYS = tuple(
    Interval(WEEK.start + timedelta(days=n), WEEK.start + timedelta(days=n + 1)) for n in range(7)
)
SPANS = tuple(Span(day.start, day.end, day.start, n) for n, day in enumerate(DAYS))
TWO = ("grinder-5", "cnc-1")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> SqlDataSource:
    path = tmp_path_factory.mktemp("plant") / "plant.db"
    make_sample(path, days=10, now=NOW)
    facts = {name: {"table": name} for name in FACTS}
    content = {"source": {"url": f"sqlite:///{path}"}, "facts": facts}
    return SqlDataSource(parse(content, where="test", home=Path()))


def plan(source: SqlDataSource, query: Query) -> str:
    """SQLite's plan of the one statement that the query becomes."""
    assert rows(source, query)
    ran: list[tuple[str, object]] = []
    listener = lambda _c, _cursor, statement, values, *_: ran.append((statement, values))  # noqa: E731
    event.listen(source._engine, "before_cursor_execute", listener)
    rows(source, query)
    event.remove(source._engine, "before_cursor_execute", listener)
    ((statement, values),) = ran
    found = source.run(
        lambda c: c.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()  # type: ignore[arg-type]
    )
    return "\n".join(str(row[3]) for row in found)


def test_production_is_read_by_asset_and_start(source: SqlDataSource) -> None:
    found = plan(source, Query("production", TWO, WEEK, ("total_units", "row_min"), ("asset",)))
    assert re.search(r"SEARCH production USING .*\(asset=\? AND start>\? AND start<\?\)", found)
    assert "SCAN production" not in found


def test_windows_lead_and_are_read_once(source: SqlDataSource) -> None:
    query = Query("production", TWO, WEEK, ("total_units",), ("window",), windows=DAYS)
    found = plan(source, query)
    assert found.count("VIRTUAL TABLE") == 1
    assert "MATERIALIZE windows" in found
    assert re.search(
        r"SCAN windows\n.*SEARCH production .*asset=\? AND start>\? AND start<\?", found
    )


@pytest.mark.parametrize("groups", [(TWO,), (TWO[:1], TWO[1:])])
def test_spans_are_found_by_day_and_read_once(
    source: SqlDataSource, groups: tuple[tuple[str, ...], ...]
) -> None:
    planned = tuple(Planned(assets, SPANS) for assets in groups)
    query = Query("downtime", TWO, WEEK, ("minutes", "median"), ("loss",), planned=planned)
    found = plan(source, query)
    assert found.count("VIRTUAL TABLE") == 2 + (len(groups) > 1)
    assert found.count("MATERIALIZE event") == 1
    assert re.search(r"SEARCH (spans|touched) USING AUTOMATIC .*INDEX \(.*day=\?", found)
    assert "SCAN downtime" not in found


def test_rows_are_read_by_an_index(source: SqlDataSource) -> None:
    found = plan(source, Query("downtime", TWO, WEEK).rows())
    assert "SCAN downtime" not in found
    assert "SCAN production" not in plan(source, Query("production", TWO, WEEK).rows())
