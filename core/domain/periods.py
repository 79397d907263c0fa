"""Half-open stretches of time, and the named periods that people ask for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from core.errors import UserError

if TYPE_CHECKING:
    from core.domain.shifts import Shift, ShiftCalendar

_BY_CLOCK = frozenset({"rolling", "since", "between", "last_shifts"})
DAY = timedelta(days=1)
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """Half-open [start, end); both ends are aware datetimes in UTC."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("an interval needs aware datetimes")
        if self.end < self.start:
            raise ValueError("an interval cannot end before it starts")

    @property
    def minutes(self) -> float:
        """Length in minutes of real (not wall-clock) time."""
        return (self.end - self.start) / timedelta(minutes=1)

    def clip(self, other: Interval) -> Interval | None:
        """The part inside `other`, or None where they do not overlap."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Interval(start, end) if start < end else None

    def contains(self, instant: datetime) -> bool:
        return self.start <= instant < self.end


@dataclass(frozen=True, slots=True)
class Period:
    """What was asked for: an interval, the plant's IANA zone and words for it.

    `label` is a stable key in the bot's catalogue ("today", "last_shift", "last_days") with
    `arguments` to fill it, so that a period can be said in the reader's language. Dates among
    them are ISO dates of production days. `so_far`: it still runs, or was cut at the point that
    a running one has reached. `last_worked` is set when no shift was worked in the period.
    """

    interval: Interval
    zone: str
    label: str
    arguments: tuple[tuple[str, str], ...] = ()
    so_far: bool = False
    last_worked: date | None = None

    @property
    def start(self) -> datetime:
        return self.interval.start

    @property
    def end(self) -> datetime:
        return self.interval.end

    @property
    def is_by_clock(self) -> bool:
        """Whether it has no place in the calendar: what is like it is just as long and lies
        directly before."""
        return self.label in _BY_CLOCK

    def argument(self, name: str) -> str:
        """The argument of that name; raises KeyError where the label has none."""
        return dict(self.arguments)[name]


def cut(period: Period, at: datetime) -> tuple[Period, Period]:
    """The period's parts before and from `at`, an instant inside it."""
    first, second = Interval(period.start, at), Interval(at, period.end)
    return replace(period, interval=first), replace(period, interval=second)


# -- days -----------------------------------------------------------------------------------------


def today(calendar: ShiftCalendar, now: datetime) -> Period:
    """The production day so far."""
    day = calendar.production_day(now)
    return _days(calendar, now, "today", day, day, day=day)


def yesterday(calendar: ShiftCalendar, now: datetime) -> Period:
    """The last whole production day; `last_worked` is set when it had no shift."""
    day = calendar.production_day(now) - DAY
    return _days(calendar, now, "yesterday", day, day, day=day)


def on_date(calendar: ShiftCalendar, now: datetime, day: date) -> Period:
    """One production day, the running one so far. UserError "period_future" for a later one."""
    return _days(calendar, now, "date", day, day, day=day)


def dates(calendar: ShiftCalendar, now: datetime, first: date, last: date) -> Period:
    """Production days from `first` to `last` inclusive, until now where the last one still runs.

    UserError "period_reversed" or "period_future".
    """
    if last < first:
        raise UserError("period_reversed", first=first.isoformat(), last=last.isoformat())
    return _days(calendar, now, "dates", first, last, first=first, last=last)


def last_days(calendar: ShiftCalendar, now: datetime, days: int) -> Period:
    """`days` whole production days before today. UserError "period_empty" for none."""
    if days < 1:
        raise UserError("period_empty")
    today = calendar.production_day(now)
    return _days(calendar, now, "last_days", today - days * DAY, today - DAY, days=days)


def weekend(calendar: ShiftCalendar, now: datetime) -> Period:
    """Saturday and Sunday as production days: this weekend so far, else the last one."""
    today = calendar.production_day(now)
    saturday = today - DAY * ((today.weekday() - 5) % 7)
    last = min(saturday + DAY, today)
    return _days(calendar, now, "weekend", saturday, last, first=saturday)


# -- weeks, months, quarters ----------------------------------------------------------------------


