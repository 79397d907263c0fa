"""The questions that are offered are questions that are answered, about one's own area."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.manifests.slack import PROMPTS
from core.access import Access
from core.answer import Answer
from core.data.mapping import PlantFile
from core.request import Language
from tests.assistant.conftest import Door
from tests.plants import NOW

# From NOW, 20 minutes into the early shift.
HOURS = {"start": timedelta(0), "middle": timedelta(hours=3), "end": timedelta(hours=7)}


def offered(answer: Answer) -> list[str]:
    assert answer.outcome == "answer"
    return [action.command for action in answer.actions]


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("hour", HOURS)
def test_every_question_offered_is_answered(door: Door, language: Language, hour: str) -> None:
    now = NOW + HOURS[hour]
    door.now = now
    door.ask("/andon areas packaging")
    questions = offered(door.ask("/andon prompts", language=language, now=now))
    assert len(set(questions)) == 4
    for number, question in enumerate(questions):
        answer = door.ask(question, thread=str(number), language=language, now=now)
        assert answer.outcome == "answer", question
        assert answer.tool, question
        assert answer.args["assets"] == ["packaging"], question


def test_the_hour_of_the_shift_decides(door: Door) -> None:
    said = {at: offered(door.ask("/andon prompts", now=NOW + after)) for at, after in HOURS.items()}
    assert said["start"][0] == "What should we do first in Riverside?"
    assert said["middle"][0] == "How is Riverside doing?"
    assert "OEE of Riverside this shift" in said["end"]
    assert "OEE of Riverside this shift" not in said["start"]


def test_nobody_is_offered_what_they_may_not_see(sample_file: PlantFile) -> None:
    door = Door(sample_file, None, Access(frozenset({"montage"})))
    try:
        questions = offered(door.ask("/andon prompts"))
        assert all("Montage" in question for question in questions)
    finally:
        door.close()


def test_who_may_see_nothing_is_told_so(sample_file: PlantFile) -> None:
    door = Door(sample_file, None, Access(frozenset()))
    try:
        assert door.ask("/andon prompts").outcome == "no_data"
    finally:
        door.close()


def test_what_the_manifest_offers_is_answered(door: Door) -> None:
    for number, (_, question) in enumerate(PROMPTS):
        answer = door.ask(question, thread=str(number))
        assert (answer.outcome, bool(answer.tool)) == ("answer", True), question
