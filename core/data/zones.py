"""Wall-clock columns: what a database's local times mean in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Offset:
    """Seconds to subtract from a wall-clock reading that is before `until` (wall clock)."""

    until: datetime | None
    seconds: int


def wall(instant: datetime, zone: str) -> datetime:
    """The naive wall-clock bound for an instant: readings below it are instants before it.

    In the hour that the clocks show twice a reading means its first occurrence, so a bound
    inside the second occurrence moves to the end of the repeated hour.
    """
    if zone == "UTC":
        return instant.astimezone(UTC).replace(tzinfo=None)
    local = instant.astimezone(ZoneInfo(zone))
    if local.fold:
        while local.fold:
            turned = local
            local = (local.astimezone(UTC) - timedelta(minutes=15)).astimezone(ZoneInfo(zone))
        repeated = local.utcoffset() or timedelta()
        start = _turn(local.astimezone(UTC), turned.astimezone(UTC), zone)
        return (start + repeated).replace(tzinfo=None)
    return local.replace(tzinfo=None)


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
            turn = _turn(at, following, zone)
            found.append(
                Offset((turn + max(current, changed)).replace(tzinfo=None), _seconds(current))
            )
            current = changed
        at = following
    found.append(Offset(None, _seconds(current)))
    return tuple(found)


def _turn(before: datetime, after: datetime, zone: str) -> datetime:
    """The first instant with the later offset, to the second."""
    place = ZoneInfo(zone)
    old = _offset(before, place)
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle in (before, after):
            break
        before, after = (middle, after) if _offset(middle, place) == old else (before, middle)
    return after


def _offset(at: datetime, place: ZoneInfo) -> timedelta:
    return at.astimezone(place).utcoffset() or timedelta()


def _seconds(offset: timedelta) -> int:
    return int(offset.total_seconds())
