"""What `andon check` says of a SQL Server and its login."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy.engine import URL

from core.data.check import check
from tests.data.mssql.conftest import plant_on
from tests.fakes.tds import FakeSqlServer
from tests.plants import NOW


def test_the_plant_is_read_and_every_tool_carried(address: URL) -> None:
    report = check(plant_on(address), NOW)
    assert report.exit_code == 0
    assert {fact.state for fact in report.facts} == {"read"}
    assert {tool.reach for tool in report.tools} == {"full"}
    assert not report.found("may_write")


def test_a_right_too_many_is_said(address: URL, sql_server: FakeSqlServer) -> None:
    sql_server.database.may_write = True
    (found,) = check(plant_on(address), NOW).found("may_write")
    assert found.severity == "warning"
    assert "production" in str(found.argument("tables"))


def test_a_clock_that_is_wrong_is_said(address: URL) -> None:
    real = datetime.now(UTC)  # by which the server goes
    assert not check(plant_on(address), real).found("clock_behind")
    (found,) = check(plant_on(address), real + timedelta(minutes=30)).found("clock_behind")
    assert 29 < float(str(found.argument("skew_min"))) < 31
