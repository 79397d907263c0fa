from __future__ import annotations

import sqlite3
from typing import get_args

import pytest

from core.access import Access
from core.errors import NoData
from core.measures.costing import REJECTS, STOPS, total
from core.request import Language
from core.words import Words
from tests.tools import plain_sql
from tests.tools.conftest import Ask, MakePlant
from tests.tools.plain_sql import PERIODS


def costs(db: sqlite3.Connection, asset: str, start: str, end: str) -> tuple[float, float]:
    """Of downtime and of waste, as far as there are rates."""
    down, waste = 0.0, 0.0
    for place in plain_sql.counted(db, asset):
        rate = plain_sql.per_hour(db, place, start)
        minutes = plain_sql.total(plain_sql.down(db, [place], start, end)).minutes
        down += minutes / 60 * (rate or 0.0)
        waste += plain_sql.waste(db, place, start, end)[1] or 0.0
    return down, waste


@pytest.mark.parametrize("period", ["last night", "yesterday", "last 7 days", "last 30 days"])
@pytest.mark.parametrize("asset", ["grinder-5", "line-3", "machining", "riverside"])
def test_costs_equal_plain_sql(ask: Ask, db: sqlite3.Connection, asset: str, period: str) -> None:
    asked = ask("financial_impact", {"assets": (asset,), "period": period})
    down, waste = costs(db, asset, *PERIODS[period])
    assert total(asked.result.now.of(STOPS)).amounts["USD"] == pytest.approx(down, rel=1e-6)
    assert total(asked.result.now.of(REJECTS)).amounts["USD"] == pytest.approx(waste, rel=1e-6)
    assert f"{round(down):,}" in asked.sentence


@pytest.mark.parametrize("period", ["yesterday", "last 7 days"])
def test_the_period_before(ask: Ask, db: sqlite3.Connection, period: str) -> None:
    asked = ask("financial_impact", {"assets": ("packaging",), "period": period})
    down, _ = costs(db, "packaging", *plain_sql.BEFORE[period])
    assert total(asked.result.compared.before.of(STOPS)).amounts["USD"] == pytest.approx(down)
    assert "vs" in asked.metrics["Downtime"].change


def test_the_rates_used_are_shown(ask: Ask) -> None:
    asked = ask("financial_impact", {"assets": ("line-3",)})
    rates = next(table for table in asked.tables if table.title == "Rates used")
    cells = [cell.replace("\u00a0", " ") for row in rates.rows for cell in row]
    assert "USD 520 per hour" in cells
    assert any("per unit" in cell for cell in cells)


def test_lost_margin_only_at_the_constraint(ask: Ask, db: sqlite3.Connection) -> None:
    start, end = PERIODS["yesterday"]
    asked = ask("financial_impact", {"assets": ("line-3",), "period": "yesterday"})
    margin = asked.result.margin
    assert [asset.id for asset in margin.constraints] == ["filler-3"]
    minutes = plain_sql.total(plain_sql.down(db, ["filler-3"], start, end)).minutes
    made, mean = db.execute(
        """
        SELECT sum(total_units), sum(total_units * margin) / sum(total_units)
        FROM production JOIN product ON product.id = product WHERE asset = 'filler-3'
          AND start >= ? AND start < ?
        """,
        (start, end),
    ).fetchone()
    rate = made / plain_sql.ideal_minutes(db, "filler-3", start, end, "p.total_units")
    assert margin.units == pytest.approx(minutes * rate, rel=1e-6)
    assert margin.cost.amounts["USD"] == pytest.approx(minutes * rate * mean, rel=1e-6)
    assert "Lost margin, Filler 3" in asked.metrics
    alone = ask("financial_impact", {"assets": ("grinder-5",), "period": "yesterday"})
    assert alone.result.margin.cost is None
    assert any("No constraint is marked" in notice for notice in alone.notices)


def test_the_hours_are_those_that_the_money_is_for(ask: Ask, db: sqlite3.Connection) -> None:
    asked = ask("financial_impact", {"assets": ("riverside",), "period": "last 7 days"})
    stops = asked.result.now.of(STOPS)
    bare = sum(item.minutes for item in stops if item.cost.unpriced)
    priced = sum(item.minutes for item in stops) - bare
    assert bare > 0
    hours, more = divmod(round(priced), 60)
    assert f"({hours} h" + (f" {more} min)" if more else ")") in asked.sentence
    assert "has no cost rate." in asked.sentence


def test_unknown_rates_are_named_and_not_zero(ask: Ask) -> None:
    asked = ask("financial_impact", {"assets": ("assembly",), "period": "yesterday"})
    assert any("Oven 1: no cost rate" in notice for notice in asked.notices)
    row = next(row for row in asked.tables[0].rows if row[0] == "Oven 1")
    assert row[2] == "unknown"
    alone = ask("financial_impact", {"assets": ("oven-1",), "period": "yesterday"})
    assert "unknown, there is no cost rate" in alone.sentence


