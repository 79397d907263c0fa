"""How the running shift stands: who makes what, against the plan, and where it will end."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.answer import (
    Chart,
    Heading,
    Line,
    Metric,
    Metrics,
    Notice,
    Part,
    Series,
    Table,
    Text,
    Tone,
)
from core.context import ToolContext
from core.data.query import Condition, Query
from core.data.source import Row
from core.domain import periods, targets
from core.domain.assets import Asset
from core.domain.periods import Interval, Period
from core.domain.shifts import ShiftCalendar
from core.domain.targets import PROJECTION_BASIS_MINUTES, Projection, Target
from core.errors import NoData
from core.figures import names, next_questions
from core.measures.counted import counted
from core.measures.measurement import Measurement, measure
from core.measures.plan import ShiftPlan, shift_plan
from core.measures.plan import targets as known_targets
from core.tool import ManufacturingTool, ScopeArgs
from core.words import Words
from core.words.words import NBSP

# A gap smaller than this share of what is expected is no reason to call someone behind.
_ON_PLAN = 0.02
_LATELY = timedelta(minutes=PROJECTION_BASIS_MINUTES)
_NEWER = timedelta(minutes=5)
_MOST_ROWS, _MOST_BARS = 25, 10
_STANDING = frozenset({"stopped", "down", "fault", "breakdown"})


class StatusArgs(ScopeArgs):
    """Only the assets: the period is the running shift."""


@dataclass(frozen=True, slots=True)
class Point:
    """One output point. `stale` is the time of its newest data where that is too old to compare
    with the plan. Units are the asset's own; None is unknown."""

    asset: Asset
    state: str
    since: datetime | None
    reason: str
    stale: datetime | None
    made: float | None
    expected: float | None
    target: Target | None
    projected: Projection | None

    @property
    def gap(self) -> float | None:
        return targets.gap(self.made, self.expected)

    @property
    def ahead(self) -> float | None:
        """The gap as a share of what is expected; negative is behind."""
        return None if self.gap is None or not self.expected else self.gap / self.expected

    @property
    def is_behind(self) -> bool:
        return self.ahead is not None and self.ahead < -_ON_PLAN

    @property
    def stands(self) -> bool:
        return self.state in _STANDING


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


@dataclass(frozen=True, slots=True)
class StatusResult:
    asked: tuple[Asset, ...]
    plants: tuple[ShiftStatus, ...]


class ProductionStatus(ManufacturingTool[StatusArgs, StatusResult]):
    """Production now, across lines and machines: state, made in the current shift against the
    plan so far, gap, projected end of the shift, and who is behind."""

    name = "production_status"
    command = "production"
    args = StatusArgs
    examples = {  # noqa: RUF012 - a class's constant
        "en": (
            "who is behind plan right now?",
            "production status of packaging",
            "how much has line 3 made this shift?",
            "will line 1 reach its target?",
        ),
        "de": (
            "Wer liegt gerade hinter dem Plan?",
            "Produktionsstand der Verpackung",
            "Wie viel hat Linie 3 in dieser Schicht produziert?",
            "Schafft Linie 1 ihr Ziel?",
        ),
    }

    async def run(self, args: StatusArgs, context: ToolContext) -> StatusResult:
        asked = context.scope(args.assets)
        once = {asset.id for asset in counted(context.hierarchy, asked)}
        listed = {a.id: a for asset in asked for a in context.hierarchy.counted(asset.id)}
        plants = dict.fromkeys(asset.plant for asset in listed.values())
        grouped = {p: [a for a in listed.values() if a.plant == p] for p in plants}
        found = await asyncio.gather(
            *(_status(context, context.hierarchy[p], grouped[p], once) for p in plants)
        )
        context.resolved["period"] = found[0].period
        return StatusResult(asked, tuple(found))

    def present(self, result: StatusResult, words: Words) -> tuple[Part, ...]:
        shown = names(result.asked, words)
        title = words.say("production_status.title", assets=shown)
        if len(result.plants) == 1:
            title = f"{title} · {words.period(result.plants[0].period)}"
        parts: list[Part] = [Heading(title)]
        for status in result.plants:
            if len(result.plants) > 1:
                parts.append(Heading(f"{status.plant.name} · {words.period(status.period)}"))
            parts += _plant_parts(status, words)
        worst = result.plants[0].points[0].asset.id
        place = " ".join(asset.id for asset in result.asked)
        return (
            *parts,
            next_questions(
                (words.say("production_status.why"), f"/downtime {worst}"),
                (words.say("production_status.oee"), f"/oee {place}"),
                (words.say("production_status.actions"), f"/actions {place}"),
            ),
        )


