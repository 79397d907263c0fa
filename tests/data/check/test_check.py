"""One thing is spoilt in a clean plant: the check names it, counts it, and names nothing else."""

from __future__ import annotations

import json
import sqlite3
from datetime import time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from core.data.check import as_json, check, render
from core.data.check.needs import NEEDS, TOOLS
from core.data.problems import PROBLEMS
from core.words import Words, catalogue
from tests.data.check.plants import DAYS, FIRST, NOW, checked, clean, content, down, keys, stamp
from tests.data.databases import Database


@pytest.fixture
def plant(sqlite: Database) -> Database:
    clean(sqlite)
    return sqlite


def test_a_clean_plant_has_nothing_to_find(plant: Database) -> None:
    report = checked(plant)
    assert keys(report) == []
    assert report.exit_code == 0
    assert {tool.reach for tool in report.tools} == {"full"}


def test_rows_and_times(plant: Database) -> None:
    found = {state.fact: state for state in checked(plant).facts}
    production = found["production"]
    assert (production.rows, production.first) == (2 * DAYS, FIRST)
    assert production.last == FIRST + timedelta(days=DAYS - 1, hours=8)
    assert (found["cost"].rows, found["cost"].first) == (1, None)


SPOILT: list[tuple[str, str, str, dict[str, object]]] = [
    ("UPDATE production SET good_units = 401, scrap_units = 0 WHERE asset = 'm1'",
     "good_above_total", "error", {"n": DAYS, "of": 2 * DAYS}),
    ("UPDATE production SET scrap_units = 20 WHERE asset = 'm1'",
     "parts_not_total", "warning", {"n": DAYS}),
    ("UPDATE production SET run_min = 500, down_min = 0, planned_min = 480 WHERE asset = 'm1'",
     "run_above_planned", "error", {"n": DAYS}),
    ("UPDATE production SET run_min = 410 WHERE asset = 'm1'",
     "times_unreconciled", "warning",
     {"n": DAYS, "total_min": 10.0 * DAYS, "net_min": 10.0 * DAYS}),
    ("UPDATE production SET planned_min = 8, run_min = 7, down_min = 1",
     "planned_not_rows", "warning",
     {"planned_min": 8.0 * 2 * DAYS, "rows_min": 480.0 * 2 * DAYS}),
    ("UPDATE production SET scrap_units = -10 WHERE asset = 'm2'",
     "negative", "error", {"n": DAYS, "column": "scrap_units"}),
    ("UPDATE production SET asset = NULL WHERE asset = 'm2'",
     "empty_key", "error", {"n": DAYS, "column": "asset"}),
    ("UPDATE production SET asset = 'm9' WHERE asset = 'm2'",
     "unknown_assets", "error", {"n": 1, "assets": "m9"}),
    ("UPDATE downtime SET id = 'same' WHERE asset = 'm1'",
     "double_id", "error", {"n": DAYS - 1}),
    ("UPDATE downtime SET minutes = 30 WHERE asset = 'm1'",
     "minutes_not_span", "warning", {"n": DAYS}),
    ("UPDATE downtime SET reason = 'oops' WHERE asset = 'm1'",
     "reason_without_loss", "warning", {"n": 1, "reasons": "oops", "total_min": 60.0 * DAYS}),
    ("UPDATE downtime SET reason = NULL WHERE asset = 'm1'",
     "no_reason", "info", {"n": DAYS, "of": 2 * DAYS}),
    ("UPDATE asset SET ideal_rate = NULL WHERE id = 'm2'",
     "no_ideal_rate", "info", {"n": 1, "assets": "m2"}),
    ("UPDATE asset SET cost_center = NULL WHERE id = 'm2'",
     "no_cost_center", "info", {"assets": "m2"}),
    ("UPDATE asset SET cost_center = 'c2' WHERE id = 'm2'",
     "no_cost_rate", "warning", {"n": 1, "centers": "c2"}),
    ("UPDATE asset SET unit = NULL", "no_unit", "info", {"n": 2, "assets": "m1, m2"}),
    ("DELETE FROM cost", "no_costs", "info", {}),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "key", "severity", "arguments"), SPOILT)
def test_one_thing_is_wrong(
    plant: Database, spoil: str, key: str, severity: str, arguments: dict[str, object]
) -> None:
    plant.run(spoil)
    report = checked(plant)
    (found,) = report.found(key)
    assert found.severity == severity
    assert {name: found.argument(name) for name in arguments} == arguments
    assert report.exit_code == (1 if severity == "error" else 0)


