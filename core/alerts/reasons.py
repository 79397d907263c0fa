"""Reasons for a stop to choose from: what the plant's history and people say most often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta

from core.context import ToolContext
from core.data.query import Condition, Query
from core.domain.assets import Asset
from core.domain.periods import Interval
from core.errors import NoData, SourceUnavailable
from core.measures.row_sums import number

HISTORY = timedelta(days=90)
LIKELY = 3
_CHOICES = 8


async def likely_reasons(
    context: ToolContext, asset: Asset, given: Mapping[str, int], but: str | None
) -> tuple[str, ...]:
    """The three most frequent of the asset's last 90 days, `but` left out; `given` are those of
    people with their counts. Where the plant's data does not answer only theirs."""
    try:
        counts = await _counted(context, (asset.id,), "", LIKELY + 1)
    except (SourceUnavailable, NoData):
        counts = Counter()
    whole = counts + Counter(given)
    ranked = sorted(whole, key=lambda reason: (-whole[reason], reason))
    left = (reason for reason in ranked if but is None or reason.casefold() != but.casefold())
    return tuple(left)[:LIKELY]


async def matching_reasons(context: ToolContext, asset: Asset, said: str) -> tuple[str, ...]:
    """Those of the last 90 days that hold the words: the asset's own, else those of its plant.
    Raises SourceUnavailable."""
    own = await _counted(context, (asset.id,), said, _CHOICES)
    if not own:
        everything = tuple(a.id for a in context.hierarchy.equipment(asset.plant))
        own = await _counted(context, everything, said, _CHOICES)
    return tuple(sorted(own, key=lambda reason: (-own[reason], reason)))


async def _counted(
    context: ToolContext, assets: Sequence[str], said: str, most: int
) -> Counter[str]:
    if not await context.has("downtime", "reason"):
        return Counter()
    where = (Condition("reason", "contains", said),) if said else ()
    asking = Query(
        "downtime",
        tuple(sorted(assets)),
        Interval(context.now - HISTORY, context.now),
        ("stops",),
        ("reason",),
        where=where,
        until=context.now,
        order_by=("-stops",),
        limit=most,
    )
    rows = await context.look_up(asking)
    return Counter(
        {str(row["reason"]): round(number(row, "stops") or 0) for row in rows if row.get("reason")}
    )