def this_week(calendar: ShiftCalendar, now: datetime) -> Period:
    """From Monday's first shift until now."""
    today = calendar.production_day(now)
    monday = today - DAY * today.weekday()
    return _days(calendar, now, "this_week", monday, today, first=monday)


def last_week(calendar: ShiftCalendar, now: datetime) -> Period:
    """The last whole week of production days, Monday to Sunday."""
    today = calendar.production_day(now)
    monday = today - DAY * today.weekday() - WEEK
    return _days(calendar, now, "last_week", monday, monday + 6 * DAY, first=monday)


def this_month(calendar: ShiftCalendar, now: datetime) -> Period:
    """The production month so far."""
    today = calendar.production_day(now)
    return _days(calendar, now, "this_month", today.replace(day=1), today, month=_month(today))


def last_month(calendar: ShiftCalendar, now: datetime) -> Period:
    """The whole production month before this one."""
    return _months(calendar, now, "last_month", _first(calendar.production_day(now), -1), 1)


def month(calendar: ShiftCalendar, now: datetime, number: int, year: int | None = None) -> Period:
    """A production month (1–12); without a year the latest complete one of that name."""
    this = calendar.production_day(now)
    if year is None:
        year = this.year if number < this.month else this.year - 1
    return _months(calendar, now, "month", date(year, number, 1), 1)


def quarter(calendar: ShiftCalendar, now: datetime, number: int, year: int | None = None) -> Period:
    """A calendar quarter (1–4) of production days; without a year the latest complete one."""
    this = calendar.production_day(now)
    if year is None:
        year = this.year if number <= (this.month - 1) // 3 else this.year - 1
    return _months(calendar, now, "quarter", date(year, 3 * number - 2, 1), 3)


