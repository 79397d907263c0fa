"""Works out what was said for a time on a plant's calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from core.domain import periods
from core.domain.periods import DAY, Period
from core.errors import UserError
from core.planner.shift_reading import ShiftReading
from core.planner.time_tokens import Day, Said


class PeriodReading(ShiftReading):
    """Works out a period as said: a method for each name that one can have; ValueError where
    there is no such date."""

    def period(self, said: Said) -> Period:
        read = getattr(self, f"_{said.name}")
        period: Period = read(*said.arguments)
        return period

    def _range(self, first: Day | Said, last: Day | Said) -> Period:
        if isinstance(last, Day):
            end = self._date(last)
        else:
            end = self._calendar.production_day(self.period(last).end - timedelta(microseconds=1))
        return periods.dates(self._calendar, self._now, self._range_start(first, end), end)

    def _both(self, first: Said, last: Said) -> Period:
        """As in "Friday and Saturday": days that follow one another, in any order."""
        one, other = sorted((self.period(first), self.period(last)), key=lambda p: p.start)
        if one.end < other.start:
            raise UserError("period_not_understood", said=self._text)
        if "shift" in first.name or "shift" in last.name:
            return self._between("between", one.start, other.end)
        days = (one.start, max(one.end, other.end) - timedelta(microseconds=1))
        begin, end = (self._calendar.production_day(at) for at in days)
        return periods.dates(self._calendar, self._now, begin, end)

    def _range_start(self, first: Day | Said, end: date) -> date:
        """A range's first day: without week or year of its own the latest before its end."""
        if isinstance(first, Said):
            start = self._calendar.production_day(self.period(first).start)
            return start.replace(year=start.year - 1) if start > end else start
        start = self._date(first)
        if first.weekday is not None and first.weeks is None:
            return end - DAY * ((end.weekday() - first.weekday) % 7)
        if first.month and first.year is None and not first.unsure:
            year = end.year if (first.month, first.date) <= (end.month, end.day) else end.year - 1
            return date(year, first.month, first.date)
        return start

    def _since_day(self, day: Day) -> Period:
        return self._from(self._date(day))

    def _since(self, said: Said) -> Period:
        start = self.period(said).start
        if said.name in ("shift", "shift_on", "last_shift", "this_shift", "part", "clock"):
            return self._between("since", start, self._now)
        return self._from(self._calendar.production_day(start))

    def _future(self) -> Period:
        raise UserError("period_future", day=self._text)

    def _last(self, unit: str, count: float) -> Period:
        calendar, now, whole = self._calendar, self._now, int(count)
        match unit:
            case "minute" | "hour":
                return periods.rolling(calendar, now, count / 60 if unit == "minute" else count)
            case "day" if whole == 1:
                return periods.yesterday(calendar, now)
            case "day":
                return periods.last_days(calendar, now, whole)
            case "week" if whole == 1:
                return periods.last_week(calendar, now)
            case "week":
                return periods.last_days(calendar, now, 7 * whole)
            case "shift":
                return self._last_shifts(whole)
            case "month" if whole == 1:
                return periods.last_month(calendar, now)
        if whole == 1:
            return self._ago(unit, 1)
        first = self._units_ago(unit, whole)
        return periods.dates(calendar, now, first, self._units_ago(unit, 0) - DAY)

    def _before(self, unit: str, said: Day | Said) -> Period:
        """As in "the night before last night": the unit directly before that period."""
        start = (self._day(said) if isinstance(said, Day) else self.period(said)).start
        day = self._calendar.production_day(start)
        match unit:
            case "same":
                whole = self._day(said) if isinstance(said, Day) else self.period(said)
                before = periods.before(replace(whole, so_far=False), self._calendar)
                if before is None:
                    raise UserError("period_no_shift", shift="")
                return before
            case "night":
                name = self._shift_name("night")
                return periods.shift_of_day(self._calendar, self._now, name, day - DAY)
            case "shift":
                return self._ended_before(start)
            case "week":
                return self._week(day - DAY * (day.weekday() + 7))
            case "month":
                last = day.replace(day=1) - DAY
                return periods.month(self._calendar, self._now, last.month, last.year)
        return periods.on_date(self._calendar, self._now, day - DAY)
