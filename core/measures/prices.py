"""The rates that losses are priced with, from the facts cost and product."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from core.context import ToolContext
from core.data.query import Query
from core.data.source import Row
from core.domain.assets import Asset
from core.domain.money import Price, price_on


@dataclass(frozen=True, slots=True)
class Prices:
    """`downtime` is per hour and asset id; `material` and `margin` per unit and product id.

    What is missing from a mapping has no rate: its cost is unknown, never 0. `dated` holds all
    rates per hour of an asset, also those of other days.
    """

    downtime: Mapping[str, Price]
    material: Mapping[str, Price]
    margin: Mapping[str, Price]
    cites: tuple[int, ...] = ()
    dated: Mapping[str, tuple[Price, ...]] = field(default_factory=dict)


async def prices(context: ToolContext, assets: Sequence[Asset], day: date) -> Prices:
    """The rates valid on `day` for these assets. Empty without the right to see money."""
    if not context.access.money:
        return Prices({}, {}, {})
    (per_hour, cost_cite), (products, product_cite) = await asyncio.gather(
        _cost_centers(context), _products(context)
    )
    currency = {a.plant: context.installation.plants[a.plant].currency for a in assets}
    fallback = next(iter(currency.values()), "")
    dated = {
        asset.id: tuple(
            price if price.currency else replace(price, currency=currency[asset.plant])
            for price in per_hour.get(asset.cost_center, ())
        )
        for asset in assets
    }
    downtime = {
        asset: price
        for asset, known in dated.items()
        if (price := price_on(known, day)) is not None
    }
    return Prices(
        downtime,
        _amounts(products, "material_cost", fallback),
        _amounts(products, "margin", fallback),
        tuple(cite for cite in (cost_cite, product_cite) if cite),
        dated,
    )


async def _cost_centers(context: ToolContext) -> tuple[Mapping[str, list[Price]], int]:
    listed: defaultdict[str, list[Price]] = defaultdict(list)
    if not await context.has("cost"):
        return listed, 0
    found = await context.fetch(Query("cost"))
    for row in found.rows:
        amount, since = row.get("per_hour"), row.get("valid_from")
        if isinstance(amount, int | float):
            valid_from = since.date() if isinstance(since, datetime) else None
            price = Price(float(amount), str(row.get("currency") or ""), valid_from)
            listed[str(row["cost_center"])].append(price)
    return listed, found.cite


async def _products(context: ToolContext) -> tuple[Sequence[Row], int]:
    if not await context.has("product"):
        return (), 0
    found = await context.fetch(Query("product"))
    return found.rows, found.cite


def _amounts(products: Sequence[Row], column: str, currency: str) -> dict[str, Price]:
    amounts = {}
    for row in products:
        amount = row.get(column)
        if isinstance(amount, int | float):
            amounts[str(row["id"])] = Price(float(amount), str(row.get("currency") or currency))
    return amounts
