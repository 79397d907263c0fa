"""What a person says about their own past is no question about the plant."""

from __future__ import annotations

import pytest

from tests.assistant.conftest import Door


@pytest.mark.parametrize(
    "said",
    ["forget everything", "please delete my data", "vergiss alles was ich gefragt habe",
     "lösche meine Daten", "forget all my questions"],
)  # fmt: skip
def test_it_is_asked_first_and_may_be_typed(door: Door, said: str) -> None:
    door.ask("OEE of line 3 yesterday")
    asked = door.ask(said)
    assert asked.outcome == "clarify"
    (offered,) = asked.actions
    assert offered.command == "/andon forget me"
    assert door.ask(offered.label).outcome == "answer"
    assert door.ask("and line 4?").tool is None


@pytest.mark.parametrize("said", ["did we forget the changeover on line 3?", "why all the stops"])
def test_a_question_is_none(door: Door, said: str) -> None:
    assert not any("forget" in action.command for action in door.ask(said).actions)


def test_run_again_is_about_the_same_assets_whatever_was_chosen_since(door: Door) -> None:
    first = door.ask("/oee yesterday")
    door.ask("/andon areas packaging")
    again = door.ask(f"/again {first.id}")
    assert again.args["assets"] == first.args["assets"]
