"""Proposals for databases of several shapes, on SQLite and Postgres: right or marked as guesses."""

from __future__ import annotations

import sys
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.data.connect import Proposal, propose, render
from core.data.mapping import PlantFile, load, parse
from core.data.query import Query
from core.data.sql import SqlDataSource
from core.domain.periods import Interval
from core.errors import MisconfiguredError, SourceUnavailable
from tests.data.connect import shapes
from tests.data.connect.shapes import FIRST
from tests.data.databases import Database, read

ZONE = "Europe/Berlin"
EVERYTHING = Interval(datetime(2025, 12, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC))


def mapped(proposal: Proposal) -> PlantFile:
    return parse(tomllib.loads(render(proposal)), where="proposal", home=Path())


def total(plant: PlantFile, query: Query, measure: str) -> float:
    rows = read(SqlDataSource(plant), query).rows
    return sum(float(str(row[measure] or 0)) for row in rows)


# --- a wide shift table ----------------------------------------------------------------------


def test_wide_shift_table_serves_two_facts(database: Database) -> None:
    shapes.wide_shift_table(database)
    plant = mapped(propose(database.url, zone=ZONE))
    production, downtime = plant.facts["production"], plant.facts["downtime"]
    assert production.table == downtime.table == "shift_report"
    start = production.columns["start"]
    assert (start.date, start.shift) == ("report_date", "shift")
    assert production.columns["target_units"].column == "planned"
    assert downtime.rows_are == "sums"
    assert downtime.losses == {
        "changeover": "setup",
        "no material": "starved",
        "conveyor jam": "breakdown",
    }
    assert {asset.key: asset.id for asset in plant.assets} == {
        "Line 1": "line-1",
        "Line 2": "line-2",
    }


def test_wide_shift_table_gives_its_sums(database: Database) -> None:
    shapes.wide_shift_table(database)
    plant = mapped(propose(database.url, zone=ZONE))
    n = shapes.DAYS * 6
    made = total(plant, Query("production", None, EVERYTHING, ("total_units",)), "total_units")
    assert made == sum(900 + i for i in range(n))
    down = total(plant, Query("downtime", None, EVERYTHING, ("minutes",)), "minutes")
    assert down == pytest.approx(sum((i % 4) * 12.5 for i in range(n)))


def test_shifts_without_times_are_guesses(database: Database) -> None:
    shapes.wide_shift_table(database)
    shifts = propose(database.url, zone=ZONE).shifts
    assert [(s.name, s.start, s.end) for s in shifts] == [
        ("Early", "06:00", "14:00"),
        ("Late", "14:00", "22:00"),
        ("Night", "22:00", "06:00"),
    ]
    assert {s.confidence for s in shifts} == {"guess"}


# --- German names, seconds -------------------------------------------------------------------


def test_german_names_and_seconds(database: Database) -> None:
    shapes.german_plant(database)
    plant = mapped(propose(database.url, zone=ZONE))
    production, downtime = plant.facts["production"], plant.facts["downtime"]
    assert (production.table, downtime.table) == ("BDE_Produktion", "Stillstände")
    assert {name: column.column for name, column in production.columns.items()} == {
        "asset": "Maschine",
        "start": "Schichtbeginn",
        "end": "Schichtende",
        "shift": "Schicht",
        "planned_min": "Planbelegungszeit_Min",
        "run_min": "Laufzeit_Min",
        "total_units": "Gesamtmenge",
        "good_units": "Gutmenge",
        "scrap_units": "Ausschuss",
    }
    assert downtime.columns["minutes"].unit == "s"
    assert production.time_zone == downtime.time_zone == ZONE


def test_german_reasons_are_guessed_and_the_rest_is_listed(database: Database) -> None:
    shapes.german_plant(database)
    proposal = propose(database.url, zone=ZONE)
    downtime = proposal.fact("downtime")
    assert downtime is not None
    assert {guess.key: guess.loss for guess in downtime.losses} == {
        "Umrüsten": "setup",
        "Materialmangel": "starved",
        "Störung Greifer": "breakdown",
        "Wartung": "planned",
        "Sonstiges": "unclassified",
    }
    assert downtime.unguessed == ("XY 7",)
    assert '# "XY 7" = "unclassified"' in render(proposal)


def test_german_shifts_come_from_the_rows(database: Database) -> None:
    shapes.german_plant(database)
    shifts = propose(database.url, zone=ZONE).shifts
    assert [(s.name, s.start, s.end, s.confidence) for s in shifts] == [
        ("Früh", "06:00", "14:00", "likely"),
        ("Spät", "14:00", "22:00", "likely"),
    ]


