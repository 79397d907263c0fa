from __future__ import annotations

import sqlite3
from datetime import date, datetime, timedelta
from statistics import fmean
from zoneinfo import ZoneInfo

import pytest

from core.access import Access
from core.domain.periods import Period
from core.errors import NoData, UserError
from tests.tools import plain_sql
from tests.tools.conftest import Ask, Asked, MakePlant
from tests.tools.plain_sql import PERIODS

LEVELS = ("grinder-5", "line-3", "machining", "packaging")


def utc(day: date, hour: int = 6) -> str:
    local = datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo("America/Chicago"))
    return f"{local.astimezone(ZoneInfo('UTC')):%Y-%m-%d %H:%M:%S}"


def oee(db: sqlite3.Connection, asset: str, start: str, end: str) -> float:
    good, planned = 0.0, 0.0
    for one in plain_sql.counted(db, asset):
        off = plain_sql.total(plain_sql.down(db, [one], start, end, where="loss = 'planned'"))
        planned += plain_sql.planned_minutes(db, one, start, end) - off.minutes
        good += plain_sql.ideal_minutes(db, one, start, end, "good_units")
    return good / planned


def points(asked: Asked) -> dict[date, float | None]:
    course = asked.result.course
    inside = course.slots[course.history :]
    return dict(zip((slot.day for slot in inside), course.shown, strict=True))


def resolved(asked: Asked) -> Period:
    period = asked.context.resolved["period"]
    assert isinstance(period, Period)
    return period


@pytest.mark.parametrize("asset", LEVELS)
def test_every_point_equals_plain_sql(ask: Ask, db: sqlite3.Connection, asset: str) -> None:
    asked = ask("trend_analysis", {"assets": (asset,), "period": "last 7 days"})
    found = points(asked)
    assert list(found) == [date(2026, 3, 5) + timedelta(days=n) for n in range(7)]
    for day in (date(2026, 3, 6), date(2026, 3, 8), date(2026, 3, 10)):  # 8 March has 23 hours
        expected = oee(db, asset, utc(day), utc(day + timedelta(days=1)))
        assert found[day] == pytest.approx(expected)


@pytest.mark.parametrize("period", ["yesterday", "last 7 days", "last 30 days"])
@pytest.mark.parametrize("asset", ["line-3", "riverside"])
def test_the_whole_period_equals_plain_sql(
    ask: Ask, db: sqlite3.Connection, asset: str, period: str
) -> None:
    args = {"assets": (asset,), "period": period, "kpi": "downtime"}
    asked = ask("trend_analysis", args)
    found = plain_sql.down(db, plain_sql.counted(db, asset), *PERIODS[period])
    assert asked.result.now == pytest.approx(plain_sql.total(found).minutes)
    assert sum(p or 0 for p in asked.result.course.shown) == pytest.approx(asked.result.now)


def test_the_change_is_against_the_period_before(ask: Ask, db: sqlite3.Connection) -> None:
    asked = ask("trend_analysis", {"assets": ("line-4",), "period": "last 7 days"})
    assert asked.result.before == pytest.approx(oee(db, "line-4", *plain_sql.BEFORE["last 7 days"]))
    assert "vs the 7 days before" in asked.metrics["OEE"].change


def test_the_limits_are_of_older_days_than_those_judged(ask: Ask, db: sqlite3.Connection) -> None:
    asked = ask("trend_analysis", {"assets": ("grinder-2",)})
    days = [date(2026, 2, 10) - timedelta(days=n) for n in range(42, 0, -1)]
    known = [d for d in days if d >= date(2026, 1, 2)]
    daily = [oee(db, "grinder-2", utc(d), utc(d + timedelta(days=1))) for d in known]
    limits = asked.result.course.verdict.limits
    later = asked.result.course.points[: asked.result.course.history][-len(known) :]
    assert list(later) == pytest.approx(daily)
    assert limits.center == pytest.approx(fmean(p for p in asked.result.course.points[:42] if p))
    assert asked.result.course.verdict.unjudged == 0


def test_grinder_5_wears_out(ask: Ask) -> None:
    asked = ask("trend_analysis", {"assets": ("grinder 5",)})
    assert "getting worse, by more than chance: −0." in asked.sentence
    assert "pp per day" in asked.sentence
    assert asked.result.course.verdict.slope < 0
    assert any("Breakdown" in row[2] for row in asked.tables[0].rows)
    assert resolved(asked).argument("days") == "30"


