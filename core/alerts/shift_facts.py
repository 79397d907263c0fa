"""What shifts tell: how the running one stands against its plan, how the last ones went."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from core.alerts.limits import AlertRules, ScrapRule
from core.alerts.situation import Progress, Reading, Readings, ScrapPoint, ScrapSeries
from core.alerts.view import View
from core.data.query import Query
from core.data.source import Row
from core.domain import oee
from core.domain.periods import Interval
from core.domain.shifts import Shift
from core.domain.targets import (
    PROJECTION_BASIS_MINUTES,
    Projection,
    expected_so_far,
    projection,
)
from core.measures.measurement import Measurement, measure
from core.measures.plan import shift_plan, targets

_MINUTE = timedelta(minutes=1)
_LONGEST_SHIFT = timedelta(days=2)
# From then on the cache keeps a period's figures for longer; see tier_of in core/data/cache.py.
_SETTLED = timedelta(hours=4)
_BACK = 2
"""How many times the readings that raise an alert are looked at, for the hysteresis."""


# --- the running shift -----------------------------------------------------------------------


async def progress(view: View) -> tuple[Progress, ...] | None:
    """Of every output point with a plan, in the shift that runs; None where nothing is planned
    or counted, empty between shifts."""
    context, shift = view.context, view.calendar.current(view.now)
    if not await context.has("production", "total_units"):
        return None
    known = await targets(context, view.counted, view.now)
    if shift is None:
        return () if known.rows else None
    lately = _lately(view, shift)
    ids = tuple(sorted(asset.id for asset in view.counted))
    plan, made, late = await asyncio.gather(
        shift_plan(context, view.counted, shift.name, shift.interval, known),
        context.fetch(_made(ids, Interval(shift.interval.start, view.now))),
        context.fetch(_made(ids, lately)),
    )
    if not plan.targets:
        return None
    cites = tuple(cite for cite in (made.cite, plan.cite or known.cite) if cite)
    rows = {str(row["asset"]): row for row in made.rows}
    last = {str(row["asset"]): row for row in late.rows}
    found = [
        _progress(view, shift, rows[asset], last.get(asset), target.units, cites)
        for asset, target in plan.targets.items()
        if asset in rows
    ]
    return tuple(one for one in found if one is not None)


def _made(ids: tuple[str, ...], interval: Interval) -> Query:
    return Query("production", ids, interval, ("total_units",), ("asset",))


def _lately(view: View, shift: Shift) -> Interval:
    start = view.until - PROJECTION_BASIS_MINUTES * _MINUTE
    begins = max(shift.interval.start, start)
    return Interval(begins, max(begins, view.now))


def _progress(
    view: View,
    shift: Shift,
    made: Row,
    late: Row | None,
    target: float,
    cites: tuple[int, ...],
) -> Progress | None:
    """None where the rows reach out of the shift: then they are not this shift's."""
    asset, units, first = str(made["asset"]), made["total_units"], made["first"]
    last = made["last"]
    if not isinstance(first, datetime) or not isinstance(last, datetime):
        return None
    if not isinstance(units, int | float) or first < shift.interval.start:
        return None
    start, end = shift.interval.start, shift.interval.end
    until = max(start, min(last, view.now, end))
    elapsed = view.planned_minutes(asset, start, until)
    expected = expected_so_far(target, elapsed, view.planned_minutes(asset, start, end))
    if expected is None:
        return None
    ahead = _projection(view, shift, float(units), late, until) if late else None
    return Progress(
        asset,
        shift.name,
        shift.interval,
        until,
        elapsed,
        float(units),
        target,
        expected,
        ahead,
        cites,
    )


def _projection(
    view: View, shift: Shift, made: float, late: Row, until: datetime
) -> Projection | None:
    first, last, units = late["first"], late["last"], late["total_units"]
    if not isinstance(first, datetime) or not isinstance(last, datetime):
        return None
    if not isinstance(units, int | float):
        return None
    asset, start = str(late["asset"]), shift.interval.start
    return projection(
        made,
        float(units),
        view.planned_minutes(asset, first, min(last, until)),
        (until - start) / _MINUTE,
        view.planned_minutes(asset, until, shift.interval.end),
    )


# --- ended shifts ----------------------------------------------------------------------------


def ended_shifts(view: View, since: datetime) -> list[Shift]:
    """The shifts since then that have ended, oldest first."""
    shifts = view.calendar.shifts(Interval(since, view.now))
    return [shift for shift in shifts if shift.interval.end <= view.now]