def test_german_plant_gives_its_sums(database: Database) -> None:
    shapes.german_plant(database)
    plant = mapped(propose(database.url, zone=ZONE))
    query = Query("downtime", None, EVERYTHING, ("event_minutes", "stops"), ("asset",))
    n = shapes.DAYS * 4
    assert total(plant, query, "stops") == n
    expected = sum(60 + 37 * (i % 60) for i in range(n)) / 60
    assert total(plant, query, "event_minutes") == pytest.approx(expected)


# --- a star with epoch times -----------------------------------------------------------------


def test_epoch_times_keys_and_cycle_times(database: Database) -> None:
    shapes.epoch_star(database)
    plant = mapped(propose(database.url, zone=ZONE))
    assert {fact: mapping.table for fact, mapping in plant.facts.items()} == {
        "production": "hourly_output",
        "downtime": "stops",
        "asset": "machines",
    }
    production, downtime = plant.facts["production"], plant.facts["downtime"]
    assert production.columns["start"].format == "epoch_s"
    assert production.columns["end"].length == timedelta(hours=1)
    assert downtime.columns["minutes"].unit == "s"
    assert downtime.losses == {
        "1": "setup",
        "2": "breakdown",
        "3": "starved",
        "9": "unclassified",
    }


def test_epoch_star_gives_its_rows(database: Database) -> None:
    shapes.epoch_star(database)
    source = SqlDataSource(mapped(propose(database.url, zone=ZONE)))
    stop = read(source, Query("downtime", ("1",), EVERYTHING, limit=1)).rows[0]
    assert stop["reason"] in {"Tool change", "Breakdown spindle", "Waiting for material", "Other"}
    asset = read(source, Query("asset")).rows[0]
    assert asset["ideal_rate"] == pytest.approx(60 / 12.5)
    made = Query("production", ("1",), EVERYTHING, ("total_units", "row_min"), ("asset",))
    (row,) = read(source, made).rows
    assert row["total_units"] == sum(100 + hour % 90 for hour in range(24 * shapes.DAYS))
    assert row["row_min"] == 60 * 24 * shapes.DAYS


# --- what else a table may hold --------------------------------------------------------------


def test_dates_written_the_german_way(sqlite: Database) -> None:
    sqlite.run("CREATE TABLE produktion (maschine TEXT, beginn TEXT, ende TEXT, menge INTEGER)")
    sqlite.insert(
        "produktion",
        [{"maschine": "M1", "beginn": f"{day:02}.03.2026 06:00:00",
          "ende": f"{day:02}.03.2026 14:00:00", "menge": 10} for day in range(1, 28)],
    )  # fmt: skip
    plant = mapped(propose(sqlite.url, zone=ZONE))
    march = Interval(datetime(2026, 3, 9, 23, tzinfo=UTC), datetime(2026, 3, 10, 23, tzinfo=UTC))
    assert total(plant, Query("production", None, march, ("total_units",)), "total_units") == 10


def test_downtime_minutes_of_a_plant_without_reasons(sqlite: Database) -> None:
    sqlite.run(
        "CREATE TABLE oee_log (machine TEXT, start_time TEXT, end_time TEXT, parts INTEGER, "
        "downtime_minutes REAL)"
    )
    sqlite.insert(
        "oee_log",
        [{"machine": "M1", "start_time": f"2026-03-{day:02} 06:00:00",
          "end_time": f"2026-03-{day:02} 14:00:00", "parts": 400, "downtime_minutes": 8.0}
         for day in range(1, 28)],
    )  # fmt: skip
    plant = mapped(propose(sqlite.url, zone=ZONE))
    assert plant.facts["downtime"].rows_are == "sums"
    assert plant.facts["downtime"].columns["minutes"].unit == "min"
    query = Query("downtime", None, EVERYTHING, ("minutes",))
    assert total(plant, query, "minutes") == pytest.approx(27 * 8.0)


def test_planned_minutes_of_twelve_hour_shifts_stay_minutes(sqlite: Database) -> None:
    sqlite.run(
        "CREATE TABLE shift_log (work_date TEXT, shift TEXT, line TEXT, planned_min INTEGER, "
        "good INTEGER, scrap INTEGER)"
    )
    sqlite.insert(
        "shift_log",
        [{"work_date": f"2026-03-{day:02}", "shift": shift, "line": "L1", "planned_min": 720,
          "good": 400, "scrap": 3} for day in range(2, 28) for shift in ("Day", "Night")],
    )  # fmt: skip
    planned = mapped(propose(sqlite.url, zone=ZONE)).facts["production"].columns["planned_min"]
    assert planned.unit == "min"


