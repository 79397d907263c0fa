"""What goes wrong with SQL Server becomes one of our errors in time, and never a driver's text."""

from __future__ import annotations

import asyncio
import logging
import re
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.engine import URL

from core.data import mssql
from core.data.query import Condition, Query
from core.data.sql import SqlDataSource
from core.errors import MisconfiguredError, SourceUnavailable
from tests.data.mssql.conftest import plant_on
from tests.data.mssql.test_statements import STOPS
from tests.fakes.tds import FakeSqlServer, Fault

ASSETS = Query("asset")
PRODUCTION = Query("production", assets=("line-3",), measures=("total_units",), group_by=("asset",))


def fetch(url: URL, query: Query = ASSETS, timeout: float = 30) -> Any:
    async def ask() -> Any:
        source = SqlDataSource(plant_on(url, timeout))
        try:
            return await source.fetch(query)
        finally:
            await source.close()

    return asyncio.run(ask())


def problem(url: URL, query: Query = ASSETS, timeout: float = 30) -> str:
    with pytest.raises(SourceUnavailable) as caught:
        fetch(url, query, timeout)
    told = f"{caught.value} {caught.value!r} {caught.value.system}"
    assert "secret" not in told
    assert "wrong-password" not in told
    return caught.value.problem


def test_reading_is_announced_and_encrypted(address: URL, sql_server: FakeSqlServer) -> None:
    before = sql_server.read_only_sessions
    assert fetch(address).rows
    assert sql_server.read_only_sessions > before
    assert sql_server.unencrypted == 0


def test_the_plant_is_never_kept_waiting(address: URL, sql_server: FakeSqlServer) -> None:
    """A session reads row versions, gives up on locks soon, and loses every deadlock."""
    fetch(address)
    settings = [sql for sql in sql_server.statements if sql.startswith("SET ")]
    assert settings == [
        "SET DATEFORMAT ymd",
        "SET LOCK_TIMEOUT 3000",
        "SET DEADLOCK_PRIORITY LOW",
        "SET TRANSACTION ISOLATION LEVEL SNAPSHOT",
    ]


def test_a_database_that_is_not_there(address: URL) -> None:
    assert problem(address.set(database="nowhere")) == "database_missing"


def test_a_server_that_is_not_there(address: URL) -> None:
    assert problem(address.set(port=1), timeout=1) in ("unreachable", "timeout")


def test_a_certificate_that_nobody_signed(address: URL) -> None:
    """The default is to trust no stranger; an administrator may say otherwise."""
    bare = address.difference_update_query(["TrustServerCertificate"])
    assert problem(bare) == "certificate"


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("DROP TABLE production", "table_missing"),
        ("ALTER TABLE production RENAME total_units TO others", None),
    ],
)
def test_a_table_that_changed(
    sql: str, found: str | None, address: URL, sql_server: FakeSqlServer
) -> None:
    keep = "CREATE TABLE kept AS SELECT * FROM production"
    sql_server.database.execute(keep)
    try:
        sql_server.database.execute(sql)
        if found:
            assert problem(address, PRODUCTION) == found
        else:  # a column that is not there is unknown, not 0
            assert fetch(address, PRODUCTION).rows[0]["total_units"] is None
    finally:
        sql_server.database.execute("DROP TABLE IF EXISTS production")
        sql_server.database.execute("ALTER TABLE kept RENAME TO production")


def test_a_connection_that_is_reset(address: URL, sql_server: FakeSqlServer) -> None:
    sql_server.lasting = "reset"
    assert problem(address) == "unreachable"


@pytest.mark.parametrize("fault", ["deadlock", "reset"])
def test_what_passes_is_tried_once_more(
    fault: Fault, address: URL, sql_server: FakeSqlServer
) -> None:
    """Reading twice changes nothing, so who asks need not see it."""

    async def ask() -> Any:
        source = SqlDataSource(plant_on(address))
        try:
            await source.fetch(ASSETS)
            sql_server.fault = fault
            return await source.fetch(ASSETS)
        finally:
            await source.close()

    assert asyncio.run(ask()).rows


def test_more_askers_than_connections_wait(address: URL, sql_server: FakeSqlServer) -> None:
    async def ask() -> int:
        source = SqlDataSource(plant_on(address))
        found = await asyncio.gather(*(source.fetch(PRODUCTION) for _ in range(50)))
        await source.close()
        return len({facts.rows[0]["total_units"] for facts in found})

    before = sql_server.sessions
    assert asyncio.run(ask()) == 1
    assert sql_server.sessions - before <= 4


def test_parameters_have_the_type_of_their_column(address: URL, sql_server: FakeSqlServer) -> None:
    """nvarchar beside a varchar column would be converted row by row, past every index."""
    fetch(address, PRODUCTION)
    assert sql_server.declared[-1] == "@P1 varchar(100)"
    stops = replace(STOPS, where=(Condition("reason", "=", "Größe"),))
    fetch(address, stops)
    assert set(re.findall(r"n?varchar", sql_server.declared[-1])) == {"varchar", "nvarchar"}


def test_a_login_that_could_write_is_found_out(address: URL, sql_server: FakeSqlServer) -> None:
    source = SqlDataSource(plant_on(address))
    tables = ("asset", "production")
    assert source.run(lambda connection: mssql.writable(connection, tables)) == ()
    sql_server.database.may_write = True
    assert source.run(lambda connection: mssql.writable(connection, tables)) == tables
    asyncio.run(source.close())


def test_no_driver_is_said_before_anything_is_asked() -> None:
    url = URL.create("mssql+pyodbc", "andon", "secret", "db.plant", 1433, "mes")
    with pytest.raises(MisconfiguredError) as caught:
        mssql.complete(url, [])
    assert "mssql-python-odbc" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_the_best_driver_is_taken_and_what_is_written_holds() -> None:
    url = URL.create("mssql+pyodbc", "andon", "secret", "db.plant", 1433, "mes")
    installed = ["FreeTDS", "ODBC Driver 17 for SQL Server"]
    made = mssql.complete(url.update_query_dict({"Encrypt": "strict"}), installed)
    assert made.query["driver"] == "ODBC Driver 17 for SQL Server"
    assert made.query["Encrypt"] == "strict"
    assert made.query["ApplicationIntent"] == "ReadOnly"
    assert "ApplicationIntent" not in mssql.complete(url, ["FreeTDS"]).query
    assert mssql.complete(url, [], "/opt/msodbcsql.so").query["driver"] == "/opt/msodbcsql.so"


def test_microsofts_packaged_driver_is_found(address: URL) -> None:
    """Nothing is installed for ODBC here: the address need not name the file."""
    assert fetch(address.difference_update_query(["driver"])).rows


def test_no_password_in_any_log(address: URL, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        problem(address.set(password="wrong-password"))
        fetch(address)
    assert "wrong-password" not in caplog.text
    assert "secret" not in caplog.text