def test_press_2_makes_more_and_more_scrap(ask: Ask) -> None:
    asked = ask("trend_analysis", {"assets": ("press-2",), "kpi": "scrap_ratio"})
    assert "getting worse" in asked.sentence
    assert asked.result.unusual
    assert all(unusual.is_worse for unusual in asked.result.unusual)
    other = ask("trend_analysis", {"assets": ("press-1",), "kpi": "scrap_ratio"})
    assert other.result.course.verdict.slope is None


def test_normal_variation_is_called_so(ask: Ask) -> None:
    asked = ask("trend_analysis", {"assets": ("line-4",)})
    assert not asked.result.course.verdict.signals
    assert "Normal variation" in asked.sentence
    assert not asked.tables
    lines = {line.name for line in asked.charts[0].lines}
    assert lines == {"mean", "upper limit", "lower limit", "target"}


def test_line_3_has_its_bad_shifts_at_night(ask: Ask) -> None:
    asked = ask("trend_analysis", {"assets": ("line-3",), "by": "shift"})
    bad = [unusual.slot.shift for unusual in asked.result.unusual if unusual.is_worse]
    assert bad
    assert set(bad) == {"Night"}


def test_mtbf_is_of_machines_and_by_week(ask: Ask, db: sqlite3.Connection) -> None:
    asked = ask("trend_analysis", {"assets": ("grinder-5",), "kpi": "mtbf"})
    assert asked.result.course.by == "week"
    start, end = PERIODS["last 30 days"]
    long = "loss = 'breakdown' AND (julianday(\"end\") - julianday(start)) * 1440 >= 5 - 1e-6"
    failures = plain_sql.total(plain_sql.down(db, ["grinder-5"], start, end, where=long)).stops
    run = db.execute(
        "SELECT sum(run_min) FROM production WHERE asset = ? AND start >= ? AND start < ?",
        ("grinder-5", start, end),
    ).fetchone()[0]
    setup = plain_sql.down(db, ["grinder-5"], start, end, "loss", "loss = 'setup'")
    operating = run + plain_sql.total(setup).minutes
    assert asked.result.now == pytest.approx(operating / failures)
    line = ask("trend_analysis", {"assets": ("line-3",), "kpi": "mtbf"})
    assert [asset.id for asset in line.result.found.assets] == ["filler-3"]


def test_days_without_a_shift_are_gaps(ask: Ask) -> None:
    asked = ask("trend_analysis", {"assets": ("line-h1",), "period": "last 14 days"})
    sundays = [day for day in points(asked) if day.weekday() == 6]
    assert sundays
    assert all(points(asked)[day] is None for day in sundays)
    assert any("no time was planned" in notice for notice in asked.notices)


def test_the_running_day_is_no_point(ask: Ask, db: sqlite3.Connection) -> None:
    asked = ask("trend_analysis", {"assets": ("line-4",), "period": "this month", "kpi": "output"})
    assert [slot.day for slot in asked.result.course.left_out] == [date(2026, 3, 12)]
    assert len(asked.charts[0].categories) == 11
    assert any("only partly in the period" in notice for notice in asked.notices)
    total = db.execute(
        "SELECT sum(total_units) FROM production WHERE asset = 'line-4' AND start >= ?",
        (utc(date(2026, 3, 1)),),
    ).fetchone()[0]
    assert asked.result.now == total


def test_units_that_do_not_add_up_have_no_output(ask: Ask) -> None:
    asked = ask("trend_analysis", {"assets": ("riverside",), "kpi": "output"})
    assert "different units" in asked.sentence
    assert not asked.charts


def test_an_asset_without_a_rate(ask: Ask) -> None:
    asked = ask("trend_analysis", {"assets": ("robot-2",)})
    assert "cannot be given: there is no ideal rate" in asked.sentence
    known = ask("trend_analysis", {"assets": ("robot-2",), "kpi": "availability"})
    assert known.result.now == pytest.approx(0.95, abs=0.05)


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("by", [None, "day", "shift", "week"])
@pytest.mark.parametrize("kpi", ["oee", "downtime", "output", "mtbf", "scrap_ratio"])
def test_both_languages(ask: Ask, language: str, by: str | None, kpi: str) -> None:
    for assets in (("line-3",), ("hamburg",)):
        asked = ask("trend_analysis", {"assets": assets, "by": by, "kpi": kpi}, language)
        assert asked.sentence


