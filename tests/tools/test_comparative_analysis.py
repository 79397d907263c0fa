from __future__ import annotations

import re
import sqlite3

import pytest

from core.access import Access
from core.domain.periods import Period
from core.errors import NoData, UserError
from tests.tools import plain_sql
from tests.tools.conftest import Ask, Asked, MakePlant
from tests.tools.plain_sql import PERIODS


def figures(asked: Asked, kpi: str) -> dict[str, float | None]:
    return {s.key: s.figures[kpi].value for s in asked.result.subjects}


def planned(db: sqlite3.Connection, assets: list[str], start: str, end: str) -> float:
    total = 0.0
    for one in assets:
        off = plain_sql.total(plain_sql.down(db, [one], start, end, where="loss = 'planned'"))
        total += plain_sql.planned_minutes(db, one, start, end) - off.minutes
    return total


def plain(db: sqlite3.Connection, asset: str, start: str, end: str) -> dict[str, float]:
    """OEE, quality, downtime per planned hour and output of an asset, in plain SQL."""
    assets = plain_sql.counted(db, asset)
    time = planned(db, assets, start, end)
    good, total = (
        sum(plain_sql.ideal_minutes(db, one, start, end, units) for one in assets)
        for units in ("good_units", "total_units")
    )
    marks = ",".join("?" * len(assets))
    made = db.execute(
        f"SELECT sum(total_units) FROM production WHERE asset IN ({marks}) "
        "AND start >= ? AND start < ?",
        (*assets, start, end),
    ).fetchone()[0]
    return {
        "oee": good / time,
        "quality": good / total,
        "downtime_rate": plain_sql.total(plain_sql.down(db, assets, start, end)).minutes
        / time
        * 60,
        "output_rate": made / time * 60,
    }


def resolved(asked: Asked) -> Period:
    period = asked.context.resolved["period"]
    assert isinstance(period, Period)
    return period


@pytest.mark.parametrize("period", ["last night", "yesterday", "last 7 days"])
def test_figures_equal_plain_sql(ask: Ask, db: sqlite3.Connection, period: str) -> None:
    sides = ("grinder-5", "line-3", "packaging")
    asked = ask("comparative_analysis", {"assets": sides, "period": period})
    for side in sides:
        expected = plain(db, side, *PERIODS[period])
        for kpi in ("oee", "quality", "downtime_rate"):
            assert figures(asked, kpi)[side] == pytest.approx(expected[kpi])


def test_an_area_alone_compares_what_makes_it_up(ask: Ask, db: sqlite3.Connection) -> None:
    asked = ask("comparative_analysis", {"assets": ("packaging",)})
    assert [s.key for s in asked.result.subjects] == plain_sql.counted(db, "packaging")
    assert resolved(asked).argument("days") == "7"
    oee = figures(asked, "oee")
    assert list(asked.charts[0].categories) == [
        s.asset.name for s in sorted(asked.result.subjects, key=lambda s: oee[s.key] or 0.0)
    ]


def test_grinder_5_is_worst_and_grinder_1_best(ask: Ask) -> None:
    asked = ask("comparative_analysis", {"assets": ("machining",), "period": "last 30 days"})
    found = asked.result.sides.standings["oee"]
    assert (found.worst, found.best) == ("grinder-5", "grinder-1")
    assert asked.sentence.startswith("Grinder 5 is worst in OEE")
    assert "Breakdown" in asked.sentence
    row = next(row for row in asked.tables[0].rows if row[0] == "Grinder 5")
    assert row[1].endswith("▼")
    assert "/downtime grinder-5" in asked.commands


def test_the_extremes_are_named_also_inside_normal_variation(ask: Ask) -> None:
    args = {"assets": ("line-1", "line-2", "line-4"), "kpi": "quality", "period": "yesterday"}
    asked = ask("comparative_analysis", args)
    assert asked.result.sides.standings["quality"].worst is None
    ranked = sorted(asked.result.subjects, key=lambda s: s.figures["quality"].value)
    low, high = ranked[0].asset.name, ranked[-1].asset.name
    assert re.search(rf"{high} [\d.]+ % is highest, {low} [\d.]+ % lowest", asked.sentence)
    assert "within normal day-to-day variation" in asked.sentence


