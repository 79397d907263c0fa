"""Which assets make up what was asked, each counted once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.context import ToolContext
from core.domain.assets import Asset, Hierarchy
from core.domain.periods import Interval, Period
from core.errors import NoData
from core.measures.measurement import Measurement, measure


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
    """The reference up to the point that the data of a running period has reached, so that equal
    times are compared; all of it where the period is over."""
    if reference is None or not period.so_far:
        return reference
    reached = reference.start + (found.covered.end - period.start)
    end = max(reference.start, min(reference.end, reached))
    return replace(reference, interval=Interval(reference.start, end))


def is_comparable(period: Period, found: Measurement, before: Measurement) -> bool:
    """Whether sums of the two periods may be compared: not with one that has no data or too
    little of it, and a running one not with one that had to be widened to whole rows."""
    if period.so_far and before.is_widened:
        return False
    if found.has_rows and not before.has_rows:
        return False
    return before.kpis.coverage_state != "withheld"


async def measure_before(
    context: ToolContext, assets: Sequence[Asset], reference: Period | None
) -> Measurement | None:
    """The same assets in the period before, where there is one."""
    return None if reference is None else await measure(context, assets, reference.interval)
