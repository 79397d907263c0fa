"""A figure over time: whether it changes or only varies, and which days stand out."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from statistics import fmean
from typing import Any

from pydantic import Field

from core.answer import Chart, Heading, Line, Metric, Metrics, Notice, Part, Series, Table, Text
from core.context import ToolContext
from core.domain import oee, periods
from core.domain.assets import Asset
from core.domain.oee import Sums
from core.domain.periods import Interval, Period
from core.domain.shifts import ShiftCalendar
from core.domain.trend import Signal
from core.figures import (
    RATIOS,
    amount_metric,
    caveats,
    names,
    next_questions,
    ratio_metric,
    why_not,
)
from core.measures.counted import counted, is_comparable, machines
from core.measures.measurement import Measurement, measure
from core.measures.plan import Targets, target_oee, targets
from core.measures.pooling import pooled
from core.measures.series import (
    LOWER_IS_BETTER,
    By,
    Kpi,
    LossChange,
    Slot,
    Verdict,
    comparable,
    earlier,
    judged,
    known_sum,
    loss_changes,
    of_period,
    planned_minutes,
    slots,
    value,
)
from core.tool import ManufacturingTool, PeriodArgs
from core.words import Words
from core.words.words import NBSP

_DAYS = 30
_LONG = timedelta(days=93)
_SHORT = timedelta(days=3)
_SHOWN_WEEKS = 13
_UNUSUAL = 8
_PERCENT = frozenset((*RATIOS, "scrap_ratio"))
_SMALL = 0.005
_RATED = frozenset({"oee", "effectiveness", "quality"})
_STOPS = frozenset(
    {"breakdown", "setup", "minor", "blocked", "starved", "no_order", "unclassified"}
)
# The losses that a figure's unusual day is explained with; empty stands for all of them.
_LOSSES: dict[str, frozenset[str]] = {
    "oee": frozenset(),
    "output": frozenset(),
    "availability": _STOPS,
    "downtime": _STOPS,
}


class TrendArgs(PeriodArgs):
    kpi: Kpi = Field(default="oee", description="The figure; effectiveness is performance.")
    by: By | None = Field(
        default=None,
        description="One point per day (default), shift or week; of a long period per week.",
    )


@dataclass(frozen=True, slots=True)
class Unusual:
    """A point beyond the limits, and the loss that differs most from other days."""

    slot: Slot
    value: float
    is_worse: bool
    loss: LossChange | None


@dataclass(frozen=True, slots=True)
class Course:
    """`points` has one value per slot, None for a gap. The first `history` of them lie before
    the period: they are the baseline of the verdict, whose indices count from the period's first
    point."""

    slots: tuple[Slot, ...]
    points: tuple[float | None, ...]
    history: int
    verdict: Verdict

    @property
    def shown(self) -> tuple[float | None, ...]:
        return self.points[self.history :]

    def label(self, index: int) -> Slot:
        """The slot of the period's point `index`."""
        return self.slots[self.history + index]


@dataclass(frozen=True, slots=True)
class TrendResult:
    """`now` and `before` are the figure of the whole period and of `reference`; `gaps` counts
    the points without a value by cause; `left_out` are the slots that the period cuts."""

    asked: tuple[Asset, ...]
    period: Period
    reference: Period | None
    kpi: Kpi
    by: By
    unit: str
    course: Course
    now: float | None
    before: float | None
    target: float | None
    unusual: tuple[Unusual, ...]
    gaps: Mapping[str, int]
    left_out: tuple[Slot, ...]
    found: Measurement
    cites: tuple[int, ...]


