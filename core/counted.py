"""Which assets make up what was asked, and their measurement where there is something to measure."""

from __future__ import annotations

from collections.abc import Sequence

from core.context import ToolContext
from core.domain.assets import Asset, Hierarchy
from core.domain.periods import Period
from core.measurement import Measurement, measure


def counted(hierarchy: Hierarchy, asked: Sequence[Asset]) -> tuple[Asset, ...]:
    """Each asset once, also where a line and its area, or a line and its machine are named."""
    found = {a.id: a for asset in asked for a in hierarchy.counted(asset.id)}
    return tuple(a for a in found.values() if found.keys().isdisjoint(hierarchy.path(a.id)[1:]))


def machines(hierarchy: Hierarchy, asked: Sequence[Asset]) -> tuple[Asset, ...]:
    """The machines in what was asked, each once: where failures are counted."""
    found = {a.id: a for asset in asked for a in hierarchy.machines(asset.id) if a.active}
    return tuple(found.values())


async def measure_before(
    context: ToolContext, assets: Sequence[Asset], reference: Period | None
) -> Measurement | None:
    """The same assets in the period before, where there is one."""
    return None if reference is None else await measure(context, assets, reference.interval)
