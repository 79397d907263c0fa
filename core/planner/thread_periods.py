"""Periods that a thread's last one gives a meaning: "and the night before", "just the nights"."""

from __future__ import annotations

from core.planner.lexicon import phrases
from core.planner.period_words import find_period
from core.planner.reading import Reading

# What has no course to look at: one day, one shift, some hours.
SHORT = frozenset(
    ("day", "shift", "shift_on", "shifts_ago", "last_shift", "this_shift", "part", "clock",
     "around", "since_clock", "instants", "before", "workdays")
)  # fmt: skip


def in_thread(reading: Reading, before: object) -> str | None:
    """The words of the period that is meant after a question about the period `before`; None
    where the question says nothing that needs it."""
    if not isinstance(before, str) or not before:
        return None
    if not reading.periods:
        for start, length, _ in phrases("time", "before_that").all(reading.plain):
            spots = reading.spots[start : start + length]
            said = reading.text[spots[0].start : spots[-1].end]
            article = " the" if spots[-1].word == "before" else ""  # not "night before last" week
            return f"{said}{article} {before}"
        return None
    said = reading.periods[0].said
    if reading.periods[0].name != "shift" or _is_shift(before):
        return None
    both = f"{before} {said}"
    found = find_period(both)
    whole = len(found) == 1 and found[0].end - found[0].start == len(both)
    return both if whole and found[0].name == "shift_on" else None


def is_long(words: str) -> bool:
    """Whether a period is more than a day, so that it has a trend."""
    found = find_period(words)
    return bool(found) and found[0].name not in SHORT and "hour" not in words


def _is_shift(words: str) -> bool:
    return any(period.name in ("shift", "shift_on") for period in find_period(words))
