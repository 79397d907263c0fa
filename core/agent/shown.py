"""Figures read back from how `Words` writes them."""

from __future__ import annotations

import re

from core.request import Language
from core.words.numbers import MINUS
from core.words.words import NBSP

_SIGN = rf"(?P<sign>[+±{MINUS}-]?)"
_NUMBER = r"(?P<number>\d+(?:[.,]\d+)*)"
_HOURS = re.compile(rf"{_SIGN}{_NUMBER} h(?: (?P<minutes>\d+) min)?")
_MONEY_FIRST = re.compile(rf"(?P<unit>[A-Z]{{3}}) {_SIGN}{_NUMBER}")
_FACTOR = re.compile(rf"(?P<sign>)(?P<unit>×){_NUMBER}")
_COUNT = re.compile(rf"{_SIGN}{_NUMBER}(?: (?P<unit>[^\d()]{{1,24}}))?")
_HUNDREDTHS = {"%": "%", "pp": "pp", "Pp.": "pp"}


def is_figure(text: str) -> bool:
    """Whether a text that a tool shows has a number in it."""
    return any(char.isnumeric() for char in text)


def amount_of(shown: str, language: Language) -> tuple[float | None, str]:
    """The amount and its unit, as `Figure` has them; (None, "") for ranges and sentences.

    It is as exact as what is shown: "73.4 %" gives 0.734.
    """
    text = shown.replace(NBSP, " ").strip()
    if match := _HOURS.fullmatch(text):
        minutes = 60 * _number(match, language) + int(match["minutes"] or 0)
        return (-minutes if match["sign"] in (MINUS, "-") else minutes), "min"
    for pattern in (_MONEY_FIRST, _FACTOR, _COUNT):
        if match := pattern.fullmatch(text):
            amount = _number(match, language)
            amount = -amount if match["sign"] in (MINUS, "-") else amount
            unit = match["unit"] or ""
            if unit in _HUNDREDTHS:
                return round(amount / 100, 9), _HUNDREDTHS[unit]
            return amount, unit
    return None, ""


def is_currency(unit: str) -> bool:
    return len(unit) == 3 and unit.isascii() and unit.isupper()


def _number(match: re.Match[str], language: Language) -> float:
    text = match["number"]
    grouping, decimal = (",", ".") if language == "en" else (".", ",")
    return float(text.replace(grouping, "").replace(decimal, "."))
