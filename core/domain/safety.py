"""Severities of safety events, and the days without a recordable one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import IntEnum


class Severity(IntEnum):
    """OSHA's classes, the worst last; from RECORDABLE on an injury has to be recorded."""

    NEAR_MISS = 1
    FIRST_AID = 2
    RECORDABLE = 3
    LOST_TIME = 4
    FATALITY = 5


def parse_severity(text: str) -> Severity | None:
    """The severity of that name ("near miss", "lost_time"); None for a word that is none."""
    name = text.strip().replace(" ", "_").replace("-", "_").upper()
    return Severity[name] if name in Severity.__members__ else None


def days_since_recordable(events: Iterable[tuple[date, Severity]], day: date) -> int | None:
    """Days from the last recordable event up to `day`; None when none is known."""
    recordable = [when for when, severity in events if severity >= Severity.RECORDABLE]
    past = [when for when in recordable if when <= day]
    return (day - max(past)).days if past else None