def test_a_column_that_says_utc_is_believed(sqlite: Database) -> None:
    sqlite.run(
        "CREATE TABLE production (machine TEXT, start_utc TEXT, end_utc TEXT, parts INTEGER)"
    )
    sqlite.insert(
        "production",
        [{"machine": "M1", "start_utc": f"2026-03-{day:02} 06:00:00",
          "end_utc": f"2026-03-{day:02} 14:00:00", "parts": 400} for day in range(1, 28)],
    )  # fmt: skip
    assert mapped(propose(sqlite.url, zone=ZONE)).facts["production"].time_zone == "UTC"


def test_the_sample_plant_is_found_under_its_own_names(sample_path: Path) -> None:
    plant = mapped(propose(f"sqlite:///{sample_path.as_posix()}"))
    assert {fact: mapping.table for fact, mapping in plant.facts.items()} == {
        fact: fact
        for fact in (
            "asset", "product", "product_rate", "calendar", "production", "downtime", "scrap",
            "order", "safety", "live", "target", "cost",
        )
    }  # fmt: skip
    for fact, mapping in plant.facts.items():
        assert {n: c.column for n, c in mapping.columns.items()} == {n: n for n in mapping.columns}
        assert mapping.columns, fact
    assert set(plant.plants) == {"riverside", "hamburg"}


def test_tables_of_another_schema_keep_its_name(postgres: Database) -> None:
    postgres.run(
        "CREATE SCHEMA mes",
        'CREATE TABLE mes.production (machine TEXT, start TIMESTAMPTZ, "end" TIMESTAMPTZ, '
        "good INTEGER, total INTEGER)",
        "INSERT INTO mes.production SELECT 'M1', d, d + interval '8 hours', 90, 100 "
        "FROM generate_series('2026-01-01'::timestamptz, '2026-01-20', '1 day') d",
    )
    plant = mapped(propose(postgres.url))
    assert plant.facts["production"].table == "mes.production"
    query = Query("production", None, EVERYTHING, ("total_units",))
    assert total(plant, query, "total_units") == 2_000


# --- what is no plant ------------------------------------------------------------------------


def test_a_shop_is_no_plant(database: Database) -> None:
    shapes.shop(database)
    with pytest.raises(MisconfiguredError, match="nothing that looks like a plant") as caught:
        propose(database.url)
    assert "order_items" in str(caught.value)


def test_an_empty_database(database: Database) -> None:
    database.run("CREATE TABLE gone (a INTEGER)", "DROP TABLE gone")
    with pytest.raises(MisconfiguredError, match="holds no table"):
        propose(database.url)


def test_empty_tables_are_at_best_guesses(database: Database) -> None:
    time = "TEXT" if database.is_sqlite else "TIMESTAMP"
    database.run(f"CREATE TABLE production (machine TEXT, start {time}, total_units INTEGER)")
    proposal = propose(database.url)
    assert {fact.table for fact in proposal.facts} == {"production"}
    assert {fact.confidence for fact in proposal.facts} == {"guess"}


@pytest.mark.parametrize(
    ("url", "error", "said"),
    [
        ("no address", MisconfiguredError, "is no database address"),
        ("nosuchdb://host/name", MisconfiguredError, "no driver"),
        ("sqlite:////nowhere/at/all.db", SourceUnavailable, "missing_file"),
        ("postgresql+psycopg://u:secret@127.0.0.1:1/none", SourceUnavailable, "unreachable"),
    ],
)
def test_wrong_addresses(url: str, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said) as caught:
        propose(url)
    assert "secret" not in str(caught.value)


def test_without_its_driver_postgres_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MisconfiguredError, match=r"pip install 'psycopg\[binary\]'") as caught:
        propose("postgres://u:secret@127.0.0.1:1/none")
    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "plant.db"
    path.write_text("not a database at all, but long enough to be looked at " * 20)
    with pytest.raises(SourceUnavailable, match="corrupt"):
        propose(f"sqlite:///{path.as_posix()}")


def test_an_unknown_zone(sqlite: Database) -> None:
    with pytest.raises(MisconfiguredError, match="no IANA time zone"):
        propose(sqlite.url, zone="Mars/Olympus")


def test_a_broken_view_does_not_end_the_look(sqlite: Database) -> None:
    shapes.wide_shift_table(sqlite)
    sqlite.run("CREATE TABLE gone (a INTEGER)", "CREATE VIEW broken AS SELECT * FROM gone",
               "DROP TABLE gone")  # fmt: skip
    proposal = propose(sqlite.url)
    assert proposal.unread == ("broken",)
    assert proposal.fact("production") is not None


def test_looking_changes_nothing(sqlite: Database) -> None:
    shapes.wide_shift_table(sqlite)
    path = Path(str(sqlite.engine.url.database))
    before = path.read_bytes()
    propose(sqlite.url)
    assert path.read_bytes() == before


