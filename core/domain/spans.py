"""Arithmetic on half-open stretches of time; every list given back is sorted and disjoint."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

Span: TypeAlias = tuple[datetime, datetime]
MINUTE = timedelta(minutes=1)


def merge(spans: Iterable[Span]) -> list[Span]:
    """The union of `spans`: sorted, touching and overlapping ones joined, empty ones dropped."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            if end > merged[-1][1]:
                merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def subtract(start: datetime, end: datetime, off: Sequence[Span]) -> list[Span]:
    """What is left of [start, end) without `off`, which must be merged."""
    if not off and start < end:
        return [(start, end)]
    left: list[Span] = []
    index = max(0, bisect_right(off, (start, start)) - 1)
    while index < len(off) and off[index][0] < end:
        off_start, off_end = off[index]
        if off_end > start:
            if off_start > start:
                left.append((start, off_start))
            start = off_end
        index += 1
    if start < end:
        left.append((start, end))
    return left


def minutes(spans: Iterable[Span]) -> float:
    """The summed length in minutes."""
    return sum((end - start) / MINUTE for start, end in spans)
