"""Tokens of times: numbers, dates, clock times and signs, and the values they stand for."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from core.planner.lexicon import fold

LONGEST_NUMBER = 5


@dataclass(frozen=True, slots=True)
class Day:
    """A day as said: `offset` from today, or a weekday (Monday 0, `weeks` back; None is the
    latest), or a date whose year may be missing; then so many weeks `back`."""

    offset: int | None = None
    weekday: int | None = None
    weeks: int | None = None
    year: int | None = None
    month: int = 0
    date: int = 0
    unsure: bool = False
    back: int = 0


@dataclass(frozen=True, slots=True)
class Clock:
    hour: int
    minute: int = 0


@dataclass(frozen=True, slots=True)
class Said:
    """A period as said; `name` is one of those that period_words resolves."""

    name: str
    arguments: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Node:
    """`code` is a letter of CODES, `value` its meaning, the rest its place in the text."""

    code: str
    value: Any
    start: int
    end: int


TOKEN = re.compile(
    r"(?P<instant>\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)?)"
    r"|(?P<iso>\d{4}-\d{1,2}-\d{1,2}(?!\d))"
    r"|(?P<isoweek>\d{4}-?w\d{1,2}(?!\d))"
    r"|(?P<isomonth>\d{4}-\d{2}(?![\d]))"
    r"|(?P<dotted>(?<![\d.])\d{1,2}\.\s?\d{1,2}\.(?:\s?\d{4}(?!\d)|\d{2}(?!\d))?)"
    r"|(?P<slash>(?<![\w/])\d{1,2}/\d{1,2}/(?:\d{4}|\d{2})(?![\d/])|(?<![\w/])\d{1,2}/\d{1,2}(?![\d/]))"
    r"|(?P<monthyear>\d{1,2}/\d{4}(?!\d))"
    r"|(?P<big>\d{4}/\d{1,2}/\d{1,2}(?!\d))"
    r"|(?P<weekyear>\b(?:kw|cw|wk|week|w)\s?\d{1,2}\s?/\s?(?:20)?\d\d(?!\d))"
    r"|(?P<clock>\b0\d[0-5]\d\b|\d{1,2}(?:[:.]\d{2})?\s?(?:am|pm|a\.m\.|p\.m\.|uhr)\b|\d{1,2}:\d{2}(?!\d))"
    r"|(?P<quarter>\bq[1-4]\b(?:\s?['/-]\s?(?:20)?\d\d\b)?|\b20\d\d-?q[1-4]\b)"
    r"|(?P<half>\bh[12]\s?/?\s?20\d\d\b)"
    r"|(?P<ordinal>\d{1,2}(?:st|nd|rd|th)\b|\d{1,2}\.(?=\s?[^\W\d_]|\s?[-–]\s?\d|\s*[?!]?\s*$))"
    r"|(?P<number>\d+(?:[.,]\d+)?)"
    r"|(?P<word>[^\W\d_]+)"
    r"|(?P<range>\.{2,3}|[–—-]|(?<=-\d\d)/(?=\d{4}-))"
    r"|(?P<other>[^\w\s'’])",
    re.IGNORECASE,
)


def number_or_date(token: re.Match[str]) -> Node:
    """The node of a token that is a number, a date, a clock time or a sign."""
    kind, said = token.lastgroup or "other", token.group()
    code, value = _READERS[kind](said)
    return Node(code, value, token.start(), token.end())


def _number(said: str) -> tuple[str, Any]:
    if said.isdecimal() and len(said) == 4 and said.isascii() and said[:2] in ("19", "20"):
        return "y", int(said)
    if len(said) > LONGEST_NUMBER:
        return ".", None
    return "N", float(said.replace(",", "."))


def _numbers(said: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", said)]


def _dotted(said: str) -> tuple[str, Any]:
    date, month, *year = _numbers(said)
    return "e", Day(year=_year(year), month=month, date=date)


def _slash(said: str) -> tuple[str, Any]:
    """Month first or day first: told apart only where one of them is above 12."""
    first, second, *year = _numbers(said)
    if first > 12:
        return "e" if year else "s", Day(year=_year(year), month=second, date=first)
    if second > 12 and first:  # nothing but a date, whatever stands before it
        return "e", Day(year=_year(year), month=first, date=second)
    unsure = second <= 12 and first != second
    return "e" if year else "s", Day(year=_year(year), month=first, date=second, unsure=unsure)


def _year(said: Sequence[int]) -> int | None:
    return None if not said else said[0] if said[0] > 99 else 2000 + said[0]


def _full_year(said: str) -> int:
    year = _numbers(said)[-1]
    return year if year > 99 else 2000 + year


def _quarter(said: str) -> tuple[str, Any]:
    """As in "Q2", "Q2/26", "2026-Q2"."""
    numbers = _numbers(said)
    if len(numbers) == 1:
        return "q", numbers[0]
    if numbers[0] > 99:
        return "R", Said("quarter", (numbers[1], numbers[0]))
    return "R", Said("quarter", (numbers[0], _full_year(said)))


def clock(said: str) -> tuple[str, Any]:
    """The code and value of a clock time: the time and, where it was said, "am" or "pm"."""
    hour, *minute = _numbers(said)
    if len(said) == 4 and said.isdecimal():
        hour, *minute = int(said[:2]), int(said[2:])
    half = fold(said).replace(".", "")
    if half.endswith("pm") and hour < 12:
        hour += 12
    elif half.endswith("am") and hour == 12:
        hour = 0
    bare = not half.endswith(("am", "pm", "uhr"))
    if hour > 24 or (minute and minute[0] > 59):
        return ".", None
    return "t", (Clock(hour % 24, minute[0] if minute else 0), half[-2:] if not bare else "")


def _date(said: str) -> tuple[str, Any]:
    year, month, date = _numbers(said)
    return "e", Day(year=year, month=month, date=date)


_READERS: dict[str, Callable[[str], tuple[str, Any]]] = {
    "instant": lambda said: ("i", said),
    "iso": _date,
    "big": _date,
    "isoweek": lambda said: ("R", Said("week_number", (_numbers(said)[1], _numbers(said)[0]))),
    "isomonth": lambda said: ("R", Said("month", (_numbers(said)[1], _numbers(said)[0]))),
    "dotted": _dotted,
    "slash": _slash,
    "monthyear": lambda said: ("R", Said("month", (_numbers(said)[0], _numbers(said)[1]))),
    "clock": clock,
    "quarter": _quarter,
    "half": lambda said: ("R", Said("half_year", tuple(_numbers(said)))),
    "weekyear": lambda said: ("R", Said("week_number", (_numbers(said)[0], _full_year(said)))),
    "ordinal": lambda said: ("o", _numbers(said)[0]),
    "number": _number,
    "range": lambda _: ("-", None),
    "other": lambda said: (said if said in ",&" else ".", None),
    "word": lambda _: (".", None),
}