def test_press_2_wastes_ever_more_of_one_product(ask: Ask) -> None:
    asked = ask("financial_impact", {"assets": ("press-2",), "period": "last 14 days"})
    now = total(asked.result.now.of(REJECTS)).amounts["USD"]
    before = ask("financial_impact", {"assets": ("press-2",), "period": "2026-01-08..2026-01-21"})
    assert now > 1.5 * total(before.result.now.of(REJECTS)).amounts["USD"]


def test_currencies_are_never_added(ask: Ask) -> None:
    asked = ask("financial_impact", {"assets": ("riverside", "hamburg"), "period": "past 24 hours"})
    assert set(total(asked.result.now.items).amounts) == {"EUR", "USD"}
    assert [chart.unit for chart in asked.charts] == ["EUR", "USD"]


def test_before_the_records_begin_no_margin_is_lost(ask: Ask) -> None:
    asked = ask("financial_impact", {"assets": ("line-3",), "period": "2025-08-01..2025-08-31"})
    assert "no cost can be given" in asked.sentence
    assert not asked.metrics
    assert any("lost margin is unknown" in notice for notice in asked.notices)


def test_money_is_hidden_from_those_who_may_not_see_it(ask: Ask) -> None:
    with pytest.raises(NoData) as refused:
        ask("financial_impact", {"assets": ("line-3",)}, access=Access(money=False))
    assert refused.value.key == "money_hidden"


def test_money_that_not_all_readers_may_see_is_asked_for_privately(ask: Ask) -> None:
    access = Access(money=False, money_alone=True)
    with pytest.raises(NoData) as refused:
        ask("financial_impact", {"assets": ("line-3",)}, access=access)
    words = {language: Words(language) for language in get_args(Language)}
    said = {language: words[language].say(refused.value.key) for language in words}
    assert said["en"] == "Not everyone here may see money. Ask me privately."
    assert said["de"].startswith("Nicht alle hier dürfen Geldbeträge sehen.")


def test_only_rates_of_places_one_may_see_are_read(ask: Ask) -> None:
    whole = ask("financial_impact", {"assets": ("machining",), "period": "yesterday"})
    access = Access(frozenset({"machining"}))
    asked = ask(
        "financial_impact", {"assets": ("machining",), "period": "yesterday"}, access=access
    )
    assert asked.sentence == whole.sentence
    (query,) = (query for query in asked.context.queries if query.fact == "cost")
    (centers,) = (condition.value for condition in query.where)
    assert isinstance(centers, tuple)
    hierarchy = asked.context.hierarchy
    own = {asset.cost_center for asset in hierarchy.equipment("machining")}
    assert set(centers) == own - {""}
    assert "cc-line-3" not in centers


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("asset", ["packaging", "robot-2", "oven-1", "hamburg"])
def test_both_languages(ask: Ask, language: str, asset: str) -> None:
    assert ask("financial_impact", {"assets": (asset,), "period": "yesterday"}, language).sentence


M1 = '[[assets]]\nid = "m1"\n'


@pytest.mark.parametrize("language", ["en", "de"])
def test_without_rates_minutes_and_units_are_answered(make_plant: MakePlant, language: str) -> None:
    script = """
    CREATE TABLE production (asset TEXT, start TEXT, "end" TEXT, total_units INT, good_units INT);
    INSERT INTO production VALUES ('m1', '2026-03-10 06:00:00', '2026-03-10 14:00:00', 500, 480);
    CREATE TABLE downtime (asset TEXT, start TEXT, "end" TEXT);
    INSERT INTO downtime VALUES ('m1', '2026-03-10 06:00:00', '2026-03-10 06:40:00');
    """
    facts = '[facts.production]\ntable = "production"\n[facts.downtime]\ntable = "downtime"\n'
    asked = make_plant(M1 + facts, script).ask("financial_impact", {}, language)
    assert "40 min" in asked.sentence
    assert "20" in asked.sentence
    assert not asked.metrics


@pytest.mark.parametrize("language", ["en", "de"])
def test_with_next_to_nothing(make_plant: MakePlant, language: str) -> None:
    script = """
    CREATE TABLE production (asset TEXT, start TEXT, "end" TEXT, total_units INT);
    INSERT INTO production VALUES ('m1', '2026-03-10 06:00:00', '2026-03-10 14:00:00', 500);
    CREATE TABLE downtime (asset TEXT, start TEXT, "end" TEXT);
    """
    made = make_plant(M1 + '[facts.production]\ntable = "production"\n', script)
    asked = made.ask("financial_impact", {}, language)
    assert not asked.metrics
    assert asked.sentence
