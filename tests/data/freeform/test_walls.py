"""Each wall by itself, with the three others off, and all of them together."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlglot

from core.data.freeform.bounded import Bounds, run
from core.data.freeform.checked import check
from core.data.freeform.login import check_postgres, guard_sqlite
from core.data.freeform.scoped import scoped
from core.data.freeform.statements import Statements
from core.errors import MisconfiguredError, NoData, SourceUnavailable, UserError
from tests.data.freeform.attacks import ALL, BOMB, Attack, against
from tests.data.freeform.conftest import SECONDS, Walled
from tests.fakes.ran import Ran

PATIENT = Bounds(seconds=30, rows=50)


def given_away(rows: object) -> bool:
    text = repr(rows)
    return any(word in text for word in ("HIDDEN", "SECRET", "STRUCK", "long ago", "root:"))


def at_once(walled: Walled, attacks: list[Attack]) -> Iterator[Attack]:
    """All on one database: a database for each attack would take minutes."""
    mine = [attack for attack in attacks if attack.on in ("both", walled.dialect)]
    assert len(mine) > 3
    yield from mine


def test_there_are_enough_of_them() -> None:
    assert len({attack.sql for attack in ALL}) >= 120
    for dialect in ("sqlite", "postgres"):
        assert sum(attack.on in ("both", dialect) for attack in ALL) >= 60


def test_all_walls_together(walled: Walled) -> None:
    before = walled.everything()
    passed = []
    for attack in at_once(walled, ALL):
        with Ran() as ran:
            try:
                rows: object = walled.ask(attack.sql, seconds=SECONDS)
            except (UserError, SourceUnavailable):
                rows = ()
        if given_away(rows) or ran.seconds > SECONDS + 2:
            passed.append((str(attack), rows))
    assert passed == []
    assert walled.everything() == before


# --- a: the tree -----------------------------------------------------------------------------


def test_the_check_alone(walled: Walled) -> None:
    columns = {name: one.columns for name, one in walled.views().items()}
    passed = []
    for attack in at_once(walled, against("a")):
        try:
            check(attack.sql, columns, walled.dialect)
            passed.append(str(attack))
        except UserError:
            pass
    assert passed == []


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT asset, sum(good_units) AS made FROM production GROUP BY asset ORDER BY made DESC",
        "SELECT count(*) AS n FROM downtime WHERE reason LIKE '%jam%' AND minutes > 30",
        "SELECT p.product, avg(p.good_units) AS m FROM production p JOIN assets a"
        " ON a.id = p.asset WHERE a.name = 'Line 3' GROUP BY p.product HAVING count(*) > 2",
        "WITH x AS (SELECT asset AS a, day AS d, sum(minutes) AS m FROM downtime GROUP BY asset,"
        " day) SELECT a, max(m) AS worst FROM x GROUP BY a",
        "SELECT asset, start, row_number() OVER (PARTITION BY asset ORDER BY start) AS nth"
        " FROM downtime",
        "SELECT day, CASE WHEN hour < 12 THEN good_units ELSE 0 END AS g FROM production",
        "SELECT reason FROM downtime WHERE reason IN ('Förderer-Stau', 'jam (1/2)') LIMIT 5",
        "SELECT round(cast(sum(scrap_units) AS decimal) / nullif(sum(good_units), 0), 3)"
        " AS r FROM production WHERE weekday BETWEEN 1 AND 5",
    ],
)
def test_the_check_lets_honest_statements_through(walled: Walled, statement: str) -> None:
    walled.ask(statement)


def test_errors_name_what_may_be_meant(walled: Walled) -> None:
    with pytest.raises(UserError) as column:
        walled.ask("SELECT good_unit FROM production")
    assert str(column.value.arguments["known"]).startswith("good_units")
    with pytest.raises(UserError) as table:
        walled.ask("SELECT asset FROM stops")
    assert "downtime" in str(table.value.arguments["known"])
    with pytest.raises(UserError) as function:
        walled.ask("SELECT median(good_units) AS m FROM production")
    assert function.value.key == "data_query.sql_function"


# --- b: the login ----------------------------------------------------------------------------


@contextmanager
def login(walled: Walled) -> Iterator[Any]:
    """The connection that statements run on, for all of the mapped tables."""
    with walled.statements._engine.connect() as connection:
        raw = connection.connection.driver_connection
        if isinstance(raw, sqlite3.Connection):
            guard_sqlite(raw, ["asset", "production", "downtime"])
        yield raw


def test_the_login_alone(walled: Walled) -> None:
    before = walled.everything()
    passed = []
    for attack in at_once(walled, against("b")):
        with login(walled) as raw:
            try:
                raw.execute(attack.sql).fetchall()
                passed.append(str(attack))
            except Exception:  # noqa: BLE001 - whatever the driver raises
                pass
    assert passed == []
    assert walled.everything() == before


def test_a_login_that_can_write_is_refused(walled: Walled) -> None:
    if walled.database.is_sqlite:
        with login(walled) as raw, pytest.raises(sqlite3.DatabaseError):
            raw.execute("DELETE FROM production")
        return
    with pytest.raises(NoData, match="sql_login"):
        check_postgres(walled.raw())
    role = walled.login.partition("//")[2].partition(":")[0]
    with login(walled) as raw:
        check_postgres(raw)
        walled.database.run(f"GRANT INSERT ON cost TO {role}")
        with pytest.raises(NoData, match="sql_login"):
            check_postgres(raw)
        walled.database.run(f"REVOKE INSERT ON cost FROM {role}", f"GRANT pg_monitor TO {role}")
        with pytest.raises(NoData, match="sql_login"):
            check_postgres(raw)
        walled.database.run(f"REVOKE pg_monitor FROM {role}")


def test_postgres_wants_a_login_of_its_own() -> None:
    with pytest.raises(MisconfiguredError, match="ANDON_MODEL_SQL_URL"):
        Statements("", "postgresql+psycopg://owner@localhost/plant")
    with pytest.raises(MisconfiguredError, match="SQLite or Postgres"):
        Statements("", "mssql+pyodbc://owner@localhost/plant")


# --- c: the views ----------------------------------------------------------------------------


def test_the_views_alone(walled: Walled) -> None:
    """On the owner's connection, which could read everything."""
    raw, views, passed = walled.raw(), walled.views(), []
    honest: Any = sqlglot.parse_one("SELECT asset, reason FROM downtime", read=walled.dialect)
    assert run(raw, scoped(honest, views, walled.dialect), PATIENT).rows == (("a1", "seen"),) * 2
    for attack in at_once(walled, against("c")):
        try:
            tree: Any = sqlglot.parse_one(attack.sql, read=walled.dialect)
            text = scoped(tree, views, walled.dialect)
            rows = run(raw, text, Bounds(seconds=SECONDS, rows=500)).rows
        except Exception:  # noqa: BLE001 - refused
            continue
        if given_away(rows) or any("b1" in repr(row) for row in rows):
            passed.append((str(attack), rows))
    assert passed == []
    raw.close()