def test_postgres_says_the_same(sqlite: Database, postgres: Database) -> None:
    reports = []
    for database in (sqlite, postgres):
        clean(database)
        database.run(
            *(spoil for spoil, *_ in SPOILT),
            "UPDATE production SET scrap_units = -10, good_units = 500 WHERE asset = 'm1'",
            """UPDATE downtime SET "end" = NULL, minutes = NULL WHERE asset = 'm2'""",
        )
        down(database, "x", "m1", FIRST + timedelta(hours=1, minutes=30), 45)
        down(database, "y", "m1", FIRST - timedelta(days=100), 6_000)
        down(database, "z", "m1", NOW + timedelta(hours=3), 5)
        given = content(production={"table": "production", "longest": "4h"})
        given["facts"]["downtime"] |= {"time_zone": "Europe/Berlin", "longest": "1d"}
        given["facts"]["order"] = {"table": "nowhere"}
        reports.append(check(database.plant(**given), NOW))
    on_sqlite, on_postgres = reports
    # Whoever runs the tests owns the tables, which only a server can tell.
    (own,) = on_postgres.found("may_write")
    assert tuple(f for f in on_postgres.findings if f != own) == on_sqlite.findings
    assert on_postgres.facts == on_sqlite.facts
    assert on_postgres.tools == on_sqlite.tools
    assert len({found.key for found in on_sqlite.findings}) > 15


def test_a_double_row(plant: Database) -> None:
    plant.run("INSERT INTO production SELECT * FROM production WHERE asset = 'm1'")
    report = checked(plant)
    (found,) = report.found("double_row")
    assert found.argument("n") == DAYS
    (overlap,) = report.found("overlapping")
    assert overlap.argument("lost_min") == 480.0 * DAYS


def test_overlapping_stops_and_the_minutes_they_would_count_twice(plant: Database) -> None:
    down(plant, "x", "m1", FIRST + timedelta(hours=1, minutes=30), 45)  # 30 of 45 are covered
    down(plant, "y", "m2", FIRST + timedelta(hours=1, minutes=10), 20)  # all 20 are
    (found,) = checked(plant).found("overlapping")
    assert (found.argument("n"), found.argument("lost_min")) == (2, 50.0)


def test_stops_of_different_assets_do_not_overlap(plant: Database) -> None:
    assert "overlapping" not in keys(checked(plant))


def test_an_end_before_its_start(plant: Database) -> None:
    plant.run("""UPDATE downtime SET start = "end", "end" = start WHERE asset = 'm1'""")
    (found,) = checked(plant).found("end_before_start")
    assert found.argument("n") == DAYS


def test_stops_before_and_after_production(plant: Database) -> None:
    down(plant, "x", "m1", FIRST - timedelta(days=100), 5)
    down(plant, "y", "m1", FIRST - timedelta(days=99), 5)
    down(plant, "z", "m2", FIRST + timedelta(days=DAYS), 5)
    report = checked(plant)
    (before,) = report.found("stops_before")
    assert before.argument("n") == 2
    assert before.argument("first") == (FIRST - timedelta(days=100)).date()
    (after,) = report.found("stops_after_on")
    assert after.argument("first") == (FIRST + timedelta(days=DAYS)).date()


def test_the_log_and_the_production_rows_differ(plant: Database) -> None:
    plant.run("DELETE FROM downtime WHERE asset = 'm1'")
    (found,) = checked(plant).found("downtime_differs")
    assert found.argument("table_min") == 2 * DAYS * 60
    assert found.argument("events_min") == DAYS * 60


def test_open_stops(plant: Database) -> None:
    plant.run("""UPDATE downtime SET "end" = NULL, minutes = NULL WHERE id IN ('m1-0', 'm2-3')""")
    (found,) = checked(plant).found("long_open")
    assert found.argument("n") == 2


def test_rows_from_the_future(plant: Database) -> None:
    down(plant, "x", "m1", NOW + timedelta(hours=3), 5)
    (found,) = checked(plant).found("in_the_future")
    assert (found.argument("n"), found.argument("column")) == (1, "start")


