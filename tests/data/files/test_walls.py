"""Statements on files can neither write, nor see anything else, nor run for ever."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from core.data.query import Query
from core.data.sql import SqlDataSource
from core.errors import SourceUnavailable
from tests.data.databases import Database
from tests.data.files.conftest import COLUMNS, GOOD, Exports
from tests.data.files.test_bad_days import PRODUCTION

_ENDLESS = "(SELECT count(*) FROM range(1000000000) a, range(1000000000) b) > 0"


REFUSED = (
    "SELECT * FROM read_csv('{secret}')",
    "SELECT * FROM '{secret}'",
    "SELECT * FROM glob('{folder}/*')",
    "SELECT * FROM read_text('{secret}')",
    "COPY production TO '{secret}'",
    "EXPORT DATABASE '{folder}/all'",
    "ATTACH '{folder}/other.duckdb'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "SET GLOBAL allowed_directories = ['/']",
    "SET memory_limit = '90GB'",
    "DELETE FROM production",
)


def test_it_is_refused(exports: Exports, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\n1,2\n")
    exports.put("production.csv", PRODUCTION)
    source = exports.open()
    for statement in REFUSED:
        sql = statement.format(secret=secret, folder=tmp_path)
        with pytest.raises((DBAPIError, SourceUnavailable)):
            source.run(lambda connection, sql=sql: connection.exec_driver_sql(sql).all())  # type: ignore[misc]
    assert secret.read_text() == "a,b\n1,2\n"
    assert exports.good() == 100


def test_what_runs_too_long_is_ended(exports: Exports) -> None:
    exports.put("production.csv", PRODUCTION)
    plant = exports.plant()
    endless = plant.facts["production"].model_copy(update={"where": _ENDLESS})
    brief = plant.source.model_copy(update={"timeout_seconds": 0.5})
    exports.open()
    assert exports.good() == 100  # read in, so that only the statement takes its time

    async def ask() -> str:
        source = SqlDataSource(
            plant.model_copy(update={"source": brief, "facts": {"production": endless}})
        )
        try:
            with pytest.raises(SourceUnavailable) as caught:
                await source.fetch(GOOD)
            return caught.value.problem
        finally:
            await source.close()

    begun = time.monotonic()
    assert asyncio.run(ask()) == "timeout"
    assert time.monotonic() - begun < 30


def test_a_statement_in_time_is_not_ended_later(exports: Exports) -> None:
    """The clock of one question must not ring in the next, on the same connection."""
    exports.put("production.csv", PRODUCTION)
    source = exports.open()
    source._timeout = 0.2
    assert exports.good() == 100
    source._timeout = 60
    slow = "SELECT count(*) FROM range(3000) a, range(3000) b WHERE a.range + b.range > 7"
    begun = time.monotonic()
    while time.monotonic() - begun < 0.5:
        source.run(lambda connection: connection.exec_driver_sql(slow).all())


def test_fifty_askers_wait_for_four_connections(exports: Exports) -> None:
    exports.put("production.csv", PRODUCTION)
    plant = exports.plant()

    async def ask() -> set[object]:
        source = SqlDataSource(plant)
        try:
            found = await asyncio.gather(*(source.fetch(GOOD) for _ in range(50)))
            return {facts.rows[0]["good_units"] for facts in found}
        finally:
            await source.close()

    assert asyncio.run(ask()) == {100}


def test_a_file_of_duckdb_is_read_too(tmp_path: Path) -> None:
    """Read-only, and anew where another program has replaced it."""
    import duckdb

    path = tmp_path / "plant.duckdb"

    def made(good: int) -> None:
        spare = tmp_path / "spare.duckdb"
        with duckdb.connect(str(spare)) as raw:
            raw.execute('CREATE TABLE production (line VARCHAR, "start" TIMESTAMPTZ, good INT)')
            raw.execute("INSERT INTO production VALUES ('L1', '2026-03-01 06:00Z', $1)", [good])
        spare.replace(path)

    made(7)
    database = Database("duckdb", f"duckdb:///{path}", None)  # type: ignore[arg-type]
    source = database.source(facts={"production": {"table": "production", "columns": COLUMNS}})

    def good() -> object:
        (row,) = source.run(lambda c: source._fetch(c, GOOD)).rows
        return row["good_units"]

    assert good() == 7
    rows = source.run(lambda c: source._fetch(c, Query("production"))).rows
    assert str(rows[0]["start"]) == "2026-03-01 06:00:00+00:00"
    made(8)
    assert good() == 8
    asyncio.run(source.close())
