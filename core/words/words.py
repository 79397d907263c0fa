"""Words, numbers and times as a reader of one language expects them."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from core.domain.periods import Period
from core.request import Language
from core.words import catalogue
from core.words.numbers import MINUS, Number, finite, is_not_zero, times_100, written

NBSP = "\u00a0"
_SHORT = 10  # minutes below which tenths are shown: most stops are that short
_FAR_DAYS = 300  # from which a day without its year would be taken for one of another year
_LONG = 90  # minutes from which hours are shown


class MissingWords(UserWarning):
    """A sentence or one of its arguments is missing. The tests turn this warning into an error;
    the running bot logs it and says the English sentence, or failing that the key."""


class Words:
    """Says things in one language. Everything unknown (None, NaN) is said to be unknown.

    With `now` a day that lies far from it is told with its year.
    """

    def __init__(self, language: Language = "en", now: datetime | None = None) -> None:
        self.language: Language = language
        self._now = now

    # --- sentences

    def say(self, key: str, /, **arguments: object) -> str:
        """The sentence under "topic.key" ("oee_query.summary") with its placeholders filled.

        Plain numbers and days are written in the reader's way and None as "unknown"; figures with
        a unit come formatted by the methods below. Forms by number are chosen by the argument
        `n`. A key without a topic belongs to `errors`, so that a UserError is said by its key and
        arguments.
        """
        for language in (self.language, "en"):
            words = self if language == self.language else Words("en", self._now)
            entry = catalogue.entry(language, key)
            try:
                if entry is not None:
                    return catalogue.form(entry, arguments).format_map(
                        {name: words._shown(value) for name, value in arguments.items()}
                    )
                problem = f"no words for {key!r} in {language!r}"
            except KeyError as missing:
                problem = f"{key!r} ({language}) needs the argument {missing}"
            warnings.warn(problem, MissingWords, stacklevel=1)
        return key

    def has(self, key: str) -> bool:
        """Whether there is a sentence under the key: for words that data may bring along."""
        return catalogue.entry(self.language, key) is not None

    def joined(self, items: Sequence[str], conjunction: Literal["and", "or"] = "and") -> str:
        """ "a, b and c" """
        if len(items) < 2:
            return "".join(items)
        return f"{', '.join(items[:-1])} {self.say(f'common.{conjunction}')} {items[-1]}"

    @property
    def unknown(self) -> str:
        return self.say("common.unknown")

    # --- figures

    def number(self, value: Number | None, digits: int = 0) -> str:
        """1234.56 → "1,235" / "1.235"; a true minus sign, and never "−0"."""
        known = finite(value)
        if known is None:
            return self.unknown
        return written(known, digits, self.language)

    def signed(self, value: Number | None, digits: int = 0) -> str:
        """A difference: "+12", "−3", "±0"."""
        text = self.number(value, digits)
        if finite(value) is None or text.startswith(MINUS):
            return text
        return f"+{text}" if is_not_zero(text) else f"±{text}"

    def percent(self, ratio: Number | None, digits: int = 1) -> str:
        """0.6123 → "61.2 %" / "61,2 %"."""
        return self._with_unit(self.number(times_100(ratio), digits), "%")

    def points(self, delta_ratio: Number | None, digits: int = 1) -> str:
        """The difference of two ratios: −0.031 → "−3.1 pp" / "−3,1 Pp."."""
        return self._with_unit(
            self.signed(times_100(delta_ratio), digits), self.say("common.percentage_points")
        )

    def minutes(self, value: Number | None) -> str:
        """A duration in minutes: "1.5 min" below 10, "74 min" below 90, then "3 h 12 min"."""
        known = finite(value)
        if known is None:
            return self.unknown
        if 0 < known < 0.05:
            return f"<{NBSP}{self.number(0.1, 1)}{NBSP}min"
        if abs(known) < _SHORT and (tenths := round(known, 1)) % 1:
            return f"{self.number(tenths, 1)}{NBSP}min"
        whole = math.floor(abs(known) + 0.5)
        sign = MINUS if known < 0 and whole else ""
        if whole < _LONG:
            return f"{sign}{whole}{NBSP}min"
        hours, rest = divmod(whole, 60)
        text = f"{sign}{self.number(hours)}{NBSP}h"
        return f"{text}{NBSP}{rest}{NBSP}min" if rest else text

    def durations(self, values: Sequence[Number | None]) -> list[str]:
        """Durations in minutes that stand below one another, all in one unit: in hours and
        minutes ("0 h 07 min") where the longest of them is told in hours."""
        known = [finite(value) for value in values]
        longest = max((abs(minutes) for minutes in known if minutes is not None), default=0.0)
        if math.floor(longest + 0.5) < _LONG:
            return [self.minutes(minutes) for minutes in known]
        return [self._hours(minutes) for minutes in known]

    def units(self, value: Number | None, unit: str | None, digits: int = 0) -> str:
        """A count with its unit: (1234, "bottles") → "1,234 bottles" / "1.234 Flaschen"."""
        number = self.number(value, digits)
        known = finite(value)
        return self._with_unit(number, self.unit(unit, one=known is not None and abs(known) == 1))

    def unit(self, unit: str | None, *, one: bool = False) -> str:
        """The unit's name in the reader's language, in the plural; unheard-of ones stay."""
        entry = catalogue.entry(self.language, f"units.{(unit or 'units').lower()}")
        return catalogue.form(entry, {"n": 1 if one else 2}) if entry is not None else unit or ""

    def money(self, amount: Number | None, currency: str | None, digits: int = 0) -> str:
        """(1234, "USD") → "USD 1,234" / "1.234 USD". Sums over currencies do not exist."""
        number = self.number(amount, digits)
        if finite(amount) is None or not currency:
            return self.unknown
        parts = (currency, number) if self.language == "en" else (number, currency)
        return NBSP.join(parts)

    # --- times

    def clock(self, at: datetime | None, zone: str) -> str:
        """The time of day in the plant's zone: "05:58"."""
        return self.unknown if at is None else f"{_local(at, zone):%H:%M}"

    def day(self, day: date | None, *, year: bool = False) -> str:
        """ "Thu 12 Mar" / "Do 12. Mär"; with the year where it does not go without saying."""
        return self.unknown if day is None else self._day(day, year=year or self._is_far(day))

    def moment(self, at: datetime | None, zone: str, *, year: bool = False) -> str:
        """ "Thu 12 Mar 05:58 CDT": day, time and zone."""
        if at is None:
            return self.unknown
        local = _local(at, zone)
        return f"{self.day(local, year=year)} {local:%H:%M}{NBSP}{_zone_name(local)}"

    def span(self, start: datetime, end: datetime, zone: str, *, year: bool = False) -> str:
        """ "Wed 11 Mar 22:00 – Thu 12 Mar 06:00 CDT": nothing said twice."""
        first, last = _local(start, zone), _local(end, zone)
        years = first.year != last.year
        long = (last.date() - first.date()).days > _FAR_DAYS
        year = year or years or long or self._is_far(first)
        one_day = first.date() == last.date()
        left = f"{self._day(first, year=year and (years or one_day))} {first:%H:%M}"
        if _zone_name(first) != _zone_name(last):  # the clocks changed in between
            left = f"{left}{NBSP}{_zone_name(first)}"
        right = "" if one_day else f"{self._day(last, year=year)} "
        return f"{left} – {right}{last:%H:%M}{NBSP}{_zone_name(last)}"

    def period(self, period: Period | None) -> str:
        """The words and the exact span with its zone, as every answer prints it:
        "last night (Night, Wed 11 Mar 22:00 – Thu 12 Mar 06:00 CDT)"."""
        if period is None:
            return self.unknown
        absolute = period.label in _DATED
        span = self.span(period.start, period.end, period.zone, year=absolute)
        shift = dict(period.arguments).get("shift")
        if shift:
            span = f"{shift}, {span}"
        name = "" if absolute and period.label != "week" else self.period_name(period)
        return f"{name} ({span})" if name else span

    def period_name(self, period: Period) -> str:
        """The words alone ("last night", "Wed 11 Mar"), for a title, or beside a period that is
        printed in full; empty for a label that the catalogue does not know."""
        label, arguments = period.label, dict(period.arguments)
        match label:
            case "last_shift" if self._over_midnight(period):
                label = "last_night"
            case "rolling":
                hours = float(arguments["hours"])
                label, n = ("past_hours", hours) if hours >= 1 else ("past_minutes", hours * 60)
                return self.say(f"periods.{label}", n=int(n) if n == int(n) else n)
            case "between":
                return self.span(period.start, period.end, period.zone)
        if not self.has(f"periods.{label}"):
            return ""
        told = {n: self._told(n, value) for n, value in arguments.items()}
        if "first" in arguments and "last" in arguments:
            told["first"], told["last"] = self._days(arguments["first"], arguments["last"])
        count = arguments.get("days") or arguments.get("count")
        name = self.say(f"periods.{label}", **told, **({"n": int(count)} if count else {}))
        running = period.so_far and label.startswith(("today", "this_"))
        return self.say("periods.so_far", period=name) if running else name

    # --- inside

    def _hours(self, minutes: float | None) -> str:
        whole = 0 if minutes is None else math.floor(abs(minutes) + 0.5)
        if minutes is None or not whole:
            return self.minutes(minutes)
        hours, rest = divmod(whole, 60)
        sign = MINUS if minutes < 0 else ""
        return f"{sign}{self.number(hours)}{NBSP}h{NBSP}{rest:02}{NBSP}min"

    def _day(self, day: date, *, year: bool) -> str:
        text = self.say(
            "periods.day_of_month",
            weekday=catalogue.names(self.language, "periods.weekdays")[day.weekday()],
            day=str(day.day),
            month=catalogue.names(self.language, "periods.months_short")[day.month - 1],
        )
        return f"{text} {day.year}" if year else text

    def _days(self, first: str, last: str) -> tuple[str, str]:
        """Both ends of a stretch of days in ISO 8601, with the years that it takes."""
        begins, ends = date.fromisoformat(first), date.fromisoformat(last)
        years = begins.year != ends.year
        year = years or (ends - begins).days > _FAR_DAYS or self._is_far(begins)
        return self._day(begins, year=years), self._day(ends, year=year)

    def _is_far(self, day: date) -> bool:
        """Whether a reader would take another year for the day's."""
        if self._now is None:
            return False
        there = day.date() if isinstance(day, datetime) else day
        return abs((there - self._now.date()).days) > _FAR_DAYS

    def _told(self, name: str, value: str) -> str:
        """A period's argument as it is read: days, months and local times arrive in ISO 8601."""
        match name:
            case "day" | "first" | "last":
                return self.day(date.fromisoformat(value))
            case "month":
                of_year, _, number = value.partition("-")
                months = catalogue.names(self.language, "periods.months")
                return f"{months[int(number) - 1]} {of_year}"
            case "start" | "end":
                local = datetime.fromisoformat(value)
                return f"{self.day(local)} {local:%H:%M}"
            case _:
                return value

    def _over_midnight(self, period: Period) -> bool:
        start, end = (_local(at, period.zone) for at in (period.start, period.end))
        return start.date() != end.date()

    def _shown(self, value: object) -> str:
        match value:
            case None:
                return self.unknown
            case str():
                return value
            case int():
                return self.number(value)
            case float() | Decimal():
                return self.number(value, 1)
            case date() if not isinstance(value, datetime):  # a moment needs its zone
                return self.day(value)
            case _:
                return str(value)

    def _with_unit(self, number: str, unit: str) -> str:
        return number if number == self.unknown or not unit else f"{number}{NBSP}{unit}"


# A relative period ("last night") needs no year; these may lie anywhere.
_DATED = frozenset({"date", "dates", "shift_of_day", "week", "since", "between"})


def _local(at: datetime, zone: str) -> datetime:
    """On the clock of the zone; as it is where no calendar has that day, before year 1."""
    try:
        return at.astimezone(ZoneInfo(zone))
    except OverflowError:
        return at


def _zone_name(local: datetime) -> str:
    name = local.tzname() or ""
    return f"UTC{name}" if name[:1] in "+-" else name