def test_counts_are_of_rows_in_scope_only(walled: Walled) -> None:
    assert walled.ask("SELECT count(*) AS n FROM production") == [{"COUNT(*)": 16}]
    assert walled.ask("SELECT count(*) AS n FROM downtime") == [{"COUNT(*)": 2}]
    assert walled.ask("SELECT count(*) AS n FROM production", ()) == [{"COUNT(*)": 0}]
    both = walled.ask("SELECT count(*) AS n FROM production", ("a1", "b1"))
    assert both == [{"COUNT(*)": 32}]


def test_times_are_those_of_the_plants_clock(walled: Walled) -> None:
    asked = 'SELECT start, "end", day, hour, weekday, minutes FROM downtime ORDER BY start'
    first, second = walled.ask(asked)
    assert first == {
        "start": "2026-03-02 02:00:00", "end": "2026-03-02 03:00:00", "day": "2026-03-02",
        "hour": 2, "weekday": 1, "minutes": 60,
    }  # fmt: skip
    assert (second["hour"], second["start"]) == (14, "2026-03-02 14:00:00")


# --- d: the bounds ---------------------------------------------------------------------------


def test_the_bounds_alone(walled: Walled) -> None:
    """On the owner's connection, without a time-out of its own."""
    raw = walled.raw()
    for attack in at_once(walled, [*against("d"), Attack(BOMB.replace("< 0", "< 1"), "d")]):
        with Ran() as ran, pytest.raises(Exception, match=r"interrupt|cancel"):
            run(raw, attack.sql, Bounds(seconds=SECONDS, rows=10**9, bytes=10**12))
        assert ran.seconds < SECONDS + 2
    assert run(raw, "SELECT 1", PATIENT).rows == ((1,),)
    raw.close()


def test_rows_and_bytes_are_limited(walled: Walled) -> None:
    raw = walled.raw()
    many = "SELECT a.product FROM production a, production b, production c"
    found = run(raw, many, PATIENT)
    assert (len(found.rows), found.is_cut) == (50, True)
    few = run(raw, many, Bounds(seconds=30, rows=1_000, bytes=100))
    assert few.is_cut
    assert sum(len(row[0]) for row in few.rows) <= 100
    assert not run(raw, "SELECT product FROM production LIMIT 3", PATIENT).is_cut
    raw.close()
