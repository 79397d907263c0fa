"""The losses of a period by what is at fault: the reason, and the asset that it lies with.

The same minutes and money as core/costing.py; here those of stops are told apart further.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.actions import CauseLoss, CauseLosses
from core.context import Fetched, ToolContext
from core.data.query import Query
from core.data.source import Row
from core.domain import periods
from core.domain.assets import Asset
from core.domain.losses import Loss, parse_loss
from core.domain.money import Cost
from core.domain.periods import Interval
from core.errors import NoData
from core.measures.costing import REJECTS, Losses, losses
from core.measures.counted import counted

# The asset at fault, the reason where one is recorded, else the kind of loss.
_Cause = tuple[str, str | None, str]
_BY = ("asset", "loss", "reason", "reason_code", "cause_asset")


@dataclass(slots=True)
class _Sum:
    kind: str
    affected: dict[str, None] = field(default_factory=dict)
    minutes: float | None = None
    stops: int | None = None
    units: float | None = None
    cost: Cost = field(default_factory=Cost)
    cites: dict[int, None] = field(default_factory=dict)

    def loss(self, asset: str, about: str | None, shifts: float, lately: bool) -> CauseLoss:
        currency, money = next(iter(self.cost.amounts.items()), (None, None))
        if len(self.cost.amounts) > 1 or self.cost.unpriced:
            currency, money = None, None
        return CauseLoss(
            asset, self.kind, about, tuple(self.affected), shifts, self.minutes, self.stops,
            self.units, money, currency, lately, tuple(self.cites),
        )  # fmt: skip


async def cause_losses(
    context: ToolContext,
    assets: Sequence[Asset],
    interval: Interval,
    shifts: float,
    *,
    lately: bool = False,
) -> tuple[CauseLoss, ...]:
    """What took time from `assets` (give `counted` ones), or made scrap there; `shifts` is how
    many worked shifts the interval holds. Raises NoData where nothing is recorded at all."""
    whole = await losses(context, assets, interval)
    stops, scrap = await asyncio.gather(_stops(context, whole), _scrap(context, assets, interval))
    sums: dict[_Cause, _Sum] = {}
    for row in stops.rows if stops else ():
        _add_stop(sums, context, whole, row, stops.cite if stops else 0)
    found = [total.loss(asset, about, shifts, lately) for (asset, about, _), total in sums.items()]
    reasons = _largest_reasons(scrap.rows if scrap else ())
    for asset in assets:
        cite = scrap.cite if scrap else 0
        rest = _rest(whole, asset, reasons.get(asset.id), cite)
        found += [total.loss(asset.id, about, shifts, lately) for total, about in rest]
    return tuple(found)


async def losses_for_tasks(context: ToolContext, asked: Sequence[Asset], days: int) -> CauseLosses:
    """What took time and material lately and in the last `days`; empty where none is recorded."""
    groups: dict[str, list[Asset]] = {}
    for asset in counted(context.hierarchy, asked):
        if asset.active:
            groups.setdefault(asset.plant, []).append(asset)
    found = await asyncio.gather(*(_of_plant(context, assets, days) for assets in groups.values()))
    return sum(found, CauseLosses())


async def _of_plant(context: ToolContext, assets: Sequence[Asset], days: int) -> CauseLosses:
    calendar = context.installation.calendar(assets[0])
    whole = periods.last_days(calendar, context.now, days).interval
    shift = calendar.current(context.now)
    running = Interval(shift.interval.start, context.now) if shift else None
    return CauseLosses(
        *await asyncio.gather(
            _known(context, assets, running, lately=True),
            _known(context, assets, lately(context, assets[0]), lately=True),
            _known(context, assets, whole, lately=False),
        )
    )


async def _known(
    context: ToolContext, assets: Sequence[Asset], interval: Interval | None, *, lately: bool
) -> tuple[CauseLoss, ...]:
    if interval is None:
        return ()
    shifts = _shifts(context, assets[0], interval)
    try:
        return await cause_losses(context, assets, interval, shifts, lately=lately)
    except NoData:
        return ()


def lately(context: ToolContext, asset: Asset) -> Interval:
    """From the start of the last ended shift until now; without shifts, today."""
    calendar = context.installation.calendar(asset)
    last = calendar.last_ended(context.now)
    if last is None:
        return periods.today(calendar, context.now).interval
    return Interval(last.interval.start, context.now)


def _shifts(context: ToolContext, asset: Asset, interval: Interval) -> float:
    """Worked shifts in the interval, the cut ones with their part; days where none are known."""
    shifts = context.installation.calendar(asset).shifts(interval)
    parts = [
        inside.minutes / shift.interval.minutes
        for shift in shifts
        if (inside := shift.interval.clip(interval)) is not None
    ]
    return sum(parts) or max(interval.minutes / (24 * 60), 1 / 3)


async def _stops(context: ToolContext, whole: Losses) -> Fetched | None:
    asking = whole.found.stops
    if asking is None:
        return None
    return await context.fetch(replace(asking, measures=("minutes", "stops"), group_by=_BY))


async def _scrap(
    context: ToolContext, assets: Sequence[Asset], interval: Interval
) -> Fetched | None:
    if not await context.has("scrap", "reason"):
        return None
    ids = tuple(sorted(asset.id for asset in assets))
    return await context.fetch(Query("scrap", ids, interval, ("units",), ("asset", "reason")))


def _add_stop(
    sums: dict[_Cause, _Sum],
    context: ToolContext,
    whole: Losses,
    row: Row,
    cite: int,
) -> None:
    loss, lost = parse_loss(str(row["loss"])), str(row["asset"])
    minutes = _number(row, "minutes")
    if loss is Loss.PLANNED or not minutes:
        return
    said = row.get("reason") or row.get("reason_code")
    at_fault = _at_fault(context, row)
    kind = _kind(loss, at_fault=at_fault, lost=lost)
    # A reason is one cause whatever loss it is; without one only the loss tells stops apart.
    key = (at_fault, None, kind) if said is None else (at_fault, str(said), "")
    total = sums.setdefault(key, _Sum(kind))
    total.affected[lost] = None
    total.minutes = (total.minutes or 0.0) + minutes
    if not context.installation.stops_are_sums:
        total.stops = (total.stops or 0) + round(_number(row, "stops"))
    total.cost += _share(whole, lost, loss, minutes)
    total.cites |= dict.fromkeys((cite, *whole.prices.cites))


def _at_fault(context: ToolContext, row: Row) -> str:
    """The asset named as the cause, where there is one that the asker may see."""
    asset, cause = str(row["asset"]), str(row.get("cause_asset") or "")
    known = context.hierarchy.get(cause)
    seen = known is not None and context.access.allows(known, context.hierarchy)
    return cause if seen else asset


def _kind(loss: Loss, *, at_fault: str, lost: str) -> str:
    """What stands because of another asset is that one's to mend."""
    waits = loss in (Loss.BLOCKED, Loss.STARVED)
    return "holds_up" if waits and at_fault != lost else loss.value


