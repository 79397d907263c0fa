"""No true figure is told of another asset, measure, row or period than its own."""

from __future__ import annotations

from core.agent.guard import Released
from tests.agent.misattached import ASKED, BY_HAND, mistaken_references, mistaken_words
from tests.agent.turns import Plant


def test_no_figure_stands_for_another(plant: Plant) -> None:
    tried, passed = 0, []
    for turn, before, sentence in mistaken_references(plant):
        tried += 1
        if isinstance(turn.guard.check(sentence, before), Released):
            passed.append(sentence)
    assert tried >= 600
    assert passed == []


def test_no_figure_is_told_of_something_else(plant: Plant) -> None:
    tried, passed = 0, []
    for turn, before, sentence in mistaken_words(plant):
        tried += 1
        if isinstance(turn.guard.check(sentence, before), Released):
            passed.append(sentence)
    assert tried >= 200
    assert passed == []


def test_no_wrong_sentence_written_by_hand_passes(plant: Plant) -> None:
    turn = plant.turn(*ASKED)
    assert [s for s in BY_HAND if isinstance(turn.check(s), Released)] == []
