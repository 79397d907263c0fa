"""The physical side of a mapping: SQL expressions for logical columns of one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import BigInteger, DateTime, String, case, column, literal, literal_column
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import TypeEngine

from core.data import zones
from core.data.dialects import epoch
from core.data.mapping import MINUTES_PER, Column, FactMapping
from core.errors import MisconfiguredError

Expression = ColumnElement[Any]
_EPOCH_UNITS = {"epoch_s": 1, "epoch_ms": 1000}


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as the table stores it.

    `native` is compared with `bound(instant)` (both in the table's own form, so an index
    serves); `read(value)` is the UTC instant of a native value; `seconds(offsets)` is the same
    in epoch seconds inside the database, for arithmetic.
    """

    native: Expression
    kind: TypeEngine[Any]
    bound: Callable[[datetime], Any]
    read: Callable[[Any], datetime]
    reading: Expression
    zone: str

    def seconds(self, offsets: tuple[zones.Offset, ...]) -> Expression:
        shift = _offset_expression(self.reading, offsets)
        return self.reading if shift is None else self.reading - shift


@dataclass(frozen=True, slots=True)
class ShiftTimes:
    """When a named shift starts, in seconds after the midnight of its date, and its length."""

    start: int
    length: int

    @classmethod
    def of(cls, start: time, end: time, *, named_after_end: bool) -> ShiftTimes:
        begins = start.hour * 3600 + start.minute * 60 + start.second
        ends = end.hour * 3600 + end.minute * 60 + end.second
        length = (ends - begins) % 86_400 or 86_400
        over_midnight = begins + length > 86_400
        return cls(begins - 86_400 if over_midnight and named_after_end else begins, length)


class Columns:
    """One fact's table. `sample` is one of its rows: it tells how times are stored."""

    def __init__(
        self,
        mapping: FactMapping,
        known: Mapping[str, Column],
        sample: Mapping[str, object],
        shifts: Mapping[str, ShiftTimes],
    ) -> None:
        self._mapping = mapping
        self._known = known
        self._sample = sample
        self._shifts = shifts

    def __contains__(self, logical: object) -> bool:
        return logical in self._known

    def names(self) -> frozenset[str]:
        return frozenset(self._known)

    def is_constant(self, logical: str) -> bool:
        found = self._known[logical]
        return found.constant is not None

    def plain(self, logical: str) -> Expression:
        """The value as it is: text, number or flag."""
        found = self._known[logical]
        if found.column:
            return column(found.column)
        if found.expression:
            return literal_column(f"({found.expression})")
        return literal(found.constant, literal_execute=True)

    def number(self, logical: str) -> Expression:
        """Minutes are converted to minutes; other numbers are as they are."""
        found = self._known[logical]
        factor = MINUTES_PER[found.unit]
        value = self.plain(logical)
        return value if factor == 1 else value * literal_column(repr(factor))

    def moment(self, logical: str) -> Moment | None:
        """None where the mapping gives only a length or nothing."""
        found = self._known.get(logical)
        if found is None or found.length is not None:
            return None
        zone = self._mapping.time_zone
        if found.date:
            return self._dated(found, zone)
        native = self.plain(logical)
        stored = self._sample.get(found.column or logical)
        if found.format in _EPOCH_UNITS:
            return _numbered(native, _EPOCH_UNITS[found.format])
        if isinstance(stored, datetime) and stored.tzinfo is not None:
            return Moment(native, DateTime(timezone=True), _utc, _utc, epoch(native), "UTC")
        if isinstance(stored, str) or found.format == "text":
            return _written(native, stored if isinstance(stored, str) else "", zone)
        if isinstance(stored, int | float):
            raise MisconfiguredError(
                f"column {found.column}", 'holds numbers: give format = "epoch_s" or "epoch_ms"'
            )
        return Moment(
            native,
            DateTime(),
            lambda at: zones.wall(at, zone),
            lambda value: zones.instant(value, zone),
            epoch(native),
            zone,
        )

    def length(self, logical: str) -> timedelta | None:
        """How long after the start a row ends, where that is fixed."""
        found = self._known.get(logical)
        return found.length if found else None

    def shift_length(self) -> Expression | None:
        """Seconds from start to end, where the start is made of a date and a shift."""
        start = self._known.get("start")
        if start is None or not start.date or not start.shift:
            return None
        return self._by_shift(start.shift, lambda times: times.length)

    def _dated(self, found: Column, zone: str) -> Moment:
        day = column(found.date)
        reading: Expression = epoch(day)
        if found.shift:
            reading = reading + self._by_shift(found.shift, lambda times: times.start)

        def wall_seconds(at: datetime) -> int:
            return round(zones.wall(at, zone).replace(tzinfo=UTC).timestamp())

        def read(value: float) -> datetime:
            return zones.instant(datetime.fromtimestamp(value, UTC).replace(tzinfo=None), zone)

        return Moment(reading, BigInteger(), wall_seconds, read, reading, zone)

    def _by_shift(self, shift: str, value: Callable[[ShiftTimes], int]) -> Expression:
        if not self._shifts:
            raise MisconfiguredError(
                f"facts on {self._mapping.table}", "a start by shift needs [[plants.….shifts]]"
            )
        whens = {
            name: literal_column(str(value(times))) for name, times in self._shifts.items()
        }
        return case(whens, value=column(shift), else_=literal_column("0"))


def _numbered(native: Expression, per_second: int) -> Moment:
    reading = native if per_second == 1 else native / literal_column(str(per_second))
    return Moment(
        native,
        BigInteger(),
        lambda at: round(at.timestamp() * per_second),
        lambda value: datetime.fromtimestamp(value / per_second, UTC),
        reading,
        "UTC",
    )


def _written(native: Expression, stored: str, zone: str) -> Moment:
    """Text in a form that sorts by time: ISO, to the second or the day."""
    separator = "T" if "T" in stored else " "
    if stored.endswith("Z"):
        zone = "UTC"
    days_only = len(stored) == len("2026-01-31")

    def bound(at: datetime) -> str:
        wall = zones.wall(at, zone)
        if days_only:
            whole = wall.date() + timedelta(days=wall.time() > time.min)
            return whole.isoformat()
        return wall.isoformat(sep=separator, timespec="seconds")

    def read(value: str) -> datetime:
        return zones.instant(datetime.fromisoformat(value), zone)

    return Moment(native, String(), bound, read, epoch(native), zone)


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


def _offset_expression(
    reading: Expression, offsets: tuple[zones.Offset, ...]
) -> Expression | None:
    if not any(offset.seconds for offset in offsets):
        return None
    *before, last = offsets
    final = literal_column(str(last.seconds))
    if not before:
        return final
    whens = [
        (
            reading < literal_column(str(int(o.until.replace(tzinfo=UTC).timestamp()))),
            literal_column(str(o.seconds)),
        )
        for o in before
        if o.until is not None
    ]
    return case(*whens, else_=final)