def this_quarter(calendar: ShiftCalendar, now: datetime) -> Period:
    """The calendar quarter of production days so far."""
    this = calendar.production_day(now)
    return quarter(calendar, now, (this.month + 2) // 3, this.year)


# -- shifts and hours -----------------------------------------------------------------------------


def this_shift(calendar: ShiftCalendar, now: datetime) -> Period:
    """The running shift until now; UserError "period_no_current_shift" between shifts."""
    shift = calendar.current(now)
    if shift is None:
        raise UserError("period_no_current_shift")
    until_now = Interval(shift.interval.start, now)
    return replace(_shift(calendar, "this_shift", shift), interval=until_now, so_far=True)


def last_shift(calendar: ShiftCalendar, now: datetime, name: str | None = None) -> Period:
    """The last ended shift (of that name: "last night"). UserError "period_no_shift" if none."""
    shift = calendar.last_ended(now, name)
    if shift is None:
        raise UserError("period_no_shift", shift=name or "")
    return _shift(calendar, "last_shift", shift)


def shift_of_day(calendar: ShiftCalendar, now: datetime, name: str, day: date) -> Period:
    """The shift of that name in a production day, until now while it runs.

    UserError "period_future", or "period_no_shift_that_day" with the day last worked before.
    """
    shift = next((s for s in calendar.shifts_of_day(day) if s.name == name), None)
    if shift is None:
        last = calendar.last_worked(day)
        raise UserError(
            "period_no_shift_that_day",
            shift=name,
            day=day.isoformat(),
            last_worked=last.isoformat() if last else "",
        )
    if shift.interval.start > now:
        raise UserError("period_future", day=day.isoformat())
    period = _shift(calendar, "shift_of_day", shift)
    so_far = shift.interval.end > now
    until = Interval(shift.interval.start, min(shift.interval.end, now))
    return replace(period, interval=until, so_far=so_far)


def yesterday_shift(calendar: ShiftCalendar, now: datetime, name: str) -> Period:
    """Yesterday's shift of that name; of one that runs over midnight the last ended one, which
    is what people mean by "yesterday night shift" in the morning."""
    last = calendar.last_ended(now, name)
    if last is not None:
        first_date = calendar.local(last.interval.start).date()
        if calendar.local(last.interval.end - timedelta(microseconds=1)).date() > first_date:
            return _shift(calendar, "last_shift", last)
    return shift_of_day(calendar, now, name, calendar.production_day(now) - DAY)


def rolling(calendar: ShiftCalendar, now: datetime, hours: float) -> Period:
    """The past `hours`, whatever the shifts. UserError "period_empty" for none."""
    if hours <= 0:
        raise UserError("period_empty")
    interval = Interval(now - timedelta(hours=hours), now)
    return Period(interval, calendar.zone, "rolling", (("hours", f"{hours:g}"),))


# -- the comparable period before -----------------------------------------------------------------


def before(period: Period, calendar: ShiftCalendar) -> Period | None:
    """What `period` is compared with: the previous day that was worked, shift of that name,
    week, month or quarter, or as many days or hours before; one that is only so far, up to the
    same elapsed point. None where the calendar knows no such shift.
    """
    whole = _whole_before(period, calendar)
    if whole is None or not period.so_far:
        return whole
    reached = min(whole.start + (period.end - period.start), whole.end)
    return replace(whole, interval=Interval(whole.start, reached), so_far=True)


def _whole_before(period: Period, calendar: ShiftCalendar) -> Period | None:
    now = period.start  # everything before is complete
    match period.label:
        case "today" | "yesterday" | "date":
            day = date.fromisoformat(period.argument("day"))
            return on_date(calendar, now, calendar.last_worked(day) or day - DAY)
        case "this_shift" | "last_shift" | "shift_of_day":
            shift = calendar.last_ended(now, period.argument("shift"))
            return _shift(calendar, "shift_of_day", shift) if shift else None
        case "this_week" | "last_week" | "week" | "weekend":
            first = date.fromisoformat(period.argument("first")) - WEEK
            days, label = (1, "weekend") if period.label == "weekend" else (6, "week")
            return _days(calendar, now, label, first, first + days * DAY, first=first)
        case "this_month" | "last_month" | "month":
            first = date.fromisoformat(period.argument("month") + "-01")
            return _months(calendar, now, "month", _first(first, -1), 1)
        case "quarter":
            return _months(calendar, now, "quarter", _first(calendar.production_day(now), -3), 3)
        case "dates" | "last_days":
            first = calendar.production_day(now)
            last = calendar.production_day(period.end - timedelta(microseconds=1))
            return dates(calendar, now, first - (last - first) - DAY, first - DAY)
        case _:
            interval = Interval(period.start - (period.end - period.start), period.start)
            return Period(interval, period.zone, "between")


# -- building blocks ------------------------------------------------------------------------------


def _days(
    calendar: ShiftCalendar,
    now: datetime,
    label: str,
    first: date,
    last: date,
    /,
    **arguments: object,
) -> Period:
    """Production days `first` to `last`, cut at now; their last may not lie after today."""
    if last > calendar.production_day(now):
        raise UserError("period_future", day=last.isoformat())
    start, end = calendar.day(first).start, calendar.day(last).end
    interval = Interval(start, min(end, max(now, start)))
    named = tuple((name, str(value)) for name, value in arguments.items())
    return Period(interval, calendar.zone, label, named, end > now, _idle(calendar, first, last))


def _idle(calendar: ShiftCalendar, first: date, last: date) -> date | None:
    """The production day worked last before, where no shift was worked from first to last."""
    whole = Interval(calendar.day(first).start, calendar.day(last).end)
    if any(first <= shift.day <= last for shift in calendar.shifts(whole)):
        return None
    return calendar.last_worked(first)


def _months(calendar: ShiftCalendar, now: datetime, label: str, first: date, months: int) -> Period:
    today = calendar.production_day(now)
    if first > today:
        raise UserError("period_future", day=first.isoformat())
    last = min(_first(first, months) - DAY, today)
    if months == 3:
        return _days(
            calendar, now, label, first, last, quarter=(first.month + 2) // 3, year=first.year
        )
    return _days(calendar, now, label, first, last, month=_month(first))


def _shift(calendar: ShiftCalendar, label: str, shift: Shift) -> Period:
    named = (("shift", shift.name), ("day", shift.day.isoformat()))
    return Period(shift.interval, calendar.zone, label, named)


def _first(day: date, months: int) -> date:
    """The first of the month that many months from `day`'s."""
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def _month(day: date) -> str:
    return f"{day:%Y-%m}"
