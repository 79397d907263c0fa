"""What stood longer in a shift than it usually does: each cause against the like shifts before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from core.context import ToolContext
from core.domain.assets import Asset
from core.domain.periods import Interval
from core.domain.shifts import Shift, ShiftCalendar
from core.domain.usual import Usual, usual
from core.measures.causes import Cause, Causes, causes
from core.measures.measurement import Measurement, measure

WEEKS = 4


@dataclass(frozen=True, slots=True)
class Unusual:
    """`stops` and `usual_stops` are None where stops cannot be counted."""

    asset: str
    cause: str
    minutes: float
    stops: int | None
    usual: Usual
    usual_stops: float | None


@dataclass(frozen=True, slots=True)
class History:
    """The like shifts before, oldest first, measured as windows of one measurement."""

    shifts: tuple[Shift, ...]
    found: Measurement


def like(calendar: ShiftCalendar, shift: Shift) -> tuple[Shift, ...]:
    """The shifts of the same name in the four weeks before, the oldest first."""
    start = shift.interval.start
    before = Interval(start - timedelta(weeks=WEEKS), start)
    return tuple(
        one
        for one in calendar.shifts(before)
        if one.name == shift.name and one.interval.start >= before.start
    )


async def history(context: ToolContext, assets: Sequence[Asset], shift: Shift) -> History | None:
    """None where there are no such shifts. Raises NoData, SourceUnavailable."""
    before = like(context.installation.calendar(assets[0]), shift)
    if not before:
        return None
    whole = Interval(before[0].interval.start, before[-1].interval.end)
    windows = [one.interval for one in before]
    return History(before, await measure(context, assets, whole, windows, causes=True))


async def unusual(
    context: ToolContext, found: Measurement, past: History
) -> tuple[tuple[Unusual, ...], tuple[int, ...]]:
    """The causes of `found`, one shift, that are beyond what is usual, the largest surplus first;
    and what to cite for them."""
    now, then = await causes(context, found), await causes(context, past.found)
    single = not context.installation.stops_are_sums
    before = _by_cause(then)
    told = []
    for (asset, cause), rows in _by_cause(now).items():
        minutes = [0.0] * len(past.shifts)
        counts = [0] * len(past.shifts)
        for row in before.get((asset, cause), ()):
            minutes[row.window] += row.minutes
            counts[row.window] += row.stops
        known, mine = usual(minutes), sum(row.minutes for row in rows)
        if known is not None and mine > known.limit and cause:
            stops = sum(row.stops for row in rows) if single else None
            often = float(median(counts)) if single else None
            told.append(Unusual(asset, cause, mine, stops, known, often))
    told.sort(key=lambda one: (one.usual.center - one.minutes, one.asset, one.cause))
    return tuple(told), (*now.cites, *then.cites)


def _by_cause(told: Causes) -> dict[tuple[str, str], list[Cause]]:
    found: defaultdict[tuple[str, str], list[Cause]] = defaultdict(list)
    for row in told.rows:
        found[row.asset, told.key(row) or ""].append(row)
    return dict(found)
