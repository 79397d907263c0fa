"""Works out what was said for a time on a plant's calendar."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from core.domain import periods
from core.domain.periods import DAY, Interval, Period
from core.errors import UserError
from core.planner.lexicon import entries, fold
from core.planner.time_words import Clock, Day, Said

if TYPE_CHECKING:
    from core.domain.shifts import ShiftCalendar

# What "at 4 am" is taken for: so long before and after.
AROUND = timedelta(minutes=30)
EARLIEST_YEAR, LATEST_YEAR = 1970, 2200
# Parts of a day by the plant's clock, from and until.
PARTS = {"morning": (6, 12), "afternoon": (12, 18), "evening": (18, 24)}


class PeriodReading:
    """Works out what was said at `now`; ValueError where there is no such date."""

    def __init__(self, calendar: ShiftCalendar, now: datetime, text: str) -> None:
        self._calendar = calendar
        self._now = now
        self._text = text
        self._today = calendar.production_day(now)

    def period(self, said: Said) -> Period:
        read = getattr(self, f"_{said.name}")
        period: Period = read(*said.arguments)
        return period

    # -- days --

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
            return self._weekday(day.weekday, day.weeks)
        if not day.month and day.year is None:
            return self._day_of_month(day.date)
        if day.unsure:
            year = day.year or self._today.year
            readings = (date(year, day.month, day.date), date(year, day.date, day.month))
            first, second = (reading.isoformat() for reading in readings)
            raise UserError("period_unsure_date", said=self._text, first=first, second=second)
        if day.year is not None:
            return date(_checked(day.year), day.month, day.date)
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
        back = (self._today.weekday() - weekday) % 7 or 7
        return self._today - DAY * back

    def _range(self, first: Day | Said, last: Day | Said) -> Period:
        if isinstance(last, Day):
            end = self._date(last)
        else:
            end = self._calendar.production_day(self.period(last).end - timedelta(microseconds=1))
        return periods.dates(self._calendar, self._now, self._range_start(first, end), end)

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

    def _weekend(self) -> Period:
        return periods.weekend(self._calendar, self._now)

    def _since_day(self, day: Day) -> Period:
        return self._from(self._date(day))

    def _since(self, said: Said) -> Period:
        start = self.period(said).start
        if said.name in ("shift", "shift_on", "last_shift", "this_shift", "part", "clock"):
            return self._between("since", start, self._now)
        return self._from(self._calendar.production_day(start))

    def _from(self, first: date) -> Period:
        if first > self._today:
            raise UserError("period_future", day=first.isoformat())
        return periods.dates(self._calendar, self._now, first, self._today)

    def _future(self) -> Period:
        raise UserError("period_future", day=self._text)

    # -- counted and calendar units --

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

    def _last_shifts(self, count: int) -> Period:
        shift = self._calendar.last_ended(self._now)
        if shift is None:
            raise UserError("period_no_shift", shift="")
        end = shift.interval.end
        for _ in range(count - 1):
            shift = self._calendar.last_ended(shift.interval.start) or shift
        interval = Interval(shift.interval.start, end)
        return Period(interval, self._calendar.zone, "last_shifts", (("count", str(count)),))

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
        return self._week(date.fromisocalendar(_checked(year), number, 1))

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
        return year and _checked(self._today.year + year if year < 0 else year)

    def _month_days(self, number: int, year: int | None, first: int, last: int) -> Period:
        """Days of a month; `first` counts from its end if it is below zero."""
        start = self._calendar.production_day(self._month(number, year).interval.start)
        length = monthrange(start.year, start.month)[1]
        first = first if first > 0 else length + first + 1
        end = min(start.replace(day=min(last, length)), self._today)
        return periods.dates(self._calendar, self._now, start.replace(day=first), end)

    def _half_year(self, half: int, year: int | None) -> Period:
        month = 1 if half == 1 else 7
        year = year or self._today.year - (self._today.month < month)
        first, last = (
            date(_checked(year), month, 1),
            date(year, 6, 30) if half == 1 else date(year, 12, 31),
        )
        return periods.dates(self._calendar, self._now, first, min(last, self._today))

    def _year(self, year: int) -> Period:
        last = date(_checked(year), 12, 31)
        last = min(last, self._today) if year == self._today.year else last
        return periods.dates(self._calendar, self._now, date(year, 1, 1), last)

    # -- shifts --

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
        """Clock times belong to dates as the clock shows them, not to production days."""
        local = self._calendar.local(self._now).date()
        if day is None:
            return local
        return local + DAY * day.offset if day.offset is not None else self._date(day)

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

    def _instants(self, first: str, last: str) -> Period:
        zone = ZoneInfo(self._calendar.zone)
        start, end = (datetime.fromisoformat(said) for said in (first, last))
        start, end = (
            (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC) for at in (start, end)
        )
        for at in (start, end):
            _checked(at.year)
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


def _checked(year: int) -> int:
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise ValueError(year)
    return year


def _date_or_none(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