class TrendAnalysis(ManufacturingTool[TrendArgs, TrendResult]):
    """A figure of assets, areas or plants over time, by day, shift or week: change against the
    period before, control limits, unusual days with their main loss; says when all is normal
    variation. Figures: OEE and its factors, downtime, output, scrap ratio, MTBF. Default period:
    the last 30 days."""

    name = "trend_analysis"
    command = "trend"
    args = TrendArgs
    examples = {  # noqa: RUF012 - a class's constant
        "en": (
            "how has the OEE of grinder 5 developed over the last 30 days?",
            "scrap trend of press-2",
            "is line 3 getting worse?",
            "MTBF of machining by week",
        ),
        "de": (
            "Wie hat sich die OEE von Schleifmaschine 5 in den letzten 30 Tagen entwickelt?",
            "Verlauf der Ausschussquote von press-2",
            "Wird Linie 3 schlechter?",
            "MTBF der Montage nach Wochen",
        ),
    }

    async def run(self, args: TrendArgs, context: ToolContext) -> TrendResult:
        asked = context.scope(args.assets)
        period = context.period(args.period, partial(periods.last_days, days=_DAYS), asked)
        calendar = context.installation.calendar(asked[0])
        by = args.by or _fitting(args.kpi, period)
        windows, history = _windows(calendar, period, by)
        measured = (machines if args.kpi == "mtbf" else counted)(context.hierarchy, asked)
        hull = Interval(windows[0].interval.start, windows[-1].interval.end)
        found, goals, is_counted = await asyncio.gather(
            measure(context, measured, hull, [slot.interval for slot in windows]),
            _goals(context, measured, args.kpi, period),
            context.has("production"),
        )
        course, left_out = _course(args.kpi, found, windows, history, counted=is_counted)
        parts = pooled(found.windows[history:])
        reference = context.before(period, asked)
        before, before_cites = await _before(
            context, found, of_period(found, period, parts), windows, period, reference
        )
        return TrendResult(
            asked=asked,
            period=period,
            reference=reference,
            kpi=args.kpi,
            by=by,
            unit=_unit(measured),
            course=course,
            now=value(args.kpi, parts, found.rules, counted=is_counted),
            before=value(args.kpi, before, found.rules, counted=is_counted) if before else None,
            target=target_oee(goals, parts, dict(period.arguments).get("shift")),
            unusual=_unusual(args.kpi, found, course),
            gaps=_gaps(args.kpi, found, course, left_out),
            left_out=left_out,
            found=of_period(found, period, parts, rated=args.kpi in _RATED),
            cites=tuple(cite for cite in (*found.cites, *before_cites, goals.cite) if cite),
        )

    def present(self, result: TrendResult, words: Words) -> tuple[Part, ...]:
        shown = names(result.asked, words)
        title = words.say("trend_analysis.title", kpi=_name(result, words), assets=shown)
        first = result.asked[0].id if len(result.asked) == 1 else ""
        return (
            Heading(f"{title} · {words.period(result.period)}"),
            Text(_sentence(result, words), result.cites),
            *_metrics(result, words),
            *_chart(result, words),
            *_table(result, words),
            *_notices(result, words),
            *caveats(result.found, result.period, words),
            next_questions(
                (words.say("trend_analysis.why"), f"/downtime {first}".strip()),
                (words.say("trend_analysis.improve"), f"/improve {first}".strip()),
                (words.say("trend_analysis.by_shift"), f"/compare {first} by shift".strip()),
            ),
        )


# --- what is measured ------------------------------------------------------------------------


def _fitting(kpi: Kpi, period: Period) -> By:
    """Days, unless there are too many or too few of them; days have too few failures for MTBF."""
    length = period.end - period.start
    if length < _SHORT:
        return "shift"
    return "week" if kpi == "mtbf" or length > _LONG else "day"


async def _goals(
    context: ToolContext, measured: Sequence[Asset], kpi: Kpi, period: Period
) -> Targets:
    return await targets(context, measured, period.end) if kpi == "oee" else Targets()


def _windows(calendar: ShiftCalendar, period: Period, by: By) -> tuple[tuple[Slot, ...], int]:
    """The slots of the period and those before it, and how many these are."""
    inside = slots(calendar, period.interval, by) or slots(calendar, period.interval, "day")
    back = earlier(calendar, period.interval, by, len(inside))
    history = tuple(slot for slot in slots(calendar, back, by) if slot.whole)
    return (*history, *inside), len(history)


async def _before(
    context: ToolContext,
    found: Measurement,
    now: Measurement,
    windows: Sequence[Slot],
    period: Period,
    reference: Period | None,
) -> tuple[Mapping[str, Sums], tuple[int, ...]]:
    """The sums of the period before: from the slots already at hand, where they make it up; none
    where `now`, what is measured of the period, cannot be compared with it."""
    if reference is None:
        return {}, ()
    span = reference.interval
    inside = [n for n, slot in enumerate(windows) if slot.interval.clip(span) == slot.interval]
    if inside and span == Interval(
        windows[inside[0]].interval.start, windows[inside[-1]].interval.end
    ):
        return pooled([found.windows[n] for n in inside]), ()
    earlier_found = await measure(context, found.assets, span)
    if not is_comparable(period, now, earlier_found):
        return {}, ()
    return earlier_found.parts, earlier_found.cites


