"""A shift in figures: what was made against what was expected, per unit and per output point."""

from __future__ import annotations

from collections.abc import Sequence

from core.answer import Chart, Line, Metric, Metrics, Part, Series, Table, Tone
from core.measures.output_points import ON_PLAN, Point
from core.measures.shift_status import ShiftStatus
from core.words import Words
from core.words.words import NBSP

_MOST_ROWS, _MOST_BARS = 25, 10


def share_of(ahead: float | None, words: Words) -> str:
    """−0.23 → "−23 %"; empty where it is unknown."""
    return "" if ahead is None else f"{words.signed(ahead * 100)}{NBSP}%"


def metrics_of(status: ShiftStatus, words: Words) -> Metrics:
    if len(status.points) == 1:
        return _one_metrics(status, status.points[0], words)
    added = [point for point in status.points if point.asset.id in status.once]
    metrics = [_unit_metric(status, unit, words) for unit in _units(added)[:4]]
    behind = sum(point.is_behind for point in status.points)
    planned = sum(point.gap is not None for point in status.points)
    if planned:
        of = words.say("common.of_total", part=behind, whole=planned)
        label = words.say("production_status.behind_plan")
        metrics.append(Metric(label, of, "", "bad" if behind else "good", status.counted))
    return Metrics(tuple(metrics))


def _units(points: Sequence[Point]) -> list[str]:
    return list(dict.fromkeys(sorted(point.asset.unit for point in points)))


def _unit_metric(status: ShiftStatus, unit: str, words: Words) -> Metric:
    """What was made in one unit: units are never added to another's."""
    points = [p for p in status.points if p.asset.unit == unit and p.asset.id in status.once]
    known = [point.made for point in points if point.made is not None]
    planned = [point for point in points if point.gap is not None]
    made = sum(known) if known else None
    change, gap = "", sum(point.gap or 0.0 for point in planned)
    expected = sum(point.expected or 0.0 for point in planned)
    if planned and expected:
        change = words.say("production_status.against_plan", change=share_of(gap / expected, words))
    label = words.say("production_status.made_by", n=len(points), unit=words.unit(unit))
    tone: Tone = "neutral" if not planned else "bad" if gap < -ON_PLAN * expected else "good"
    return Metric(label, words.number(made), change, tone, status.counted)


def _one_metrics(status: ShiftStatus, point: Point, words: Words) -> Metrics:
    unit, cites = point.asset.unit, status.counted
    tone: Tone = "bad" if point.is_behind else "neutral"
    metrics = [
        Metric(words.say("kpis.output"), words.units(point.made, unit), "", "neutral", cites),
        Metric(
            words.say("kpis.expected"),
            words.units(point.expected, unit),
            _basis(point, words),
            "neutral",
            cites,
        ),
        Metric(
            words.say("kpis.gap"),
            words.signed(point.gap),
            share_of(point.ahead, words),
            tone,
            cites,
        ),
    ]
    if status.is_running:
        projected = point.projected
        metrics.append(
            Metric(
                words.say("kpis.projected"),
                words.units(projected.units if projected else None, unit),
                _projection_note(point, words),
                "neutral",
                cites,
            )
        )
    return Metrics(tuple(metrics))


def _basis(point: Point, words: Words) -> str:
    if point.target is None:
        return ""
    units = words.number(point.target.units)
    return words.say(f"production_status.basis_{point.target.basis}", units=units)


def _projection_note(point: Point, words: Words) -> str:
    if point.projected is None:
        return words.say("production_status.no_projection")
    minutes = words.minutes(point.projected.basis_minutes)
    return words.say("production_status.pace", minutes=minutes)


def chart_of(status: ShiftStatus, words: Words) -> tuple[Part, ...]:
    """Made against expected; of different units only the share compares."""
    known = [p for p in status.points if p.made is not None and p.expected]
    points = known[:_MOST_BARS]
    if not points:
        return ()
    cut = {"part": len(points), "whole": len(known)}
    some = f" ({words.say('common.of_total', **cut)})" if len(known) > len(points) else ""
    categories = tuple(point.asset.name for point in points)
    made, expected = words.say("kpis.output"), words.say("kpis.expected")
    if len({point.asset.unit for point in points}) == 1:
        series = (
            Series(made, tuple(point.made for point in points)),
            Series(expected, tuple(point.expected for point in points)),
        )
        title, unit = words.say("production_status.chart") + some, words.unit(points[0].asset.unit)
        return (Chart("bar", title, categories, series, unit, (), status.counted),)
    shares = tuple((p.made or 0.0) / p.expected * 100 for p in points if p.expected)
    title = words.say("production_status.chart_share") + some
    line = Line(expected, 100.0)
    return (Chart("bar", title, categories, (Series(made, shares),), "%", (line,), status.counted),)


def table_of(status: ShiftStatus, words: Words) -> tuple[Part, ...]:
    if len(status.points) == 1:
        return ()
    one_unit = len(_units(status.points)) == 1
    has_state = any(point.state or point.stale for point in status.points) and status.is_running
    heads = [words.say("common.asset")]
    heads += [words.say("common.state")] if has_state else []
    heads += [words.say(f"kpis.{kpi}") for kpi in ("output", "expected", "gap")]
    heads += [words.say("kpis.projected")] if status.is_running else []
    rows = []
    for point in status.points[:_MOST_ROWS]:
        row = [point.asset.name]
        row += [said_state(point, status.period.zone, words)] if has_state else []
        row.append(
            words.number(point.made) if one_unit else words.units(point.made, point.asset.unit)
        )
        row += [words.number(point.expected), words.signed(point.gap)]
        row += [words.number(_projected_units(point))] if status.is_running else []
        rows.append(tuple(row))
    title = words.say("production_status.table")
    if one_unit and status.points[0].asset.unit:
        title = f"{title} ({words.unit(status.points[0].asset.unit)})"
    align = "l" + ("l" if has_state else "") + "rrr" + ("r" if status.is_running else "")
    return (Table(tuple(heads), tuple(rows), align, title, status.cites),)


def _projected_units(point: Point) -> float | None:
    return point.projected.units if point.projected else None


def said_state(point: Point, zone: str, words: Words) -> str:
    if point.stale is not None:
        return words.say("production_status.stale", clock=words.clock(point.stale, zone))
    if not point.state:
        return words.unknown
    key = f"production_status.state_{point.state}"
    state = words.say(key) if words.has(key) else point.state
    if point.since is None or point.state == "running":
        return state
    return words.say("production_status.since", state=state, clock=words.clock(point.since, zone))
