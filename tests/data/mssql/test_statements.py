"""The T-SQL that Andon sends, as files that a person can read: statements/*.sql.

No SQL Server can be had where the tests run, so each kind of statement is kept here as it is
written. After a wanted change: `ANDON_WRITE_STATEMENTS=1 pytest tests/data/mssql`, and read them.
"""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from sqlalchemy.dialects.mssql.pyodbc import MSDialect_pyodbc
from sqlalchemy.engine import URL

from core.data import mssql, statements
from core.data.query import Condition, Planned, Query, Span
from core.data.sql import SqlDataSource
from core.domain.periods import Interval
from tests.data.mssql.conftest import plant_on
from tests.fakes.tds import FakeSqlServer

FOLDER = Path(__file__).parent / "statements"
START = datetime(2026, 3, 10, 11, tzinfo=UTC)
SHIFT = timedelta(hours=8)
DAY = Interval(START, START + 3 * SHIFT)
_SPANS = tuple(Span(at, at + SHIFT, at, n) for n, at in enumerate((START, START + SHIFT)))
STOPS = Query(
    "downtime",
    assets=("line-3", "line-4"),
    interval=DAY,
    measures=("minutes", "stops"),
    group_by=("asset", "loss"),
    planned=(Planned(("line-3", "line-4"), _SPANS),),
    until=DAY.end,
    minor_stop_seconds=300,
)

QUERIES: dict[str, Query] = {
    "asset_rows": Query("asset"),
    "production_by_asset_and_product": Query(
        "production",
        assets=("line-3",),
        interval=DAY,
        measures=("total_units", "good_units", "run_min", "row_min"),
        group_by=("asset", "product"),
    ),
    "production_by_window": Query(
        "production",
        assets=("line-3",),
        interval=DAY,
        measures=("total_units",),
        group_by=("asset", "window"),
        windows=tuple(Interval(s.start, s.end) for s in _SPANS),
    ),
    "production_before_and_after_a_cut": Query(
        "production",
        assets=("line-3",),
        interval=DAY,
        measures=("total_units",),
        group_by=("segment",),
        cuts=(START + SHIFT,),
    ),
    "newest_data_by_asset": Query("production", assets=("line-3",), measures=("latest",),
                                  group_by=("asset",)),
    "stops_by_loss": STOPS,
    "median_stop": Query(
        "downtime", ("line-3",), DAY, ("median", "longest"), (), planned=STOPS.planned,
        until=DAY.end,
    ),
    "stops_of_a_line_without_those_of_its_machines": Query(
        "downtime", ("line-3",), DAY, ("minutes",), ("reason",), planned=STOPS.planned,
        until=DAY.end, members=(("line-3", "filler-3"),),
    ),
    "stop_rows_with_a_word_in_the_comment": Query(
        "downtime", ("line-3",), DAY, where=(Condition("comment", "contains", "50%_[x]"),), limit=20
    ),
    "second_page_of_scrap_rows": Query("scrap", ("press-2",), DAY, limit=50, offset=50),
    "open_stops": Query("downtime", ("line-3",), where=(Condition("end", "is null"),),
                        order_by=("start",)),
    "safety_open_or_not": Query("safety", where=(Condition("status", "in", ("open", "closed")),)),
}  # fmt: skip


def written(url: URL) -> dict[str, str]:
    """Every statement as it would be sent, with the names of its parameters."""
    source = SqlDataSource(plant_on(url))
    dialect: Any = MSDialect_pyodbc(paramstyle="named")  # type: ignore[no-untyped-call]
    dialect.server_version_info, dialect._supports_offset_fetch = (15,), True
    dialect.identifier_preparer.reserved_words |= mssql.RESERVED
    made = {}
    try:
        for name, query in QUERIES.items():
            physical = source.run(lambda c, fact=query.fact: source._place(c, fact))  # type: ignore[misc]
            assert physical is not None
            statement = statements.build(query, physical)
            values = statements.parameters(query, physical)
            compiled = statement.params(values).compile(
                dialect=dialect, compile_kwargs={"render_postcompile": True}
            )
            text = str(compiled).replace(" \n", "\n")
            made[name] = sqlglot.transpile(text, read="tsql", write="tsql", pretty=True)[0] + "\n"
    finally:
        asyncio.run(source.close())
    return made


@pytest.fixture(scope="module")
def made(sql_server: FakeSqlServer, odbc_driver: str) -> dict[str, str]:
    query = {"driver": odbc_driver, "TrustServerCertificate": "yes"}
    where = ("andon", "secret", "127.0.0.1", sql_server.port, "plant")
    found = written(URL.create("mssql+pyodbc", *where, query))
    if os.environ.get("ANDON_WRITE_STATEMENTS"):
        for name, text in found.items():
            (FOLDER / f"{name}.sql").write_text(text, encoding="utf-8")
    return found


@pytest.mark.parametrize("name", QUERIES)
def test_the_statement_is_the_one_that_was_read(name: str, made: dict[str, str]) -> None:
    assert made[name] == (FOLDER / f"{name}.sql").read_text(encoding="utf-8")


def test_no_file_is_left_over() -> None:
    assert {path.stem for path in FOLDER.glob("*.sql")} == set(QUERIES)
