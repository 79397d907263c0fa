"""A choice that was offered can be taken up by typing it."""

from __future__ import annotations

import pytest

from tests.assistant.conftest import Door, first_text


@pytest.mark.parametrize("typed", ["Robot 1", "robot 1", "robot 1 (assembly)", "Robot-1."])
def test_a_typed_choice_is_taken(door: Door, typed: str) -> None:
    assert door.ask("robot oee yesterday").outcome == "clarify"
    answer = door.ask(typed)
    assert answer.tool == "oee_query"
    assert first_text(answer).startswith("OEE of Robot 1 yesterday")


def test_a_choice_holds_for_the_next_question_only(door: Door) -> None:
    door.ask("robot oee yesterday")
    door.ask("downtime of line 3")
    assert door.ask("robot 1").tool != "oee_query"


def test_something_else_is_a_new_question(door: Door) -> None:
    door.ask("robot oee yesterday")
    answer = door.ask("downtime of robot 2 yesterday")
    assert answer.tool == "downtime_analysis"


def test_choices_of_one_thread_are_not_those_of_another(door: Door) -> None:
    door.ask("robot oee yesterday", thread="1")
    assert door.ask("robot 1", thread="2").tool is None


def test_a_command_that_reads_like_its_label_is_taken_once(door: Door) -> None:
    """ "OEE Line 3" offers "/oee line-3", whose words are the label's own."""
    asked_back = door.ask("line 3")
    label, command = next((a.label, a.command) for a in asked_back.actions if "oee" in a.command)
    assert door.ask(label).tool == "oee_query"
    door.ask("line 3")
    assert door.ask(command).tool == "oee_query"
