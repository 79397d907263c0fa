"""Ideal rates: of an asset and product from a time on, else the asset's own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.context import ToolContext
from core.data.query import Query
from core.domain.periods import Interval
from core.measures.row_sums import number


@dataclass(frozen=True, slots=True)
class Rates:
    """Ideal rates in units per minute: of an asset and product from a time on, else the asset's."""

    by_product: Mapping[tuple[str, str], tuple[tuple[datetime | None, float], ...]]
    by_asset: Mapping[str, float]

    def at(self, asset: str, product: str | None, at: datetime) -> float | None:
        since = self.by_product.get((asset, product or ""), ())
        valid = [rate for start, rate in since if start is None or start <= at]
        return valid[-1] if valid else self.by_asset.get(asset)

    def knows(self, asset: str) -> bool:
        return asset in self.by_asset or any(key[0] == asset for key in self.by_product)

    def cuts(self, interval: Interval) -> tuple[datetime, ...]:
        """The instants inside the interval at which a rate changes."""
        starts = {s for rates in self.by_product.values() for s, _ in rates if s is not None}
        return tuple(sorted(s for s in starts if interval.start < s < interval.end))


async def rates_of(context: ToolContext, ids: Sequence[str]) -> Rates:
    by_product: defaultdict[tuple[str, str], list[tuple[datetime | None, float]]]
    by_product, wanted = defaultdict(list), frozenset(ids)
    if await context.has("product_rate"):
        for row in await context.look_up(Query("product_rate")):
            key, rate = (str(row["asset"]), str(row["product"])), number(row, "per_min")
            since = row.get("valid_from")
            if key[0] in wanted and rate:
                by_product[key].append((since if isinstance(since, datetime) else None, rate))
    for listed in by_product.values():
        listed.sort(key=lambda entry: (entry[0] is not None, entry[0] or 0))
    known = {asset: context.hierarchy[asset].ideal_rate for asset in ids}
    return Rates(
        {key: tuple(listed) for key, listed in by_product.items()},
        {asset: rate for asset, rate in known.items() if rate},
    )