def _in_two(shifts: Sequence[Shift], now: datetime) -> list[Sequence[Shift]]:
    """The settled ones and the fresh ones apart: the cache keeps what is settled for longer."""
    settled = [shift for shift in shifts if now - shift.interval.end > _SETTLED]
    return [part for part in (settled, shifts[len(settled) :]) if part]


def _whole(shifts: Sequence[Shift]) -> Interval:
    return Interval(shifts[0].interval.start, shifts[-1].interval.end)


async def readings(view: View, rules: AlertRules) -> tuple[Readings, ...] | None:
    """OEE and quality of the output points in the last ended shifts. None without any shift."""
    wanted = _BACK * max(rules.oee.readings, rules.quality.readings)
    shifts = ended_shifts(view, view.now - wanted * _LONGEST_SHIFT)[-wanted:]
    if not shifts:
        return None
    parts = _in_two(shifts, view.now)
    known, found = await asyncio.gather(
        targets(view.context, view.counted, view.now),
        asyncio.gather(*(_measured(view, part) for part in parts)),
    )
    windows = [window for part in found for window in part.windows]
    cites = [cite for part in found for cite in part.cites]
    cites += [known.cite] if known.cite else []

    def of(asset: str) -> Readings:
        each = tuple(
            _reading(shift, oee.kpis(sums[asset], found[0].rules), known.oee(asset, shift.name))
            for shift, sums in zip(shifts, windows, strict=True)
        )
        return Readings(asset, each, tuple(cites))

    return tuple(of(asset.id) for asset in view.counted)


async def _measured(view: View, shifts: Sequence[Shift]) -> Measurement:
    windows = [shift.interval for shift in shifts]
    return await measure(view.context, view.counted, _whole(shifts), windows)


def _reading(shift: Shift, kpis: oee.Kpis, target: float | None) -> Reading:
    return Reading(shift.interval, kpis.oee, kpis.quality, target)


# --- scrap -----------------------------------------------------------------------------------


async def scrap(view: View, rule: ScrapRule) -> tuple[ScrapSeries, ...] | None:
    """The scrap ratios of each product on each output point, per ended shift. None without
    shifts or without scrap in the data."""
    columns = await view.context.columns("production")
    shifts = ended_shifts(view, view.now - timedelta(days=rule.days))
    if not shifts or not {"total_units", "scrap_units"} <= columns:
        return None
    group_by = ("asset", *(("product",) if "product" in columns else ()), "window")
    ids = tuple(sorted(asset.id for asset in view.counted))
    parts = _in_two(shifts, view.now)
    fetched = await asyncio.gather(
        *(view.context.fetch(_scrapped(ids, part, group_by)) for part in parts)
    )
    points = _points(
        [(row, part) for part, rows in zip(parts, fetched, strict=True) for row in rows.rows]
    )
    recent_from = shifts[-min(rule.recent_shifts, len(shifts))].interval.start
    cites = tuple(part.cite for part in fetched)
    return tuple(
        ScrapSeries(asset, product, found, recent_from, cites)
        for (asset, product), found in points.items()
    )


def _scrapped(ids: tuple[str, ...], shifts: Sequence[Shift], group_by: tuple[str, ...]) -> Query:
    windows = tuple(shift.interval for shift in shifts)
    measures = ("total_units", "scrap_units")
    return Query("production", ids, _whole(shifts), measures, group_by, windows=windows)


def _points(
    rows: Sequence[tuple[Row, Sequence[Shift]]],
) -> Mapping[tuple[str, str | None], tuple[ScrapPoint, ...]]:
    """Shifts that made less than a quarter of the usual number say little of a ratio, and are
    left out. Each row comes with the shifts that its window is one of."""
    made: defaultdict[tuple[str, str | None], list[ScrapPoint]] = defaultdict(list)
    for row, shifts in rows:
        total, scrapped = row["total_units"], row["scrap_units"]
        if not isinstance(total, int | float) or not isinstance(scrapped, int | float) or not total:
            continue
        product = row.get("product")
        key = str(row["asset"]), None if product is None else str(product)
        shift = shifts[int(row["window"])].interval  # type: ignore[call-overload]
        made[key].append(ScrapPoint(shift, scrapped / total, float(total), float(scrapped)))
    for points in made.values():
        points.sort(key=lambda point: point.interval.start)
    return {key: tuple(_sizeable(points)) for key, points in made.items()}


def _sizeable(points: Sequence[ScrapPoint]) -> list[ScrapPoint]:
    usual = sorted(point.total for point in points)[len(points) // 2]
    return [point for point in points if point.total >= usual / 4]