def _unit(measured: Sequence[Asset]) -> str:
    units = {asset.unit for asset in measured}
    return units.pop() if len(units) == 1 else ""


def _course(
    kpi: Kpi, found: Measurement, windows: tuple[Slot, ...], history: int, *, counted: bool
) -> tuple[Course, tuple[Slot, ...]]:
    """The points with their limits; slots that the period cuts compare with no whole one and are
    left out, unless there are no others."""
    inside = windows[history:]
    cut_off = tuple(slot for slot in inside if not slot.whole)
    left_out = cut_off if len(cut_off) < len(inside) else ()
    points = tuple(
        None if slot in left_out else value(kpi, window, found.rules, counted=counted)
        for slot, window in zip(windows, found.windows, strict=True)
    )
    planned = [planned_minutes(window) for window in found.windows]
    alike = comparable(kpi, points, planned)
    verdict = judged(kpi, alike[:history], alike[history:])
    return Course(windows, points, history, verdict), left_out


def _unusual(kpi: Kpi, found: Measurement, course: Course) -> tuple[Unusual, ...]:
    """The points beyond the limits, the furthest from the center first; their losses are
    compared with those of the baseline."""
    usual = pooled(found.windows[: course.history + course.verdict.unjudged])
    listed = []
    for signal in course.verdict.signals:
        point = course.shown[signal.first]
        if signal.kind not in ("above", "below") or point is None:
            continue
        is_worse = (signal.kind == "above") == (kpi in LOWER_IS_BETTER)
        window = found.windows[course.history + signal.first]
        loss = _main_loss(kpi, window, usual, found, is_worse=is_worse)
        listed.append(Unusual(course.label(signal.first), point, is_worse, loss))
    center = course.verdict.limits.center if course.verdict.limits else 0.0
    return tuple(sorted(listed, key=lambda u: -abs(u.value - center)))


def _main_loss(
    kpi: Kpi,
    window: Mapping[str, Sums],
    usual: Mapping[str, Sums],
    found: Measurement,
    *,
    is_worse: bool,
) -> LossChange | None:
    """What was lost beyond the usual (on a good day: least of it)."""
    if kpi not in _LOSSES:
        return None
    wanted = _LOSSES[kpi]
    changes = [
        change
        for change in loss_changes(window, usual, found.rules)
        if not wanted or change.name in wanted
    ]
    if not changes:
        return None
    first = changes[0] if is_worse else changes[-1]
    return first if (first.extra > 0) == is_worse else None


def _gaps(kpi: Kpi, found: Measurement, course: Course, left_out: Sequence[Slot]) -> dict[str, int]:
    gaps: Counter[str] = Counter()
    for slot, point, window in zip(course.slots, course.points, found.windows, strict=True):
        if slot in course.slots[: course.history] or slot in left_out or point is not None:
            continue
        failures = known_sum(part.failures for part in window.values())
        if planned_minutes(window) == 0:
            gaps["idle"] += 1
        elif kpi == "mtbf" and failures == 0:
            gaps["no_failure"] += 1
        elif oee.roll_up(window, found.rules).coverage_state == "withheld":
            gaps["no_data"] += 1
        else:
            gaps["unknown"] += 1
    return dict(gaps)


# --- saying ----------------------------------------------------------------------------------


def _name(result: TrendResult, words: Words) -> str:
    return words.say("trend_analysis.output" if result.kpi == "output" else f"kpis.{result.kpi}")


def _figure(result: TrendResult, figure: float | None, words: Words) -> str:
    match result.kpi:
        case "downtime" | "mtbf":
            return words.minutes(figure)
        case "output":
            return words.units(figure, result.unit)
        case _:
            return words.percent(figure)


def _difference(result: TrendResult, delta: float, words: Words) -> str:
    match result.kpi:
        case "downtime" | "mtbf":
            return ("+" if delta > 0 else "") + words.minutes(delta)
        case "output":
            return f"{words.signed(delta)}{NBSP}{words.unit(result.unit)}"
        case _:
            return words.points(delta, 1 if abs(delta) >= _SMALL else 2)


def _label(result: TrendResult, slot: Slot, words: Words) -> str:
    day = words.day(slot.day)
    if slot.shift:
        return f"{day} {slot.shift}"
    return words.say("periods.week", first=day) if result.by == "week" else day


