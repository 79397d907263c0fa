"""Hundreds of questions in a row: nothing but the declared outcomes, and memory stays flat."""

from __future__ import annotations

import json
import random
import resource
import sys
from pathlib import Path

import pytest

from core.data.mapping import PlantFile
from core.store import Store
from tests.assistant.conftest import Door, first_text, sample_file
from tests.planner import questions

__all__ = ["sample_file"]
OUTCOMES = {"answer", "clarify", "unknown_asset", "decline", "no_data"}
KEPT_MB = 60


def everything_asked() -> list[str]:
    folder = Path(questions.__path__[0])
    lines = [line for file in sorted(folder.glob("*.jsonl")) for line in file.open()]
    return [json.loads(line)["text"] for line in lines]


def mangled(text: str, chance: random.Random) -> str:
    """The question with a few characters lost, doubled or replaced."""
    letters = list(text)
    for _ in range(chance.randrange(4)):
        at = chance.randrange(len(letters) + 1)
        letters[at : at + chance.randrange(2)] = chance.choice(["", " ", "ß", "'", "\u202e", "9"])
    return "".join(letters)


def soak(file: PlantFile, folder: Path, times: int) -> None:
    chance = random.Random(5)
    asked = everything_asked()
    door = Door(file, Store.open(f"sqlite:///{folder}/andon.db"))
    try:
        warm = 0
        for number in range(times):
            question = mangled(chance.choice(asked), chance)
            answer = door.ask(question, thread=str(number % 7), user=f"console:{number % 5}")
            assert answer.outcome in OUTCOMES, (question, first_text(answer))
            assert first_text(answer)
            if number == times // 2:
                warm = peak_mb()
        # The peak only rises, so what it rose by in the second half is what was kept.
        assert peak_mb() - warm < KEPT_MB
    finally:
        door.close()


def peak_mb() -> int:
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // unit


def test_a_hundred_questions(sample_file: PlantFile, tmp_path: Path) -> None:
    soak(sample_file, tmp_path, 100)


@pytest.mark.prove
def test_three_thousand_questions(sample_file: PlantFile, tmp_path: Path) -> None:
    soak(sample_file, tmp_path, 3_000)