# --- fetching --------------------------------------------------------------------------------


async def _status(
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
        known_targets(context, assets, period.start),
    )
    plan = await shift_plan(context, assets, shift, whole or period.interval, goals)
    by_rows = await _row_targets(context, ids, period.interval, plan)
    reading = _Reading(context, calendar, period, whole, found, plan)
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


# --- one output point ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Reading:
    context: ToolContext
    calendar: ShiftCalendar
    period: Period
    whole: Interval | None
    found: Measurement
    plan: ShiftPlan

    def point(self, asset: Asset, lately: Row, live: Row, stop: Row, by_rows: Row) -> Point:
        updated = _time(live, "updated")
        stale = self._stale(asset, updated)
        made, until = self._made(asset, live, updated)
        target = self._target(asset, live)
        elapsed, whole = self._planned(asset, until)
        expected = targets.expected_so_far(target.units if target else None, elapsed, whole)
        if target is None:
            expected = _number(by_rows, "target_units")
        return Point(
            asset=asset,
            state=_state(live, stop, is_known=stale is None),
            since=_time(live, "since") or _time(stop, "start"),
            reason=str(stop.get("reason") or "") if _stopped(live, stop) else "",
            stale=stale,
            made=made,
            expected=None if stale else expected,
            target=target,
            projected=None if stale else self._projected(asset, made, lately, until),
        )

    def _stale(self, asset: Asset, updated: datetime | None) -> datetime | None:
        if asset.id in self.found.stale and self.period.so_far:
            return self.found.stale[asset.id]
        minutes = self.context.installation.rules.stale_minutes
        limit = self.context.now - timedelta(minutes=minutes)
        return updated if updated is not None and updated < limit and self.period.so_far else None

    def _made(
        self, asset: Asset, live: Row, updated: datetime | None
    ) -> tuple[float | None, datetime]:
        """From the production rows, unless the live count is newer; and the time it is for."""
        made, until = self.found.parts[asset.id].total, self.found.covered.end
        counted = _number(live, "shift_units")
        if counted is None or updated is None or not self.period.so_far:
            return made, until
        is_newer = made is None or updated > until + _NEWER
        if is_newer and self.period.interval.contains(updated - _NEWER):
            return counted, min(updated, self.context.now)
        return made, until

    def _target(self, asset: Asset, live: Row) -> Target | None:
        units = _number(live, "shift_target")
        by_live = Target(units, "shift") if units and self.period.so_far else None
        return self.plan.targets.get(asset.id, by_live)

    def _planned(self, asset: Asset, until: datetime) -> tuple[float | None, float | None]:
        """Planned minutes up to `until` and in the whole shift, without stops that were planned."""
        start = self.period.start
        whole = self._busy(asset, self.whole)
        sofar = self._busy(asset, Interval(start, max(start, until)))
        measured = self._busy(asset, self.found.covered)
        pbt = self.found.parts[asset.id].pbt
        if whole is None or sofar is None or measured is None or pbt is None:
            return None, None
        return sofar - (measured - pbt), whole - (measured - pbt)

    def _projected(
        self, asset: Asset, made: float | None, lately: Row, until: datetime
    ) -> Projection | None:
        first, last = _time(lately, "first"), _time(lately, "last")
        if self.whole is None or first is None or last is None:
            return None
        begin = max(first, self.period.start)
        return targets.projection(
            made,
            _number(lately, "total_units"),
            self._busy(asset, Interval(begin, max(begin, last))),
            (until - self.period.start) / timedelta(minutes=1),
            self._busy(asset, Interval(min(until, self.whole.end), self.whole.end)),
        )

    def _busy(self, asset: Asset, interval: Interval | None) -> float | None:
        if interval is None:
            return None
        busy = self.calendar.busy(interval, self.context.hierarchy.path(asset.id))
        return None if busy is None else sum(piece.minutes for piece in busy)