def test_without_units_nothing_is_said_of_them(make_plant: MakePlant) -> None:
    script = """
    CREATE TABLE production (asset TEXT, start TEXT, "end" TEXT, total_units INT, run_min REAL,
        planned_min REAL);
    INSERT INTO production VALUES ('m1', '2026-03-10 06:00:00', '2026-03-10 14:00:00', 9, 9, 480),
        ('m2', '2026-03-10 06:00:00', '2026-03-10 14:00:00', 9, 9, 480);
    """
    toml = (
        '[[assets]]\nid = "m1"\n[[assets]]\nid = "m2"\n[facts.production]\ntable = "production"\n'
    )
    asked = make_plant(toml, script).ask("comparative_analysis", {"assets": ("m1", "m2")})
    assert not any("units differ" in notice for notice in asked.notices)


def test_nobody_is_worst_inside_normal_variation(ask: Ask) -> None:
    asked = ask("comparative_analysis", {"assets": ("line-1", "line-4")})
    assert asked.result.sides.standings["oee"].known
    assert asked.result.sides.standings["oee"].worst is None
    assert "within normal day-to-day variation" in asked.sentence
    assert "worst" not in asked.said
    assert asked.tables[0].rows[0][-1] == "no"


def test_line_3_loses_its_nights(ask: Ask, db: sqlite3.Connection) -> None:
    args = {"assets": ("line-3",), "by": "shift", "period": "last 7 days"}
    asked = ask("comparative_analysis", args)
    nights = [(f"2026-03-{d:02} 04:00:00", f"2026-03-{d:02} 12:00:00") for d in (6, 7, 8)]
    # The clocks change in the night of the 8th: from then on an hour earlier by UTC.
    nights[-1] = ("2026-03-08 04:00:00", "2026-03-08 11:00:00")
    nights += [(f"2026-03-{d:02} 03:00:00", f"2026-03-{d:02} 11:00:00") for d in (9, 10, 11, 12)]
    good = sum(plain_sql.ideal_minutes(db, "line-3", *n, "good_units") for n in nights)
    time = sum(planned(db, ["line-3"], *night) for night in nights)
    assert figures(asked, "oee")["Night"] == pytest.approx(good / time)
    month = ask("comparative_analysis", {"assets": ("line-3",), "by": "shift"})
    assert month.result.sides.standings["oee"].worst == "Night"
    assert resolved(month).argument("days") == "30"
    assert "Availability" in month.sentence
    assert "Breakdown" in month.sentence


def test_two_periods(ask: Ask, db: sqlite3.Connection) -> None:
    args = {"assets": ("grinder-5",), "period": "last 7 days", "versus": "2026-01-08..2026-01-14"}
    asked = ask("comparative_analysis", args)
    now = plain(db, "grinder-5", *PERIODS["last 7 days"])
    then = plain(db, "grinder-5", "2026-01-08 12:00:00", "2026-01-15 12:00:00")
    assert figures(asked, "oee") == pytest.approx({"period": now["oee"], "versus": then["oee"]})
    assert figures(asked, "output") == pytest.approx(
        {"period": now["output_rate"], "versus": then["output_rate"]}
    )


def test_one_asset_alone_is_compared_with_the_period_before(ask: Ask) -> None:
    asked = ask("comparative_analysis", {"assets": ("line-3",)})
    assert asked.result.sides.by == "period"
    heads = [name.replace("\u00a0", " ") for name in asked.tables[0].columns]
    assert heads[1:3] == ["the last 7 days", "Thu 26 Feb – Wed 4 Mar"]


def test_mtbf_is_that_of_the_machines(ask: Ask) -> None:
    args = {"assets": ("grinder-5", "grinder-1"), "kpi": "mtbf", "period": "last 30 days"}
    asked = ask("comparative_analysis", args)
    assert asked.sentence.startswith("MTBF differs clearly: Grinder 5 is worse")
    downtime = ask("downtime_analysis", {"assets": ("grinder-5",), "period": "last 30 days"})
    mtbf = downtime.result.now.reliability.mtbf
    assert figures(asked, "mtbf")["grinder-5"] == pytest.approx(mtbf)


def test_what_makes_the_sides_unlike_is_named(ask: Ask) -> None:
    asked = ask("comparative_analysis", {"assets": ("line-1", "line-4")})
    assert any("product mix differs" in notice for notice in asked.notices)
    units = ask("comparative_analysis", {"assets": ("line-1", "grinder-1")})
    assert any("units differ" in notice for notice in units.notices)
    assert "output" not in units.result.sides.standings
    same = ask("comparative_analysis", {"assets": ("grinder-2", "grinder-3")})
    assert not any("differ" in notice for notice in same.notices)


