"""Each tool's question, answered with the statements of hand_written.py.

A function runs everything that the tool's answer needs, and gives the figures that are checked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from benchmarks.asked import Asked
from benchmarks.hand_written import (
    COST,
    IN,
    LIVE,
    MIX,
    OPEN,
    ORDERS,
    PRODUCTS,
    SAFETY,
    SCRAP,
    TARGET,
    UNITS,
    Hand,
    Rows,
    hull,
    text,
)
from core.domain.periods import Interval

Figures = dict[str, float]


def _measured(
    hand: Hand, asked: Asked, windows: Sequence[Interval], by: str = "asset, n, kind"
) -> tuple[Rows, Rows, Rows]:
    """What an OEE is made of: counts, planned time, stops by loss."""
    return (
        hand.made(asked.counted, windows),
        hand.planned(asked.counted, windows),
        hand.stops(asked.counted, windows, by, asked.now),
    )


def _figures(found: tuple[Rows, Rows, Rows], loss: int = 2, first: int = 0) -> Figures:
    """Units made, minutes down and OEE; `loss` is the column of the loss in the stops' rows, of
    windows those from `first` on count."""
    made, planned, stops = ([row for row in rows if row[1] >= first] for rows in found)
    off = sum(row[loss + 1] for row in stops if row[loss] == "planned")
    rated = {row[0] for row in made if row[9] is not None}
    busy = sum(row[2] for row in planned if row[0] in rated) - sum(
        row[loss + 1] for row in stops if row[loss] == "planned" and row[0] in rated
    )
    down = sum(row[loss + 1] for row in stops) - off
    ideal = sum(row[10] for row in made if row[0] in rated)
    return {"made": sum(row[4] for row in made), "down": down, "oee": ideal / busy}


def oee(hand: Hand, asked: Asked) -> Figures:
    found = _measured(hand, asked, [asked.period])
    if asked.before:
        _measured(hand, asked, [asked.before])
    hand.of(SCRAP.format(keys="phase"), asked.counted, asked.period)
    hand.of(TARGET, asked.counted, asked.period)
    hand.of(COST, asked.counted, asked.period)
    hand.newest(asked.counted, asked.now)
    return _figures(found)


_CAUSE = "asset, n, kind, reason, reason_code, reason_group"


def downtime(hand: Hand, asked: Asked) -> Figures:
    found = _measured(hand, asked, [asked.period], _CAUSE)
    hand.longest(asked.counted, asked.period, asked.now)
    hand.median(asked.counted, asked.period, asked.now)
    hand.newest(asked.counted, asked.now)
    periods = [asked.period]
    if asked.before:
        _measured(hand, asked, [asked.before], _CAUSE)
        periods.append(asked.before)
    if not set(asked.machines) <= set(asked.counted):
        for period in periods:
            hand.made(asked.machines, [period])
            hand.stops(asked.machines, [period], "asset, kind", asked.now)
    figures = _figures((found[0], found[1], [(*r[:3], *r[6:]) for r in found[2]]))
    return {name: figures[name] for name in ("made", "down")}


def _lost(hand: Hand, asked: Asked, period: Interval) -> tuple[Rows, Rows, Rows]:
    found = _measured(hand, asked, [period])
    hand.of(PRODUCTS, asked.counted, period)
    hand.of(SCRAP.format(keys="product, phase"), asked.counted, period)
    return found


def financial(hand: Hand, asked: Asked) -> Figures:
    found = _lost(hand, asked, asked.period)
    if asked.before:
        _lost(hand, asked, asked.before)
    if asked.constraints:
        hand.made(asked.constraints, [asked.period])
        hand.stops(asked.constraints, [asked.period], "asset, kind", asked.now)
        hand.of(PRODUCTS, asked.constraints, asked.period)
    hand.of(COST, asked.counted, asked.period)
    hand.newest(asked.counted, asked.now)
    return _figures(found)


def losses(hand: Hand, asked: Asked) -> Figures:
    found = _lost(hand, asked, asked.period)
    if asked.before:
        _lost(hand, asked, asked.before)
    hand.stops(asked.counted, [asked.period], _CAUSE, asked.now)
    hand.of(COST, asked.counted, asked.period)
    hand.newest(asked.counted, asked.now)
    return _figures(found)


def trend(hand: Hand, asked: Asked) -> Figures:
    windows = asked.windows["trend"]
    found = _measured(hand, asked, windows)
    hand.of(TARGET, asked.counted, asked.period)
    hand.newest(asked.counted, asked.now)
    return _figures(found, first=_first(windows, asked.period))


def compare(hand: Hand, asked: Asked) -> Figures:
    windows = asked.windows["compare"]
    found = _measured(hand, asked, windows)
    hand.of(PRODUCTS, asked.counted, asked.period)
    if len(asked.counted) == 1:  # one asset is compared with itself in the period before
        _measured(hand, asked, asked.windows["compare_before"])
        hand.of(PRODUCTS, asked.counted, asked.before or asked.period)
    hand.newest(asked.counted, asked.now)
    return _figures(found, first=_first(windows, asked.period))


def improve(hand: Hand, asked: Asked) -> Figures:
    windows = asked.windows["improve"]
    ids = tuple(dict.fromkeys((*asked.counted, *asked.line_constraints)))
    made = hand.made(ids, windows)
    planned = hand.planned(ids, windows)
    stops = hand.stops(ids, windows, "asset, n, kind", asked.now)
    hand.of(PRODUCTS, ids, asked.period)
    hand.stops(ids, [asked.period], "asset, kind, reason", asked.now)
    hand.of(COST, ids, asked.period)
    hand.newest(ids, asked.now)
    figures = _figures((made, planned, stops), first=_first(windows, asked.period))
    return {name: figures[name] for name in ("made", "down")}


def safety(hand: Hand, asked: Asked) -> Figures:
    where = {"areas": json.dumps(asked.areas)}
    groups = "count(*), sum(days_lost), min(time), max(time) FROM"
    ever = f"SELECT area, severity, status, {groups} safety GROUP BY 1, 2, 3"
    inside = f"SELECT severity, status, count(*), sum(days_lost) {SAFETY} AND time >= :start"
    inside += " AND time < :end GROUP BY 1, 2"
    rows = hand.of(inside, asked.equipment, asked.period, **where)
    if asked.before:
        hand.of(inside, asked.equipment, asked.before, **where)
    hand.rows(ever)
    opened = f"SELECT * {SAFETY} AND status <> 'closed' ORDER BY time DESC LIMIT 50"
    hand.of(opened, asked.equipment, asked.period, **where)
    listed = f"SELECT * {SAFETY} AND time >= :start AND time < :end ORDER BY time DESC LIMIT 50"
    hand.of(listed, asked.equipment, asked.period, **where)
    return {"events": sum(row[2] for row in rows)}


def asset(hand: Hand, asked: Asked) -> Figures:
    shifts, month = asked.windows["shifts"], asked.windows["month"]
    found = _measured(hand, asked, shifts)
    hand.of(LIVE, asked.equipment, asked.period)
    hand.of(OPEN, asked.equipment, asked.period)
    hand.stops(asked.counted, month, "asset, " + _CAUSE.partition(", n, ")[2], asked.now)
    hand.newest(asked.counted, asked.now)
    for table in ("product_rate", "target"):
        hand.of(f"SELECT * FROM {table} WHERE asset {IN}", asked.equipment, asked.period)
    hand.of(COST, asked.equipment, asked.period)
    return _figures(found)


def production(hand: Hand, asked: Asked) -> Figures:
    (shift,) = asked.windows["shift"]
    found = _measured(hand, asked, [shift])
    hand.of(UNITS, asked.counted, Interval(asked.now - timedelta(hours=1), asked.now))
    for statement in (LIVE, OPEN, TARGET, ORDERS):
        hand.of(statement, asked.counted, shift)
    hand.newest(asked.counted, asked.now)
    figures = _figures(found)
    return {"made": figures["made"], "down": figures["down"]}


def alerts(hand: Hand, asked: Asked) -> Figures:
    (shift,) = asked.windows["shift"]
    stops = hand.of(OPEN, asked.equipment, shift)
    hand.newest(asked.equipment, asked.now)
    for statement in (TARGET, ORDERS, UNITS, COST):
        hand.of(statement, asked.counted, shift)
    hand.of(UNITS, asked.counted, Interval(asked.now - timedelta(hours=1), asked.now))
    _measured(hand, asked, asked.windows["readings"])
    days = asked.windows["scrap"]
    times = json.dumps([(text(w.start), text(w.end)) for w in days])
    hand.of(MIX, asked.counted, hull(days), times=times)
    hand.of("SELECT * FROM safety WHERE status <> 'closed' AND time >= :start", (), hull(days))
    return {"open stops": len(stops)}


def actions(hand: Hand, asked: Asked) -> Figures:
    figures = alerts(hand, asked)
    for name in ("shift", "lately", "week"):
        (period,) = asked.windows[name]
        hand.made(asked.counted, [period])
        hand.planned(asked.counted, [period])
        by = "asset, kind, reason, reason_code, cause_asset"
        hand.stops(asked.counted, [period], by, asked.now)
        hand.of(PRODUCTS, asked.counted, period)
        hand.of(SCRAP.format(keys="reason, phase"), asked.counted, period)
    return figures


QUESTIONS: Mapping[str, Callable[[Hand, Asked], Figures]] = {
    "oee_query": oee,
    "downtime_analysis": downtime,
    "financial_impact": financial,
    "cost_of_loss": losses,
    "trend_analysis": trend,
    "comparative_analysis": compare,
    "recommendation_engine": improve,
    "safety_events": safety,
    "asset_lookup": asset,
    "production_status": production,
    "alert_check": alerts,
    "action_list": actions,
}


def _first(windows: Sequence[Interval], period: Interval) -> int:
    return next(n for n, window in enumerate(windows) if window.start >= period.start)
