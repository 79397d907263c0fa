"""Sums of production, scrap and shift rows, however a plant's tables look."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from core.data.query import Condition, Planned, Query, Span
from core.data.source import Row
from core.data.sql import SqlDataSource
from core.domain.periods import Interval
from core.errors import MisconfiguredError, NoData
from tests.data.databases import Database, count_statements, read, rows, utc

DAY = Interval(utc("2026-03-02"), utc("2026-03-03"))
HOURLY = """CREATE TABLE production (asset text, start timestamp, "end" timestamp, product text,
    total_units integer, good_units integer, recorded_at timestamp)"""
UNITS = ("total_units", "good_units", "scrap_units", "row_min")


@pytest.fixture
def hourly(database: Database) -> SqlDataSource:
    """Two assets, a row per hour on 1–3 March 2026: total = hour of day, good one less."""
    database.run(HOURLY)
    start = utc("2026-03-01")
    database.insert(
        "production",
        [
            {
                "asset": asset,
                "start": _stored(database, start + timedelta(hours=n)),
                "end": _stored(database, start + timedelta(hours=n + 1)),
                "product": "p1" if n % 24 < 12 else "p2",
                "total_units": n % 24 + 1,
                "good_units": n % 24,
                "recorded_at": _stored(database, start + timedelta(hours=n + 1, minutes=2)),
            }
            for asset in ("a", "b")
            for n in range(72)
        ],
    )
    return database.source(facts={"production": {"table": "production"}})


def _stored(database: Database, at: datetime) -> Any:
    return f"{at:%Y-%m-%d %H:%M:%S}" if database.is_sqlite else at.replace(tzinfo=None)


def test_sums_by_asset_and_product(hourly: SqlDataSource) -> None:
    facts = read(hourly, Query("production", ("a",), DAY, UNITS, ("asset", "product")))
    found = {row["product"]: row for row in facts.rows}
    assert found["p1"]["total_units"] == sum(range(1, 13))
    assert found["p2"]["good_units"] == sum(range(12, 24))
    assert found["p1"]["row_min"] == 720
    assert found["p1"]["scrap_units"] is None
    assert (facts.origin.table, facts.origin.rows) == ("production", 24)
    assert facts.as_of == utc("2026-03-03 00:02")


def test_rows_cut_by_the_edge_are_whole_and_say_what_they_cover(hourly: SqlDataSource) -> None:
    asked = Interval(utc("2026-03-02 06:30"), utc("2026-03-02 08:15"))
    (row,) = rows(hourly, Query("production", ("a",), asked, UNITS))
    assert (row["first"], row["last"]) == (utc("2026-03-02 06:00"), utc("2026-03-02 09:00"))
    assert (row["rows"], row["total_units"], row["row_min"]) == (3, 7 + 8 + 9, 180)


def test_a_row_that_only_touches_the_period_is_outside(hourly: SqlDataSource) -> None:
    asked = Interval(utc("2026-03-02 06:00"), utc("2026-03-02 07:00"))
    (row,) = rows(hourly, Query("production", ("a",), asked, UNITS))
    assert (row["rows"], row["total_units"]) == (1, 7)


def test_windows_and_segments_add_up(hourly: SqlDataSource) -> None:
    shifts = tuple(
        Interval(DAY.start + timedelta(hours=h), DAY.start + timedelta(hours=h + 8))
        for h in (0, 8, 16)
    )
    by_window = rows(
        hourly,
        Query("production", None, DAY, ("total_units",), ("window", "asset"), windows=shifts),
    )
    assert len(by_window) == 6
    assert sum(_int(row["total_units"]) for row in by_window) == 2 * sum(range(1, 25))
    segments = rows(
        hourly,
        Query(
            "production", ("a",), DAY, ("total_units",), ("segment",),
            cuts=(utc("2026-03-02 10:00"), utc("2026-03-02 20:00")),
        ),
    )  # fmt: skip
    assert {row["segment"]: row["rows"] for row in segments} == {0: 10, 1: 10, 2: 4}


def _int(value: object) -> int:
    assert isinstance(value, int | float)
    return int(value)


def test_no_rows_are_unknown_and_not_zero(hourly: SqlDataSource) -> None:
    later = Interval(utc("2027-01-01"), utc("2027-01-02"))
    (row,) = rows(hourly, Query("production", ("a",), later, UNITS))
    assert (row["rows"], row["total_units"], row["scrap_units"]) == (0, None, None)
    assert rows(hourly, Query("production", ("a",), later, UNITS, ("asset",))) == ()


def test_the_newest_time_per_asset(hourly: SqlDataSource) -> None:
    found = rows(hourly, Query("production", ("a", "b"), measures=("latest",)))
    assert {row["asset"]: row["latest"] for row in found} == dict.fromkeys(
        "ab", utc("2026-03-04 00:02")
    )


def test_one_statement_per_question(hourly: SqlDataSource) -> None:
    seen = count_statements(hourly)
    query = Query("production", ("a",), DAY, UNITS, ("asset",))
    rows(hourly, query)
    first_use = len(seen)
    rows(hourly, query)
    rows(hourly, Query("production", ("b",), DAY, UNITS, ("asset",)))
    rows(hourly, query.rows())
    assert (first_use <= 3, len(seen) - first_use) == (True, 3)


def test_rows_conditions_order_and_pages(hourly: SqlDataSource) -> None:
    query = Query(
        "production",
        ("a",),
        DAY,
        where=(Condition("total_units", ">", 20), Condition("product", "in", ("p2",))),
        order_by=("-total_units",),
        limit=2,
        offset=1,
    )
    assert [row["total_units"] for row in rows(hourly, query)] == [23, 22]
    at = Condition("start", ">=", utc("2026-03-02 22:00"))
    assert len(rows(hourly, Query("production", ("a",), DAY, where=(at,)))) == 2


def test_a_missing_column_is_named(hourly: SqlDataSource) -> None:
    with pytest.raises(NoData) as caught:
        rows(hourly, Query("production", where=(Condition("order", "=", "x"),)))
    assert (caught.value.key, caught.value.arguments["column"]) == ("column_missing", "order")


# --- other shapes ----------------------------------------------------------------------------


def test_a_row_per_hour_with_only_a_start(database: Database) -> None:
    database.run("CREATE TABLE counts (at timestamp, n integer)")
    for hour in range(5, 9):
        database.run(f"INSERT INTO counts VALUES ('2026-03-02 0{hour}:00:00', 10)")
    source = database.source(
        facts={
            "production": {
                "table": "counts",
                "columns": {
                    "asset": {"constant": "line"},
                    "start": "at",
                    "end": {"length": "1h"},
                    "total_units": "n",
                    "good_units": {"expression": "n - 1"},
                },
            }
        }
    )
    asked = Interval(utc("2026-03-02 05:30"), utc("2026-03-02 07:00"))
    (row,) = rows(source, Query("production", ("line",), asked, UNITS, ("asset",)))
    assert (row["asset"], row["total_units"], row["good_units"]) == ("line", 20, 18)
    assert (row["row_min"], row["last"]) == (120, utc("2026-03-02 07:00"))
    behind = rows(source, Query("production", ("line",), asked).rows())
    assert behind[0]["end"] == utc("2026-03-02 07:00")
    assert rows(source, Query("production", ("other",), asked, UNITS, ("asset",))) == ()
    assert rows(source, Query("production", None, measures=("latest",)))[0]["latest"] == utc(
        "2026-03-02 09:00"
    )


def test_scrap_is_an_instant(database: Database) -> None:
    database.run("CREATE TABLE scrap (asset text, time timestamp, units integer, reason text)")
    for at in ("2026-03-01 23:59:59", "2026-03-02 00:00:00", "2026-03-03 00:00:00"):
        database.run(f"INSERT INTO scrap VALUES ('a', '{at}', 4, 'burr')")
    source = database.source(facts={"scrap": {"table": "scrap"}})
    (row,) = rows(source, Query("scrap", ("a",), DAY, ("units",), ("reason",)))
    assert (row["units"], row["rows"]) == (4, 1)


WIDE = """CREATE TABLE shift_log (day {date}, team text, machine integer, planned_h real,
    made integer, ok integer, bad integer, down_s integer, why text)"""
SHIFTS = [
    {"name": "Early", "start": "06:00:00", "end": "14:00:00", "aliases": ["E"]},
    {"name": "Late", "start": "14:00:00", "end": "22:00:00"},
    {"name": "Night", "start": "22:00:00", "end": "06:00:00"},
]
START = {"date": "day", "shift": "team"}
WIDE_FACTS: dict[str, Any] = {
    "production": {
        "table": "shift_log",
        "time_zone": "Europe/Berlin",
        "columns": {
            "asset": "machine", "start": START, "shift": "team",
            "planned_min": {"column": "planned_h", "unit": "h"}, "total_units": "made",
            "good_units": "ok", "scrap_units": "bad",
        },
    },
    "downtime": {
        "table": "shift_log",
        "time_zone": "Europe/Berlin",
        "rows_are": "sums",
        "columns": {
            "asset": "machine", "start": START, "reason": "why",
            "minutes": {"column": "down_s", "unit": "s"},
        },
        "losses": {"jam": "breakdown", "changeover": "setup"},
    },
}  # fmt: skip


@pytest.fixture
def wide(database: Database) -> SqlDataSource:
    """A shift table of machine 7 ("line-7"), in Berlin's time."""
    date = "text" if database.is_sqlite else "date"
    database.run(WIDE.format(date=date))
    for day, team, made, down, why in (
        ("2026-03-02", "Early", 100, 1800, "'jam'"),
        ("2026-03-02", "late", 90, 600, "'changeover'"),
        ("2026-03-02", "Night", 80, 0, "NULL"),
        ("2026-03-03", "E", 70, 60, "'jam'"),
    ):
        database.run(
            f"INSERT INTO shift_log VALUES ('{day}', '{team}', 7, 7.5, {made}, {made - 5}, 5,"
            f" {down}, {why})"
        )
    return database.source(
        {"line-7": "7"},
        plants={"p": {"zone": "Europe/Berlin", "shifts": SHIFTS}},
        facts=WIDE_FACTS,
    )