def test_local_times_in_the_future_depend_on_the_zone(plant: Database) -> None:
    down(plant, "x", "m1", NOW + timedelta(hours=3), 5)
    # 09:00 in Tokyo was midnight in UTC.
    mapped = {"table": "downtime", "time_zone": "Asia/Tokyo", "losses": {"jam": "breakdown"}}
    assert checked(plant, downtime=mapped).found("in_the_future") == ()


def test_rows_longer_than_the_mapping_expects(plant: Database) -> None:
    report = checked(plant, production={"table": "production", "longest": "4h"})
    (found,) = report.found("too_long")
    assert (found.argument("n"), found.argument("longest_min")) == (2 * DAYS, 240.0)


def test_days_without_rows(plant: Database) -> None:
    with plant.engine.begin() as connection:
        for day in (3, 4, 10):
            at = stamp(plant)(FIRST + timedelta(days=day))
            connection.execute(text("DELETE FROM production WHERE start = :at"), {"at": at})
    (found,) = checked(plant).found("gaps")
    assert (found.severity, found.argument("n"), found.argument("of")) == ("info", 3, DAYS)
    assert found.argument("first") == (FIRST + timedelta(days=3)).date()
    assert found.argument("last") == (FIRST + timedelta(days=4)).date()


def test_with_shifts_only_worked_weekdays_are_missed(plant: Database) -> None:
    at = stamp(plant)
    free = [FIRST + timedelta(days=n) for n in range(DAYS)]
    with plant.engine.begin() as connection:
        for day in (day for day in free if day.weekday() >= 5):
            connection.execute(text("DELETE FROM production WHERE start = :at"), {"at": at(day)})
    five = ["mon", "tue", "wed", "thu", "fri"]
    shift = {"name": "Day", "start": "06:00", "end": "14:00", "days": five}
    given = {**content(), "plants": {"p": {"zone": "UTC", "shifts": [shift]}}}
    assert check(plant.plant(**given), NOW).found("gaps") == ()


def test_a_plant_of_one_line_that_no_column_names(plant: Database) -> None:
    columns = {"asset": {"constant": "m1"}, "start": "start", "total_units": "total_units"}
    report = checked(plant, production={"table": "production", "columns": columns})
    assert report.found("unknown_assets") == ()
    assert report.found("unreadable") == ()
    columns["asset"] = {"constant": "nobody"}
    report = checked(plant, production={"table": "production", "columns": columns})
    assert report.found("unknown_assets")[0].argument("assets") == "nobody"


def test_old_data(plant: Database) -> None:
    report = check(plant.plant(**content()), NOW + timedelta(days=30))
    assert {found.fact for found in report.found("old_data")} == {"production", "downtime"}


def test_stale_live_rows(plant: Database) -> None:
    report = check(plant.plant(**content()), NOW + timedelta(hours=1))
    (found,) = report.found("stale_live")
    assert found.argument("n") == 1


# --- what cannot be read ---------------------------------------------------------------------


def test_a_table_that_vanished_is_named_and_the_rest_is_read(plant: Database) -> None:
    plant.run("DROP TABLE production")
    report = checked(plant)
    (found,) = report.found("unreadable")
    assert (found.argument("table"), found.argument("problem")) == ("production", "table_missing")
    assert {s.fact for s in report.facts if s.state == "read"} >= {"downtime", "asset", "live"}
    tools = {tool.tool: tool.reach for tool in report.tools}
    assert (tools["safety_events"], tools["oee_query"]) == ("full", "part")
    assert report.exit_code == 1


def test_a_column_that_vanished_is_named(plant: Database) -> None:
    columns = {"asset": "asset", "start": "start", "total_units": "made"}
    report = checked(plant, production={"table": "production", "columns": columns})
    (found,) = report.found("column_missing")
    assert (found.argument("table"), found.argument("column")) == ("production", "made")
    assert "made" in render(report, Words("en"))


def test_text_in_a_number_column(sqlite: Database) -> None:
    clean(sqlite)
    sqlite.run("UPDATE production SET total_units = 'many' WHERE asset = 'm2'")
    report = checked(sqlite)
    (found,) = report.found("text_in_number")
    assert (found.argument("n"), found.argument("column")) == (DAYS, "total_units")
    assert keys(report) == ["text_in_number"]  # text is greater than any number in SQLite


