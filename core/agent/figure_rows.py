"""What a row's words say of its figures, and what else a figure may be called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.agent.detectors import Keys
from core.agent.shown import is_currency
from core.domain.periods import Period
from core.words import Words

_LASTING: Keys = frozenset(
    {"downtime", "duration", "gain", "median_stop", "mttr", "longest", "one_stop", "before"}
)
_COUNTED: Keys = frozenset(
    {"output", "good", "scrap", "units_lost", "gap", "expected", "projected"}
)


@dataclass(frozen=True, slots=True)
class Row:
    """What a row's words say of its figures."""

    assets: Keys = frozenset()
    subject: str = ""
    shift: str = ""
    period: Period | None = None
    measures: Keys = frozenset()
    label: str = ""
    is_dated: bool = False


def also(keys: Keys, unit: str) -> Keys:
    """What else a figure may be called: a time "took", a count is of "bottles"."""
    more: set[str] = set()
    if unit == "min" and keys & _LASTING:
        more.add("lasting")
    if keys & _COUNTED and unit not in ("%", "pp", "min") and not is_currency(unit):
        more.add("counted")
    if "cumulative" in keys:
        more.add("share")
    if "difference" in keys:
        more.add("comparison")
    if "open_events" in keys:
        more.add("events")
    return frozenset(more)


def merged(found: Row, other: Row, label: str) -> Row:
    return Row(
        found.assets if not other.assets or (found.assets and other.subject) else other.assets,
        found.subject or other.subject,
        found.shift or other.shift,
        other.period if other.is_dated or found.period is None else found.period,
        found.measures or other.measures,
        found.label or label,
        found.is_dated or (bool(label) and other.is_dated),
    )


def without(text: str, stretches: Sequence[tuple[int, int]]) -> str:
    for start, end in reversed(stretches):
        text = text[:start] + text[end:]
    return text


def template(words: Words, key: str, name: str) -> re.Pattern[str]:
    """A sentence of the catalogue as a pattern that reads back what was filled in as `name`."""
    said = words.say(f"common.{key}", **{name: "\0", "reference": "\1"})
    return re.compile(re.escape(said).replace("\0", "(?P<value>.+?)").replace("\1", ".+"))
