from __future__ import annotations

import sqlite3
from datetime import date, datetime, timedelta
from statistics import fmean, quantiles
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.access import Access
from core.errors import NoData
from tests.tools import plain_sql
from tests.tools.conftest import Ask, Asked, MakePlant
from tests.tools.plain_sql import PERIODS


def idea(asked: Asked, asset: str, loss: str) -> Any:
    ideas = (*asked.result.ideas, *asked.result.notable)
    return next(i for i in ideas if i.key == (asset, loss))


def utc(day: date) -> str:
    local = datetime(day.year, day.month, day.day, 6, tzinfo=ZoneInfo("America/Chicago"))
    return f"{local.astimezone(ZoneInfo('UTC')):%Y-%m-%d %H:%M:%S}"


def daily(db: sqlite3.Connection, asset: str, where: str, days: int = 30) -> list[float]:
    found = []
    for n in range(days, 0, -1):
        day = date(2026, 3, 12) - timedelta(days=n)
        span = utc(day), utc(day + timedelta(days=1))
        found.append(plain_sql.total(plain_sql.down(db, [asset], *span, where=where)).minutes)
    return found


def per_week(losses: list[float]) -> tuple[float, float]:
    """The gain of the best quarter, by hand; every day of the sample's riverside is worked."""
    edge = quantiles(losses, n=4, method="inclusive")[0]
    best = fmean(x for x in losses if x <= edge)
    # The hour that the clocks skip on 8 March belongs to no week.
    weeks = len(losses) / ((len(losses) * 24 - 1) / 168)
    return (fmean(losses) - edge) * weeks, (fmean(losses) - best) * weeks


LONG = 'AND (julianday("end") - julianday(start)) * 1440 >= 5 - 1e-6'


@pytest.mark.parametrize(
    ("asset", "loss", "where"),
    [
        ("grinder-5", "breakdown", f"loss = 'breakdown' {LONG}"),
        ("line-1", "setup", "loss = 'setup'"),
        ("line-3", "breakdown", f"loss = 'breakdown' {LONG}"),
        ("press-2", "starved", "loss = 'starved'"),
    ],
)
def test_gains_equal_plain_sql(
    ask: Ask, db: sqlite3.Connection, asset: str, loss: str, where: str
) -> None:
    found = idea(ask("recommendation_engine", {"assets": (asset,)}), asset, loss)
    losses = daily(db, asset, where)
    low, high = per_week(losses)
    assert found.evidence.lost == pytest.approx(sum(losses))
    assert found.minutes.low == pytest.approx(low)
    assert found.minutes.high == pytest.approx(high)
    rate = plain_sql.per_hour(db, asset, "2026-03-12")
    assert rate is not None
    assert found.money.low == pytest.approx(low * rate / 60)
    assert found.currency == "USD"


@pytest.mark.parametrize("period", ["last 7 days", "last 30 days"])
@pytest.mark.parametrize("assets", [("line-3",), ("machining",), ("riverside",)])
def test_losses_equal_plain_sql(
    ask: Ask, db: sqlite3.Connection, assets: tuple[str], period: str
) -> None:
    asked = ask("recommendation_engine", {"assets": assets, "period": period})
    for found in asked.result.ideas:
        if found.loss in ("reduced_speed", "production_rejects", "minor", "unclassified"):
            continue
        long = LONG if found.loss == "breakdown" else ""
        where = f"loss = '{found.loss}' {long}"
        stops = plain_sql.down(db, [found.asset.id], *PERIODS[period], where=where)
        assert found.evidence.lost == pytest.approx(plain_sql.total(stops).minutes)
        assert found.evidence.stops == plain_sql.total(stops).stops