def _stopped(live: Row, stop: Row) -> bool:
    state = str(live.get("state") or "").lower()
    return bool(stop) and (not state or state in _STANDING)


def _state(live: Row, stop: Row, *, is_known: bool) -> str:
    """The live state, else "stopped" where a stop is open; empty where nothing tells."""
    if not is_known:
        return ""
    state = str(live.get("state") or "").lower()
    return state or ("stopped" if stop else "")


def _order(point: Point) -> tuple[bool, float, str]:
    return point.ahead is None, point.ahead or 0.0, point.asset.id


def _time(row: Row, name: str) -> datetime | None:
    value = row.get(name)
    return value if isinstance(value, datetime) else None


def _number(row: Row, name: str) -> float | None:
    value = row.get(name)
    return float(value) if isinstance(value, int | float) else None


# --- saying ----------------------------------------------------------------------------------


def _plant_parts(status: ShiftStatus, words: Words) -> list[Part]:
    lead = status.cites if status.shows_now else ()
    return [
        Text(_sentence(status, words), tuple(dict.fromkeys((*status.counted, *lead)))),
        _metrics(status, words),
        *_chart(status, words),
        *_table(status, words),
        *_notices(status, words),
    ]


def _sentence(status: ShiftStatus, words: Words) -> str:
    points = status.points
    said = []
    if not status.is_running and status.has_shifts:
        after = status.next_start
        key = "no_shift_next" if after else "no_shift"
        moment = words.moment(after, status.period.zone) if after else ""
        said.append(words.say(f"production_status.{key}", plant=status.plant.name, moment=moment))
    said += _state_now(status, words)
    if len(points) == 1:
        return " ".join([*said, _one(points[0], status.period.zone, words)])
    behind = [point for point in points if point.is_behind]
    planned = [point for point in points if point.gap is not None]
    if behind:
        said.append(words.say("production_status.worst", **_figures(behind[0], words)))
        tolerance = words.percent(_ON_PLAN, 0)
        counts = {"n": len(behind), "whole": len(planned), "tolerance": tolerance}
        if len(behind) > 1:
            said.append(words.say("production_status.behind", **counts))
    elif planned:
        said.append(words.say("production_status.on_plan", n=len(planned)))
    elif stale := [point.stale for point in points if point.stale is not None]:
        moment = words.moment(max(stale), status.period.zone)
        said.append(words.say("production_status.all_stale", moment=moment))
    else:
        said.append(words.say("production_status.no_plan"))
    return " ".join(said)


def _one(point: Point, zone: str, words: Words) -> str:
    figures = _figures(point, words)
    if point.made is None:
        return words.say("production_status.one_unknown", asset=point.asset.name)
    if point.stale is not None:
        moment = words.moment(point.stale, zone)
        return words.say("production_status.all_stale", moment=moment)
    if point.gap is None:
        return words.say("production_status.one_no_plan", **figures)
    if point.is_behind:
        return words.say("production_status.one_behind", **figures)
    return words.say("production_status.one_on_plan", **figures)


