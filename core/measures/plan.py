"""What was meant to be reached: OEE targets and planned units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import fmean

from core.context import ToolContext
from core.data.query import Query
from core.data.source import Row
from core.domain.assets import Asset
from core.domain.oee import Sums
from core.domain.periods import Interval
from core.domain.targets import Target, choose_target

_CANCELLED = frozenset({"cancelled", "canceled", "storniert"})


@dataclass(frozen=True, slots=True)
class Targets:
    """Target rows of the fact `target`, the newest valid one winning; `cite` is 0 for none."""

    rows: tuple[Row, ...] = ()
    cite: int = 0
    _by_asset: dict[str, list[Row]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        grouped: dict[str, list[Row]] = {}
        for row in self.rows:
            grouped.setdefault(str(row["asset"]), []).append(row)
        object.__setattr__(self, "_by_asset", grouped)

    def oee(self, asset: str, shift: str | None = None) -> float | None:
        """The target OEE as a ratio: of the shift, else the mean over the shifts."""
        found = _newest(self._by_asset.get(asset, ()), "oee", product=None)
        if shift in found:
            return found[shift]
        return fmean(found.values()) if found else None

    def units(self, asset: str, shift: str, product: str | None = None) -> float | None:
        """Units for one whole shift; a target without a shift holds for each."""
        found = _newest(self._by_asset.get(asset, ()), "units", product=product)
        return found.get(shift, found.get(None))


async def targets(context: ToolContext, assets: Sequence[Asset], at: datetime) -> Targets:
    """The targets of these assets that are valid at `at`."""
    if not await context.has("target"):
        return Targets()
    ids = tuple(sorted(asset.id for asset in assets))
    found = await context.fetch(Query("target", ids))
    valid = [row for row in found.rows if _since(row) is None or _since(row) <= at]  # type: ignore[operator]
    valid.sort(key=lambda row: (_since(row) is not None, _since(row) or at))
    return Targets(tuple(valid), found.cite)


def target_oee(
    targets: Targets, parts: Mapping[str, Sums], shift: str | None = None
) -> float | None:
    """The target of several assets together, weighted by planned time; None if one has none."""
    total, weight = 0.0, 0.0
    for asset, sums in parts.items():
        target = targets.oee(asset, shift)
        if target is None:
            return None
        total += target * (sums.pbt or 0.0)
        weight += sums.pbt or 0.0
    return total / weight if weight else None


@dataclass(frozen=True, slots=True)
class ShiftPlan:
    """Units meant to be made per asset id; those without a plan are missing. `cite` stands for
    the orders, 0 for none."""

    targets: Mapping[str, Target]
    cite: int = 0


async def shift_plan(
    context: ToolContext, assets: Sequence[Asset], shift: str, interval: Interval, known: Targets
) -> ShiftPlan:
    """What was meant to be made in the shift: order plan before product before shift target.

    Orders count with the part of their span that lies in the shift, cancelled ones not at all.
    """
    rows: Sequence[Row] = ()
    cite = 0
    if await context.has("order", "start", "due"):
        ids = tuple(sorted(asset.id for asset in assets))
        running = await context.fetch(Query("order", ids, interval))
        rows = [row for row in running.rows if str(row.get("status")).lower() not in _CANCELLED]
        cite = running.cite if rows else 0
    found = {}
    for asset in assets:
        own = [row for row in rows if str(row["asset"]) == asset.id]
        planned, product = _planned_units(own, interval)
        by_product = known.units(asset.id, shift, product) if product else None
        target = choose_target(planned, by_product, known.units(asset.id, shift))
        if target is not None:
            found[asset.id] = target
    return ShiftPlan(found, cite)


def _planned_units(rows: Sequence[Row], interval: Interval) -> tuple[float | None, str | None]:
    total, product = None, None
    for row in rows:
        start, due, units = row.get("start"), row.get("due"), row.get("planned_units")
        if not isinstance(start, datetime) or not isinstance(due, datetime) or due <= start:
            continue
        inside = Interval(start, due).clip(interval)
        if inside is None or not isinstance(units, int | float):
            continue
        share = inside.minutes / Interval(start, due).minutes
        total = (total or 0.0) + float(units) * share
        product = str(row.get("product") or "") or product
    return total, product


def _newest(rows: Sequence[Row], column: str, product: str | None) -> dict[str | None, float]:
    """Shift (None for all) → value; later rows in time replace earlier ones."""
    found: dict[str | None, float] = {}
    for row in rows:
        value = row.get(column)
        if (row.get("product") or None) != product:
            continue
        if isinstance(value, int | float):
            found[str(row["shift"]) if row.get("shift") else None] = float(value)
    return found


def _since(row: Row) -> datetime | None:
    since = row.get("valid_from")
    return since if isinstance(since, datetime) else None