DAY_OF_SHIFTS = Interval(utc("2026-03-02 05:00"), utc("2026-03-03 05:00"))  # 06:00 in Berlin


def test_a_wide_shift_table_serves_production(wide: SqlDataSource) -> None:
    query = Query("production", ("line-7",), DAY_OF_SHIFTS, ("planned_min", *UNITS), ("asset",))
    (row,) = rows(wide, query)
    assert (row["asset"], row["rows"], row["total_units"]) == ("line-7", 3, 270)
    assert (row["planned_min"], row["scrap_units"], row["row_min"]) == (1350, 15, 1440)
    assert (row["first"], row["last"]) == (DAY_OF_SHIFTS.start, DAY_OF_SHIFTS.end)
    behind = rows(wide, query.rows())
    assert next(r["start"] for r in behind) == utc("2026-03-02 21:00")
    assert behind[0]["shift"] == "Night"


def test_a_shift_row_cut_by_the_edge_is_whole(wide: SqlDataSource) -> None:
    asked = Interval(utc("2026-03-02 09:00"), utc("2026-03-02 10:00"))
    (row,) = rows(wide, Query("production", ("line-7",), asked, UNITS))
    assert (row["total_units"], row["first"]) == (100, utc("2026-03-02 05:00"))


def test_a_wide_shift_table_serves_downtime_without_counts(wide: SqlDataSource) -> None:
    spans = (Span(DAY_OF_SHIFTS.start, DAY_OF_SHIFTS.end, DAY_OF_SHIFTS.start),)
    measures = ("minutes", "stops", "event_minutes", "longest", "median", "long_stops", "repairs")
    query = Query(
        "downtime",
        ("line-7",),
        DAY_OF_SHIFTS,
        measures,
        ("asset", "loss", "is_open"),
        planned=(Planned(("line-7",), spans),),
        minor_stop_seconds=300,
    )
    found = {row["loss"]: row for row in rows(wide, query)}
    assert {loss: row["minutes"] for loss, row in found.items()} == {"breakdown": 30, "setup": 10}
    for row in found.values():
        assert [row[name] for name in measures[1:]] == [None] * 6
        assert (row["asset"], row["is_open"]) == ("line-7", None)


