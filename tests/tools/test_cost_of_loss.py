from __future__ import annotations

import sqlite3
from collections import defaultdict

import pytest

from core.access import Access
from core.measures.costing import REJECTS, STOPS, total
from tests.tools import plain_sql
from tests.tools.conftest import Ask, MakePlant
from tests.tools.plain_sql import PERIODS


def expected_stops(db: sqlite3.Connection, asset: str, period: str) -> dict[str, float]:
    """Loss → what its minutes cost, short breakdowns counting as minor stops."""
    start, end = PERIODS[period]
    short = """(CASE WHEN loss IN ('breakdown', 'unclassified') AND "end" IS NOT NULL AND
        (julianday("end") - julianday(start)) * 1440 < 5 - 1e-6 THEN 'minor' ELSE loss END)"""
    costs: defaultdict[str, float] = defaultdict(float)
    for (place, loss), stopped in plain_sql.down(
        db, plain_sql.counted(db, asset), start, end, short
    ).items():
        rate = plain_sql.per_hour(db, place, start)
        if rate is not None:
            costs[str(loss)] += stopped.minutes / 60 * rate
    return dict(costs)


@pytest.mark.parametrize("period", ["last night", "yesterday", "last 7 days", "last 30 days"])
@pytest.mark.parametrize("asset", ["grinder-5", "line-3", "assembly", "riverside"])
def test_losses_equal_plain_sql(ask: Ask, db: sqlite3.Connection, asset: str, period: str) -> None:
    asked = ask("cost_of_loss", {"assets": (asset,), "period": period, "top": 30})
    expected = expected_stops(db, asset, period)
    found = {loss: total(asked.result.now.of([loss])).amounts.get("USD", 0.0) for loss in expected}
    assert found == pytest.approx(expected, abs=0.02)
    waste = [plain_sql.waste(db, a, *PERIODS[period]) for a in plain_sql.counted(db, asset)]
    rejects = asked.result.now.of(REJECTS)
    assert sum(item.units or 0 for item in rejects) == pytest.approx(sum(w[0] for w in waste))
    assert total(rejects).amounts["USD"] == pytest.approx(sum(w[1] or 0 for w in waste))


@pytest.mark.parametrize("asset", ["grinder-5", "line-2", "press-2"])
def test_every_minute_is_in_one_loss(ask: Ask, db: sqlite3.Connection, asset: str) -> None:
    """Planned time is what good units took at the ideal rate, and the losses."""
    start, end = PERIODS["last 7 days"]
    asked = ask("cost_of_loss", {"assets": (asset,), "period": "last 7 days"})
    lost = sum(item.minutes or 0.0 for item in asked.result.now.items)
    good = plain_sql.ideal_minutes(db, asset, start, end, "p.good_units")
    planned = plain_sql.planned_minutes(db, asset, start, end)
    assert lost + good == pytest.approx(planned, abs=1)


def test_reduced_speed_equals_plain_sql(ask: Ask, db: sqlite3.Connection) -> None:
    start, end = PERIODS["yesterday"]
    asked = ask("cost_of_loss", {"assets": ("line-3",), "period": "yesterday"})
    (slow,) = asked.result.now.of(["reduced_speed"])
    run = plain_sql.planned_minutes(db, "line-3", start, end)
    run -= plain_sql.total(plain_sql.down(db, ["line-3"], start, end)).minutes
    made = plain_sql.ideal_minutes(db, "line-3", start, end, "p.total_units")
    assert slow.minutes == pytest.approx(run - made, abs=0.1)
    assert slow.cost.amounts["USD"] == pytest.approx((run - made) / 60 * 520, rel=1e-3)


def test_a_rate_that_changes_in_the_period_holds_from_then_on(
    ask: Ask, db: sqlite3.Connection
) -> None:
    changed = db.execute(
        "SELECT max(valid_from) FROM cost WHERE cost_center = 'cc-line-3'"
    ).fetchone()[0]
    assert changed.startswith("2026-01-")
    day = changed[:10]
    args = {"assets": ("line-3",), "period": f"2026-01-12..{day}"}
    asked = ask("cost_of_loss", args)
    rates = {price.amount for price in asked.result.now.per_hour.values()}
    assert rates == {494, 520}
    cut = f"{day} 12:00:00"
    start, end = "2026-01-12 12:00:00", f"{day[:8]}{int(day[8:]) + 1:02d} 12:00:00"
    old = plain_sql.total(plain_sql.down(db, ["line-3"], start, cut)).minutes
    new = plain_sql.total(plain_sql.down(db, ["line-3"], cut, end)).minutes
    cost = total(asked.result.now.of(STOPS)).amounts["USD"]
    assert cost == pytest.approx(old / 60 * 494 + new / 60 * 520, rel=1e-3)


