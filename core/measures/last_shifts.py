"""The shifts of an asset that ended last, measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from core.context import ToolContext
from core.domain.assets import Asset
from core.domain.periods import Interval
from core.domain.shifts import Shift, ShiftCalendar
from core.measures.measurement import Measurement, measure


def ended(calendar: ShiftCalendar, now: datetime) -> Iterator[Shift]:
    """The shifts that are over, the newest first."""
    shift = calendar.last_ended(now)
    while shift is not None:
        yield shift
        shift = calendar.last_ended(shift.interval.start)


async def shifts_measured(
    context: ToolContext, assets: Sequence[Asset], shifts: Sequence[Shift]
) -> Measurement | None:
    """One window for each of the `shifts`, which are in order of time; None where there are none,
    or nothing tells of them."""
    if not shifts or not (await context.has("production") or await context.has("downtime")):
        return None
    whole = Interval(shifts[0].interval.start, shifts[-1].interval.end)
    return await measure(context, assets, whole, [shift.interval for shift in shifts])
