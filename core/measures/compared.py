"""A period against the one before it, as far as the two can be compared."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from core.context import ToolContext
from core.data.query import Query
from core.domain.periods import Interval, Period
from core.measures.counted import as_far, is_comparable
from core.measures.measurement import Measurement

_MOMENT = timedelta(minutes=1)


M = TypeVar("M")


@dataclass(frozen=True, slots=True)
class Compared(Generic[M]):
    """`now` is the period, or only its part up to `until`, where that is set; `before` is as
    much of `reference`."""

    reference: Period
    now: M
    before: M
    until: datetime | None = None


async def compared(
    context: ToolContext,
    period: Period,
    reference: Period | None,
    now: M,
    measured: Callable[[Interval], Awaitable[M]],
    found: Callable[[M], Measurement],
) -> Compared[M] | None:
    """`now` against as much of the reference, which is `measured`; None where nothing compares.
    `found` tells the measurement that a figure rests on.

    Whole rows may reach beyond the moment up to which a running period is told: then both are
    cut where the last row before that moment ends.
    """
    reference = as_far(reference, period, found(now))
    if reference is None:
        return None
    before = await measured(reference.interval)
    if is_comparable(period, found(now), found(before)):
        return Compared(reference, now, before)
    cut = await _row_end(context, found(before), reference) if period.so_far else None
    if cut is None:
        return None
    until = period.start + (cut - reference.start)
    reference = replace(reference, interval=Interval(reference.start, cut))
    now, before = await asyncio.gather(
        measured(Interval(period.start, until)), measured(reference.interval)
    )
    alike = is_comparable(period, found(now), found(before))
    return Compared(reference, now, before, until) if alike else None


def before_all(whole: float | None, part: float | None, before: float | None) -> float | None:
    """What all of the period is to be held against, where `part` of it is compared with
    `before`: the change is then that of the part."""
    if whole is None or not part or before is None:
        return before if whole == part else None
    return before * whole / part


async def _row_end(context: ToolContext, found: Measurement, reference: Period) -> datetime | None:
    """Where the last whole rows of the reference end, if later ones reach beyond it."""
    if found.covered.end <= reference.end:
        return None
    ids = tuple(sorted(asset.id for asset in found.assets))
    last = Interval(reference.end - _MOMENT, reference.end)
    query = Query("production", ids, last, ("total_units",), ("asset",))
    firsts = [
        at for row in await context.look_up(query) if isinstance(at := row["first"], datetime)
    ]
    return min(firsts) if firsts and min(firsts) > reference.start else None
