"""Wall-clock columns: what a database's local times mean in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Offset:
    """Seconds to subtract from a wall-clock reading that is before `until` (wall clock)."""

    until: datetime | None
    seconds: int


def wall(instant: datetime, zone: str, *, up: bool = True) -> datetime:
    """The naive wall-clock bound for an instant: readings below it are instants before it.

    In the hour that the clocks show twice a reading means its first occurrence, so a bound
    inside the second occurrence moves to the end of the repeated hour; without `up` to just
    before it, so that readings above the bound are instants after it.
    """
    if zone == "UTC":
        return instant.astimezone(UTC).replace(tzinfo=None)
    local = instant.astimezone(ZoneInfo(zone))
    if not local.fold:
        return local.replace(tzinfo=None)
    after = _offset(instant, ZoneInfo(zone))
    turn = _turn(instant - _DAY, instant, ZoneInfo(zone))
    before = _offset(turn - _SECOND, ZoneInfo(zone))
    end = (turn.astimezone(UTC) + max(before, after)).replace(tzinfo=None)
    return end if up else end - timedelta(microseconds=1)


def instant(reading: datetime, zone: str) -> datetime:
    """The UTC instant of a reading; an aware one means itself."""
    if reading.tzinfo is None:
        reading = reading.replace(tzinfo=ZoneInfo(zone))
    return reading.astimezone(UTC)


@lru_cache(maxsize=256)
def offsets(zone: str, start: datetime, end: datetime) -> tuple[Offset, ...]:
    """The zone's offsets between two UTC instants, in order; the last has no `until`."""
    place = ZoneInfo(zone)
    found: list[Offset] = []
    at = start
    current = _offset(at, place)
    while at < end:
        following = min(at + _DAY, end)
        changed = _offset(following, place)
        if changed != current:
            turned = _turn(at, following, place).astimezone(UTC) + max(current, changed)
            found.append(Offset(turned.replace(tzinfo=None), _seconds(current)))
            current = changed
        at = following
    found.append(Offset(None, _seconds(current)))
    return tuple(found)


def everywhen(zone: str) -> tuple[Offset, ...]:
    """The zone's offsets of all the years that plants have data of."""
    if zone == "UTC":
        return (Offset(None, 0),)
    return offsets(zone, datetime(1990, 1, 1, tzinfo=UTC), datetime(2060, 1, 1, tzinfo=UTC))


def _turn(before: datetime, after: datetime, place: ZoneInfo) -> datetime:
    """The first whole second with the later offset; the offset changes once in between."""
    before, after = before.replace(microsecond=0), after.replace(microsecond=0)
    old = _offset(before, place)
    while after - before > _SECOND:
        middle = before + timedelta(seconds=(after - before) // _SECOND // 2)
        before, after = (middle, after) if _offset(middle, place) == old else (before, middle)
    return after


def _offset(at: datetime, place: ZoneInfo) -> timedelta:
    return at.astimezone(place).utcoffset() or timedelta()


def _seconds(offset: timedelta) -> int:
    return int(offset.total_seconds())
