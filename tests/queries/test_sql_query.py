"""Statements on the sample plant: what they see, and what they are refused."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot import settings
from core.data.cache import CachedSource
from core.data.freeform.statements import Statements
from core.data.sql import SqlDataSource
from core.errors import MisconfiguredError, NoData, UserError
from tests.plants import NOW
from tests.tools.conftest import Asked, Plant

CHICAGO = ZoneInfo("America/Chicago")
Sql = Callable[..., Asked]


@pytest.fixture(scope="module")
def sql(sample_plant: Plant) -> Sql:
    """sql(statement, assets=(…), period=…, language="en") on the sample plant."""
    plant = Plant(sample_plant.file, sample_plant.db)
    url = sample_plant.file.source.url
    source = SqlDataSource(plant.file, statements=Statements("", url))
    plant.__dict__["source"] = CachedSource(source, lambda: NOW)

    def asked(statement: str, language: str = "en", **args: Any) -> Asked:
        return plant.ask("sql_query", {"statement": statement, **args}, language, plant="riverside")

    return asked


def test_it_is_switched_off(sample_plant: Plant) -> None:
    with pytest.raises(NoData, match="sql_off"):
        sample_plant.ask("sql_query", {"statement": "SELECT asset FROM production"})


def test_times_on_the_plants_clock_also_when_it_changes(sql: Sql, db: sqlite3.Connection) -> None:
    """The clocks went forward on 8 March."""
    asked = sql(
        'SELECT start, "end", hour, weekday FROM production ORDER BY start',
        assets=("line-3",), period="2026-03-07..2026-03-08",
    )  # fmt: skip
    rows = db.execute(
        "SELECT start, \"end\" FROM production WHERE asset = 'line-3' AND start < ? AND "
        '"end" > ? ORDER BY start',
        ("2026-03-09 11:00:00", "2026-03-07 12:00:00"),
    ).fetchall()
    assert len(asked.result.rows) == len(rows) == 47
    for row, (start, end) in zip(asked.result.rows, rows, strict=True):
        local = datetime.fromisoformat(f"{start}+00:00").astimezone(CHICAGO)
        until = datetime.fromisoformat(f"{end}+00:00").astimezone(CHICAGO)
        assert row["start"] == f"{local:%Y-%m-%d %H:%M:%S}"
        assert row["end"] == f"{until:%Y-%m-%d %H:%M:%S}"
        assert (row["hour"], row["weekday"]) == (local.hour, local.isoweekday())


def test_a_place_is_counted_by_its_lines(sql: Sql, db: sqlite3.Connection) -> None:
    asked = sql("SELECT sum(good_units) AS made FROM production", assets=("packaging",))
    expected = db.execute(
        "SELECT sum(good_units) FROM production WHERE asset LIKE 'line-_' AND start >= ? AND "
        "start < ?",
        ("2026-03-05 12:00:00", "2026-03-12 11:00:00"),
    ).fetchone()[0]
    assert asked.result.rows == ({"SUM(good_units)": expected},)


def test_units_of_different_kinds_are_refused(sql: Sql) -> None:
    with pytest.raises(UserError, match="sql_units"):
        sql("SELECT sum(good_units) AS made FROM production", assets=("riverside",))


def test_columns_are_called_what_they_are(sql: Sql) -> None:
    asked = sql(
        "WITH x AS (SELECT reason AS r, sum(minutes) AS oee FROM downtime GROUP BY reason) "
        "SELECT r, max(oee) * 2 AS best FROM x GROUP BY r",
        assets=("line-3",),
    )
    assert set(asked.result.rows[0]) == {"reason", "MAX(SUM(minutes)) * 2"}


def test_it_is_shown_in_both_languages(sql: Sql) -> None:
    statement = "SELECT reason, count(*) AS n FROM downtime GROUP BY reason"
    english, german = (sql(statement, language, assets=("line-3",)) for language in ("en", "de"))
    assert english.heading.startswith("Data · Line 3 · the last 7 days")
    assert german.heading.startswith("Daten · Line 3 · die letzten 7 Tage")
    assert all(statement in " ".join(asked.notices) for asked in (english, german))
    assert statement in english.context.citations[0].filter


@pytest.mark.parametrize(
    ("values", "named"),
    [({"ANDON_MODEL_SQL": "yes"}, "ANDON_MODEL_SQL"), ({"ANDON_MODEL_SQL_URL": "x"}, "SQL_URL")],
)
def test_a_wrong_setting_is_named(values: dict[str, str], named: str, tmp_path: Any) -> None:
    own = {"ANDON_HOME": str(tmp_path), "OPENAI_API_KEY": "sk-x", **values}
    with pytest.raises(MisconfiguredError, match=named):
        settings.load(own, tmp_path)


def test_it_is_off_unless_it_is_switched_on(tmp_path: Any) -> None:
    own = {"ANDON_HOME": str(tmp_path), "OPENAI_API_KEY": "sk-x"}
    url = "postgresql://reads:hidden@h/p"
    off = settings.load(own, tmp_path)
    on = settings.load({**own, "ANDON_MODEL_SQL": "on", "ANDON_MODEL_SQL_URL": url}, tmp_path)
    assert off.model is not None
    assert on.model is not None
    assert (off.model.limits.sql, on.model.limits.sql) == (False, True)
    assert "hidden" in on.secrets
    assert "hidden" not in repr(on)


def test_sqlglot_is_not_imported_where_nobody_writes_sql() -> None:
    program = (
        "import sys; import bot.app, core.queries.data_query, core.queries.sql_query, "
        "core.data.sql; assert 'sqlglot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
