"""What is counted while Andon runs. Who counts is handed in: nothing here keeps a number.

A label's values are few and never a person's or a plant's words: a question, a name and an asset
are no labels. docs/metrics.md lists everything that is counted; a test compares.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

SECONDS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
FAST_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0)


@dataclass(frozen=True, slots=True)
class Counted:
    """Something that only grows. `labels` name what its values are kept apart by."""

    name: str
    meaning: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Timed:
    """How long something takes, in seconds; `within` are the limits it is sorted into."""

    name: str
    meaning: str
    labels: tuple[str, ...] = ()
    within: tuple[float, ...] = SECONDS


@dataclass(frozen=True, slots=True)
class Level:
    """Something that rises and falls."""

    name: str
    meaning: str
    labels: tuple[str, ...] = ()


class Meter(Protocol):
    """`labels` are the values of those that `what` names, in its order. Raises nothing."""

    def add(self, what: Counted, amount: float = 1, *labels: str) -> None: ...

    def took(self, what: Timed, seconds: float, *labels: str) -> None: ...


class Unmetered:
    """Where nobody looks at the numbers, as for a single question at the console."""

    def add(self, what: Counted, amount: float = 1, *labels: str) -> None: ...

    def took(self, what: Timed, seconds: float, *labels: str) -> None: ...
