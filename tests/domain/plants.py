"""Calendars of the kinds of plants that the tests ask about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time
from typing import Literal

from core.domain.shifts import CalendarEntry, EntryKind, ShiftCalendar, ShiftPattern

WEEKDAYS = frozenset(range(5))


def at(text: str) -> datetime:
    """A UTC instant from "2026-11-23 06:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def entry(kind: EntryKind, start: str, end: str, **scope: str) -> CalendarEntry:
    return CalendarEntry(at(start), at(end), kind, **scope)


def three_shifts(
    entries: Iterable[CalendarEntry] = (),
    zone: str = "America/Chicago",
    day_starts_with: str | None = None,
    day_named_after: Literal["start", "end"] = "start",
) -> ShiftCalendar:
    patterns = (
        ShiftPattern("Early", time(6), time(14)),
        ShiftPattern("Late", time(14), time(22), aliases=("afternoon",)),
        ShiftPattern("Night", time(22), time(6)),
    )
    return ShiftCalendar(zone, patterns, day_starts_with, day_named_after, entries)


def two_shifts(entries: Iterable[CalendarEntry] = ()) -> ShiftCalendar:
    patterns = (
        ShiftPattern("Früh", time(6), time(14), WEEKDAYS),
        ShiftPattern("Spät", time(14), time(22), WEEKDAYS),
    )
    return ShiftCalendar("Europe/Berlin", patterns, entries=entries)