def test_a_shift_without_downtime_is_no_stop_but_known(wide: SqlDataSource) -> None:
    night = Interval(utc("2026-03-02 21:00"), utc("2026-03-03 05:00"))
    assert rows(wide, Query("downtime", ("line-7",), night, ("minutes",)))[0]["minutes"] == 0
    assert rows(wide, Query("downtime", ("line-7",), night, ("minutes",), ("reason",))) == ()
    assert rows(wide, Query("downtime", ("line-7",), night).rows()) == ()


def test_windows_of_shift_sums(wide: SqlDataSource) -> None:
    starts = [DAY_OF_SHIFTS.start + timedelta(hours=h) for h in (0, 8, 16)]
    windows = tuple(Interval(start, start + timedelta(hours=8)) for start in starts)
    spans = tuple(Span(w.start, w.end, w.start, n) for n, w in enumerate(windows))
    query = Query(
        "downtime", ("line-7",), DAY_OF_SHIFTS, ("minutes",), ("window",),
        windows=windows, planned=(Planned(("line-7",), spans),),
    )  # fmt: skip
    assert {r["window"]: r["minutes"] for r in rows(wide, query)} == {0: 30, 1: 10, 2: 0}
    without = Query(
        "downtime", ("line-7",), DAY_OF_SHIFTS, ("minutes",), ("window",),
        planned=(Planned(("line-7",), spans),),
    )  # fmt: skip
    assert rows(wide, without) == rows(wide, query)


