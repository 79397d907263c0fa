"""What of an answer gets an id, and what a model reads of it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.agent.compact import MOST_CHARACTERS, compact
from core.agent.figures import MOST
from core.agent.shown import amount_of
from core.words import Words
from tests.agent.turns import Plant

COMMANDS = (
    "/oee line-3 yesterday",
    "/oee packaging yesterday by shift",
    "/downtime line-3 last night",
    "/compare line-1 line-2 last week",
    "/production packaging",
    "/losses line-1 last week",
    "/cost grinder-5 oven-1 last week",
    "/trend grinder-5 oee last 30 days",
    "/asset cnc-4",
    "/improve filler-2",
    "/safety",
    "/alerts",
    "/actions",
)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_answer_has_figures_with_ids_of_their_own(plant: Plant, command: str) -> None:
    figures = plant.turn("", command).figures
    assert figures[0].id == "a0"
    assert figures[0].kind == "quote"
    assert [figure.id for figure in figures] == [f"a{n}" for n in range(len(figures))]
    assert len(figures) <= MOST


@pytest.mark.parametrize("command", COMMANDS)
def test_what_the_model_reads_is_small_and_complete(plant: Plant, command: str) -> None:
    figures = plant.turn("", command).figures
    text = compact(plant.answer(command, "en"), figures)
    told = json.loads(text)
    assert len(text) < MOST_CHARACTERS + 300
    assert ("left_out" in told) == (len(told["figures"]) < len(figures))
    for name, row in told["figures"].items():
        figure = next(f for f in figures if f.id == name)
        assert row["value"] == figure.shown.replace("\u00a0", " ")


def test_a_metric_gives_its_value_its_target_and_its_change(plant: Plant) -> None:
    turn = plant.turn("", "/oee line-3 yesterday")
    value, target, change = (turn.meant("a", said) for said in ("OEE", "OEE target", "OEE change"))
    assert value.shown == "78.1\u00a0%"
    assert value.amount == pytest.approx(0.781, abs=0.001)
    assert (value.unit, set(value.assets), value.period_name) == ("%", {"line-3"}, "yesterday")
    assert (target.shown, target.amount, set(target.needs)) == ("75.0\u00a0%", 0.75, {"target"})
    assert change.amount == pytest.approx(0.057)
    assert change.unit == "pp"
    assert change.shown.startswith("+5.7\u00a0pp vs ")
    assert value.cites


def test_a_row_says_what_its_figures_are_of(plant: Plant) -> None:
    turn = plant.turn("", "/downtime line-3 last night")
    row = turn.meant("a", "Duration / infeed conveyor jam")
    assert (row.subject, row.amount, row.unit) == ("infeed conveyor jam", 108, "min")
    assert turn.meant("a", "Share / infeed conveyor jam").needs == {"share"}
    before = turn.meant("a", "Before / infeed conveyor jam")
    assert before.period is None
    assert turn.meant("a", "MTBF / Filler 3").assets == {"filler-3"} if _has_mtbf(plant) else True


def _has_mtbf(plant: Plant) -> bool:
    return any(f.measure.startswith("MTBF") for f in plant.turn("", COMMANDS[2]).figures)


def test_a_column_can_be_an_asset_and_a_row_a_shift_or_a_day(plant: Plant) -> None:
    compared = plant.turn("", "/compare line-1 line-2 last week")
    assert compared.meant("a", "Availability / Line 2").assets == {"line-2"}
    by_shift = plant.turn("", "/oee packaging yesterday by shift")
    assert by_shift.meant("a", "OEE / Late").shift == "Late"
    trend = plant.turn("", "/trend grinder-5 oee last 30 days")
    day = trend.meant("a", "OEE / Mon 9 Mar")
    assert day.period is not None
    assert day.period.label == "date"


def test_a_second_column_of_costs_is_of_the_column_before_it(plant: Plant) -> None:
    figures = plant.turn("", "/cost grinder-5 oven-1 last week").figures
    costs = [f for f in figures if f.measure == "Cost" and f.assets == {"grinder-5"}]
    assert [f.measures & {"scrap"} for f in costs] == [set(), {"scrap"}]


@given(st.integers(0, 10**7), st.sampled_from(["en", "de"]))
def test_amounts_are_read_back_as_they_are_written(number: int, language: str) -> None:
    words = Words("de" if language == "de" else "en")
    assert amount_of(words.number(number), words.language) == (number, "")
    assert amount_of(words.signed(-number), words.language)[0] == -number
    assert amount_of(words.money(number, "USD"), words.language) == (number, "USD")
    assert amount_of(words.minutes(number), words.language) == (number, "min")
    assert amount_of(words.percent(number / 1000), words.language) == (number / 1000, "%")
    assert amount_of(words.units(number + 2, "bottles"), words.language)[0] == number + 2


@pytest.mark.parametrize("shown", ["unknown", "–", "", "4 h – 7 h", "2 of 4"])
def test_what_is_no_single_amount_has_none(shown: str) -> None:
    assert amount_of(shown, "en") == (None, "")
