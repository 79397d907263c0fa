"""Severities of safety events, which are still open, and the days without a recordable one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import IntEnum

_CLOSED = frozenset(
    {
        "closed", "close", "done", "resolved", "completed", "complete", "finished", "cancelled",
        "canceled", "rejected", "geschlossen", "erledigt", "abgeschlossen", "behoben", "storniert",
    }
)  # fmt: skip


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


def days_since(
    events: Iterable[tuple[date, Severity]], day: date, least: Severity = Severity.RECORDABLE
) -> int | None:
    """Days from the last event of at least that severity up to `day`; None when none is known."""
    past = [when for when, severity in events if severity >= least and when <= day]
    return (day - max(past)).days if past else None


def is_open(status: object) -> bool:
    """Whether an event's status says that it is not closed; nothing at all says nothing."""
    return str(status or "").strip().casefold() not in _CLOSED
