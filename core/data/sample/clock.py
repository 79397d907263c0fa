"""Instants of the sample plant: seconds since 1970 UTC, in steps of six (a tenth of a minute).

Whole numbers make the sums exact and the writing of half a million rows quick.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import cache, lru_cache

MINUTE = 60
HOUR = 3600
DAY = 86_400
_EPOCH = date(1970, 1, 1).toordinal()

Window = tuple[int, int]


@cache
def _times() -> list[str]:
    """Of each tenth of a minute of a day; made when the first is written."""
    return [
        f" {second // HOUR:02}:{second // 60 % 60:02}:{second % 60:02}"
        for second in range(0, DAY, 6)
    ]


@lru_cache(maxsize=1024)
def _day(number: int) -> str:
    return date.fromordinal(_EPOCH + number).isoformat()


def text(instant: int) -> str:
    """'YYYY-MM-DD HH:MM:SS' in UTC, of an instant that is a multiple of six seconds."""
    return _day(instant // DAY) + _times()[instant % DAY // 6]


def instant(moment: datetime) -> int:
    """The whole minute at or before an aware datetime."""
    if moment.tzinfo is None:
        raise ValueError("the sample plant needs an aware datetime")
    return int(moment.timestamp()) // MINUTE * MINUTE


def parse(value: str) -> int:
    """The reverse of `text`."""
    return int(datetime.fromisoformat(value).replace(tzinfo=UTC).timestamp())


def tenths(minutes: float) -> int:
    """Minutes as seconds, cut to a tenth of a minute."""
    return int(minutes * 10) * 6


def union(windows: Iterable[Window]) -> list[Window]:
    """The same time without overlaps, in order."""
    merged: list[Window] = []
    for start, end in sorted(windows):
        if merged and start <= merged[-1][1]:
            if end > merged[-1][1]:
                merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def without(windows: list[Window], off: list[Window]) -> list[Window]:
    """What is left of `windows` outside `off`; both in order and without overlaps."""
    left = windows
    for off_start, off_end in off:
        parts: list[Window] = []
        for start, end in left:
            if end <= off_start or start >= off_end:
                parts.append((start, end))
                continue
            if start < off_start:
                parts.append((start, off_start))
            if end > off_end:
                parts.append((off_end, end))
        left = parts
    return left


def by_hour(windows: list[Window], start: int, hours: int, until: int) -> list[int]:
    """Seconds of `windows` before `until` in each hour from `start` on."""
    seconds = [0] * hours
    for begin, end in windows:
        begin, end = max(begin, start), min(end, until, start + hours * HOUR)
        while begin < end:
            hour = (begin - start) // HOUR
            edge = min(end, start + (hour + 1) * HOUR)
            seconds[hour] += edge - begin
            begin = edge
    return seconds
