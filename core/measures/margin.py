"""Margin that was lost because constraints stood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.context import ToolContext
from core.domain.assets import Asset
from core.domain.money import Cost, Lost, Price, lost_margin
from core.domain.periods import Period
from core.measures.costing import STOPS, Losses, losses


@dataclass(frozen=True, slots=True)
class Margin:
    """What the constraints' stops cost in margin: `cost` None where no constraint is marked."""

    constraints: tuple[Asset, ...]
    units: float | None
    cost: Cost | None
    cites: tuple[int, ...]


async def margin(context: ToolContext, asked: Sequence[Asset], period: Period) -> Margin:
    """Units that the constraints could have made while they stood, at the margin of the mix that
    they made in the period."""
    inside = {a.id: a for asset in asked for a in context.hierarchy.equipment(asset.id)}
    constraints = tuple(asset for asset in inside.values() if asset.constraint)
    if not constraints:
        return Margin((), None, None, ())
    found = await losses(context, constraints, period.interval)
    lost, dark = [], []
    for asset in constraints:
        sums = found.found.parts[asset.id]
        if sums.stops is None:
            dark.append(asset.id)
            continue
        rate = sums.total / sums.ideal if sums.total and sums.ideal else asset.ideal_rate
        minutes = sum(item.minutes or 0.0 for item in found.of(STOPS, asset.id))
        units = minutes * (rate or 0.0)
        lost.append(Lost(asset.id, units, _mean_margin(found, asset.id) if rate else None))
    cost = lost_margin(lost, [asset.id for asset in constraints]) + Cost(unpriced=tuple(dark))
    return Margin(constraints, sum(loss.quantity for loss in lost), cost, found.cites)


def _mean_margin(found: Losses, asset: str) -> Price | None:
    """Per unit of the asset's mix; None where a product that was made has no margin."""
    made = {product: n for (at, product), n in found.produced.items() if at == asset and n}
    margins = {p: price for p in made if (price := found.prices.margin.get(p)) is not None}
    currencies = {price.currency for price in margins.values()}
    if not made or len(margins) < len(made) or len(currencies) > 1:
        return None
    amount = sum(n * margins[p].amount for p, n in made.items()) / sum(made.values())
    return Price(amount, currencies.pop())
