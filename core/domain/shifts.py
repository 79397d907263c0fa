"""A plant's shifts: which one runs, which production day it is, which minutes were planned."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from core.domain.periods import DAY, Interval
from core.domain.production_days import ProductionDays
from core.domain.schedule import (
    Busy,
    CalendarEntry,
    EntryKind,
    Month,
    Schedule,
    Scope,
    Shift,
    ShiftPattern,
)
from core.domain.spans import minutes

__all__ = ["Busy", "CalendarEntry", "EntryKind", "Shift", "ShiftCalendar", "ShiftPattern"]

INSTANT = timedelta(microseconds=1)
# How far a search for another shift goes; a plant that stood still for longer has none.
MONTHS_SEARCHED = 14
_KEPT = 1_000  # intervals: each shift of some weeks is looked at again and again


class ShiftCalendar:
    """The shifts of one plant; `entries` are that plant's only.

    With patterns, a work entry adds time as overtime does; without, the work entries are the
    shifts; with neither, production days run from local midnight and nothing is known of shifts.
    Months are worked out once and kept, so one calendar should serve many questions.
    """

    def __init__(
        self,
        zone: str,
        patterns: Iterable[ShiftPattern] = (),
        day_starts_with: str | None = None,
        day_named_after: Literal["start", "end"] = "start",
        entries: Iterable[CalendarEntry] = (),
    ) -> None:
        """`day_starts_with` names the shift that opens the production day; by default the first
        after midnight. Raises ValueError where no shift has that name."""
        self.zone = zone
        self.patterns = tuple(sorted(patterns, key=lambda pattern: pattern.start))
        self._entries = sorted(entries, key=lambda entry: (entry.start, entry.end))
        opening = _opening(self.patterns, self._entries, day_starts_with, ZoneInfo(zone))
        self._days = ProductionDays(zone, opening, day_named_after)
        self._schedule = Schedule(self._days, self.patterns, self._entries)
        self._scopes = frozenset(entry.scope for entry in self._entries if entry.scope)
        self._months: dict[tuple[Scope, int], Month] = {}
        self._busy: dict[tuple[Scope, int], tuple[Busy, ...]] = {}
        self._minutes = lru_cache(_KEPT)(self._scheduled_minutes)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the shifts, in the order of the day (or of the calendar entries)."""
        if self.patterns:
            return tuple(dict.fromkeys(pattern.name for pattern in self.patterns))
        work = (entry.shift for entry in self._entries if entry.kind == "work")
        return tuple(dict.fromkeys(name for name in work if name))

    def named(self, word: str) -> str | None:
        """The shift that answers to `word`, its name or an alias, whatever the case."""
        wanted = word.strip().casefold()
        answering = {alias.casefold(): p.name for p in self.patterns for alias in p.aliases}
        answering |= {name.casefold(): name for name in self.names}
        return answering.get(wanted)

    def local(self, instant: datetime) -> datetime:
        """`instant` on the plant's clock."""
        return self._days.local(instant)

    def production_day(self, instant: datetime) -> date:
        """The name of the production day that holds `instant`."""
        return self._days.of(instant)

    def day(self, day: date) -> Interval:
        """The production day of that name; days tile time, also where the clock changes."""
        return self._days.day(day)

    def shifts(self, interval: Interval) -> tuple[Shift, ...]:
        """The plant's worked shifts that overlap `interval`: whole, in order, disjoint.

        A shift that falls to a holiday is none; overtime that adjoins a shift lengthens it, other
        overtime is a shift of its own.
        """
        months = self._overlapping(None, interval)
        return tuple(
            shift
            for number in months
            for shift in self._month(None, number).shifts
            if shift.interval.clip(interval)
        )

    def shifts_of_day(self, day: date) -> tuple[Shift, ...]:
        """The worked shifts of that production day; empty for a day without any."""
        return tuple(shift for shift in self.shifts(self.day(day)) if shift.day == day)

    def current(self, now: datetime) -> Shift | None:
        """The shift that runs at `now`."""
        return next(iter(self.shifts(Interval(now, now + INSTANT))), None)

    def last_ended(self, now: datetime, name: str | None = None) -> Shift | None:
        """The last shift (of that name) that had ended by `now`."""
        number = self._number(now) + 1
        for back in range(MONTHS_SEARCHED):
            for shift in reversed(self._month(None, number - back).shifts):
                if shift.interval.end <= now and name in (None, shift.name):
                    return shift
        return None

    def next_start(self, now: datetime) -> Shift | None:
        """The first shift that starts after `now`."""
        number = self._number(now) - 1
        for ahead in range(MONTHS_SEARCHED):
            for shift in self._month(None, number + ahead).shifts:
                if shift.interval.start > now:
                    return shift
        return None

    def last_worked(self, before: date) -> date | None:
        """The last production day before that one with a worked shift."""
        shift = self.last_ended(self.day(before).end)
        while shift is not None and shift.day >= before:
            shift = self.last_ended(shift.interval.end - INSTANT)
        return shift.day if shift else None

    def busy(self, interval: Interval, scope: Iterable[str] = ()) -> tuple[Busy, ...] | None:
        """Planned busy time inside `interval`, ISO 22400's PBT: scheduled shifts − breaks −
        planned maintenance − holidays + overtime. None: no shifts are known.

        `scope` names the asset, what it is part of and its area; without it the plant is meant.
        """
        key = self.scope(scope)
        found: list[Busy] = []
        numbers = self._overlapping(key, interval)
        for number in numbers:
            pieces = self._opened(key, number)
            low = bisect_right(pieces, interval.start, key=lambda piece: piece.end)
            high = bisect_left(pieces, interval.end, key=lambda piece: piece.start)
            found += pieces[low:high]
        if found and found[0].start < interval.start:
            found[0] = replace(found[0], start=interval.start, opens=interval.start)
        if found and found[-1].end > interval.end:
            found[-1] = replace(found[-1], end=interval.end)
        return tuple(found) if numbers else None

    def calendar_minutes(self, interval: Interval, scope: Iterable[str] = ()) -> float | None:
        """Scheduled shift minutes: with breaks, holidays, overtime. None: no shifts are known."""
        return self._minutes(interval, self.scope(scope))

    def _scheduled_minutes(self, interval: Interval, key: Scope) -> float | None:
        numbers = self._overlapping(key, interval)
        spans = (span for number in numbers for span in self._month(key, number).scheduled)
        clipped = ((max(start, interval.start), min(end, interval.end)) for start, end in spans)
        total = minutes((start, end) for start, end in clipped if start < end)
        return total if numbers else None

    def scope(self, ids: Iterable[str]) -> Scope:
        """What of `ids` makes a difference to the calendar: assets of one scope share their busy
        time. None stands for the plant as such."""
        named = frozenset(ids)
        return named & self._scopes if named else None

    def _number(self, instant: datetime) -> int:
        local = self.local(instant)
        return local.year * 12 + local.month - 1

    def _overlapping(self, scope: Scope, interval: Interval) -> range:
        """The months whose shifts may reach into `interval`; empty where none are known."""
        first = self._number(interval.start - self._schedule.margin)
        last = self._number(interval.end + DAY)
        return range(first, last + 1) if self._schedule.knows(scope) else range(0)

    def _month(self, scope: Scope, number: int) -> Month:
        if (scope, number) not in self._months:
            self._months[scope, number] = self._schedule.month(scope, number)
        return self._months[scope, number]

    def _opened(self, scope: Scope, number: int) -> tuple[Busy, ...]:
        """The month's busy pieces, the first one open since the last one of an earlier month."""
        if (scope, number) not in self._busy:
            pieces = self._month(scope, number).busy
            earlier = (self._month(scope, number - back).busy for back in range(1, MONTHS_SEARCHED))
            last = next((before[-1] for before in earlier if before), None)
            if pieces and last:
                pieces = (replace(pieces[0], opens=last.end), *pieces[1:])
            self._busy[scope, number] = pieces
        return self._busy[scope, number]


def _opening(
    patterns: Sequence[ShiftPattern],
    entries: Sequence[CalendarEntry],
    day_starts_with: str | None,
    tz: ZoneInfo,
) -> time:
    """The local time at which the production day opens."""
    starts = Counter((pattern.name, pattern.start) for pattern in patterns)
    if not patterns:
        work = [entry for entry in entries if entry.kind == "work"]
        starts = Counter((e.shift or "", e.start.astimezone(tz).time()) for e in work)
    if day_starts_with is not None:
        wanted = day_starts_with.casefold()
        starts = Counter({key: n for key, n in starts.items() if key[0].casefold() == wanted})
        if not starts:
            raise ValueError(f"no shift is named {day_starts_with!r}")
    # Once in a while work begins at an odd time; that does not move the plant's day.
    usual = max(starts.values(), default=0) / 4
    return min((start for (_, start), n in starts.items() if n >= usual), default=time(0))