def test_rejects_are_units_and_material(ask: Ask, db: sqlite3.Connection) -> None:
    found = idea(
        ask("recommendation_engine", {"assets": ("press-2",)}), "press-2", "production_rejects"
    )
    scrap = [
        db.execute(
            "SELECT sum(scrap_units) FROM production WHERE asset = 'press-2' "
            "AND start >= ? AND start < ?",
            (utc(day), utc(day + timedelta(days=1))),
        ).fetchone()[0]
        for day in (date(2026, 2, 10) + timedelta(days=n) for n in range(30))
    ]
    low, high = per_week(scrap)
    assert (found.units.low, found.units.high) == pytest.approx((low, high))
    units, cost = plain_sql.waste(db, "press-2", *PERIODS["last 30 days"])
    assert found.money.high == pytest.approx(high * cost / units)


def test_the_plant_finds_its_stories(ask: Ask) -> None:
    asked = ask("recommendation_engine", {"assets": ("riverside",)})
    grinder = idea(asked, "grinder-5", "breakdown").evidence
    assert grinder.slope > 0
    assert grinder.reason == "spindle bearing overheated"
    line_1 = idea(asked, "line-1", "setup").evidence
    assert line_1.weekday.key == "0"
    line_3 = idea(asked, "line-3", "breakdown").evidence
    assert line_3.shift.key == "Night"
    assert line_3.reason == "infeed conveyor jam"
    press = idea(asked, "press-2", "production_rejects").evidence
    assert press.product.key == "bracket-b"
    filler = idea(asked, "filler-2", "minor").evidence
    assert filler.is_frequent
    for said in ("wear", "Mondays", "Night", "bracket-b", "jams around"):
        assert said in asked.said


def test_it_checks_first_and_calls_nothing_a_cause(ask: Ask) -> None:
    for asset in ("grinder-5", "line-3", "press-2"):
        asked = ask("recommendation_engine", {"assets": (asset,)})
        assert "Check first" in asked.sentence
        assert "root cause" not in asked.said


def test_a_lines_loss_stands_where_it_is_made_and_once(ask: Ask) -> None:
    asked = ask("recommendation_engine", {"assets": ("line-2",)})
    ideas = (*asked.result.ideas, *asked.result.notable)
    keys = [i.key for i in ideas]
    assert ("filler-2", "minor") in keys
    assert ("line-2", "minor") not in keys
    assert len({loss for _, loss in keys}) == len(keys)


def test_units_only_where_time_is_output(ask: Ask) -> None:
    line = idea(ask("recommendation_engine", {"assets": ("line-3",)}), "line-3", "breakdown")
    assert line.units.high / line.minutes.high == pytest.approx(300, rel=0.1)  # ideal, per minute
    machine = ask("recommendation_engine", {"assets": ("grinder-5",)})
    assert idea(machine, "grinder-5", "breakdown").units is None
    assert any("at lines and their bottlenecks" in notice for notice in machine.notices)


def test_an_asset_without_a_rate_has_time_alone(ask: Ask) -> None:
    asked = ask("recommendation_engine", {"assets": ("oven-1",)})
    first = asked.result.ideas[0]
    assert first.loss == "breakdown"
    assert first.money is None
    assert any("No cost rate" in n and "Oven 1" in n for n in asked.notices)


def test_without_the_right_to_see_money_there_is_none(ask: Ask) -> None:
    asked = ask("recommendation_engine", {"assets": ("packaging",)}, access=Access(money=False))
    assert "USD" not in asked.said
    assert "worth" not in asked.said.lower()
    minutes = [i.minutes.middle for i in asked.result.ideas]
    assert minutes == sorted(minutes, reverse=True)
    assert not any(c.table in ("cost", "product") for c in asked.context.citations)


def test_two_currencies_are_ranked_by_time(ask: Ask) -> None:
    args = {"assets": ("packaging", "hamburg"), "period": "past 720 hours"}
    asked = ask("recommendation_engine", args)
    assert {i.currency for i in asked.result.ideas} <= {"USD", "EUR"}
    minutes = [i.minutes.middle for i in asked.result.ideas]
    assert minutes == sorted(minutes, reverse=True)