def test_text_in_a_time_column(sqlite: Database) -> None:
    clean(sqlite)
    sqlite.run("""UPDATE production SET "end" = 'evening' WHERE asset = 'm2'""")
    (found,) = checked(sqlite).found("not_a_time")
    assert (found.argument("n"), found.argument("column")) == (DAYS, "end")


def test_dates_of_another_form(sqlite: Database) -> None:
    """A start made of a German date and a shift: no row parses, and it is not called missing."""
    clean(sqlite)
    sqlite.run(
        "CREATE TABLE book (day TEXT, shift TEXT, machine TEXT, good INTEGER)",
        "INSERT INTO book VALUES ('25.03.2026', 'Früh', 'm1', 5), ('', 'Früh', 'm1', 5)",
    )
    columns = {"asset": "machine", "good_units": "good",
               "start": {"date": "day", "shift": "shift"}}  # fmt: skip
    early = {"name": "Früh", "start": time(6), "end": time(14)}
    book = content(production={"table": "book", "columns": columns})
    book["plants"] = {"p": {"zone": "UTC", "shifts": [early]}}
    report = check(sqlite.plant(**book), NOW)
    (found,) = report.found("not_a_time")
    assert (found.argument("n"), found.argument("column")) == (1, "day")
    assert report.found("empty_key")[0].argument("n") == 1
    plain = {**columns, "start": "day"}
    (none,) = checked(sqlite, production={"table": "book", "columns": plain}).found("no_times")
    assert none.argument("column") == "day"


def test_an_empty_table(plant: Database) -> None:
    plant.run("DELETE FROM downtime")
    report = checked(plant)
    (found,) = report.found("no_rows")
    assert found.fact == "downtime"
    assert {s.fact: s.state for s in report.facts}["downtime"] == "empty"


def test_a_missing_file_can_not_be_read_at_all(sqlite: Database) -> None:
    report = checked(sqlite)
    assert report.exit_code == 2
    assert [found.argument("problem") for found in report.found("away")] == ["missing_file"]
    assert {tool.reach for tool in report.tools} == {"none"}


def test_a_damaged_file(sqlite: Database) -> None:
    clean(sqlite)
    with Path(str(sqlite.engine.url.database)).open("r+b") as file:
        file.write(b"no database " * 20)
    report = checked(sqlite)
    assert report.exit_code == 2
    assert [found.argument("problem") for found in report.found("away")] == ["corrupt"]


def test_a_locked_file(sqlite: Database) -> None:
    clean(sqlite)
    given = content()
    given["facts"] = {"cost": {"table": "cost"}}
    with sqlite3.connect(str(sqlite.engine.url.database)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        report = check(sqlite.plant(timeout=0.2, **given), NOW, patience=0.2)
        holder.rollback()
    holder.close()
    assert [found.argument("problem") for found in report.found("away")] == ["locked"]
    assert report.exit_code == 2


# --- the report ------------------------------------------------------------------------------


def test_findings_come_in_order_of_severity(plant: Database) -> None:
    plant.run("UPDATE asset SET unit = NULL", "UPDATE production SET scrap_units = -1",
              "UPDATE downtime SET reason = 'oops'")  # fmt: skip
    found = [one.severity for one in checked(plant).findings]
    assert found == sorted(found, key=["error", "warning", "info"].index)
    assert len(set(found)) == 3


@pytest.mark.parametrize("language", ["en", "de"])
def test_it_can_be_read_and_parsed(plant: Database, language: str) -> None:
    plant.run("UPDATE production SET run_min = 410, good_units = 500")
    report = checked(plant)
    shown = render(report, Words("de" if language == "de" else "en"))
    assert all(tool in shown for tool in TOOLS)
    assert "8.3 h" in shown or "8,3 h" in shown
    parsed = json.loads(json.dumps(as_json(report)))
    assert parsed["exit_code"] == 1
    assert parsed["findings"][0]["key"] == "good_above_total"
    first = {fact["fact"]: fact["first"] for fact in parsed["facts"]}
    assert (first["production"], first["cost"]) == (FIRST.isoformat(), None)


def test_everything_that_can_be_found_can_be_said() -> None:
    keys = set(catalogue.topic("en", "check"))
    figures = {name for figures in TOOLS.values() for name in figures}
    assert {f"figure_{name}" for name in figures} <= keys
    assert {f"need_{name}" for name in NEEDS} <= keys
    assert {f"problem_{name}" for name in PROBLEMS} <= keys