def test_the_ranking_falls_and_adds_up(ask: Ask) -> None:
    asked = ask("cost_of_loss", {"assets": ("packaging",), "top": 4})
    chart = asked.charts[0]
    values = [value or 0.0 for value in chart.series[0].values]
    assert values[:4] == sorted(values[:4], reverse=True)
    assert sum(values) == pytest.approx(total(asked.result.now.items).amounts["USD"])
    assert chart.series[1].values[-1] == pytest.approx(100)
    assert chart.unit == "USD"


def test_line_3_loses_most_to_its_conveyor(ask: Ask) -> None:
    asked = ask("cost_of_loss", {"assets": ("line-3",)})
    assert "Biggest: Breakdown" in asked.sentence
    reasons = next(t for t in asked.tables if t.title == "Dearest reasons of the stops")
    assert reasons.rows[0][0] == "infeed conveyor jam"


def test_what_has_no_price_is_listed_apart(ask: Ask) -> None:
    asked = ask("cost_of_loss", {"assets": ("assembly",)})
    unpriced = next(t for t in asked.tables if t.title == "Without a price, not in the total")
    assert {row[0] for row in unpriced.rows} == {"Oven 1"}
    assert "Not in it" in asked.sentence
    assert any("Robot 2" in notice and "ideal rate" in notice for notice in asked.notices)


def test_currencies_stay_apart(ask: Ask) -> None:
    asked = ask("cost_of_loss", {"assets": ("line-3", "line-h1"), "period": "past 24 hours"})
    assert asked.result.currencies == ("EUR", "USD")
    assert [chart.unit for chart in asked.charts] == ["EUR", "USD"]
    assert "EUR" in asked.sentence
    assert "USD" in asked.sentence


@pytest.mark.parametrize("language", ["en", "de"])
def test_without_the_right_to_see_money(ask: Ask, language: str) -> None:
    asked = ask("cost_of_loss", {"assets": ("line-3",)}, language, access=Access(money=False))
    assert "USD" not in asked.said
    assert asked.charts[0].unit == "min"


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("asset", ["robot-2", "oven-1", "hamburg", "cnc-4"])
def test_both_languages(ask: Ask, language: str, asset: str) -> None:
    assert ask("cost_of_loss", {"assets": (asset,), "period": "today"}, language).sentence


M1 = '[[assets]]\nid = "m1"\n'


@pytest.mark.parametrize("language", ["en", "de"])
def test_with_production_only(make_plant: MakePlant, language: str) -> None:
    script = """
    CREATE TABLE production (asset TEXT, start TEXT, "end" TEXT, total_units INTEGER);
    INSERT INTO production VALUES ('m1', '2026-03-10 06:00:00', '2026-03-10 14:00:00', 500);
    """
    plant = make_plant(M1 + '[facts.production]\ntable = "production"\n', script)
    asked = plant.ask("cost_of_loss", {}, language)
    assert not asked.result.now.items
    assert not asked.charts


@pytest.mark.parametrize("language", ["en", "de"])
def test_with_stops_only(make_plant: MakePlant, language: str) -> None:
    script = """
    CREATE TABLE downtime (asset TEXT, start TEXT, "end" TEXT, loss TEXT);
    INSERT INTO downtime VALUES ('m1', '2026-03-10 06:00:00', '2026-03-10 06:40:00', 'setup');
    """
    plant = make_plant(M1 + '[facts.downtime]\ntable = "downtime"\n', script)
    asked = plant.ask("cost_of_loss", {}, language)
    assert [(item.name, item.minutes) for item in asked.result.now.items] == [("setup", 40)]
    assert asked.charts[0].unit == "min"
    empty = make_plant(M1 + '[facts.downtime]\ntable = "downtime"\n', "DELETE FROM downtime")
    assert empty.ask("cost_of_loss", {}, language).sentence


def test_rejects_are_the_same_here_and_beside_the_oee(ask: Ask) -> None:
    args = {"assets": ("line-3",), "period": "last week"}
    listed = {item.name: item for item in ask("cost_of_loss", args).result.now.items}
    beside = {loss.name: loss for loss in ask("oee_query", args).result.losses}
    for name in ("startup_rejects", "production_rejects", "reduced_speed"):
        assert beside[name].minutes == pytest.approx(listed[name].minutes)
        assert beside[name].money == pytest.approx(listed[name].cost.amounts["USD"])
    assert beside["startup_rejects"].units == listed["startup_rejects"].units
