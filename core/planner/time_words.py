"""What people say for times ("yesterday night shift", "KW 12"), before a calendar is asked.

Words become nodes with a one-letter code each; rules are regular expressions over the codes and
reduce nodes to days and then to periods. Reading is linear in the text, whatever it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

from core.planner.asset_terms import close, common_words
from core.planner.lexicon import MAX_TEXT, Phrases, entries, fold, word_list
from core.planner.time_tokens import TOKEN, Day, Node, Said, clock, number_or_date

GROUPS = ("to_date", "clock", "span", "previous", "before_last", "before_that", "half",
          "half_day", "month_part", "whole_part")  # fmt: skip
# What "a few" days or weeks are taken for.
A_FEW = 3.0


# Hyphens inside of what is one word or phrase: "twenty-four", "mid-October", "year-to-date".
HYPHENS = re.compile(
    r"\b(?:(?:twen|thir|for|fif|six|seven|eigh|nine)ty|mid)-(?=[a-z])|\b[a-z]+-to-date\b",
    re.IGNORECASE,
)

CODES = {
    "last": "L", "this": "T", "next": "X", "ago": "A", "before": "V", "since": "I",
    "between": "B", "from": "F", "to": "O", "and": "&", "filler": "f", "so_far": "z",
    "shift": "H", "weekend": "w", "week_number": "K", "last_night": "R", "this_shift": "R",
    "day": "D", "unit": "U", "month": "M", "weekday": "W", "part": "P", "shift_name": "S",
    "whole_shift": "C", "to_date": "R", "span": "R", "previous": "G", "before_last": "g",
    "half": "h", "month_part": "b", "few": "N", "tonight": "R", "number": "N", "ordinal": "o",
    "before_that": "v", "workday": "j", "oclock": "u", "half_day": "a", "after": "E",
    "night_to": "n", "last_shift": "R", "latest_but_one": "k", "whole_day": "Q", "whole_part": "R",
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
        for group in GROUPS:
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
    text = HYPHENS.sub(lambda match: match.group().replace("-", " "), text)
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
            found += parts or [number_or_date(token)]
            if token.group() == "." and len(found) > 1 and found[-2].code in "MWU":
                found[-1] = Node("f", None, token.start(), token.end())  # "Nov. 12", "8 Std."
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


@cache
def _months() -> dict[str, str]:
    return {fold(phrase): key for phrase, key in entries("time", "month")}


def _compound(lexicon: Phrases[tuple[str, str]], word: str, start: int) -> list[Node]:
    """As in "Montagnacht", "Freitagabend", "Novemberwoche": what it is made of."""
    for length in range(3, len(word) - 2):
        weekday, rest = _weekdays().get(word[:length]), lexicon.at((word[length:],), 0)
        middle, end = start + length, start + len(word)
        if weekday and rest and rest[0][0] in ("part", "shift_name", "whole_shift", "day"):
            group, key = rest[0] if rest[0][0] != "day" else ("part", "morning")
            first = _node("weekday", weekday, start, middle)
            return [first, _node(group, key, middle, end)]
        month = _months().get(word[:length])
        if month and rest and rest[0][0] == "unit":
            return [_node(*rest[0], start, middle), _node("month", month, middle, end)]
    return []


def _node(group: str, key: str, start: int, end: int) -> Node:
    value: Any = key
    if group == "number":
        value = float(key)
    elif group == "clock":
        return Node(*clock(key), start, end)
    elif group == "to_date":
        value = Said("this", (key,))
    elif group == "span":
        value = Said("last", ("day", float(key)))
    elif group == "tonight":
        value = Said("shift_on", ("night", Day(offset=0)))
    elif group == "whole_part":
        value = Said("part", (key, Day(offset=0)))
    elif group == "few":
        value = A_FEW
    elif group in ("month", "weekday", "ordinal"):
        value = int(key)
    elif group == "last_night":
        value = Said("shift", ("night", "last"))
    elif group in ("this_shift", "last_shift"):
        value = Said(group)
    return Node(CODES[group], value, start, end)


def _without_doubtful(text: str, found: list[Node]) -> list[Node]:
    """Drops the meaning of words like "may" and "march" unless a preposition goes before."""
    doubtful, after = word_list("words", "weak"), word_list("after", "weak")
    kept: list[Node] = []
    for index, node in enumerate(found):
        word = fold(text[node.start : node.end])
        before = fold(text[found[index - 1].start : found[index - 1].end]) if index else ""
        beside = before in after or (index > 0 and found[index - 1].code in "oNLTfDW-")
        rest = [n.code for n in found[index + 1 : index + 4]]
        follows = (bool(rest) and rest[0] in "oNyHUMSP") or _then_a_day(rest)
        if word in doubtful and not (beside or follows or len(found) == 1):
            node = Node(".", None, node.start, node.end)
        elif node.code == "D" and node.value == "tomorrow" and word == "morgen":
            node = _morning(before, kept, node)
        kept.append(node)
    return kept


def _then_a_day(codes: Sequence[str]) -> bool:
    """As in "late on Friday", "mon-fri": a day or month with a small word between."""
    return next((code in "DWM-O" for code in codes if code != "f"), False)


def _morning(before: str, kept: list[Node], node: Node) -> Node:
    """German "morgen" is tomorrow; after a day it is the morning, after "guten" a greeting."""
    if kept and kept[-1].code in "DTWe":
        return Node("P", "morning", node.start, node.end)
    return Node(".", None, node.start, node.end) if before == "guten" else node
