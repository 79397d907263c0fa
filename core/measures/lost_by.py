"""What was lost by product and by reason: what ideas for improvement are told with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from core.context import ToolContext
from core.data.query import Query
from core.domain.assets import Asset
from core.domain.periods import Interval, Period
from core.measures.measurement import Measurement


@dataclass(frozen=True, slots=True)
class ByProduct:
    """Units made and scrapped by asset and product."""

    made: Mapping[str, Mapping[str, float]]
    scrap: Mapping[str, Mapping[str, float]]
    cite: int = 0


async def by_product(
    context: ToolContext, assets: Sequence[Asset], interval: Interval
) -> ByProduct:
    if not await context.has("production", "product", "total_units"):
        return ByProduct({}, {})
    ids = tuple(sorted(asset.id for asset in assets))
    measures = ("total_units", "scrap_units")
    found = await context.fetch(Query("production", ids, interval, measures, ("asset", "product")))
    made: defaultdict[str, dict[str, float]] = defaultdict(dict)
    scrap: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for row in found.rows:
        asset, product = str(row["asset"]), row["product"]
        total, lost = row.get("total_units"), row.get("scrap_units")
        if product is not None and isinstance(total, int | float):
            made[asset][str(product)] = float(total)
            if isinstance(lost, int | float):
                scrap[asset][str(product)] = float(lost)
    return ByProduct(made, scrap, found.cite)


@dataclass(frozen=True, slots=True)
class ByReason:
    """(asset, loss) → reason (None: not given) → minutes and stops."""

    found: Mapping[tuple[str, str], Mapping[str | None, tuple[float, int | None]]]
    cite: int = 0


async def by_reason(
    context: ToolContext, found: Measurement, period: Period, history: int
) -> ByReason:
    """The same stops as in the measurement, those of the period, by reason."""
    if found.stops is None:
        return ByReason({})
    known = await context.columns("downtime")
    column = next((c for c in ("reason", "reason_code") if c in known), None)
    planned = tuple(
        replace(p, spans=tuple(span for span in p.spans if span.window >= history))
        for p in found.stops.planned
    )
    if found.stops.planned and not any(p.spans for p in planned):
        return ByReason({})
    query = replace(
        found.stops,
        interval=period.interval,
        measures=("minutes", "stops"),
        group_by=("asset", "loss", *((column,) if column else ())),
        planned=planned,
    )
    rows = await context.fetch(query)
    grouped: defaultdict[tuple[str, str], dict[str | None, tuple[float, int | None]]] = defaultdict(
        dict
    )
    for row in rows.rows:
        reason = None if column is None or row[column] is None else str(row[column])
        minutes, stops = row["minutes"], row["stops"]
        if isinstance(minutes, int | float):
            count = round(stops) if isinstance(stops, int | float) else None
            grouped[str(row["asset"]), str(row["loss"])][reason] = float(minutes), count
    return ByReason(grouped, rows.cite)
