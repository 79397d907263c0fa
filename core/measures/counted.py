"""Which assets make up what was asked, each counted once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.context import ToolContext
from core.domain.assets import Asset, Hierarchy
from core.domain.periods import Interval, Period
from core.errors import NoData
from core.measures.measurement import Measurement, measure

# Months and shifts differ in length by themselves; what rows add to them may be no more than this.
_UNLIKE = 0.05


def counted(hierarchy: Hierarchy, asked: Sequence[Asset]) -> tuple[Asset, ...]:
    """Each asset once, also where a line and its area, or a line and its machine are named.

    Raises NoData for places without any equipment.
    """
    found = {a.id: a for asset in asked for a in hierarchy.counted(asset.id)}
    if not found:
        raise NoData("no_equipment", assets=", ".join(asset.name for asset in asked))
    return tuple(a for a in found.values() if found.keys().isdisjoint(hierarchy.path(a.id)[1:]))


def machines(hierarchy: Hierarchy, asked: Sequence[Asset]) -> tuple[Asset, ...]:
    """The machines in what was asked, each once: where failures are counted."""
    found = {a.id: a for asset in asked for a in hierarchy.machines(asset.id) if a.active}
    return tuple(found.values())


def as_far(reference: Period | None, period: Period, found: Measurement) -> Period | None:
    """The reference with as much time as the period really covers.

    Of a running period up to the point that its data has reached; of one by the clock as long as
    what was covered and directly before that; else all of it.
    """
    if reference is None:
        return None
    covered = found.covered
    if period.is_by_clock and reference.end == period.start:
        start = covered.start - (covered.end - covered.start)
        return replace(reference, interval=Interval(start, covered.start))
    if not period.so_far:
        return reference
    end = max(reference.start, min(reference.end, reference.start + (covered.end - period.start)))
    return replace(reference, interval=Interval(reference.start, end))


def is_comparable(period: Period, found: Measurement, before: Measurement) -> bool:
    """Whether the two periods may be compared: not with one that has no data or too little of it,
    and not where whole rows make them overlap or differ in length."""
    if found.has_rows and not before.has_rows:
        return False
    if before.covered.clip(found.covered) is not None or not found.covered.minutes:
        return False
    longer = before.covered.minutes / found.covered.minutes
    if not (period.so_far or period.is_by_clock) and found.asked.minutes:
        longer /= before.asked.minutes / found.asked.minutes
    return abs(longer - 1) <= _UNLIKE and before.kpis.coverage_state != "withheld"


async def measure_before(
    context: ToolContext,
    found: Measurement,
    period: Period,
    reference: Period | None,
    *,
    causes: bool = False,
) -> Measurement | None:
    """The same assets in the period before, where there is one that compares with what was
    `found`; `causes` as in `measure`."""
    if reference is None:
        return None
    before = await measure(context, found.assets, reference.interval, causes=causes)
    return before if is_comparable(period, found, before) else None