def _figures(point: Point, words: Words) -> dict[str, str]:
    gap, ahead = point.gap, point.ahead
    return {
        "asset": point.asset.name,
        "made": words.units(point.made, point.asset.unit),
        "expected": words.number(point.expected),
        "gap": words.signed(gap),
        "share": _share(ahead, words),
        "missing": words.units(abs(gap) if gap is not None else None, point.asset.unit),
    }


def _share(ahead: float | None, words: Words) -> str:
    """−0.23 → "−23 %"; empty where it is unknown."""
    return "" if ahead is None else f"{words.signed(ahead * 100)}{NBSP}%"


def _state_now(status: ShiftStatus, words: Words) -> list[str]:
    """What stands comes first; that nothing does is said only where every state is known."""
    points = status.points
    if not status.shows_now or not any(point.state for point in points):
        return []
    zone = status.period.zone
    if len(points) == 1:
        state = _said_state(points[0], zone, words)
        state = f"{state} ({points[0].reason})" if points[0].reason else state
        return [words.say("production_status.state_now", asset=points[0].asset.name, state=state)]
    standing = [point for point in points if point.stands]
    if not standing:
        known = all(point.state for point in points)
        return [words.say("production_status.nothing_stands")] if known else []
    shown = [_stands(point, zone, words) for point in standing[:3]]
    if len(standing) > 3:
        shown.append(words.say("common.more", n=len(standing) - 3))
    said = words.joined(shown)
    return [words.say("production_status.standing", n=len(standing), assets=said)]


def _stands(point: Point, zone: str, words: Words) -> str:
    """ "Line 4 (since 00:26, film torn)", as far as known."""
    since = words.say("common.since", moment=words.clock(point.since, zone)) if point.since else ""
    known = ", ".join(part for part in (since, point.reason) if part)
    return f"{point.asset.name} ({known})" if known else point.asset.name


def _metrics(status: ShiftStatus, words: Words) -> Metrics:
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
        change = words.say("production_status.against_plan", change=_share(gap / expected, words))
    label = words.say("production_status.made_by", n=len(points), unit=words.unit(unit))
    tone: Tone = "neutral" if not planned else "bad" if gap < -_ON_PLAN * expected else "good"
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
            words.say("kpis.gap"), words.signed(point.gap), _share(point.ahead, words), tone, cites
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


def _chart(status: ShiftStatus, words: Words) -> tuple[Part, ...]:
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


def _table(status: ShiftStatus, words: Words) -> tuple[Part, ...]:
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
        row += [_said_state(point, status.period.zone, words)] if has_state else []
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


def _said_state(point: Point, zone: str, words: Words) -> str:
    if point.stale is not None:
        return words.say("production_status.stale", clock=words.clock(point.stale, zone))
    if not point.state:
        return words.unknown
    key = f"production_status.state_{point.state}"
    state = words.say(key) if words.has(key) else point.state
    if point.since is None or point.state == "running":
        return state
    return words.say("production_status.since", state=state, clock=words.clock(point.since, zone))


def _notices(status: ShiftStatus, words: Words) -> list[Notice]:
    notices = []
    for point in status.points:
        if point.stale is not None:
            moment = words.moment(point.stale, status.period.zone)
            said = words.say("notices.stale", asset=point.asset.name, moment=moment)
            notices.append(Notice(said))
    unplanned = [p.asset.name for p in status.points if p.expected is None and p.stale is None]
    if unplanned and len(status.points) > 1:
        said = words.joined(unplanned[:6])
        notices.append(Notice(words.say("production_status.unplanned", assets=said), "neutral"))
    basis = sorted({p.projected.basis_minutes for p in status.points if p.projected})
    if basis and len(status.points) > 1:
        said = words.minutes(basis[-1])
        notices.append(Notice(words.say("production_status.projection", minutes=said), "neutral"))
    elif status.is_running and len(status.points) > 1:
        notices.append(Notice(words.say("production_status.too_early"), "neutral"))
    if not status.is_running and status.found.is_preliminary:
        notices.append(Notice(words.say("notices.preliminary"), "neutral"))
    return notices
