"""How a column holds points in time or lengths of time."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Literal

from core.data.connect.names import column_fit, unit_in
from core.data.connect.proposal import Confidence
from core.data.connect.survey import Look

Form = Literal["native", "aware", "date", "text", "text_date", "text_utc", "epoch_s", "epoch_ms",
               "day_first", "month_first"]  # fmt: skip
_ISO = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d([.,]\d+)?)?)?(Z|[+-]\d\d:?\d\d)?$")
_WRITTEN = re.compile(r"(\d\d)[./-](\d\d)[./-](\d{4})([ T]\d\d:\d\d(:\d\d)?)?$")
_EPOCH = (631_152_000, 4_102_444_800)  # 1990 to 2100
_MOST = 0.95
IN_UTC: frozenset[Form] = frozenset({"aware", "text_utc", "epoch_s", "epoch_ms"})


def form_of(look: Look) -> Form | None:
    """The way this column writes times; None where it holds none."""
    if look.kind in ("time", "date"):
        aware = any(isinstance(v, datetime) and v.tzinfo is not None for v in look.known)
        return "aware" if aware else "native" if look.kind == "time" else "date"
    if look.kind == "text" and not look.values:
        return "text" if _names_time(look.name) else None  # an empty table: its names must do
    if look.kind == "text":
        return _text_form([str(value) for value in look.known])
    if look.kind == "number" and look.known:
        numbers = [n for n in look.numbers if n is not None]
        for form, per_second in (("epoch_s", 1), ("epoch_ms", 1000)):
            low, high = (bound * per_second for bound in _EPOCH)
            if all(low <= n < high for n in numbers) and _names_time(look.name):
                return "epoch_s" if form == "epoch_s" else "epoch_ms"
    return None


def is_day(look: Look, form: Form) -> bool:
    """Whether every value is a midnight: a date, however it is written."""
    if form in ("date", "text_date"):
        return True
    if form.startswith("epoch") or not look.known:
        return False
    return all(at is None or at.time() == time(0) for at in instants(look, form))


def instants(look: Look, form: Form) -> tuple[datetime | None, ...]:
    """The values as naive readings, row by row; None for what cannot be read."""
    return tuple(_reading(value, form) for value in look.values)


def _names_time(name: str) -> bool:
    return max(column_fit(name, logical) for logical in ("start", "end", "time", "recorded_at",
               "updated", "since", "due")) >= 0.45  # fmt: skip


def _text_form(values: Sequence[str]) -> Form | None:
    if not values:
        return None
    iso = sum(bool(_ISO.match(value)) for value in values)
    if iso >= _MOST * len(values):
        if all(len(value) == len("2026-01-31") for value in values):
            return "text_date"
        in_utc = all(value.endswith(("Z", "+00:00")) for value in values if _ISO.match(value))
        return "text_utc" if in_utc else "text"
    written = [found for found in map(_WRITTEN.match, values) if found]
    if len(written) < _MOST * len(values):
        return None
    return "month_first" if any(int(found[2]) > 12 for found in written) else "day_first"


def _reading(value: object, form: Form) -> datetime | None:
    try:
        if isinstance(value, datetime):
            return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        if isinstance(value, date):
            return datetime.combine(value, time(0))
        if isinstance(value, int | float) and form.startswith("epoch"):
            seconds = value / (1000 if form == "epoch_ms" else 1)
            return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
        if isinstance(value, str) and form in ("day_first", "month_first"):
            found = _WRITTEN.match(value)
            if found is None:
                return None
            a, b, year = found[1], found[2], found[3]
            day, month = (a, b) if form == "day_first" else (b, a)
            return datetime.fromisoformat(f"{year}-{month}-{day}{found[4] or ''}")
        if isinstance(value, str):
            at = datetime.fromisoformat(value)
            return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
    except (ValueError, OverflowError, OSError):
        pass
    return None


# --- lengths ---------------------------------------------------------------------------------

Unit = Literal["s", "min", "h", "ms"]
_UNITS: tuple[Unit, ...] = ("min", "h", "s", "ms")
_MINUTES: Mapping[Unit, float] = {"s": 1 / 60, "min": 1.0, "h": 60.0, "ms": 1 / 60_000}
_AGREES = 0.1
_MANY = 0.6


@dataclass(frozen=True, slots=True)
class UnitGuess:
    unit: Unit
    confidence: Confidence
    evidence: str


def unit_of(look: Look, spans: Sequence[float | None], *, whole: bool) -> UnitGuess:
    """In which unit a column holds lengths; `spans` are the rows' end − start in minutes.

    `whole`: the column should equal them (a stop's length), not lie within them (run time); then
    what the values say goes before what the name says.
    """
    named = _named(look.name)
    pairs = [
        (value, span)
        for value, span in zip(look.numbers, spans, strict=False)
        if value is not None and span is not None and value > 0 and span > 0
    ]
    if pairs:
        found = (_by_equality(pairs) if whole else None) or _by_span(pairs, named)
        if found is not None:
            return found
    if named is not None:
        return UnitGuess(named, "likely", "the unit is in the name")
    return _by_range([n for n in look.numbers if n is not None])


def _named(name: str) -> Unit | None:
    found = unit_in(name)
    return next((unit for unit in _UNITS if unit == found), None)


def _by_equality(pairs: Sequence[tuple[float, float]]) -> UnitGuess | None:
    for unit in _UNITS:
        close = sum(abs(v * _MINUTES[unit] / s - 1) <= _AGREES for v, s in pairs)
        if close >= _MANY * len(pairs):
            said = f"in {_WORDS[unit]} it equals end − start in {close} of {len(pairs)} rows"
            return UnitGuess(unit, "sure", said)
    return None


def _by_span(pairs: Sequence[tuple[float, float]], named: Unit | None) -> UnitGuess | None:
    inside = [
        unit
        for unit in _UNITS
        if sum(v * _MINUTES[unit] <= s * 1.02 for v, s in pairs) >= 0.9 * len(pairs)
    ]
    if named is not None:
        # The name says it, even where a row's length is itself no more than a guess.
        if named in inside:
            return UnitGuess(named, "likely", "the unit is in the name, and end − start holds it")
        said = "the unit is in the name, yet it is longer than the row: check it"
        return UnitGuess(named, "guess", said)
    if not inside:
        return None
    # The largest unit that still fits into the rows: smaller ones would leave them all but empty.
    unit = max(inside, key=lambda u: _MINUTES[u])
    return UnitGuess(unit, "guess", f"in {_WORDS[unit]} it stays within end − start")


_WORDS: dict[Unit, str] = {"s": "seconds", "min": "minutes", "h": "hours", "ms": "milliseconds"}


def _by_range(numbers: Sequence[float]) -> UnitGuess:
    if not numbers:
        return UnitGuess("min", "guess", "no values to tell the unit: check it")
    highest = max(numbers)
    if highest <= 24 and any(n != int(n) for n in numbers):
        return UnitGuess("h", "guess", f"fractions up to {highest:g}: hours? check it")
    if highest > 1440 * 7:
        return UnitGuess("s", "guess", f"up to {highest:g}: seconds? check it")
    return UnitGuess("min", "guess", f"up to {highest:g}: minutes? check it")
