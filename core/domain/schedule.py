"""What a shift calendar is made of, and how one month of it is worked out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal

from core.domain.periods import DAY, Interval
from core.domain.production_days import ProductionDays
from core.domain.spans import MINUTE, Span, merge, subtract

EntryKind = Literal["work", "break", "planned_maintenance", "holiday", "overtime"]


@dataclass(frozen=True, slots=True)
class ShiftPattern:
    """A shift that repeats weekly, in local time; one that ends at or before its start ends on
    the next day. `weekdays` are those on which it starts, Monday is 0."""

    name: str
    start: time
    end: time
    weekdays: frozenset[int] = frozenset(range(7))
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """A dated exception, in aware UTC times; the narrowest of plant, area, asset is its scope."""

    start: datetime
    end: datetime
    kind: EntryKind
    shift: str | None = None
    crew: str | None = None
    plant: str | None = None
    area: str | None = None
    asset: str | None = None

    @property
    def scope(self) -> str | None:
        """The area or asset that it is for; None where it holds for the whole plant."""
        return self.asset or self.area


@dataclass(frozen=True, slots=True)
class Shift:
    """One occurrence of a shift; `day` is the production day in which it starts."""

    name: str
    interval: Interval
    day: date


@dataclass(frozen=True, slots=True)
class Busy:
    """A piece of planned busy time.

    A stop is counted in the piece with `opens` <= its start < `end`, if it ends after `start`:
    what begins in a break and outlasts it is counted with the piece after the break, what
    begins and ends in the break is no stop. So every stop is counted exactly once, also when a
    period is cut in two and each part is asked for alone.
    """

    start: datetime
    end: datetime
    shift: str
    day: date
    opens: datetime

    @property
    def minutes(self) -> float:
        return (self.end - self.start) / MINUTE


@dataclass(frozen=True, slots=True)
class Month:
    """The shifts that start in a month, for one scope; each list is sorted and disjoint."""

    shifts: tuple[Shift, ...]
    busy: tuple[Busy, ...]
    scheduled: tuple[Span, ...]


@dataclass(slots=True)
class _Occurrence:
    """A shift while it is worked out: `worked` is what holidays leave and overtime adds."""

    name: str
    start: datetime
    end: datetime
    day: date
    worked: list[Span]


# The ids whose entries count besides the plant's own; None asks for the plant as such.
Scope = frozenset[str] | None


class Schedule:
    """Works out the months of one plant. Overlapping shifts give way to the earlier one."""

    def __init__(
        self,
        days: ProductionDays,
        patterns: Sequence[ShiftPattern],
        entries: Sequence[CalendarEntry],
    ) -> None:
        self._days = days
        self._patterns = patterns
        self._entries = entries
        self._starting: dict[date, list[_Occurrence]] = {}
        self._off: dict[Scope, tuple[list[Span], list[Span]]] = {}
        self._worked: dict[Scope, list[CalendarEntry]] = {}
        self._extra: dict[Scope, list[CalendarEntry]] = {}
        working = [e.end - e.start for e in entries if e.kind in ("work", "overtime")]
        # Neighbours of a month count too: a shift of its last day ends in the next month.
        self.margin = DAY * (2 + math.ceil(max(working, default=0 * DAY) / DAY))

    def knows(self, scope: Scope) -> bool:
        """Whether there are shifts for `scope` at all."""
        return bool(self._patterns or self._work(scope))

    def month(self, scope: Scope, number: int) -> Month:
        """Month `number` (year × 12 + month − 1)."""
        start = self._days.at(first_of(number), time(0))
        end = self._days.at(first_of(number + 1), time(0))
        window = Interval(start - self.margin, end + self.margin)
        occurrences = self._scheduled(scope, window)
        scheduled = [(o.start, o.end) for o in occurrences]
        overtime = self._overtime(scope, window)
        scheduled += [(entry.start, entry.end) for entry in overtime]
        holidays, off = self._off_time(scope)
        for occurrence in occurrences:
            occurrence.worked = subtract(occurrence.start, occurrence.end, holidays)
        self._add_overtime(occurrences, overtime)
        mine = [o for o in occurrences if start <= o.start < end and o.worked]
        mine.sort(key=lambda occurrence: occurrence.worked[0])
        return Month(
            tuple(Shift(o.name, Interval(o.worked[0][0], o.worked[-1][1]), o.day) for o in mine),
            tuple(_pieces(mine, off)),
            tuple(_clip(merge(scheduled), start, end)),
        )

    def _scheduled(self, scope: Scope, window: Interval) -> list[_Occurrence]:
        if self._patterns:
            found = self._from_patterns(window)
        else:
            found = [
                _Occurrence(e.shift or "", e.start, e.end, self._days.of(e.start), [])
                for e in self._work(scope)
                if e.start < window.end and e.end > window.start
            ]
        disjoint: list[_Occurrence] = []
        for o in found:
            start = max(o.start, disjoint[-1].end) if disjoint else o.start
            if start < o.end:
                disjoint.append(_Occurrence(o.name, start, o.end, o.day, []))
        return disjoint

    def _from_patterns(self, window: Interval) -> list[_Occurrence]:
        day, last = self._days.local(window.start).date(), self._days.local(window.end).date()
        found: list[_Occurrence] = []
        while day <= last:
            if day not in self._starting:
                self._starting[day] = list(self._starting_on(day))
            found += self._starting[day]
            day += DAY
        return found

    def _starting_on(self, day: date) -> Iterator[_Occurrence]:
        for pattern in self._patterns:
            if day.weekday() in pattern.weekdays:
                start = self._days.at(day, pattern.start)
                last = day + DAY if pattern.end <= pattern.start else day
                end = self._days.at(last, pattern.end)
                yield _Occurrence(pattern.name, start, end, self._days.of(start), [])

    def _work(self, scope: Scope) -> list[CalendarEntry]:
        """The work entries of the narrowest scope that has any."""
        if scope not in self._worked:
            work = [entry for entry in self._entries if entry.kind == "work"]
            mine = [entry for entry in work if entry.scope in (scope or ())]
            self._worked[scope] = (
                [entry for entry in mine if entry.asset]
                or mine
                or [entry for entry in work if entry.scope is None]
                or (work if scope is None else [])
            )
        return self._worked[scope]

    def _overtime(self, scope: Scope, window: Interval) -> list[CalendarEntry]:
        if scope not in self._extra:
            kinds = ("work", "overtime") if self._patterns else ("overtime",)
            self._extra[scope] = [
                entry for entry in self._entries if entry.kind in kinds and _applies(entry, scope)
            ]
        return [e for e in self._extra[scope] if e.start < window.end and e.end > window.start]

    def _off_time(self, scope: Scope) -> tuple[list[Span], list[Span]]:
        """Holidays; breaks and planned maintenance, which count in overtime too."""
        if scope not in self._off:
            mine = [entry for entry in self._entries if _applies(entry, scope)]
            self._off[scope] = (
                merge((e.start, e.end) for e in mine if e.kind == "holiday"),
                merge((e.start, e.end) for e in mine if e.kind in ("break", "planned_maintenance")),
            )
        return self._off[scope]

    def _add_overtime(
        self, occurrences: list[_Occurrence], overtime: Sequence[CalendarEntry]
    ) -> None:
        """Overtime lengthens the shift that it adjoins, unless it names another one."""
        for entry in overtime:
            taken = merge(span for o in occurrences for span in o.worked)
            for start, end in subtract(entry.start, entry.end, taken):
                beside = _adjoining(occurrences, start, end, entry.shift)
                if beside is None:
                    name, day = entry.shift or "overtime", self._days.of(start)
                    beside = _Occurrence(name, start, end, day, [])
                    occurrences.append(beside)
                beside.worked = merge([*beside.worked, (start, end)])


def first_of(number: int) -> date:
    """The first date of month `number` (year × 12 + month − 1)."""
    return date(number // 12, number % 12 + 1, 1)


def _applies(entry: CalendarEntry, scope: Scope) -> bool:
    return entry.scope is None or entry.scope in (scope or ())


def _adjoining(
    occurrences: Sequence[_Occurrence], start: datetime, end: datetime, name: str | None
) -> _Occurrence | None:
    """The shift that the span touches, or in whose unworked middle it lies."""
    found = None
    for o in occurrences:
        if not o.worked:
            continue
        if o.worked[0][0] <= start and end <= o.worked[-1][1]:
            return o
        if name in (None, o.name) and (o.worked[-1][1] == start or o.worked[0][0] == end):
            found = found or o
    return found


def _pieces(occurrences: Sequence[_Occurrence], off: Sequence[Span]) -> Iterator[Busy]:
    previous: datetime | None = None
    for occurrence in occurrences:
        for span in occurrence.worked:
            for start, end in subtract(*span, off):
                yield Busy(start, end, occurrence.name, occurrence.day, previous or start)
                previous = end


def _clip(spans: Sequence[Span], start: datetime, end: datetime) -> Iterator[Span]:
    for span_start, span_end in spans:
        if span_start < end and span_end > start:
            yield max(span_start, start), min(span_end, end)