def test_a_start_by_shift_needs_shifts(database: Database) -> None:
    database.run(WIDE.format(date="text"))
    source = database.source(facts={"production": WIDE_FACTS["production"]})
    with pytest.raises(MisconfiguredError):
        rows(source, Query("production", None, DAY, ("total_units",)))


# --- units, keys, codes ----------------------------------------------------------------------


def test_units_of_minutes_are_exact(database: Database) -> None:
    database.run(
        "CREATE TABLE production (asset text, start timestamp, s integer, h real, ms bigint)"
    )
    database.run("INSERT INTO production VALUES ('a', '2026-03-02 01:00:00', 300, 0.25, 90000)")
    columns = {
        "asset": "asset", "start": "start", "planned_min": {"column": "s", "unit": "s"},
        "run_min": {"column": "h", "unit": "h"}, "down_min": {"column": "ms", "unit": "ms"},
    }  # fmt: skip
    source = database.source(facts={"production": {"table": "production", "columns": columns}})
    (row,) = rows(source, Query("production", None, DAY, ("planned_min", "run_min", "down_min")))
    assert (row["planned_min"], row["run_min"], row["down_min"]) == (5, 15, 1.5)
    assert rows(source, Query("production").rows())[0]["planned_min"] == 5


def test_reason_codes_become_losses(database: Database) -> None:
    database.run("CREATE TABLE stops (a text, s timestamp, e timestamp, code integer, loss text)")
    for minute, (code, loss) in enumerate([(1, "x"), (2, "x"), (3, " Setup "), (4, "Störung")]):
        at = f"2026-03-02 0{minute}:"
        database.run(f"INSERT INTO stops VALUES ('a', '{at}00:00', '{at}30:00', {code}, '{loss}')")
    mapping = {
        "table": "stops",
        "columns": {"asset": "a", "start": "s", "end": "e", "reason_code": "code", "loss": "loss"},
        "losses": {"1": "starved", "2": "planned"},
        "default_loss": "breakdown",
    }
    source = database.source(facts={"downtime": mapping})
    query = Query("downtime", ("a",), DAY, ("minutes",), ("reason_code", "loss"))
    losses = {row["reason_code"]: row["loss"] for row in rows(source, query)}
    assert losses == {"1": "starved", "2": "planned", "3": "setup", "4": "breakdown"}
    only = Query("downtime", ("a",), DAY, ("minutes",), where=(Condition("reason_code", "=", "2"),))
    assert rows(source, only)[0]["minutes"] == 30
    assert [r["loss"] for r in rows(source, only.rows())] == ["planned"]


