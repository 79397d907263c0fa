"""The labelled questions: how many are understood. benchmarks/planner.py prints the details."""

from __future__ import annotations

import pytest

from benchmarks.planner import Question, Score, questions, sample_names
from core.planner.planner import DECLINED, FIELDS, Planner

SCORE = Score(Planner(), sample_names())
# What the set never looked at must reach, by part.
FLOORS = {"tool": 0.97, "assets": 0.965, "period": 0.975, "all": 0.95}


def test_the_sets_are_large_labelled_and_apart() -> None:
    tune, held_out = questions("tune"), questions("held_out")
    assert len(held_out) >= 200
    assert len(tune) + len(held_out) >= 300
    said = [_asked(question) for question in (*tune, *held_out)]
    assert len(said) == len(set(said))
    labels = {*FIELDS, "clarify", *(f"decline:{key}" for key in DECLINED)}
    assert {question["tool"] for question in (*tune, *held_out)} == labels


def _asked(question: Question) -> tuple[str, str]:
    return question["text"].casefold(), str(question.get("context"))


@pytest.mark.parametrize("name", ["tune", "held_out"])
def test_questions_are_understood(name: str) -> None:
    results = [SCORE.of(question) for question in questions(name)]
    for part, floor in FLOORS.items():
        right = [result[part] for result in results if part in result]
        assert sum(right) / len(right) >= floor, part
