"""What people chose for themselves: their areas, language and quiet hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.request import Language


@dataclass(frozen=True, slots=True)
class Person:
    """Choices of one user; what is empty or None was not chosen.

    `quiet` are two times of day ("22:00", "06:00") in the plant's zone between which alerts that
    come to the person directly wait for the digest at their end; safety does not wait.
    """

    user_id: str
    plant: str | None = None
    areas: tuple[str, ...] = ()
    language: Language | None = None
    quiet: tuple[str, str] | None = None
    updated_at: datetime | None = None
