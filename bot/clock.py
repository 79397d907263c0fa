"""The one reader of the wall clock, and times given on the command line."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def wall_clock() -> datetime:
    """Now, as aware UTC."""
    return datetime.now(UTC)


def clock_at(now: datetime | None) -> Clock:
    """A clock that stands at `now`, or the wall clock."""
    return wall_clock if now is None else lambda: now


def instant(text: str) -> datetime:
    """An ISO 8601 time from the command line as aware UTC; one without offset is UTC."""
    try:
        given = datetime.fromisoformat(text)
        return (given if given.tzinfo else given.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        message = f"{text!r} is no time such as 2026-03-12T05:58:00-06:00"
        raise ArgumentTypeError(message) from None
