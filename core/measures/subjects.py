"""The sides of a comparison, measured so that chance can be told from a difference."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from statistics import median
from typing import Literal

from core.context import ToolContext
from core.data.query import Query
from core.domain import oee
from core.domain.assets import Asset
from core.domain.contrast import Figure, reach
from core.domain.oee import Sums
from core.domain.periods import Interval, Period
from core.domain.shifts import ShiftCalendar
from core.errors import NoData
from core.figures import RATIOS
from core.measures.counted import counted, machines
from core.measures.measurement import Measurement, measure
from core.measures.pooling import pooled
from core.measures.series import (
    Slot,
    known_sum,
    loss_minutes,
    of_period,
    planned_minutes,
    slots,
    values,
)

MAIN = (*RATIOS, "downtime_rate", "output", "scrap_ratio")
_LOOK_BACK = timedelta(days=42)
MOST = 25
Mixes = Mapping[str, Mapping[str, float]]
"""Units by product, per asset or window."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One side of the comparison: an asset (or area), a shift, or a period.

    `figures` by KPI; "output" is judged per planned hour. `mix` is units by product, `losses`
    minutes per planned hour by loss, `off` the share of scheduled time with planned downtime.
    """

    key: str
    asset: Asset | None
    period: Period | None
    figures: Mapping[str, Figure]
    made: float | None
    units: frozenset[str]
    coverage: float | None
    mix: Mapping[str, float]
    losses: Mapping[str, float]
    off: float | None


Sides = tuple[Measurement, tuple[Subject, ...], tuple[int, ...]]
"""What was measured in the period, the sides of the comparison, and the citations."""


async def by_asset(context: ToolContext, sides: Sequence[Asset], period: Period, kpi: str) -> Sides:
    """Each of `sides` by itself, over the same days."""
    days = _days(context.installation.calendar(sides[0]), period.interval, "day")
    measured = _scope(context, sides, kpi)
    found, (mixes, cite) = await asyncio.gather(
        measure(context, measured, days.hull, days.intervals),
        _mixes(context, measured, [period.interval], "asset"),
    )
    every = range(len(days.slots))
    subjects = []
    for side in sides[:MOST]:
        reading = _Reading(context, found, days, (side,), kpi)
        mix: defaultdict[str, float] = defaultdict(float)
        for asset in reading.counted:
            for product, units in mixes.get(asset, {}).items():
                mix[product] += units
        subjects.append(reading.subject(side.id, every, mix, asset=side))
    return (
        days.of(found, period),
        tuple(subjects),
        (*found.cites, *cite),
    )


async def by_shift(context: ToolContext, asked: Sequence[Asset], period: Period, kpi: str) -> Sides:
    """The shifts of the period, those of one name together."""
    calendar = context.installation.calendar(asked[0])
    days = _days(calendar, period.interval, "shift")
    named = dict.fromkeys(slot.shift for slot in days.slots[days.history :])
    if len(named) < 2:
        raise NoData("no_shifts_to_compare")
    measured = _scope(context, asked, kpi)
    inside = [slot.interval for slot in days.slots[days.history :]]
    found, (mixes, cite) = await asyncio.gather(
        measure(context, measured, days.hull, days.intervals),
        _mixes(context, measured, inside, "window"),
    )
    reading = _Reading(context, found, days, tuple(asked), kpi)
    subjects = []
    for name in [*(n for n in calendar.names if n in named)] or list(named):
        own = [n for n, slot in enumerate(days.slots) if slot.shift == name]
        mix: defaultdict[str, float] = defaultdict(float)
        for index in own:
            for product, units in mixes.get(str(index - days.history), {}).items():
                mix[product] += units
        subjects.append(reading.subject(name, own, mix))
    return (
        days.of(found, period),
        tuple(subjects),
        (*found.cites, *cite),
    )


async def by_period(
    context: ToolContext, asked: Sequence[Asset], period: Period, other: Period, kpi: str
) -> Sides:
    """The same assets in both periods, each judged by the days before it."""
    calendar = context.installation.calendar(asked[0])
    measured = _scope(context, asked, kpi)

    async def side(key: str, one: Period) -> tuple[Measurement, Subject, tuple[int, ...]]:
        days = _days(calendar, one.interval, "day")
        found, (mixes, cite) = await asyncio.gather(
            measure(context, measured, days.hull, days.intervals),
            _mixes(context, measured, [one.interval], "window"),
        )
        reading = _Reading(context, found, days, tuple(asked), kpi)
        every = range(len(days.slots))
        subject = reading.subject(key, every, mixes.get("0", {}), period=one)
        return (
            days.of(found, one),
            subject,
            (*found.cites, *cite),
        )

    first, second = await asyncio.gather(side("period", period), side("versus", other))
    cites = tuple(dict.fromkeys((*first[2], *second[2])))
    return first[0], (first[1], second[1]), cites


@dataclass(frozen=True, slots=True)
class _Days:
    """Windows of whole days (or shifts) before the period, then those of the period."""

    slots: tuple[Slot, ...]
    history: int

    @property
    def hull(self) -> Interval:
        return Interval(self.slots[0].interval.start, self.slots[-1].interval.end)

    def of(self, found: Measurement, period: Period) -> Measurement:
        """The measurement as if of the period alone, for its caveats."""
        return of_period(found, period, pooled(found.windows[self.history :]))

    @property
    def intervals(self) -> list[Interval]:
        return [slot.interval for slot in self.slots]


def _days(calendar: ShiftCalendar, interval: Interval, by: Literal["day", "shift"]) -> _Days:
    inside = slots(calendar, interval, by) or slots(calendar, interval, "day")
    back = Interval(interval.start - _LOOK_BACK, interval.start)
    history = tuple(slot for slot in slots(calendar, back, by) if slot.whole)
    return _Days((*history, *inside), len(history))


def _scope(context: ToolContext, assets: Sequence[Asset], kpi: str) -> tuple[Asset, ...]:
    """What is measured for these: what they count, and for MTBF their machines too."""
    inner = machines(context.hierarchy, assets) if kpi == "mtbf" else ()
    counted_ones = (a for one in assets for a in counted(context.hierarchy, (one,)))
    return tuple({a.id: a for a in (*counted_ones, *inner)}.values())


async def _mixes(
    context: ToolContext,
    measured: Sequence[Asset],
    windows: Sequence[Interval],
    key: Literal["asset", "window"],
) -> tuple[Mixes, tuple[int, ...]]:
    """Units by product, per asset or window."""
    if not await context.has("production", "product", "total_units"):
        return {}, ()
    ids = tuple(sorted(asset.id for asset in measured))
    hull = Interval(windows[0].start, windows[-1].end)
    asked = Query("production", ids, hull, ("total_units",), (key, "product"))
    found = await context.fetch(
        replace(asked, windows=tuple(windows)) if key == "window" else asked
    )
    grouped: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for row in found.rows:
        units = row["total_units"]
        if row["product"] is not None and isinstance(units, int | float):
            grouped[str(row[key])][str(row["product"])] = float(units)
    return grouped, (found.cite,)


class _Reading:
    """Makes subjects of a measurement by windows."""

    def __init__(
        self,
        context: ToolContext,
        found: Measurement,
        days: _Days,
        assets: Sequence[Asset],
        kpi: str,
    ) -> None:
        hierarchy = context.hierarchy
        self.counted = {asset.id for asset in counted(hierarchy, assets)}
        self._machines = {asset.id for asset in machines(hierarchy, assets)}
        self._found, self._days, self._kpi = found, days, kpi
        self._hierarchy = hierarchy
        self._has_rows = found.has_rows

    def subject(
        self,
        key: str,
        windows: Sequence[int],
        mix: Mapping[str, float],
        asset: Asset | None = None,
        period: Period | None = None,
    ) -> Subject:
        inside = [n for n in windows if n >= self._days.history]
        parts = pooled([self._parts(n, self.counted) for n in inside])
        kpis = oee.roll_up(parts, self._found.rules)
        planned = planned_minutes(parts)
        losses = loss_minutes(parts, self._found.rules) if parts else {}
        off = known_sum(part.planned for part in parts.values())
        scheduled = known_sum(part.calendar for part in parts.values())
        return Subject(
            key=key,
            asset=asset,
            period=period,
            figures=self._figures(windows, inside),
            made=self._values(("output",), parts)["output"],
            units=frozenset(self._hierarchy[a].unit for a in self.counted),
            coverage=kpis.coverage,
            mix=mix,
            losses={n: m / planned * 60 for n, m in losses.items()} if planned else {},
            off=off / scheduled if off is not None and scheduled else None,
        )

    def _figures(self, windows: Sequence[int], inside: Sequence[int]) -> dict[str, Figure]:
        """Each in the period, with its reach from the whole days before and in it."""
        main = dict.fromkeys(kpi for kpi in (*MAIN, self._kpi) if kpi != "mtbf")
        figures = self._judged([*main], windows, inside, self.counted)
        if self._kpi == "mtbf":
            figures |= self._judged(["mtbf"], windows, inside, self._machines)
        return figures

    def _judged(
        self, kpis: Sequence[str], windows: Sequence[int], inside: Sequence[int], ids: set[str]
    ) -> dict[str, Figure]:
        judged = {kpi: "output_rate" if kpi == "output" else kpi for kpi in kpis}
        whole = [self._parts(n, ids) for n in windows if self._days.slots[n].whole]
        daily = [self._values(judged.values(), parts) for parts in whole]
        usual = [minutes for parts in whole if (minutes := planned_minutes(parts))]
        parts = pooled([self._parts(n, ids) for n in inside])
        mine = planned_minutes(parts)
        days = mine / median(usual) if mine and usual else len(inside)
        found = self._values(judged.values(), parts)
        return {
            kpi: Figure(found[name], reach([day[name] for day in daily], days))
            for kpi, name in judged.items()
        }

    def _parts(self, window: int, ids: set[str]) -> dict[str, Sums]:
        return {a: sums for a, sums in self._found.windows[window].items() if a in ids}

    def _values(self, kpis: Collection[str], parts: Mapping[str, Sums]) -> dict[str, float | None]:
        if not parts:
            return dict.fromkeys(kpis)
        return values(kpis, parts, self._found.rules, counted=self._has_rows)