def test_every_part_with_figures_is_cited(ask: Ask) -> None:
    asked = ask("trend_analysis", {"assets": ("grinder-5",)})
    known = {citation.number for citation in asked.context.citations}
    cites = [table.cites for table in asked.tables] + [chart.cites for chart in asked.charts]
    for numbers in (*cites, *(metric.cites for metric in asked.metrics.values())):
        assert numbers
        assert set(numbers) <= known


def test_areas_that_one_may_not_see(ask: Ask) -> None:
    with pytest.raises(NoData):
        ask("trend_analysis", {"assets": ("grinder-5",)}, access=Access(frozenset({"packaging"})))


def test_the_future_is_not_known(ask: Ask) -> None:
    with pytest.raises(UserError):
        ask("trend_analysis", {"assets": ("line-3",), "period": "2027-01-01"})


# --- plants with less ------------------------------------------------------------------------

M1 = '[[assets]]\nid = "m1"\nunit = "pcs"\n'


def rows(days: int) -> str:
    """One row a day, the last of them yesterday."""
    first = date(2026, 3, 12) - timedelta(days=days)
    values = ", ".join(
        f"('m1', '{first + timedelta(days=n)} 06:00:00', '{first + timedelta(days=n)} 14:00:00', "
        f"{500 + n % 5})"
        for n in range(days)
    )
    table = 'CREATE TABLE production (asset TEXT, start TEXT, "end" TEXT, total_units INTEGER);'
    return f"{table} INSERT INTO production VALUES {values};"


def test_a_new_plant_has_too_few_points(make_plant: MakePlant) -> None:
    plant = make_plant(M1 + '[facts.production]\ntable = "production"\n', rows(9))
    for language in ("en", "de"):
        asked = plant.ask("trend_analysis", {"kpi": "output"}, language)
        assert asked.result.course.verdict.limits is None
    assert "only 9 comparable points" in plant.ask("trend_analysis", {"kpi": "output"}).sentence


def test_the_first_twenty_points_are_the_baseline_where_there_are_no_older_ones(
    make_plant: MakePlant,
) -> None:
    plant = make_plant(M1 + '[facts.production]\ntable = "production"\n', rows(26))
    asked = plant.ask("trend_analysis", {"kpi": "output"})
    verdict = asked.result.course.verdict
    assert verdict.limits.points == 20
    assert verdict.limits.center == pytest.approx(fmean(500 + n % 5 for n in range(20)))
    assert any("themselves part of the baseline" in notice for notice in asked.notices)
    assert "cannot be given" in plant.ask("trend_analysis").sentence


STOPS = """
CREATE TABLE downtime (asset TEXT, start TEXT, "end" TEXT);
INSERT INTO downtime VALUES ('m1', '2026-03-10 06:00:00', '2026-03-10 06:40:00');
"""
SHIFTS = """
[plants.plant]
zone = "UTC"
[[plants.plant.shifts]]
name = "Day"
start = "06:00"
end = "14:00"
"""
DOWN = '[facts.downtime]\ntable = "downtime"\n'


def test_downtime_alone(make_plant: MakePlant) -> None:
    plant = make_plant(M1 + SHIFTS + DOWN, STOPS)
    asked = plant.ask("trend_analysis", {"kpi": "downtime"})
    assert asked.result.now == pytest.approx(40)
    assert points(asked)[date(2026, 3, 10)] == pytest.approx(40)
    for language in ("en", "de"):
        assert plant.ask("trend_analysis", {"kpi": "oee"}, language).sentence


def test_empty_tables(make_plant: MakePlant) -> None:
    script = 'CREATE TABLE production (asset TEXT, start TEXT, "end" TEXT, total_units INTEGER);'
    plant = make_plant(M1 + '[facts.production]\ntable = "production"\n', script)
    for language in ("en", "de"):
        asked = plant.ask("trend_analysis", {"kpi": "output"}, language)
        assert asked.result.now is None
        assert not asked.charts