def test_few_days_give_no_range(ask: Ask) -> None:
    asked = ask("recommendation_engine", {"assets": ("line-1",), "period": "last 3 days"})
    assert all(i.minutes is None for i in asked.result.ideas)
    assert "too few to tell what could be gained" in asked.sentence


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("assets", [(), ("hamburg",), ("robot-2",), ("line-1", "filler-2")])
def test_both_languages(ask: Ask, language: str, assets: tuple[str, ...]) -> None:
    for period in (None, "last 3 days"):
        args = {"assets": assets, "period": period}
        assert ask("recommendation_engine", args, language).sentence


def test_every_part_with_figures_is_cited(ask: Ask) -> None:
    asked = ask("recommendation_engine", {"assets": ("line-3",)})
    known = {citation.number for citation in asked.context.citations}
    cites = [table.cites for table in asked.tables] + [chart.cites for chart in asked.charts]
    for numbers in (*cites, *(metric.cites for metric in asked.metrics.values())):
        assert numbers
        assert set(numbers) <= known


# --- plants with less ------------------------------------------------------------------------

M1 = '[[assets]]\nid = "m1"\nunit = "pcs"\n'
SHIFTS = """
[plants.plant]
zone = "UTC"
[[plants.plant.shifts]]
name = "Day"
start = "06:00"
end = "14:00"
"""
DOWN = '[facts.downtime]\ntable = "downtime"\n'


def stops(days: int) -> str:
    values = ", ".join(
        f"('m1', '2026-03-{11 - n:02} 07:00:00', '2026-03-{11 - n:02} 07:{20 + n:02}:00')"
        for n in range(days)
    )
    table = 'CREATE TABLE downtime (asset TEXT, start TEXT, "end" TEXT);'
    return f"{table} INSERT INTO downtime VALUES {values};"


def test_stops_without_reasons(make_plant: MakePlant) -> None:
    plant = make_plant(M1 + SHIFTS + DOWN, stops(10))
    for language in ("en", "de"):
        asked = plant.ask("recommendation_engine", {"period": "2026-03-02..2026-03-11"}, language)
        found = asked.result.ideas[0]
        assert found.loss == "unclassified"
        assert found.evidence.stops == 10
        assert found.minutes.low == pytest.approx((24.5 - 22.25) * 7)
        assert found.money is None
    asked = plant.ask("recommendation_engine", {"period": "2026-03-02..2026-03-11"})
    assert "without a reason nothing can be improved" in asked.sentence


def test_production_alone_shows_no_loss(make_plant: MakePlant) -> None:
    script = """
    CREATE TABLE production (asset TEXT, start TEXT, "end" TEXT, total_units INTEGER);
    INSERT INTO production VALUES ('m1', '2026-03-10 06:00:00', '2026-03-10 14:00:00', 500);
    """
    plant = make_plant(M1 + '[facts.production]\ntable = "production"\n', script)
    with pytest.raises(NoData):
        plant.ask("recommendation_engine")


def test_a_day_without_rows_was_not_a_perfect_one(make_plant: MakePlant) -> None:
    days = ", ".join(
        f"('m1', '2026-03-{n:02} 06:00:00', '2026-03-{n:02} 14:00:00', 500)" for n in (2, 3, 4, 9)
    )
    script = f"""{stops(10)}
    CREATE TABLE production (asset TEXT, start TEXT, "end" TEXT, total_units INTEGER);
    INSERT INTO production VALUES {days};
    """
    plant = make_plant(M1 + DOWN + '[facts.production]\ntable = "production"\n', script)
    asked = plant.ask("recommendation_engine", {"period": "2026-03-02..2026-03-11"})
    assert asked.result.all.days == 4


def test_empty_tables(make_plant: MakePlant) -> None:
    with pytest.raises(NoData):
        make_plant(M1 + SHIFTS + DOWN, stops(1).partition("INSERT")[0]).ask("recommendation_engine")
