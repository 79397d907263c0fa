"""What a question names and nobody understands is said, not passed over."""

from __future__ import annotations

from itertools import pairwise

import pytest

from core.answer import Table
from tests.assistant.conftest import Door, first_text, notices


@pytest.mark.parametrize(
    "text", ["oee foobar", "oee of wrapper 2", "downtime of the boiler last week"]
)
def test_an_unknown_asset_in_free_text_is_no_question_about_the_plant(
    door: Door, text: str
) -> None:
    answer = door.ask(text)
    assert answer.outcome == "unknown_asset"
    assert any(said in first_text(answer) for said in ("foobar", "wrapper 2", "boiler"))


def test_one_of_several_is_asked_back(door: Door) -> None:
    answer = door.ask("robot oee")
    assert answer.outcome == "clarify"
    assert {"/oee robot-1", "/oee robot-2"} <= {action.command for action in answer.actions}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("line 3 oee christmas", "“christmas”"),
        ("what was the oee of line 3 since the overhaul", "“since the overhaul”"),
        ("OEE Linie 3 an Weihnachten", "„Weihnachten“"),
        ("oee line 3 yesterday by product", "“product”"),
        ("OEE Linie 3 gestern nach Wochentag", "„Wochentag“"),
    ],
)
def test_what_was_left_out_is_told(door: Door, text: str, said: str) -> None:
    answer = door.ask(text)
    assert answer.outcome == "answer"
    assert [notice for notice in notices(answer) if said in notice]


def test_what_was_understood_is_not_commented_on(door: Door) -> None:
    plain = notices(door.ask("/oee line-3 yesterday"))
    polite = "hey there, could you please show my boss the oee of line 3 yesterday?"
    assert notices(door.ask(polite)) == plain


def test_the_night_before_is_the_one_before_the_threads(door: Door) -> None:
    first = door.ask("why was line 3 down last night?").args["period"]
    before = door.ask("and the night before?")
    assert (before.tool, before.args["assets"]) == ("downtime_analysis", ["line-3"])
    again = door.ask("and the night before?")
    starts = [first.start, before.args["period"].start, again.args["period"].start]  # type: ignore[attr-defined]
    assert [(a - b).days for a, b in pairwise(starts)] == [1, 1]


@pytest.mark.parametrize(
    ("text", "assets"),
    [
        ("oee of all lines except line 3 yesterday", ["line-1", "line-2", "line-4"]),
        ("packaging without line 3 and line 4 oee yesterday", ["line-1", "line-2"]),
        ("OEE aller Linien außer Linie 3 gestern", ["line-1", "line-2", "line-4"]),
    ],
)
def test_what_is_excepted_is_left_out(door: Door, text: str, assets: list[str]) -> None:
    assert door.ask(text).args["assets"] == assets


@pytest.mark.parametrize("text", ["thanks a lot!", "hello andon", "Vielen Dank", "Moin"])
def test_a_greeting_is_answered_in_a_line(door: Door, text: str) -> None:
    answer = door.ask(text)
    assert answer.outcome == "answer"
    assert len(first_text(answer)) < 100
    assert not any(isinstance(part, Table) for part in answer.parts)


def test_a_greeting_before_a_question_changes_nothing(door: Door) -> None:
    assert door.ask("hello, oee of line 3 yesterday").tool == "oee_query"