def test_coverage_that_differs_is_named(make_plant: MakePlant) -> None:
    days = [f"2026-03-{n:02}" for n in range(5, 12)]
    full = [f"('m1', '{d} 06:00', '{d} 14:00', 480, 400, 390)" for d in days]
    part = [f"('m2', '{d} 06:00', '{d} 14:00', 480, 300, 300)" for d in days[:4]]
    asked = make_plant(TWO + SHIFTS + FACT, TABLE + ", ".join([*full, *part])).ask(
        "comparative_analysis", {"assets": ("m1", "m2")}
    )
    assert any("m2 has data for 57\u00a0%" in n or "57 %" in n for n in asked.notices)


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(
    "args",
    [
        {},
        {"assets": ("hamburg",)},
        {"assets": ("line-1", "line-3"), "kpi": "output"},
        {"assets": ("line-3",), "by": "shift", "kpi": "downtime"},
        {"assets": ("packaging",), "versus": "last week", "period": "this week"},
        {"assets": ("robot-1", "robot-2")},
        {"assets": ("line-3",), "by": "period", "kpi": "scrap_ratio"},
    ],
)
def test_both_languages(ask: Ask, language: str, args: dict[str, object]) -> None:
    asked = ask("comparative_analysis", args, language)
    assert asked.sentence
    assert asked.tables


def test_every_part_with_figures_is_cited(ask: Ask) -> None:
    asked = ask("comparative_analysis", {"assets": ("line-1", "line-3")})
    known = {citation.number for citation in asked.context.citations}
    cites = [table.cites for table in asked.tables] + [chart.cites for chart in asked.charts]
    for numbers in (*cites, *(metric.cites for metric in asked.metrics.values())):
        assert numbers
        assert set(numbers) <= known


def test_areas_that_one_may_not_see(ask: Ask) -> None:
    with pytest.raises(NoData):
        ask(
            "comparative_analysis",
            {"assets": ("line-1", "grinder-5")},
            access=Access(frozenset({"packaging"})),
        )


def test_a_period_that_nobody_understands(ask: Ask) -> None:
    with pytest.raises(UserError):
        ask("comparative_analysis", {"assets": ("line-1",), "versus": "when pigs fly"})


# --- plants with less ------------------------------------------------------------------------

TWO = '[[assets]]\nid = "m1"\nunit = "pcs"\n[[assets]]\nid = "m2"\nunit = "pcs"\n'
SHIFTS = """
[plants.plant]
zone = "UTC"
[[plants.plant.shifts]]
name = "Day"
start = "06:00"
end = "14:00"
"""
FACT = '[facts.production]\ntable = "production"\n'
TABLE = """
CREATE TABLE production (asset TEXT, start TEXT, "end" TEXT, planned_min REAL,
    total_units INTEGER, good_units INTEGER);
INSERT INTO production VALUES """


def test_production_alone(make_plant: MakePlant) -> None:
    script = TABLE + (
        "('m1', '2026-03-10 06:00:00', '2026-03-10 14:00:00', 480, 400, 390), "
        "('m2', '2026-03-10 06:00:00', '2026-03-10 14:00:00', 480, 300, 240)"
    )
    plant = make_plant(TWO + FACT, script)
    for language in ("en", "de"):
        asked = plant.ask("comparative_analysis", {"kpi": "quality"}, language)
        assert figures(asked, "quality") == pytest.approx({"m1": 390 / 400, "m2": 240 / 300})
        assert figures(asked, "oee") == {"m1": None, "m2": None}
    assert "too few days" in plant.ask("comparative_analysis", {"kpi": "quality"}).sentence


def test_shifts_that_are_not_known(make_plant: MakePlant) -> None:
    script = TABLE + "('m1', '2026-03-10 06:00:00', '2026-03-10 14:00:00', 480, 400, 390)"
    with pytest.raises(NoData):
        make_plant(TWO + FACT, script).ask("comparative_analysis", {"by": "shift"})


def test_empty_tables(make_plant: MakePlant) -> None:
    script = TABLE.partition("INSERT")[0]
    with pytest.raises(NoData):
        make_plant(TWO + FACT, script).ask("comparative_analysis")


def test_each_plant_is_measured_over_its_own_day(ask: Ask) -> None:
    asked = ask("comparative_analysis", {"assets": ("riverside", "hamburg"), "period": "yesterday"})
    (_, riverside), (_, hamburg) = asked.result.measured
    assert (riverside.zone, hamburg.zone) == ("America/Chicago", "Europe/Berlin")
    assert riverside.interval != hamburg.interval
    assert "CDT" in asked.heading
    assert "CET" in asked.heading
    for place, period in (("riverside", "yesterday"), ("hamburg", "yesterday")):
        alone = ask("oee_query", {"assets": (place,), "period": period})
        assert figures(asked, "oee")[place] == pytest.approx(alone.result.found.kpis.oee)
