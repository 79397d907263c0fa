"""Shifts and clock times that were said, on a plant's calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.domain import periods
from core.domain.periods import DAY, Interval, Period
from core.errors import UserError
from core.planner.calendar_reading import CalendarReading, checked_year
from core.planner.lexicon import entries, fold
from core.planner.time_tokens import Clock, Day

# What "at 4 am" is taken for: so long before and after.
AROUND = timedelta(minutes=30)
# Parts of a day by the plant's clock, from and until.
PARTS = {"morning": (6, 12), "afternoon": (12, 18), "evening": (18, 24)}


class ShiftReading(CalendarReading):
    """Works out shifts and hours at `now`."""

    def _this_shift(self) -> Period:
        return periods.this_shift(self._calendar, self._now)

    def _last_shift(self) -> Period:
        return periods.last_shift(self._calendar, self._now)

    def _shift(self, said: str, which: str) -> Period:
        name = self._shift_name(said)
        current = self._calendar.current(self._now)
        if which != "last" and current is not None and current.name == name:
            return periods.this_shift(self._calendar, self._now)
        return periods.last_shift(self._calendar, self._now, name)

    def _shift_on(self, said: str, day: Day) -> Period:
        name = self._shift_name(said)
        if day.offset == -1:
            return periods.yesterday_shift(self._calendar, self._now, name)
        if day.offset == 0:
            begun = any(
                shift.name == name and shift.interval.start <= self._now
                for shift in self._calendar.shifts_of_day(self._today)
            )
            if not begun:  # "heute Nacht" is the one just over
                return periods.last_shift(self._calendar, self._now, name)
        return periods.shift_of_day(self._calendar, self._now, name, self._date(day))

    def _shift_name(self, said: str) -> str:
        """The calendar's name for "night", for its own "Alpha", or for "#2", the second."""
        names = self._calendar.names
        if said.startswith("#") and 0 < int(said[1:]) <= len(names):
            return names[int(said[1:]) - 1]
        synonyms = [said, *(p for p, key in entries("time", "shift_name") if key == said)]
        for word in synonyms:
            name = self._calendar.named(word)
            if name is not None:
                return name
        by_start = {fold(name): name for name in names}
        wanted = {fold(word) for word in synonyms}
        found = [name for key, name in by_start.items() if wanted & set(key.split())]
        if len(found) != 1:
            raise UserError("period_no_shift", shift=said.lstrip("#"))
        return found[0]

    def _shifts_ago(self, count: int) -> Period:
        shift = self._calendar.last_ended(self._now)
        for _ in range(count - 1):
            shift = shift and self._calendar.last_ended(shift.interval.start)
        if shift is None:
            raise UserError("period_no_shift", shift="")
        return periods.shift_of_day(self._calendar, self._now, shift.name, shift.day)

    def _ended_before(self, instant: datetime) -> Period:
        shift = self._calendar.last_ended(instant)
        if shift is None:
            raise UserError("period_no_shift", shift="")
        return periods.shift_of_day(self._calendar, self._now, shift.name, shift.day)

    def _last_shifts(self, count: int) -> Period:
        shift = self._calendar.last_ended(self._now)
        if shift is None:
            raise UserError("period_no_shift", shift="")
        end = shift.interval.end
        for _ in range(count - 1):
            shift = self._calendar.last_ended(shift.interval.start) or shift
        interval = Interval(shift.interval.start, end)
        return Period(interval, self._calendar.zone, "last_shifts", (("count", str(count)),))

    # -- the clock --

    def _at(self, day: date, clock: Clock) -> datetime:
        zone = ZoneInfo(self._calendar.zone)
        return datetime.combine(day, time(clock.hour, clock.minute), zone).astimezone(UTC)

    def _clock(self, first: Clock, last: Clock, day: Day | None) -> Period:
        over_midnight = (last.hour, last.minute) <= (first.hour, first.minute)
        started = self._clock_date(day)
        if day is None and self._at(started, first) > self._now:
            started -= DAY
        end = self._at(started + DAY * over_midnight, last)
        return self._between("between", self._at(started, first), end)

    def _clock_date(self, day: Day | None) -> date:
        """The date of a clock time: of a day that was said, the date its production day has, so
        that at 2 am "yesterday" and "yesterday afternoon" are one day; without one today's."""
        return self._calendar.local(self._now).date() if day is None else self._date(day)

    def _around(self, clock: Clock, day: Day | None) -> Period:
        """As in "at 4 am": half an hour before and after."""
        started = self._clock_date(day)
        if day is None and self._at(started, clock) > self._now:
            started -= DAY
        at = self._at(started, clock)
        return self._between("between", at - AROUND, at + AROUND)

    def _part(self, part: str, day: Day) -> Period:
        start, end = PARTS[part]
        return self._clock(Clock(start), Clock(end % 24), day)

    def _since_clock(self, clock: Clock, day: Day | None) -> Period:
        started = self._clock_date(day)
        if day is None and self._at(started, clock) > self._now:
            started -= DAY
        return self._between("since", self._at(started, clock), self._now)

    def _moments(self, first: Day, start: Clock, last: Day, end: Clock) -> Period:
        begin, until = self._at(self._date(first), start), self._at(self._date(last), end)
        if begin > until and first.weekday is not None and first.weeks is None:
            begin -= 7 * DAY
        return self._between("between", begin, until)

    def _day_from(self, day: Day, clock: Clock) -> Period:
        """From then until the day's end, or now."""
        date = self._date(day)
        end = max(self._calendar.day(date).end, self._at(date, clock))
        return self._between("between", self._at(date, clock), end)

    def _instants(self, first: str, last: str) -> Period:
        zone = ZoneInfo(self._calendar.zone)
        start, end = (datetime.fromisoformat(said) for said in (first, last))
        start, end = (
            (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC) for at in (start, end)
        )
        for at in (start, end):
            checked_year(at.year)
        return self._between("between", start, end)

    def _between(self, label: str, start: datetime, end: datetime) -> Period:
        """Clock times as they are, cut at now; label "since" or "between" with local times."""
        local = [f"{self._calendar.local(at):%Y-%m-%dT%H:%M}" for at in (start, end)]
        if start >= self._now:
            raise UserError("period_future", day=local[0][:10])
        if end < start:
            raise UserError("period_reversed", first=local[0], last=local[1])
        arguments = (("start", local[0]), ("end", local[1]))
        interval = Interval(start, min(end, self._now))
        zone = self._calendar.zone
        return Period(interval, zone, label, arguments, so_far=end > self._now)
