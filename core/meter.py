"""What is counted while Andon runs. Who counts is handed in: nothing here keeps a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Counted:
    """Something that only grows. `label` names what its values are kept apart by, "" for nothing;
    a label's values are few and never a person's or a plant's words."""

    name: str
    meaning: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Timed:
    """How long something takes, in seconds; `label` as in Counted."""

    name: str
    meaning: str
    label: str = ""


class Meter(Protocol):
    """Raises nothing."""

    def add(self, what: Counted, amount: float = 1, label: str = "") -> None: ...

    def took(self, what: Timed, seconds: float, label: str = "") -> None: ...


class Unmetered:
    """Where nobody looks at the numbers, as for a single question at the console."""

    def add(self, what: Counted, amount: float = 1, label: str = "") -> None: ...

    def took(self, what: Timed, seconds: float, label: str = "") -> None: ...