def test_assets_that_the_tables_call_otherwise(database: Database) -> None:
    database.run(
        'CREATE TABLE downtime (asset integer, start timestamp, "end" timestamp,'
        " cause_asset integer, loss text)"
    )
    database.run(
        "INSERT INTO downtime VALUES (1, '2026-03-02 01:00', '2026-03-02 02:00', 2, 'starved'),"
        " (1, '2026-03-02 03:00', '2026-03-02 04:00', 9, 'starved')"
    )
    source = database.source(
        {"line-1": "1", "filler": "2"}, facts={"downtime": {"table": "downtime"}}
    )
    span = (Span(DAY.start, DAY.end, DAY.start),)
    query = Query(
        "downtime", ("line-1", "filler"), DAY, ("minutes", "stops"), ("asset", "cause_asset"),
        planned=(Planned(("line-1",), span), Planned(("filler",), span)),
    )  # fmt: skip
    assert {(r["asset"], r["cause_asset"], r["minutes"]) for r in rows(source, query)} == {
        ("line-1", "filler", 60.0),
        ("line-1", "9", 60.0),
    }
    inside = Query("downtime", ("line-1",), DAY, ("minutes",), members=(("line-1", "filler"),))
    assert rows(source, inside)[0]["minutes"] == 60
    caused = Query("downtime", ("line-1",), DAY, where=(Condition("cause_asset", "=", "filler"),))
    assert len(rows(source, caused)) == 1
    assert rows(source, Query("downtime", ("no number",), DAY)) == ()


def test_the_standing_filter(hourly: SqlDataSource, database: Database) -> None:
    source = database.source(
        facts={"production": {"table": "production", "where": "product LIKE '%2' AND asset = 'a'"}}
    )
    (row,) = rows(source, Query("production", None, DAY, ("total_units",)))
    assert row["total_units"] == sum(range(13, 25))


# --- what is no number -----------------------------------------------------------------------


def test_text_among_the_numbers_of_sqlite_is_never_left_out(sqlite: Database) -> None:
    sqlite.run(HOURLY)
    for hour, total in ((1, "5"), (2, "'n/a'"), (3, "7")):
        at = f"2026-03-02 0{hour}:00:00"
        sqlite.run(
            f"INSERT INTO production VALUES ('a', '{at}', '2026-03-02 0{hour + 1}:00:00', 'p',"
            f" {total}, 1, NULL)"
        )
    source = sqlite.source(facts={"production": {"table": "production"}})
    for query in (
        Query("production", ("a",), DAY, ("total_units",)),
        Query("production", ("a",), DAY).rows(),
    ):
        with pytest.raises(NoData) as caught:
            rows(source, query)
        assert caught.value.key == "text_in_number"
        assert caught.value.arguments == {"table": "production", "column": "total_units"}
    (good,) = rows(source, Query("production", ("a",), DAY, ("good_units",)))
    assert good["good_units"] == 3


@pytest.mark.parametrize("values", [("1", "2.5", "4"), ("1", "2", "4"), ("0.5", "3", "4")])
def test_whole_numbers_and_fractions_in_one_column(
    sqlite: Database, values: tuple[str, ...]
) -> None:
    sqlite.run("CREATE TABLE production (asset text, start text, total_units)")
    for hour, value in enumerate(values):
        sqlite.run(f"INSERT INTO production VALUES ('a', '2026-03-02 0{hour}:00:00', {value})")
    source = sqlite.source(facts={"production": {"table": "production"}})
    query = Query("production", ("a",), DAY, ("total_units",))
    assert rows(source, query)[0]["total_units"] == sum(map(float, values))
    sqlite.run("INSERT INTO production VALUES ('a', '2026-03-02 07:00:00', '')")
    with pytest.raises(NoData):
        rows(source, query)


def test_a_text_column_mapped_as_a_number_on_postgres(postgres: Database) -> None:
    postgres.run("CREATE TABLE production (asset text, start timestamp, total_units text)")
    postgres.run("INSERT INTO production VALUES ('a', '2026-03-02 01:00', '5')")
    source = postgres.source(facts={"production": {"table": "production"}})
    with pytest.raises(NoData) as caught:
        rows(source, Query("production", ("a",), DAY, ("total_units",)))
    assert caught.value.arguments == {"table": "production", "column": "total_units"}


def test_flags_and_empty_numbers(database: Database) -> None:
    database.run('CREATE TABLE asset (id integer, "constraint" text, ideal_rate text, name text)')
    database.run("INSERT INTO asset VALUES (7, 'yes', '', NULL), (8, '0', '1.5', 'Eight')")
    source = database.source(facts={"asset": {"table": "asset"}})
    found: dict[object, Row] = {row["id"]: row for row in rows(source, Query("asset"))}
    assert (found["7"]["constraint"], found["7"]["ideal_rate"]) == (True, None)
    assert (found["8"]["constraint"], found["8"]["ideal_rate"]) == (False, 1.5)
