"""Quiet hours: two times of day on a reader's own clock, between which little is sent."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)


def quiet_until(now: datetime, quiet: tuple[str, str] | None, zone: str) -> datetime | None:
    """When the quiet hours that hold at `now` end, as aware UTC; None outside of them.

    They follow the clock on the wall: a night in which it changes has quiet hours of another
    length. A time that the clock skips is read as if it had not changed yet, one that it shows
    twice as the first. Two equal times are no quiet hours.
    """
    if quiet is None or quiet[0] == quiet[1]:
        return None
    tz = ZoneInfo(zone)
    local = now.astimezone(tz)
    first, last = (time.fromisoformat(said) for said in quiet)
    for day in (local.date() - _DAY, local.date()):
        start = _at(datetime.combine(day, first), tz)
        end = _at(datetime.combine(day + _DAY if last < first else day, last), tz)
        if start <= now < end:
            return end
    return None


def _at(wall: datetime, tz: ZoneInfo) -> datetime:
    return wall.replace(tzinfo=tz).astimezone(UTC)
