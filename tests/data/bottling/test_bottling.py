"""A real line, connected by `andon connect` alone: the published figures, the known defects."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from core.data.check import Report, check
from core.data.connect import propose, render
from core.data.mapping import PlantFile, parse
from core.data.query import Fact, Query
from core.data.sql import SqlDataSource
from core.domain.periods import Interval

DATABASE = Path(__file__).parent / "bottling.sqlite"
URL = f"sqlite:///{DATABASE.as_posix()}"
ZONE = "America/Sao_Paulo"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ALL = Interval(datetime(2022, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
def plant() -> PlantFile:
    text = render(propose(URL, zone=ZONE))
    return parse(tomllib.loads(text), where="proposal", home=Path())


@pytest.fixture(scope="module")
def report(plant: PlantFile) -> Report:
    return check(plant, NOW)


def figures(
    plant: PlantFile, fact: Fact, *measures: str, interval: Interval = ALL
) -> Mapping[str, float]:
    """Sums over the whole line by the data source that answers questions."""
    source = SqlDataSource(plant)
    query = Query(fact, ("bottling-line",), interval, measures, ("asset",))
    (row,) = asyncio.run(source.fetch(query)).rows
    return {name: float(str(row[name])) for name in measures}


def month(year: int, number: int) -> Interval:
    zone = ZoneInfo(ZONE)
    start = datetime(year, number, 1, tzinfo=zone)
    end = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=zone)
    return Interval(start.astimezone(UTC), end.astimezone(UTC))


# --- the proposal ----------------------------------------------------------------------------


def test_the_daily_table_is_production(plant: PlantFile) -> None:
    mapped = plant.facts["production"]
    assert mapped.table == "fact_daily_production"
    assert mapped.time_zone == ZONE
    columns = {name: (c.column, c.unit) for name, c in mapped.columns.items() if c.column}
    assert columns == {
        "start": ("production_start_ts", "min"),
        "end": ("production_end_ts", "min"),
        "product": ("product_key", "min"),
        "planned_min": ("monitored_hours", "h"),
        "run_min": ("operating_hours", "h"),
        "down_min": ("downtime_hours", "h"),
        "total_units": ("production_units", "min"),
    }
    assert mapped.columns["asset"].constant == "bottling-line"


def test_the_event_table_is_downtime(plant: PlantFile) -> None:
    mapped = plant.facts["downtime"]
    assert mapped.table == "fact_downtime_events"
    columns = {name: (c.column, c.unit) for name, c in mapped.columns.items() if c.column}
    assert columns == {
        "id": ("downtime_id", "min"),
        "start": ("downtime_start_ts", "min"),
        "end": ("downtime_end_ts", "min"),
        "minutes": ("reported_duration_minutes", "min"),
    }


def test_nothing_is_made_up(plant: PlantFile) -> None:
    assert set(plant.facts) == {"production", "downtime", "product"}
    assert not plant.facts["downtime"].losses
    assert [asset.id for asset in plant.assets] == ["bottling-line"]
    assert plant.assets[0].ideal_rate is None


def test_the_hourly_table_is_named_with_why_it_was_not_taken() -> None:
    production = propose(URL, zone=ZONE).fact("production")
    assert production is not None
    (other,) = production.others
    assert other.startswith("fact_hourly_performance")
    assert "60,692 against 60,888" in other


def test_units_are_told_by_the_values() -> None:
    production = propose(URL, zone=ZONE).fact("production")
    assert production is not None
    planned = production.choice("planned_min")
    assert planned is not None
    assert planned.confidence == "sure"
    assert "59 of 59" in planned.evidence


def test_without_a_zone_the_file_says_what_to_check() -> None:
    text = render(propose(URL))
    assert text.count("check this") >= 2
    mapped = parse(tomllib.loads(text), where="proposal", home=Path())
    assert mapped.facts["production"].time_zone == "UTC"


# --- the published figures -------------------------------------------------------------------


def test_containers(plant: PlantFile) -> None:
    assert figures(plant, "production", "total_units") == {"total_units": 60_888}


def test_availability_is_weighted_and_not_the_mean_of_days(plant: PlantFile) -> None:
    found = figures(plant, "production", "planned_min", "run_min")
    assert found["run_min"] / found["planned_min"] == pytest.approx(0.4266, abs=5e-5)
    assert found["planned_min"] / 60 == pytest.approx(238.65, abs=0.01)


def test_downtime_by_the_daily_table(plant: PlantFile) -> None:
    found = figures(plant, "production", "down_min")
    assert found["down_min"] / 60 == pytest.approx(137.564, abs=5e-4)


def test_stops_of_the_event_log(plant: PlantFile) -> None:
    found = figures(plant, "downtime", "stops", "event_minutes", "longest")
    assert found["stops"] == 1_388
    assert found["event_minutes"] == pytest.approx(7_914.0, abs=0.05)
    assert 349 < found["longest"] < 350
    assert figures(plant, "downtime", "median")["median"] == pytest.approx(1.5, abs=0.01)


def test_long_stops(plant: PlantFile) -> None:
    found = figures(plant, "downtime", "long_stops", "long_minutes", "event_minutes")
    assert found["long_stops"] == 65
    assert found["long_minutes"] / found["event_minutes"] == pytest.approx(0.619, abs=5e-4)


@pytest.mark.parametrize(
    ("interval", "units", "ratio"),
    [(month(2022, 12), 16_051, 0.377), (month(2023, 1), 10_042, 0.540)],
)
def test_months(plant: PlantFile, interval: Interval, units: int, ratio: float) -> None:
    found = figures(plant, "production", "total_units", "planned_min", "run_min", interval=interval)
    assert found["total_units"] == units
    assert found["run_min"] / found["planned_min"] == pytest.approx(ratio, abs=5e-4)


# --- the check -------------------------------------------------------------------------------


def test_defect_daily_downtime_and_events_differ(report: Report) -> None:
    (found,) = report.found("downtime_differs")
    assert found.argument("table_min") == pytest.approx(137.564 * 60, abs=0.1)
    assert found.argument("events_min") == pytest.approx(7_914.0, abs=0.1)


def test_defect_rows_that_do_not_reconcile(report: Report) -> None:
    (found,) = report.found("times_unreconciled")
    assert (found.argument("n"), found.argument("of")) == (15, 59)


def test_defect_events_before_production(report: Report) -> None:
    (found,) = report.found("stops_before_on")
    assert found.argument("n") == 18
    assert found.argument("first") == date(2022, 1, 13)
    assert found.argument("edge") == date(2022, 7, 22)


def test_rows_and_span(report: Report) -> None:
    found = {state.fact: state for state in report.facts}
    assert (found["production"].rows, found["downtime"].rows) == (59, 1_388)
    assert found["production"].first == datetime(2022, 7, 22, 14, 58, 3, tzinfo=UTC)
    assert found["production"].last == datetime(2023, 2, 10, 18, 30, 31, tzinfo=UTC)


def test_production_days(report: Report) -> None:
    (found,) = report.found("gaps")
    assert (found.argument("n"), found.argument("of")) == (204 - 56, 204)


def test_it_has_no_errors_that_are_not_there(report: Report) -> None:
    assert [found.key for found in report.findings if found.severity == "error"] == []
    assert report.exit_code == 0


def test_what_the_data_cannot_carry_is_withheld(report: Report) -> None:
    tools = {tool.tool: tool for tool in report.tools}
    oee = {figure.name: figure.lacks for figure in tools["oee_query"].figures}
    assert oee["availability"] == ()
    assert "ideal_rate" in oee["performance"]
    assert "good_units" in oee["quality"]
    stops = {figure.name: figure.lacks for figure in tools["downtime_analysis"].figures}
    assert stops["counts"] == ()
    assert stops["pareto"] == ("reasons",)
    assert tools["safety_events"].reach == "none"
