"""A sentence as it is compared with its figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.agent.detectors import Spot, vocabulary
from core.agent.figure import Figure
from core.planner.lexicon import folded


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence as it is looked at: names of rows written out, a hole for every other figure.

    `before` and `question` are what stands in for what the sentence leaves out.
    """

    text: str
    holes: tuple[tuple[int, Figure], ...]
    labels: tuple[tuple[range, Figure], ...]
    before: str
    question: str


def segment(text: str, place: int) -> str:
    """The stretch between commas that a figure stands in."""
    start = max(text.rfind(mark, 0, place) for mark in ",;:") + 1
    ends = [end for mark in ",;:" if (end := text.find(mark, place)) >= 0]
    return text[start : min(ends, default=len(text))]


def has(section: str, text: str) -> bool:
    said = f" {' '.join(folded(text))} "
    return any(f" {' '.join(folded(phrase))} " in said for phrase in vocabulary("near")[section])


def masked(text: str, stretches: Sequence[Spot]) -> str:
    """The text with stretches blanked out that are names, so that no word of theirs counts."""
    for spot in stretches:
        text = text[: spot.start] + "\u00b7" * (spot.end - spot.start) + text[spot.end :]
    return text
