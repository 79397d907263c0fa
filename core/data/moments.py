"""How a table stores a time: as timestamp, date, ISO text or a number, local or UTC."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Date, DateTime, String, case, literal_column, or_
from sqlalchemy.types import TypeEngine

from core.data import zones
from core.data.dialects import Expression, epoch, epoch_of_text

_ISO = re.compile(
    r"\d{4}-\d\d-\d\d(?:(?P<separator>[T ])\d\d:\d\d(?P<seconds>:\d\d)?(?P<fraction>\.\d+)?"
    r"(?P<offset> ?(?:Z|[+-]\d\d(?::?\d\d)?))?)?"
)
_ZERO_OFFSETS = ("", "Z", "+00:00", "-00:00", "+00", "+0000")
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a wall clock has no zone
_EPOCH_UNITS = {"epoch_s": 1, "epoch_ms": 1000}


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as the table stores it.

    - `native` is compared with `bound(instant, up)`, both in the table's own form, so that an
      index serves: up for `<` and `>=`, down for `>` and `<=`
    - `read(value)` is the UTC instant of a native value, None of an empty text
    - `reading` is the wall clock's (`zone`) epoch seconds, for arithmetic in the database, and
      `later` how many seconds after it the time lies
    """

    native: Expression
    kind: TypeEngine[Any]
    bound: Callable[[datetime, bool], Any]
    read: Callable[[Any], datetime | None]
    reading: Expression
    zone: str = "UTC"
    later: Expression | None = None

    def seconds(self, offsets: tuple[zones.Offset, ...]) -> Expression:
        """Epoch seconds in UTC."""
        at = self.reading if self.zone == "UTC" else _in_utc(self.reading, offsets)
        return at if self.later is None else at + self.later

    def absent(self) -> Expression:
        """Whether the row has no such time; files that were imported hold '' for it."""
        missing: Expression = self.native.is_(None)
        is_text = isinstance(self.kind, String)
        return or_(missing, self.native == literal_column("''")) if is_text else missing


def stored(native: Expression, sample: object, form: str, zone: str) -> Moment | None:
    """The moment of a column, told from one of its values; None if that is no time."""
    if form in _EPOCH_UNITS:
        return _number(native, _EPOCH_UNITS[form])
    match sample:
        case datetime(tzinfo=None):
            return _timestamp(native, zone)
        case datetime():
            kind = DateTime(timezone=True)
            return Moment(native, kind, lambda at, _: at, _utc, epoch(native))
        case date():
            return _day(native, zone)
        case str() if found := _ISO.fullmatch(sample.strip()):
            return _text(native, found, zone)
        case None:
            return _timestamp(native, zone)
        case _:
            return None


def is_time(sample: object, form: str = "") -> bool:
    """Whether a value can be read as a time."""
    if form in _EPOCH_UNITS:
        return isinstance(sample, int | float | Decimal)
    return isinstance(sample, date) or (
        isinstance(sample, str) and _ISO.fullmatch(sample.strip()) is not None
    )


def on_wall(reading: Expression, zone: str) -> Moment:
    """A moment that is worked out as the wall clock's epoch seconds."""

    def bound(at: datetime, up: bool) -> int:
        reading = zones.wall(at, zone, up=up).replace(tzinfo=UTC).timestamp()
        return math.ceil(reading) if up else math.floor(reading)

    def read(value: Any) -> datetime:
        naive = datetime.fromtimestamp(float(value), UTC).replace(tzinfo=None)
        return zones.instant(naive, zone)

    return Moment(reading, BigInteger(), bound, read, reading, zone)


def delayed(start: Moment, length: timedelta) -> Moment:
    """The moment that lies a fixed time after another; it is compared through that one."""

    def read(value: Any) -> datetime | None:
        at = start.read(value)
        return None if at is None else at + length

    return replace(
        start,
        bound=lambda at, up: start.bound(at - length, up),
        read=read,
        later=literal_column(str(round(length.total_seconds()))),
    )


def lasting(start: Moment, seconds: Expression) -> Moment:
    """The moment that lies after another by as many seconds as the row says."""
    ends = on_wall(start.reading + seconds, start.zone)
    # Compared by the wall clock it may be an hour wrong where that changes: too many rows are
    # looked at then, and what is added up goes by instants.
    early = timedelta(hours=0 if start.zone == "UTC" else 1)
    return replace(
        ends,
        bound=lambda at, up: ends.bound(at if up else at - early, up),
        reading=start.reading,
        later=seconds,
    )


def _timestamp(native: Expression, zone: str) -> Moment:
    return Moment(
        native,
        DateTime(),
        lambda at, up: zones.wall(at, zone, up=up),
        lambda value: zones.instant(value, zone),
        epoch(native),
        zone,
    )


def _day(native: Expression, zone: str) -> Moment:
    def read(value: date) -> datetime:
        return zones.instant(datetime.combine(value, time.min), zone)

    return Moment(native, Date(), _day_bound(zone), read, epoch(native), zone)


def _day_bound(zone: str) -> Callable[[datetime, bool], date]:
    def bound(at: datetime, up: bool) -> date:
        wall = zones.wall(at, zone, up=up)
        return wall.date() + timedelta(days=up and wall.time() > time.min)

    return bound


def _number(native: Expression, per_second: int) -> Moment:
    def bound(at: datetime, up: bool) -> int:
        exact = at.timestamp() * per_second
        return math.ceil(exact) if up else math.floor(exact)

    return Moment(
        native,
        BigInteger(),
        bound,
        lambda value: datetime.fromtimestamp(float(value) / per_second, UTC),
        native if per_second == 1 else native / literal_column(str(per_second)),
    )


def _text(native: Expression, form: re.Match[str], zone: str) -> Moment:
    """Text in a form that sorts by time: ISO, to the day, minute, second or below."""
    offset = (form["offset"] or "").strip()
    zone = "UTC" if offset else zone

    def read(value: str) -> datetime | None:
        return zones.instant(datetime.fromisoformat(value.strip()), zone) if value else None

    reading = epoch_of_text(native)
    if offset not in _ZERO_OFFSETS:
        # Such text does not sort by time: rows are compared by their epoch seconds.
        return on_wall(reading, "UTC")
    day = _day_bound(zone)
    if form["separator"] is None:
        return Moment(native, String(), lambda at, up: day(at, up).isoformat(), read, reading, zone)
    digits = len(form["fraction"] or ".") - 1
    unit = timedelta(minutes=1) if form["seconds"] is None else timedelta(seconds=10**-digits)

    def bound(at: datetime, up: bool) -> str:
        wall = zones.wall(at, zone, up=up)
        beyond = (wall - _EPOCH) % unit
        whole = wall - beyond + (unit if up and beyond else timedelta())
        written = whole.isoformat(form["separator"], "microseconds")
        kept = len("2026-01-31 06:00") if form["seconds"] is None else len("2026-01-31 06:00:00")
        return written[: kept + (digits + 1 if digits else 0)] + (form["offset"] or "")

    return Moment(native, String(), bound, read, reading, zone)


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


def _in_utc(reading: Expression, offsets: tuple[zones.Offset, ...]) -> Expression:
    *before, last = offsets
    if not before:
        return reading - literal_column(str(last.seconds)) if last.seconds else reading
    whens: list[tuple[Expression, Expression]] = [
        (
            reading < literal_column(str(int(o.until.replace(tzinfo=UTC).timestamp()))),
            literal_column(str(o.seconds)),
        )
        for o in before
        if o.until is not None
    ]
    shift: Expression = case(*whens, else_=literal_column(str(last.seconds)))
    return reading - shift