def _sentence(result: TrendResult, words: Words) -> str:
    named = {
        "kpi": _name(result, words),
        "assets": names(result.asked, words),
        "period": words.period_name(result.period),
    }
    if not any(point is not None for point in result.course.shown):
        return words.say("trend_analysis.nothing", **named, why=_why_not(result, words))
    said = [words.say("trend_analysis.summary", **named, value=_figure(result, result.now, words))]
    return " ".join([*said, *_verdict(result, words)])


def _why_not(result: TrendResult, words: Words) -> str:
    kpis = result.found.kpis
    if result.kpi in RATIOS or result.kpi == "scrap_ratio":
        return why_not(kpis, result.kpi, words)
    if result.kpi == "output" and not result.unit:
        return words.say("reasons.mixed_units")
    if result.gaps.get("no_failure"):
        return words.say("trend_analysis.no_failure")
    return words.say("reasons.coverage" if kpis.coverage_state == "withheld" else "reasons.unknown")


def _verdict(result: TrendResult, words: Words) -> list[str]:
    """Whether it changes, stands out, or only varies."""
    course, limits = result.course, result.course.verdict.limits
    if limits is None:
        known = sum(point is not None for point in course.points)
        return [words.say("trend_analysis.too_few", n=known)]
    if not course.verdict.signals:
        lower, upper = (_figure(result, edge, words) for edge in (limits.lower, limits.upper))
        span = {"lower": lower, "upper": upper}
        return [words.say(f"trend_analysis.normal_{result.by}", **span)]
    said = []
    if course.verdict.slope is not None:
        rate = _difference(result, course.verdict.slope, words)
        rate = words.say(f"trend_analysis.per_{result.by}", amount=rate)
        said.append(words.say(f"trend_analysis.{_turn(result, course.verdict.slope)}", rate=rate))
    elif (run := _last_run(course)) is not None:
        said.append(_said_of_run(result, run, words))
    if result.unusual:
        said.append(_said_of_unusual(result, words))
    return said or [words.say("trend_analysis.restless")]


def _said_of_unusual(result: TrendResult, words: Words) -> str:
    first = result.unusual[0]
    return words.say(
        f"trend_analysis.unusual_{result.by}",
        n=len(result.unusual),
        whole=sum(point is not None for point in result.course.shown),
        worst=_label(result, first.slot, words),
        value=_figure(result, first.value, words),
    )


def _turn(result: TrendResult, delta: float) -> str:
    return "better" if (delta > 0) != (result.kpi in LOWER_IS_BETTER) else "worse"


def _last_run(course: Course) -> Signal | None:
    runs = [
        signal for signal in course.verdict.signals if signal.kind in ("run_above", "run_below")
    ]
    return max(runs, key=lambda signal: signal.last, default=None)


def _said_of_run(result: TrendResult, run: Signal, words: Words) -> str:
    course = result.course
    inside = [p for p in course.shown[run.first : run.last + 1] if p is not None]
    center = course.verdict.limits.center if course.verdict.limits else 0.0
    turn = _turn(result, 1.0 if run.kind == "run_above" else -1.0)
    later = [p for p in course.shown[run.last + 1 :] if p is not None]
    return words.say(
        f"trend_analysis.level_{turn}" if not later else f"trend_analysis.was_{turn}",
        first=_label(result, course.label(run.first), words),
        last=_label(result, course.label(run.last), words),
        mean=_figure(result, fmean(inside), words),
        center=_figure(result, center, words),
    )


def _metrics(result: TrendResult, words: Words) -> tuple[Part, ...]:
    if result.now is None and result.course.verdict.limits is None:
        return ()
    label = _name(result, words)
    is_better_high = result.kpi not in LOWER_IS_BETTER
    shown: dict[str, Any] = {
        "before": result.before,
        "reference": _reference(result, words),
        "higher_is_better": is_better_high,
        "cites": result.cites,
    }
    if result.kpi in _PERCENT:
        first = ratio_metric(label, result.now, words, target=result.target, **shown)
    else:
        figure = _figure(result, result.now, words)
        first = amount_metric(label, result.now, figure, words, **shown)
    metrics = [first]
    limits = result.course.verdict.limits
    if limits is not None:
        lower, upper = (_figure(result, edge, words) for edge in (limits.lower, limits.upper))
        label = words.say(f"trend_analysis.range_{result.by}")
        note = words.say("trend_analysis.baseline", n=limits.points)
        metrics.append(Metric(label, f"{lower} – {upper}", note, cites=result.cites))
        n = len(result.unusual)
        label = words.say(f"trend_analysis.beyond_{result.by}")
        many = sum(point is not None for point in result.course.shown)
        of = words.say("common.of_total", part=n, whole=many)
        metrics.append(Metric(label, of, "", "warning" if n else "neutral", result.cites))
    return (Metrics(tuple(metrics)),)