def test_the_written_file_can_be_loaded(sqlite: Database, tmp_path: Path) -> None:
    shapes.wide_shift_table(sqlite)
    path = tmp_path / "plant.toml"
    path.write_text(render(propose(sqlite.url, zone=ZONE)), encoding="utf-8")
    assert set(load(path, home=tmp_path).facts) == {"production", "downtime"}


@pytest.mark.parametrize(
    "table",
    [
        "weather (station TEXT, time TEXT, temperature REAL, rain_mm REAL)",
        "trips (start_time TEXT, stop_time TEXT, tripduration INTEGER, start_station TEXT, "
        "end_station TEXT, member_type TEXT)",
        'appointments (patient_id INTEGER, doctor_id INTEGER, start TEXT, "end" TEXT, reason TEXT)',
        "timesheet (employee TEXT, start_time TEXT, end_time TEXT, hours REAL, description TEXT)",
        "issues (id INTEGER, created_at TEXT, closed_at TEXT, status TEXT, description TEXT)",
        'workouts (user_id INTEGER, start TEXT, "end" TEXT, duration INTEGER, distance REAL)',
    ],
    ids=lambda table: table.partition(" ")[0],
)
def test_other_trades_are_no_plants(sqlite: Database, table: str) -> None:
    name, _, columns = table.partition(" ")
    sqlite.run(f"CREATE TABLE {table}")
    times = {"start": "2026-03-02 08:00:00", "end": "2026-03-02 08:30:00"}
    row: dict[str, object] = {}
    for column in columns.strip("()").split(", "):
        bare, kind = column.replace('"', "").split(" ")
        is_end = any(word in bare for word in ("end", "stop", "closed"))
        is_time = kind == "TEXT" and any(w in bare for w in ("start", "end", "time", "_at"))
        when = times["end" if is_end else "start"]
        row[bare] = (when if is_time and "station" not in bare else "abc") if kind == "TEXT" else 30
    sqlite.insert(name, [row] * 30)
    with pytest.raises(MisconfiguredError, match="nothing that looks like a plant"):
        propose(sqlite.url)


# --- shifts that only a date and a name tell ---------------------------------------------------


def test_german_dates_with_shifts_are_read(database: Database) -> None:
    database.run(
        'CREATE TABLE "Schichtbuch" ("Datum" TEXT, "Schicht" TEXT, "Linie" TEXT, '
        '"Gutmenge" INTEGER, "Ausschuss" INTEGER)'
    )
    database.insert(
        "Schichtbuch",
        [{"Datum": f"{day:02}.03.2026", "Schicht": shift, "Linie": "L1", "Gutmenge": n,
          "Ausschuss": 0}
         for day in range(2, 28) for n, shift in ((1, "Früh"), (10, "Spät"), (100, "Nacht"))],
    )  # fmt: skip
    proposal = propose(database.url, zone=ZONE)
    night = Interval(datetime(2026, 3, 10, 21, tzinfo=UTC), datetime(2026, 3, 11, 5, tzinfo=UTC))
    made = Query("production", None, night, ("good_units",))
    assert total(mapped(proposal), made, "good_units") == 100


def test_weekends_without_rows_are_not_planned(sqlite: Database) -> None:
    sqlite.run(
        "CREATE TABLE shift_log (work_date TEXT, shift TEXT, line TEXT, good INTEGER, "
        "scrap INTEGER)"
    )
    days = [FIRST + timedelta(days=n) for n in range(21)]
    sqlite.insert(
        "shift_log",
        [{"work_date": f"{day:%Y-%m-%d}", "shift": shift, "line": "L1", "good": 400, "scrap": 3}
         for day in days for shift in ("Early", "Late") if day.weekday() < 5 or shift == "Early"],
    )  # fmt: skip
    plant = next(iter(mapped(propose(sqlite.url, zone=ZONE)).plants.values()))
    found = {shift.name: shift.days for shift in plant.shifts}
    assert found["Late"] == ("mon", "tue", "wed", "thu", "fri")
    assert len(found["Early"]) == 7


def test_three_days_tell_no_weekdays(sqlite: Database) -> None:
    sqlite.run("CREATE TABLE shift_log (work_date TEXT, shift TEXT, line TEXT, good INTEGER)")
    sqlite.insert(
        "shift_log",
        [{"work_date": f"2026-03-0{day}", "shift": shift, "line": "L1", "good": 400}
         for day in (2, 3, 4) for shift in ("Early", "Late")],
    )  # fmt: skip
    assert {shift.days for shift in propose(sqlite.url, zone=ZONE).shifts} == {()}


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgres_by_any_of_its_names(postgres: Database, scheme: str) -> None:
    shapes.wide_shift_table(postgres)
    url = f"{scheme}://{postgres.url.partition('://')[2]}"
    proposal = propose(url, zone=ZONE)
    assert mapped(proposal).facts["production"].table == "shift_report"