def _share(whole: Losses, asset: str, loss: Loss, minutes: float) -> Cost:
    """The part of the cost of the asset's loss that these minutes are."""
    items = whole.of((loss.value,), asset)
    if not items or not items[0].minutes:
        return Cost(unpriced=(asset,))
    part, cost = minutes / items[0].minutes, items[0].cost
    return Cost({c: amount * part for c, amount in cost.amounts.items()}, cost.unpriced)


def _rest(
    whole: Losses, asset: Asset, reason: str | None, scrap_cite: int
) -> Iterable[tuple[_Sum, str | None]]:
    """Slow running and rejects, which no stop tells; with what the rejects are about."""
    made = (*whole.found.cites[:1], *whole.prices.cites)
    for kind, names in (("reduced_speed", ("reduced_speed",)), ("rejects", REJECTS)):
        items = whole.of(names, asset.id)
        if not items:
            continue
        item = sum(items[1:], items[0])
        about = reason if kind == "rejects" else None
        cites = dict.fromkeys((*made, *((scrap_cite,) if about and scrap_cite else ())))
        yield _Sum(kind, {asset.id: None}, item.minutes, None, item.units, item.cost, cites), about


def _largest_reasons(rows: Iterable[Row]) -> Mapping[str, str]:
    """Asset → the reason with the most scrap."""
    units: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for row in rows:
        if row.get("reason"):
            units[str(row["asset"])][str(row["reason"])] = _number(row, "units")
    return {asset: max(sorted(found), key=found.__getitem__) for asset, found in units.items()}


def _number(row: Row, name: str) -> float:
    value = row.get(name)
    return float(value) if isinstance(value, int | float) else 0.0
