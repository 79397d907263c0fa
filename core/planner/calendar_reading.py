"""Days, weeks, months and years that were said, on a plant's calendar."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from core.domain import periods
from core.domain.periods import DAY, Period
from core.errors import UserError
from core.planner.time_tokens import Day

if TYPE_CHECKING:
    from core.domain.shifts import ShiftCalendar

EARLIEST_YEAR, LATEST_YEAR = 1970, 2200


class CalendarReading:
    """Works out days and calendar units at `now`; ValueError where there is no such date."""

    def __init__(self, calendar: ShiftCalendar, now: datetime, text: str) -> None:
        self._calendar = calendar
        self._now = now
        self._text = text
        self._today = calendar.production_day(now)

    def _day(self, day: Day) -> Period:
        if day.offset == 0:
            return periods.today(self._calendar, self._now)
        if day.offset == -1:
            return periods.yesterday(self._calendar, self._now)
        return periods.on_date(self._calendar, self._now, self._date(day))

    def _date(self, day: Day) -> date:
        if day.offset is not None:
            return self._today + day.offset * DAY
        if day.weekday is not None:
            return self._weekday(day.weekday, day.weeks) - 7 * day.back * DAY
        if not day.month and day.year is None:
            return self._day_of_month(day.date)
        if day.unsure:
            year = day.year or self._today.year
            readings = (date(year, day.month, day.date), date(year, day.date, day.month))
            first, second = (reading.isoformat() for reading in readings)
            raise UserError("period_unsure_date", said=self._text, first=first, second=second)
        if day.year is not None:
            return date(checked_year(day.year), day.month, day.date)
        years = range(self._today.year, self._today.year - 9, -1)
        past = (_date_or_none(year, day.month, day.date) for year in years)
        found = next((d for d in past if d is not None and d <= self._today), None)
        if found is None:
            raise ValueError(day)
        return found

    def _day_of_month(self, number: int) -> date:
        """As in "the 3rd": of this month, or of the latest one that had this day."""
        months = [self._today.replace(day=1)]
        for _ in range(2):
            months.append((months[-1] - DAY).replace(day=1))
        days = (_date_or_none(month.year, month.month, number) for month in months)
        return next(day for day in days if day is not None and day <= self._today)

    def _weekday(self, weekday: int, weeks: int | None) -> date:
        if weeks is not None:
            return self._today + DAY * (weekday - self._today.weekday() - 7 * weeks)
        # At 1 am on Monday "Sunday" is the day just over by the clock; its night shift still runs.
        after = max(self._today, self._calendar.local(self._now).date())
        return after - DAY * ((after.weekday() - weekday) % 7 or 7)

    def _weekend(self, back: int = 0) -> Period:
        """This weekend or the last one, or so many before it."""
        weekend = periods.weekend(self._calendar, self._now)
        for _ in range(back):
            weekend = periods.before(weekend, self._calendar) or weekend
        return weekend

    def _workdays(self, count: int) -> Period:
        """The last so many days that were worked, from the first of them."""
        worked = [self._today]
        for _ in range(count):
            day = self._calendar.last_worked(worked[-1])
            if day is None:
                raise UserError("period_no_shift", shift="")
            worked.append(day)
        if count == 1:
            return periods.on_date(self._calendar, self._now, worked[-1])
        return periods.dates(self._calendar, self._now, worked[-1], worked[1])

    def _from(self, first: date) -> Period:
        if first > self._today:
            raise UserError("period_future", day=first.isoformat())
        return periods.dates(self._calendar, self._now, first, self._today)

    def _units_ago(self, unit: str, count: int) -> date:
        """The first day of the month, quarter, year or week that many before the running one."""
        if unit == "week":
            return self._today - DAY * (self._today.weekday() + 7 * count)
        if unit == "year":
            return date(self._today.year - count, 1, 1)
        months = count * (3 if unit == "quarter" else 1)
        month = self._today.month - 1
        number = self._today.year * 12 + (month - month % 3 if unit == "quarter" else month)
        return date((number - months) // 12, (number - months) % 12 + 1, 1)

    def _ago(self, unit: str, count: int) -> Period:
        first = self._units_ago(unit, count)
        match unit:
            case "week":
                return self._week(first)
            case "month":
                return periods.month(self._calendar, self._now, first.month, first.year)
            case "quarter":
                number = (first.month + 2) // 3
                return periods.quarter(self._calendar, self._now, number, first.year)
            case _:
                return self._year(first.year)

    def _this(self, unit: str) -> Period:
        calendar, now = self._calendar, self._now
        match unit:
            case "day":
                return periods.today(calendar, now)
            case "week":
                return periods.this_week(calendar, now)
            case "month":
                return periods.this_month(calendar, now)
            case "quarter":
                return periods.this_quarter(calendar, now)
            case _:
                return self._from(date(self._today.year, 1, 1))

    def _week_number(self, number: int, year: int | None) -> Period:
        if year is None:
            year = self._today.isocalendar().year
            if number > self._today.isocalendar().week:
                year -= 1
        return self._week(date.fromisocalendar(checked_year(year), number, 1))

    def _week_numbers(self, first: int, last: int) -> Period:
        """Whole weeks from one number to another, of the year of the latest such week."""
        year = self._today.isocalendar().year - (last > self._today.isocalendar().week)
        monday, sunday = date.fromisocalendar(year, first, 1), date.fromisocalendar(year, last, 7)
        return periods.dates(self._calendar, self._now, monday, min(sunday, self._today))

    def _week_of(self, day: Day) -> Period:
        found = self._date(day)
        return self._week(found - DAY * found.weekday())

    def _week(self, monday: date) -> Period:
        if monday == self._units_ago("week", 0):
            return periods.this_week(self._calendar, self._now)
        week = periods.dates(self._calendar, self._now, monday, monday + 6 * DAY)
        return replace(week, label="week", arguments=(("first", monday.isoformat()),))

    def _month(self, number: int, year: int | None) -> Period:
        return periods.month(self._calendar, self._now, number, self._which_year(year))

    def _quarter(self, number: int, year: int | None) -> Period:
        return periods.quarter(self._calendar, self._now, number, self._which_year(year))

    def _which_year(self, year: int | None) -> int | None:
        """A year as said; one below zero is so many years ago."""
        return year and checked_year(self._today.year + year if year < 0 else year)

    def _month_days(self, number: int, year: int | None, first: int, last: int) -> Period:
        """Days of a month; `first` counts from its end if it is below zero."""
        start = self._calendar.production_day(self._month(number, year).interval.start)
        if year is None and number == self._today.month and 0 < first <= self._today.day:
            start = self._today.replace(day=1)  # "early November" in November
        length = monthrange(start.year, start.month)[1]
        first = first if first > 0 else length + first + 1
        end = min(start.replace(day=min(last, length)), self._today)
        return periods.dates(self._calendar, self._now, start.replace(day=first), end)

    def _month_so_far(self, number: int) -> Period:
        if number == self._today.month:
            return periods.this_month(self._calendar, self._now)
        return self._month(number, None)

    def _part_of(self, unit: str, back: int, first: int, last: int) -> Period:
        """Days of this week (Monday is 0) or month (counted from 1), or of one before it."""
        start = self._units_ago(unit, back)
        if unit == "month":
            return self._month_days(start.month, start.year, first, last)
        end = start + DAY * last
        end = min(end, self._today) if start + DAY * first <= self._today else end
        return periods.dates(self._calendar, self._now, start + DAY * first, end)

    def _half_year(self, half: int, year: int | None) -> Period:
        month = 1 if half == 1 else 7
        year = year or self._today.year - (self._today.month < month)
        first, last = (
            date(checked_year(year), month, 1),
            date(year, 6, 30) if half == 1 else date(year, 12, 31),
        )
        return periods.dates(self._calendar, self._now, first, min(last, self._today))

    def _year(self, year: int) -> Period:
        last = date(checked_year(year), 12, 31)
        last = min(last, self._today) if year == self._today.year else last
        return periods.dates(self._calendar, self._now, date(year, 1, 1), last)


def checked_year(year: int) -> int:
    """A year that plants may have data of; ValueError for any other."""
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise ValueError(year)
    return year


def _date_or_none(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
