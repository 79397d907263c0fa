"""What people say for times ("yesterday night shift", "KW 12"), before a calendar is asked.

Words become nodes with a one-letter code each; rules are regular expressions over the codes and
reduce nodes to days and then to periods. Reading is linear in the text, whatever it says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from core.planner.asset_terms import close, common_words
from core.planner.lexicon import MAX_TEXT, Phrases, entries, fold, word_list

LONGEST_NUMBER = 5
# What "a few" days or weeks are taken for.
A_FEW = 3.0


@dataclass(frozen=True, slots=True)
class Day:
    """A day as said: `offset` from today, or a weekday (Monday 0, `weeks` back; None is the
    latest), or a date whose year may be missing."""

    offset: int | None = None
    weekday: int | None = None
    weeks: int | None = None
    year: int | None = None
    month: int = 0
    date: int = 0
    unsure: bool = False


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
    r"|(?P<clock>\d{1,2}(?:[:.]\d{2})?\s?(?:am|pm|a\.m\.|p\.m\.|uhr)\b|\d{1,2}:\d{2}(?!\d))"
    r"|(?P<quarter>\bq[1-4]\b)"
    r"|(?P<ordinal>\d{1,2}(?:st|nd|rd|th)\b|\d{1,2}\.(?=\s?[^\W\d_]))"
    r"|(?P<number>\d+(?:[.,]\d+)?)"
    r"|(?P<word>[^\W\d_]+)"
    r"|(?P<range>\.{2,3}|[–—-])"
    r"|(?P<other>[^\w\s'’])",
    re.IGNORECASE,
)

CODES = {
    "last": "L", "this": "T", "next": "X", "ago": "A", "before": "V", "since": "I",
    "between": "B", "from": "F", "to": "O", "and": "&", "filler": "f", "so_far": "z",
    "shift": "H", "weekend": "w", "week_number": "K", "last_night": "R", "this_shift": "R",
    "day": "D", "unit": "U", "month": "M", "weekday": "W", "part": "P", "shift_name": "S",
    "whole_shift": "C", "to_date": "R", "span": "R", "previous": "G", "before_last": "g",
    "half": "h", "month_part": "b", "few": "N", "number": "N", "ordinal": "o",
}  # fmt: skip


@lru_cache(maxsize=64)
def _lexicon(shift_names: tuple[str, ...]) -> Phrases[tuple[str, str]]:
    def every() -> Iterator[tuple[str, tuple[str, str]]]:
        for name in shift_names:
            if len(name) > 1:  # a shift "A" is only one in capitals: "a" is a word
                yield name, ("shift_name", name)
        for group in ("day", "unit", "part", "month", "weekday"):
            for phrase, key in entries("time", group):
                yield phrase, (group, key)
        for group in ("to_date", "clock", "span", "previous", "before_last", "half", "month_part"):
            for phrase, key in entries("time", group):
                yield phrase, (group, key)
        for phrase, key in entries("time", "shift_name"):
            whole = fold(phrase).endswith(("shift", "schicht"))
            yield phrase, ("whole_shift" if whole else "shift_name", key)
        for phrase, key in entries("time"):
            yield phrase, (key, key)
        for phrase, key in entries("numbers"):
            yield phrase, ("number", key)
        for phrase, key in entries("ordinals"):
            yield phrase, ("ordinal", key)

    return Phrases(every())


def nodes(text: str, shift_names: tuple[str, ...] = ()) -> list[Node]:
    """The text as nodes, one for each word, number or sign."""
    lexicon = _lexicon(shift_names)
    letters = {name for name in shift_names if len(name) == 1 and name.isupper()}
    tokens = list(TOKEN.finditer(text[:MAX_TEXT]))
    said = [fold(m.group()) if m.lastgroup == "word" else "\0" for m in tokens]
    found: list[Node] = []
    index = 0
    while index < len(tokens):
        token, match = tokens[index], None
        if token.lastgroup == "word":
            match = lexicon.at(said, index) or _mistyped(said[index])
            if token.group() in letters:
                match = (("shift_name", token.group()), 1)
        parts = [] if match else _compound(lexicon, said[index], token.start())
        if match:
            (group, key), length = match
            last = tokens[index + length - 1]
            found.append(_node(group, key, token.start(), last.end()))
            index += length
        else:
            found += parts or [_number_or_date(token)]
            index += 1
    return _without_doubtful(text, found)


@cache
def _typo_targets() -> dict[str, tuple[str, str]]:
    return {
        fold(phrase): (group, key)
        for group in ("day", "weekday", "month")
        for phrase, key in entries("time", group)
        if len(phrase) >= 6 and phrase.isalpha()
    }


def _mistyped(word: str) -> tuple[tuple[str, str], int] | None:
    """As in "yesteday": one letter off a long word for a day or month."""
    if not 6 <= len(word) <= 11:
        return None
    targets = _typo_targets()
    near = close(word, targets) if word not in common_words() else []
    return (targets[near[0]], 1) if near and len(near[0]) >= 6 else None


@cache
def _weekdays() -> dict[str, str]:
    return {fold(phrase): key for phrase, key in entries("time", "weekday")}


def _compound(lexicon: Phrases[tuple[str, str]], word: str, start: int) -> list[Node]:
    """As in "Montagnacht", "Freitagabend": the weekday and what follows it."""
    for length in range(6, len(word) - 2):
        weekday, rest = _weekdays().get(word[:length]), lexicon.at((word[length:],), 0)
        if weekday and rest and rest[0][0] in ("part", "shift_name", "whole_shift"):
            middle = start + length
            first = _node("weekday", weekday, start, middle)
            return [first, _node(*rest[0], middle, start + len(word))]
    return []


def _node(group: str, key: str, start: int, end: int) -> Node:
    value: Any = key
    if group == "number":
        value = float(key)
    elif group == "clock":
        return Node(*_clock(key), start, end)
    elif group == "to_date":
        value = Said("this", (key,))
    elif group == "span":
        value = Said("last", ("day", float(key)))
    elif group == "few":
        value = A_FEW
    elif group in ("month", "weekday", "ordinal"):
        value = int(key)
    elif group in ("last_night", "this_shift"):
        value = Said("shift", ("night", "last")) if group == "last_night" else Said("this_shift")
    return Node(CODES[group], value, start, end)


def _number_or_date(token: re.Match[str]) -> Node:
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
    unsure = second <= 12 and first != second
    return "e" if year else "s", Day(year=_year(year), month=first, date=second, unsure=unsure)


def _year(said: Sequence[int]) -> int | None:
    return None if not said else said[0] if said[0] > 99 else 2000 + said[0]


def _clock(said: str) -> tuple[str, Any]:
    hour, *minute = _numbers(said)
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
    "isoweek": lambda said: ("R", Said("week_number", (_numbers(said)[1], _numbers(said)[0]))),
    "isomonth": lambda said: ("R", Said("month", (_numbers(said)[1], _numbers(said)[0]))),
    "dotted": _dotted,
    "slash": _slash,
    "monthyear": lambda said: ("R", Said("month", (_numbers(said)[0], _numbers(said)[1]))),
    "clock": _clock,
    "quarter": lambda said: ("q", int(said[1])),
    "ordinal": lambda said: ("o", _numbers(said)[0]),
    "number": _number,
    "range": lambda _: ("-", None),
    "other": lambda said: (said if said in ",&" else ".", None),
    "word": lambda _: (".", None),
}


def _without_doubtful(text: str, found: list[Node]) -> list[Node]:
    """Drops the meaning of words like "may" and "march" unless a preposition goes before."""
    doubtful, after = word_list("words", "weak"), word_list("after", "weak")
    kept: list[Node] = []
    for index, node in enumerate(found):
        word = fold(text[node.start : node.end])
        before = fold(text[found[index - 1].start : found[index - 1].end]) if index else ""
        beside = before in after or (index > 0 and found[index - 1].code in "oNLTfDW")
        follows = index + 1 < len(found) and found[index + 1].code in "oNyHUM"
        if word in doubtful and not (beside or follows or len(found) == 1):
            node = Node(".", None, node.start, node.end)
        elif node.code == "D" and node.value == "tomorrow" and word == "morgen":
            node = _morning(before, kept, node)
        kept.append(node)
    return kept


def _morning(before: str, kept: list[Node], node: Node) -> Node:
    """German "morgen" is tomorrow; after a day it is the morning, after "guten" a greeting."""
    if kept and kept[-1].code in "DTWe":
        return Node("P", "morning", node.start, node.end)
    return Node(".", None, node.start, node.end) if before == "guten" else node
