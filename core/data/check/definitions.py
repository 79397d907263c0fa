"""Checks of what the figures stand on: assets, rates, costs, targets, the live table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, literal_column

from core.data.check.probe import Place, Probe, counted
from core.data.check.report import Finding, finding
from core.data.mapping import PlantFile
from core.data.query import Fact

MOST_ASSETS = 2_000
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class KnownAsset:
    """What plant.toml or the asset table says of one asset; `key` is the tables' name for it."""

    id: str
    key: str
    rated: bool
    cost_center: str
    unit: bool
    contact: bool


def written_assets(plant: PlantFile) -> tuple[KnownAsset, ...]:
    """Those of plant.toml."""
    return tuple(
        KnownAsset(a.id, a.key or a.id, a.ideal_rate is not None, a.cost_center, bool(a.unit),
                   bool(a.contact))
        for a in plant.assets
    )  # fmt: skip


def listed_assets(place: Place, probe: Probe) -> tuple[KnownAsset, ...]:
    """Those of an asset table."""
    names = [n for n in ("id", "key", "ideal_rate", "cost_center", "unit", "contact")
             if n in place]  # fmt: skip
    wanted = [place.physical.columns.plain(name).label(name) for name in names]
    return tuple(map(known_asset, probe.many(place.select(*wanted), MOST_ASSETS)))


def known_asset(row: Mapping[str, Any]) -> KnownAsset:
    """An asset by its row under logical names."""
    rate = row.get("ideal_rate")
    return KnownAsset(
        str(row["id"]), str(row.get("key") or row["id"]),
        (isinstance(rate, int | float) and rate > 0) or _positive(rate),
        str(row.get("cost_center") or ""), bool(row.get("unit")), bool(row.get("contact")),
    )  # fmt: skip


def _positive(value: object) -> bool:
    try:
        return float(str(value)) > 0
    except ValueError:
        return False


def named_assets(place: Place, probe: Probe) -> frozenset[str]:
    """The assets that a fact's rows name, as its table holds them."""
    given = place.physical.mapping.columns.get("asset")
    if given is not None and given.constant is not None:
        return frozenset({str(given.constant)})
    value = place.physical.columns.text("asset")
    rows = probe.many(place.select(value.label("asset")).group_by(value), MOST_ASSETS)
    return frozenset(str(row["asset"]) for row in rows if row["asset"] is not None)


def unknown_assets(
    fact: Fact, named: frozenset[str], known: Sequence[KnownAsset]
) -> Iterator[Finding]:
    """Names in the rows that no asset bears: their rows belong to nothing that can be asked."""
    keys = {asset.key for asset in known} | {asset.id for asset in known}
    strange = sorted(named - keys)
    if strange:
        yield finding("error", "unknown_assets", fact, n=len(strange), assets=_listed(strange))


def asset_gaps(
    known: Sequence[KnownAsset], producing: frozenset[str], *, product_rates: bool
) -> Iterator[Finding]:
    """Producing assets without ideal rate, cost center or unit, and assets no row names."""
    made = [asset for asset in known if asset.key in producing or asset.id in producing]
    unrated = [a.id for a in made if not a.rated]
    if unrated and not product_rates:
        yield _gap("no_ideal_rate", unrated)
    if free := [a.id for a in made if not a.cost_center]:
        yield _gap("no_cost_center", free)
    if bare := [a.id for a in made if not a.unit]:
        yield _gap("no_unit", bare)


def _gap(key: str, assets: Sequence[str]) -> Finding:
    return finding("info", key, "asset", n=len(assets), assets=_listed(assets))


def cost_centers(place: Place, probe: Probe) -> frozenset[str]:
    """Those that the cost table knows."""
    center = place.physical.columns.text("cost_center")
    rows = probe.many(place.select(center.label("c")), MOST_ASSETS)
    return frozenset(str(row["c"]) for row in rows)


def unpriced(priced: frozenset[str], known: Sequence[KnownAsset]) -> Iterator[Finding]:
    """Cost centers of assets that the cost table does not know."""
    missing = sorted({a.cost_center for a in known if a.cost_center} - priced)
    if missing:
        yield finding("warning", "no_cost_rate", "cost", n=len(missing), centers=_listed(missing))


def stale_live(place: Place, probe: Probe, plant: PlantFile, now: datetime) -> Iterator[Finding]:
    """Live rows that are older than the plant's limit."""
    updated = place.seconds("updated") if "updated" in place else None
    if updated is None:
        return
    limit = int(now.timestamp() - plant.rules.stale_minutes * 60)
    old = probe.one(place.select(counted(updated < literal_column(str(limit))).label("n")))
    yield from stale(int(old["n"]), place.rows, plant)


def stale(old: int, of: int, plant: PlantFile) -> Iterator[Finding]:
    if old:
        limit = plant.rules.stale_minutes
        yield finding("warning", "stale_live", "live", n=old, of=of, limit_min=limit)


def with_values(place: Place, names: Sequence[str], probe: Probe) -> frozenset[str]:
    """Those of the columns that hold anything at all."""
    held = [name for name in names if name in place]
    if not held or not place.rows:
        return frozenset()
    counts = [func.count(place.physical.columns.plain(name)).label(name) for name in held]
    found = probe.one(place.select(*counts))
    return frozenset(name for name in held if int(found[name]))


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" +{more}" if more > 0 else "")