def _reference(result: TrendResult, words: Words) -> str:
    if result.reference is None:
        return ""
    arguments = dict(result.period.arguments)
    if "days" in arguments:
        return words.say("trend_analysis.days_before", n=int(arguments["days"]))
    return words.period_name(result.reference)


def _chart(result: TrendResult, words: Words) -> tuple[Part, ...]:
    """The period's points; weeks are few, so those before them are drawn too."""
    course = result.course
    first = course.history
    if result.by == "week":
        first = max(0, min(first, len(course.points) - _SHOWN_WEEKS))
    drawn = [
        (slot, point)
        for slot, point in list(zip(course.slots, course.points, strict=True))[first:]
        if slot not in result.left_out
    ]
    if not any(point is not None for _, point in drawn):
        return ()
    factor, unit = _scale(result, words)
    limits, lines = course.verdict.limits, []
    if limits is not None:
        lines += [
            Line(words.say("charts.mean"), limits.center * factor),
            Line(words.say("charts.upper_limit"), limits.upper * factor),
            Line(words.say("charts.lower_limit"), limits.lower * factor),
        ]
    if result.target is not None:
        lines.append(Line(words.say("charts.target"), result.target * factor))
    label = _name(result, words)
    values = tuple(None if point is None else point * factor for _, point in drawn)
    return (
        Chart(
            "trend",
            words.say(f"trend_analysis.chart_{result.by}", kpi=label),
            tuple(_short(slot, words) for slot, _ in drawn),
            (Series(label, values),),
            unit,
            tuple(lines),
            result.cites,
        ),
    )


def _short(slot: Slot, words: Words) -> str:
    return f"{words.day(slot.day)} {slot.shift}".strip()


def _scale(result: TrendResult, words: Words) -> tuple[float, str]:
    match result.kpi:
        case "downtime":
            return 1.0, words.say("charts.minutes")
        case "mtbf":
            return 1 / 60, "h"
        case "output":
            return 1.0, words.unit(result.unit)
        case _:
            return 100.0, "%"


def _table(result: TrendResult, words: Words) -> tuple[Part, ...]:
    if not result.unusual:
        return ()
    with_loss = any(unusual.loss for unusual in result.unusual)
    heads = [words.say(f"trend_analysis.{result.by}"), words.say(f"kpis.{result.kpi}")]
    if with_loss:
        heads.append(words.say("trend_analysis.main_loss"))
    rows = []
    for unusual in result.unusual[:_UNUSUAL]:
        row = [_short(unusual.slot, words), _figure(result, unusual.value, words)]
        if with_loss:
            row.append(_said_of_loss(unusual.loss, words))
        rows.append(tuple(row))
    title = words.say(f"trend_analysis.table_{result.by}", n=len(result.unusual))
    return (Table(tuple(heads), tuple(rows), "lrl", title, result.cites),)


def _said_of_loss(loss: LossChange | None, words: Words) -> str:
    if loss is None:
        return words.unknown
    key = "more" if loss.extra > 0 else "less"
    return words.say(
        f"trend_analysis.{key}",
        loss=words.say(f"losses.{loss.name}"),
        minutes=words.minutes(loss.minutes),
        extra=words.minutes(abs(loss.extra)),
    )


def _notices(result: TrendResult, words: Words) -> tuple[Part, ...]:
    said = []
    if result.left_out:
        shown = words.joined([_short(slot, words) for slot in result.left_out])
        n = len(result.left_out)
        said.append(words.say("trend_analysis.left_out", n=n, slots=shown))
    if result.course.verdict.unjudged:
        n = result.course.verdict.unjudged
        said.append(words.say("trend_analysis.not_judged", n=n))
    if any(point is not None for point in result.course.shown):
        said += [words.say(f"trend_analysis.gap_{kind}", n=n) for kind, n in result.gaps.items()]
    return tuple(Notice(text, "neutral") for text in said)
