"""Whether what was done helped: the shifts since, each against its like before it was begun."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from core.context import ToolContext
from core.data.source import Row
from core.domain.assets import Asset
from core.domain.losses import Loss, parse_loss
from core.domain.periods import Interval
from core.domain.shifts import Shift, ShiftCalendar
from core.domain.tracking import Subject, Tracked
from core.domain.trend import BASELINE_POINTS
from core.domain.usual import Effect, effect
from core.measures.counted import counted
from core.measures.measurement import Measurement, measure
from core.measures.row_sums import number
from core.measures.series import loss_minutes, value

_WEEKS = 6  # of shifts before: twenty of a kind are what limits need
_AHEAD = timedelta(days=30)
_BY = ("asset", "window", "loss", "reason", "reason_code", "cause_asset")

What = Literal["minutes", "scrap", "oee"]
Why = Literal["no_figure", "no_history", "no_data"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`effect` is None where there is none to tell; `why` says then why."""

    what: What
    effect: Effect | None = None
    why: Why | None = None
    cites: tuple[int, ...] = ()

    @property
    def verdict(self) -> str:
        return self.effect.verdict if self.effect else "unknown"


def shifts_to_wait(context: ToolContext) -> int:
    """After so many whole shifts it is measured again."""
    return context.installation.rules.follow_up_shifts


def shifts_since(calendar: ShiftCalendar, since: datetime, count: int) -> tuple[Shift, ...]:
    """The first `count` whole shifts that begin at `since` or later."""
    ahead = calendar.shifts(Interval(since, since + _AHEAD))
    return tuple(one for one in ahead if one.interval.start >= since)[:count]


def due_at(
    calendar: ShiftCalendar, since: datetime, count: int, settle: timedelta
) -> datetime | None:
    """When those shifts are over and their figures final; None where so many are not planned."""
    after = shifts_since(calendar, since, count)
    return after[-1].interval.end + settle if len(after) == count else None


async def outcome(context: ToolContext, action: Tracked) -> Outcome | None:
    """None while it is too early. Raises NoData, SourceUnavailable."""
    what = _what(action.subject)
    asset, done_at = context.hierarchy.get(action.subject.asset), action.now.ended_at
    if what is None or asset is None or done_at is None:
        return Outcome(what or "minutes", why="no_figure")
    calendar, count = context.installation.calendar(asset), shifts_to_wait(context)
    settle = timedelta(minutes=context.rules.preliminary_minutes)
    due = due_at(calendar, done_at, count, settle)
    if due is None or context.now < due:
        return None
    begun = min(action.now.taken_at or done_at, done_at)
    before = tuple(
        one
        for one in calendar.shifts(Interval(begun - timedelta(weeks=_WEEKS), begun))
        if begun - timedelta(weeks=_WEEKS) <= one.interval.start and one.interval.end <= begun
    )
    after = shifts_since(calendar, done_at, count)
    if not before:
        return Outcome(what, why="no_history")
    return await _measured(context, action.subject, asset, what, before, after)


def _what(subject: Subject) -> What | None:
    match subject.kind:
        case "safety":
            return None
        case "rejects":
            return "scrap"
        case "oee" | "behind_plan":
            return "oee"
        case _:
            return "minutes"


async def _measured(
    context: ToolContext,
    subject: Subject,
    asset: Asset,
    what: What,
    before: Sequence[Shift],
    after: Sequence[Shift],
) -> Outcome:
    shifts = (*before, *after)
    windows = [one.interval for one in shifts]
    place = context.hierarchy[asset.plant] if subject.kind == "holds_up" else asset
    assets = counted(context.hierarchy, (place,))
    whole = Interval(windows[0].start, windows[-1].end)
    found = await measure(context, assets, whole, windows)
    series, cites = await _values(context, found, subject, what, len(windows))
    known: defaultdict[str, list[float]] = defaultdict(list)
    for shift, one in zip(before, series, strict=False):
        if one is not None:
            known[shift.name].append(one)
    since = [
        (shift.name, one)
        for shift, one in zip(after, series[len(before) :], strict=True)
        if one is not None
    ]
    if len(since) < len(after):
        return Outcome(what, why="no_data", cites=cites)
    # The newest that limits need: what was long ago is not what was to be mended.
    newest = {name: values[-BASELINE_POINTS:] for name, values in known.items()}
    told = effect(newest, since, lower_is_better=what != "oee")
    return Outcome(what, told, None if told else "no_history", cites)


async def _values(
    context: ToolContext, found: Measurement, subject: Subject, what: What, count: int
) -> tuple[list[float | None], tuple[int, ...]]:
    """One per window; None where it is unknown."""
    rules, windows = found.rules, found.windows
    match what:
        case "scrap" | "oee":
            kpi = "oee" if what == "oee" else "scrap_ratio"
            ratios = [value(kpi, parts, rules, counted=found.has_rows) for parts in windows]
            return ratios, found.cites
        case "minutes" if subject.kind == "reduced_speed":
            losses = [loss_minutes(parts, rules) for parts in windows]
            return [one.get("reduced_speed") for one in losses], found.cites
        case "minutes":
            return await _stopped(context, found, subject, count)


async def _stopped(
    context: ToolContext, found: Measurement, subject: Subject, count: int
) -> tuple[list[float | None], tuple[int, ...]]:
    """Minutes of the stops that the subject is about; a shift without any has 0."""
    if found.stops is None:
        return [None] * count, found.cites
    columns = await context.columns("downtime")
    by = tuple(name for name in _BY if name in ("asset", "window", "loss") or name in columns)
    asking = replace(found.stops, measures=("minutes",), group_by=by)
    fetched = await context.fetch(asking)
    minutes = [0.0] * count
    for row in fetched.rows:
        if _is_meant(row, subject):
            minutes[round(number(row, "window") or 0)] += number(row, "minutes") or 0.0
    unknown = {n for n, parts in enumerate(found.windows) if not any(p.pbt for p in parts.values())}
    return [None if n in unknown else m for n, m in enumerate(minutes)], (fetched.cite,)


def _is_meant(row: Row, subject: Subject) -> bool:
    """The asset is at fault for it, by the reason (else the kind) that the action is about."""
    loss = parse_loss(str(row["loss"]))
    lost, cause = str(row["asset"]), str(row.get("cause_asset") or "")
    if loss is Loss.PLANNED or (cause or lost) != subject.asset:
        return False
    said = row.get("reason") or row.get("reason_code")
    if subject.about is not None:
        return said == subject.about
    waits = loss in (Loss.BLOCKED, Loss.STARVED) and lost != subject.asset
    return said is None and subject.kind == ("holds_up" if waits else loss.value)
