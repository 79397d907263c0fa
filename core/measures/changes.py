"""What of the definitions changed lately: ideal rates, targets, cost rates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.context import ToolContext
from core.data.query import Fact, Query
from core.data.source import Row
from core.domain.assets import Asset

Kind = Literal["rate", "oee_target", "units_target", "cost"]


@dataclass(frozen=True, slots=True)
class Change:
    """A value that held from `at` on; `subject` is a product or a shift, empty for all of them.

    Rates are per minute, OEE targets ratios, costs per hour in `currency`. `before` is None for
    the first value that is known.
    """

    at: datetime
    asset: str
    kind: Kind
    subject: str
    before: float | None
    after: float
    currency: str = ""


async def changes(
    context: ToolContext, assets: Sequence[Asset], since: datetime
) -> tuple[tuple[Change, ...], tuple[int, ...]]:
    """Changes since then, the newest first, and what to cite for them."""
    found: list[Change] = []
    cites: list[int] = []
    ids = {asset.id for asset in assets}
    centers: defaultdict[str, list[str]] = defaultdict(list)
    for asset in assets:
        centers[asset.cost_center].append(asset.id)
    for fact, kind, column, keys in _SOURCES:
        if kind == "cost" and not context.access.money:
            continue
        if not await context.has(fact, column, "valid_from"):
            continue
        fetched = await context.fetch(Query(fact))
        place = "cost_center" if fact == "cost" else "asset"
        wanted = centers.keys() if fact == "cost" else ids
        rows = [row for row in fetched.rows if row.get(place) in wanted]
        new = [change for change in _steps(rows, kind, column, keys) if change.at >= since]
        if new:
            cites.append(fetched.cite)
        found += new
    told = _told(found, {center: asset_ids[0] for center, asset_ids in centers.items()})
    return tuple(sorted(told, key=lambda change: change.at, reverse=True)), tuple(cites)


_SOURCES: tuple[tuple[Fact, Kind, str, tuple[str, ...]], ...] = (
    ("product_rate", "rate", "per_min", ("asset", "product")),
    ("target", "oee_target", "oee", ("asset", "product", "shift")),
    ("target", "units_target", "units", ("asset", "product", "shift")),
    ("cost", "cost", "per_hour", ("cost_center",)),
)


def _steps(rows: Iterable[Row], kind: Kind, column: str, keys: tuple[str, ...]) -> Iterable[Change]:
    """Each value with the one that held before it, per asset and subject."""
    series: defaultdict[tuple[str, ...], list[tuple[datetime, float, str]]] = defaultdict(list)
    undated: dict[tuple[str, ...], float] = {}
    for row in rows:
        value, at = row.get(column), row.get("valid_from")
        key = tuple(str(row.get(name) or "") for name in keys)
        if isinstance(value, int | float) and isinstance(at, datetime):
            series[key].append((at, float(value), str(row.get("currency") or "")))
        elif isinstance(value, int | float):
            undated[key] = float(value)
    for key, values in series.items():
        before = undated.get(key)
        for at, value, currency in sorted(values):
            if before is not None and value != before:
                yield Change(
                    at, key[0], kind, " ".join(filter(None, key[1:])), before, value, currency
                )
            before = value


def _told(found: Sequence[Change], centers: dict[str, str]) -> list[Change]:
    """The same change of several shifts is one; cost centers are said as their asset."""
    grouped: defaultdict[tuple[object, ...], list[Change]] = defaultdict(list)
    for one in found:
        asset = centers.get(one.asset, one.asset) if one.kind == "cost" else one.asset
        grouped[one.at, asset, one.kind, one.before, one.after, one.currency].append(one)
    return [
        Change(
            same[0].at,
            centers.get(same[0].asset, same[0].asset) if same[0].kind == "cost" else same[0].asset,
            same[0].kind,
            "" if same[0].kind != "rate" and len(same) > 1 else ", ".join(c.subject for c in same),
            same[0].before,
            same[0].after,
            same[0].currency,
        )
        for same in grouped.values()
    ]
