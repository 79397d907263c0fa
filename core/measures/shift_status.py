"""How the running shift of one plant stands: its output points, the one furthest behind first."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.context import ToolContext
from core.data.query import Condition, Query
from core.data.source import Row
from core.domain import periods
from core.domain.assets import Asset
from core.domain.periods import Interval, Period
from core.domain.shifts import ShiftCalendar
from core.domain.targets import PROJECTION_BASIS_MINUTES
from core.errors import NoData
from core.measures.measurement import Measurement, measure
from core.measures.output_points import Point, Points
from core.measures.plan import ShiftPlan, shift_plan, targets

_LATELY = timedelta(minutes=PROJECTION_BASIS_MINUTES)


@dataclass(frozen=True, slots=True)
class ShiftStatus:
    """The output points of one plant, the one furthest behind first. Where no shift runs,
    `period` is the last ended shift and `next_start` the next one's start. `once` are the ids
    that may be added up: a line without the machines in it, though these are listed too."""

    plant: Asset
    period: Period
    is_running: bool
    next_start: datetime | None
    points: tuple[Point, ...]
    once: frozenset[str]
    found: Measurement
    cites: tuple[int, ...]
    counted: tuple[int, ...]
    """`cites` stand for all that is shown, `counted` for what was made and planned."""
    has_shifts: bool

    @property
    def shows_now(self) -> bool:
        """Whether live states belong to the period: not to a shift that is over."""
        return self.is_running or not self.has_shifts


async def shift_status(
    context: ToolContext, plant: Asset, assets: Sequence[Asset], once: Collection[str]
) -> ShiftStatus:
    calendar = context.installation.calendar(assets[0])
    period, whole, shift = _shift(calendar, context.now)
    is_running = whole is not None and whole.end > context.now
    ids = tuple(sorted(asset.id for asset in assets))
    found, lately, live, stops, goals = await asyncio.gather(
        measure(context, assets, period.interval),
        _made_lately(context, ids, period.interval) if is_running else _nothing(),
        _rows(context, Query("live", ids)),
        _open_stops(context, ids),
        targets(context, assets, period.start),
    )
    plan = await shift_plan(context, assets, shift, whole or period.interval, goals)
    by_rows = await _row_targets(context, ids, period.interval, plan)
    reading = Points(context, calendar, period, whole, found, plan)
    points = [
        reading.point(asset, *(_of(rows.rows, asset) for rows in (lately, live, stops, by_rows)))
        for asset in assets
    ]
    if not found.has_rows and not live.rows:
        raise NoData("no_production", assets=", ".join(asset.name for asset in assets[:4]))
    fetched = (lately, live, stops, by_rows)
    later = None if is_running else calendar.next_start(context.now)
    return ShiftStatus(
        plant,
        period,
        is_running,
        later.interval.start if later else None,
        tuple(sorted(points, key=_order)),
        frozenset(once),
        found,
        _cites(found.cites, [rows.cite for rows in fetched if rows.rows], goals.cite, plan.cite),
        _cites(found.cites[:1], goals.cite, plan.cite),
        shift != "",
    )


def _shift(calendar: ShiftCalendar, now: datetime) -> tuple[Period, Interval | None, str]:
    """The running shift so far, else the last ended one, else (no shifts are known) today; with
    the whole shift's interval and its name."""
    current = calendar.current(now)
    if current is not None:
        return periods.this_shift(calendar, now), current.interval, current.name
    last = calendar.last_ended(now)
    if last is not None:
        return periods.last_shift(calendar, now), last.interval, last.name
    return periods.today(calendar, now), None, ""


@dataclass(frozen=True, slots=True)
class _Rows:
    rows: tuple[Row, ...] = ()
    cite: int = 0


async def _nothing() -> _Rows:
    return _Rows()


async def _rows(context: ToolContext, query: Query) -> _Rows:
    if not await context.has(query.fact):
        return _Rows()
    found = await context.fetch(query)
    return _Rows(found.rows, found.cite)


async def _made_lately(context: ToolContext, ids: tuple[str, ...], shift: Interval) -> _Rows:
    """Whole rows that reach into the last hour: with the time from `first` to `last`."""
    interval = Interval(max(shift.start, shift.end - _LATELY), shift.end)
    return await _rows(context, Query("production", ids, interval, ("total_units",), ("asset",)))


async def _open_stops(context: ToolContext, ids: tuple[str, ...]) -> _Rows:
    if not await context.has("downtime", "end"):
        return _Rows()
    is_open = (Condition("end", "is null"),)
    return await _rows(context, Query("downtime", ids, where=is_open, order_by=("start",)))


async def _row_targets(
    context: ToolContext, ids: tuple[str, ...], interval: Interval, plan: ShiftPlan
) -> _Rows:
    """What the production rows themselves were to make, for assets without another plan."""
    unplanned = tuple(asset for asset in ids if asset not in plan.targets)
    if not unplanned or not await context.has("production", "target_units"):
        return _Rows()
    return await _rows(
        context, Query("production", unplanned, interval, ("target_units",), ("asset",))
    )


def _of(rows: Sequence[Row], asset: Asset) -> Row:
    """The asset's row, the last one of several; empty for none."""
    return next((row for row in reversed(rows) if row["asset"] == asset.id), {})


def _cites(first: Sequence[int], *others: Sequence[int] | int) -> tuple[int, ...]:
    listed = [*first]
    for other in others:
        listed += [other] if isinstance(other, int) else other
    return tuple(cite for cite in dict.fromkeys(listed) if cite)


def _order(point: Point) -> tuple[bool, float, str]:
    return point.ahead is None, point.ahead or 0.0, point.asset.id
