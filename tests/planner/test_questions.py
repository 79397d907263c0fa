"""The labelled questions: how many are understood. benchmarks/planner.py prints the details."""

from __future__ import annotations

import pytest

from benchmarks.planner import TUNED, UNREAD, VOICES, Question, Score, questions, sample_names
from core.planner.planner import DECLINED, FIELDS, Planner

SCORE = Score(Planner(), sample_names())
# What each set must reach, by part: a point or two below what was measured.
OWN = {"tool": 0.96, "assets": 0.96, "period": 0.95}
TRAINED = {"tool": 0.98, "assets": 0.93, "period": 0.88}
STRANGERS = {"tool": 0.94, "assets": 0.93, "period": 0.81}


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


@pytest.mark.parametrize(
    ("name", "floors"),
    [
        *((name, OWN) for name in (*TUNED, "held_out")),
        *((name, TRAINED) for name in VOICES),
        *((name, STRANGERS) for name in UNREAD),
    ],
)
def test_questions_are_understood(name: str, floors: dict[str, float]) -> None:
    results = [SCORE.of(question) for question in questions(name)]
    for part, floor in floors.items():
        right = [result[part] for result in results if part in result]
        assert sum(right) / len(right) >= floor, part
