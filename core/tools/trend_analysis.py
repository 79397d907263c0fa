"""A figure over time: whether it changes or only varies, and which days stand out."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from statistics import fmean
from typing import Any

from pydantic import Field

from core.answer import Chart, Heading, Line, Metric, Metrics, Notice, Part, Series, Text
from core.context import ToolContext
from core.domain import periods
from core.domain.assets import Asset
from core.domain.periods import Period
from core.domain.trend import Signal
from core.figures import (
    RATIOS,
    amount_metric,
    caveats,
    kpi_difference,
    kpi_figure,
    names,
    next_questions,
    ratio_metric,
    why_not,
)
from core.measures.counted import counted, machines
from core.measures.course import (
    Course,
    Unusual,
    course_of,
    gaps_by_cause,
    sums_before,
    unusual_points,
    windows_of,
)
from core.measures.measurement import Measurement, measure
from core.measures.plan import Targets, target_oee, targets
from core.measures.pooling import pooled
from core.measures.series import LOWER_IS_BETTER, By, Kpi, LossChange, Slot, of_period, value
from core.tables import Column, durations, figures, table, texts
from core.tool import ManufacturingTool, PeriodArgs
from core.words import Words

_DAYS = 30
_LONG = timedelta(days=93)
_SHORT = timedelta(days=3)
_WEEK = timedelta(days=7)
_SHOWN_WEEKS = 13
_UNUSUAL = 8
_PERCENT = frozenset((*RATIOS, "scrap_ratio"))
_MINUTES = frozenset({"downtime", "mtbf"})
_RATED = frozenset({"oee", "effectiveness", "quality"})


class TrendArgs(PeriodArgs):
    kpi: Kpi = Field(default="oee", description="The figure; effectiveness is performance.")
    by: By | None = Field(
        default=None,
        description="One point per day (default), shift or week; of a long period per week.",
    )


@dataclass(frozen=True, slots=True)
class TrendResult:
    """`now` and `before` are the figure of the whole period and of `reference`; `gaps` counts
    the points without a value by cause."""

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
            "Verlauf der MTBF der Montage nach Wochen",
        ),
    }

    async def run(self, args: TrendArgs, context: ToolContext) -> TrendResult:
        asked = context.scope(args.assets)
        period = context.period(args.period, partial(periods.last_days, days=_DAYS), asked)
        calendar = context.installation.calendar(asked[0])
        by = args.by or _fitting(args.kpi, period)
        asking = windows_of(calendar, period, by)
        measured = (machines if args.kpi == "mtbf" else counted)(context.hierarchy, asked)
        found, goals, is_counted = await asyncio.gather(
            measure(context, measured, asking.hull, asking.intervals),
            _goals(context, measured, args.kpi, period),
            context.has("production"),
        )
        line = course_of(args.kpi, found, asking, counted=is_counted)
        parts = pooled(found.windows[asking.history :])
        whole = of_period(found, period, parts)
        reference = context.before(period, asked)
        before, before_cites = await sums_before(context, found, whole, asking, period, reference)
        figure = partial(value, args.kpi, rules=found.rules, counted=is_counted)
        return TrendResult(
            asked=asked,
            period=period,
            reference=reference,
            kpi=args.kpi,
            by=by,
            unit=_unit(measured),
            course=line,
            now=figure(parts),
            before=figure(before) if before else None,
            target=target_oee(goals, parts, dict(period.arguments).get("shift")),
            unusual=unusual_points(args.kpi, found, line),
            gaps=gaps_by_cause(args.kpi, found, line),
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


def _unit(measured: Sequence[Asset]) -> str:
    units = {asset.unit for asset in measured}
    return units.pop() if len(units) == 1 else ""


# --- saying ----------------------------------------------------------------------------------


def _name(result: TrendResult, words: Words) -> str:
    return words.say("trend_analysis.output" if result.kpi == "output" else f"kpis.{result.kpi}")


def _figure(result: TrendResult, figure: float | None, words: Words) -> str:
    return kpi_figure(result.kpi, figure, result.unit, words)


def _label(result: TrendResult, slot: Slot, words: Words) -> str:
    day = words.day(slot.day)
    if slot.shift:
        return f"{day} {slot.shift}"
    return words.say("periods.week", first=day) if result.by == "week" else day


def _day(result: TrendResult, slot: Slot, words: Words, *, last: bool = False) -> str:
    """Where a stretch begins or ends: of weeks the first or the `last` day."""
    if result.by != "week":
        return _label(result, slot, words)
    return words.day(slot.day + _WEEK - periods.DAY if last else slot.day)


def _sentence(result: TrendResult, words: Words) -> str:
    named = {
        "kpi": _name(result, words),
        "assets": names(result.asked, words),
        "period": words.period_name(result.period),
    }
    if not result.course.known:
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
        lower, upper = _range(result, words)
        return [words.say(f"trend_analysis.normal_{result.by}", lower=lower, upper=upper)]
    said = []
    if course.verdict.slope is not None:
        rate = kpi_difference(result.kpi, course.verdict.slope, result.unit, words)
        rate = words.say(f"trend_analysis.per_{result.by}", amount=rate)
        said.append(words.say(f"trend_analysis.{_turn(result, course.verdict.slope)}", rate=rate))
    elif (run := course.last_run) is not None:
        said.append(_said_of_run(result, run, words))
    if result.unusual:
        said.append(_said_of_unusual(result, words))
    return said or [words.say("trend_analysis.restless")]


def _said_of_unusual(result: TrendResult, words: Words) -> str:
    first = result.unusual[0]
    return words.say(
        f"trend_analysis.unusual_{result.by}",
        n=len(result.unusual),
        whole=result.course.known,
        worst=_label(result, first.slot, words),
        value=_figure(result, first.value, words),
    )


def _turn(result: TrendResult, delta: float) -> str:
    return "better" if (delta > 0) != (result.kpi in LOWER_IS_BETTER) else "worse"


def _said_of_run(result: TrendResult, run: Signal, words: Words) -> str:
    course = result.course
    inside = [p for p in course.shown[run.first : run.last + 1] if p is not None]
    center = course.verdict.limits.center if course.verdict.limits else 0.0
    turn = _turn(result, 1.0 if run.kind == "run_above" else -1.0)
    later = [p for p in course.shown[run.last + 1 :] if p is not None]
    return words.say(
        f"trend_analysis.level_{turn}" if not later else f"trend_analysis.was_{turn}",
        first=_day(result, course.label(run.first), words),
        last=_day(result, course.label(run.last), words, last=True),
        mean=_figure(result, fmean(inside), words),
        center=_figure(result, center, words),
    )


def _metrics(result: TrendResult, words: Words) -> tuple[Part, ...]:
    limits, cites, n = result.course.verdict.limits, result.cites, len(result.unusual)
    if result.now is None and limits is None:
        return ()
    metrics = [_whole(result, words)]
    if limits is not None:
        label = words.say(f"trend_analysis.range_{result.by}")
        note = words.say("trend_analysis.baseline", n=limits.points)
        metrics.append(Metric(label, " – ".join(_range(result, words)), note, cites=cites))
        label = words.say(f"trend_analysis.beyond_{result.by}")
        of = words.say("common.of_total", part=n, whole=result.course.known)
        metrics.append(Metric(label, of, "", "warning" if n else "neutral", cites))
    return (Metrics(tuple(metrics)),)


def _whole(result: TrendResult, words: Words) -> Metric:
    """The figure of the whole period against the period before."""
    label = _name(result, words)
    against: dict[str, Any] = {
        "before": result.before,
        "reference": _reference(result, words),
        "higher_is_better": result.kpi not in LOWER_IS_BETTER,
        "cites": result.cites,
    }
    if result.kpi in _PERCENT:
        return ratio_metric(label, result.now, words, target=result.target, **against)
    shown = _figure(result, result.now, words)
    return amount_metric(label, result.now, shown, words, **against)


def _range(result: TrendResult, words: Words) -> tuple[str, ...]:
    """Both limits of normal variation."""
    limits = result.course.verdict.limits
    edges = (limits.lower, limits.upper) if limits else ()
    return tuple(_figure(result, edge, words) for edge in edges)


def _reference(result: TrendResult, words: Words) -> str:
    if result.reference is None:
        return ""
    arguments = dict(result.period.arguments)
    if "days" in arguments:
        return words.say("trend_analysis.days_before", n=int(arguments["days"]))
    return words.period_name(result.reference)


def _chart(result: TrendResult, words: Words) -> tuple[Part, ...]:
    """The period's points; weeks are few, so those before them are drawn too."""
    drawn = result.course.drawn(_SHOWN_WEEKS if result.by == "week" else 0)
    if not any(point is not None for _, point in drawn):
        return ()
    factor, unit = _scale(result, words)
    label = _name(result, words)
    values = tuple(None if point is None else point * factor for _, point in drawn)
    return (
        Chart(
            "trend",
            words.say(f"trend_analysis.chart_{result.by}", kpi=label),
            tuple(_short(slot, words) for slot, _ in drawn),
            (Series(label, values),),
            unit,
            tuple(Line(words.say(f"charts.{name}"), y * factor) for name, y in _marks(result)),
            result.cites,
        ),
    )


def _marks(result: TrendResult) -> Iterator[tuple[str, float]]:
    limits = result.course.verdict.limits
    if limits is not None:
        yield "mean", limits.center
        yield "upper_limit", limits.upper
        yield "lower_limit", limits.lower
    if result.target is not None:
        yield "target", result.target


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
    head = words.say(f"kpis.{result.kpi}")
    amount: Column[Unusual] = (
        durations(head, lambda day: day.value, words)
        if result.kpi in _MINUTES
        else figures(head, lambda day: _figure(result, day.value, words))
    )
    loss: Column[Unusual] = texts(
        words.say("trend_analysis.main_loss"), lambda day: _said_of_loss(day.loss, words)
    )
    return table(
        result.unusual[:_UNUSUAL],
        texts(words.say(f"trend_analysis.{result.by}"), lambda day: _short(day.slot, words)),
        amount,
        loss if any(day.loss for day in result.unusual) else None,
        title=words.say(f"trend_analysis.table_{result.by}", n=len(result.unusual)),
        cites=result.cites,
    )


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
    said, course = [], result.course
    if course.left_out:
        shown = words.joined([_short(slot, words) for slot in course.left_out])
        said.append(words.say("trend_analysis.left_out", n=len(course.left_out), slots=shown))
    if course.verdict.unjudged:
        said.append(words.say("trend_analysis.not_judged", n=course.verdict.unjudged))
    if course.known:
        said += [words.say(f"trend_analysis.gap_{kind}", n=n) for kind, n in result.gaps.items()]
    return tuple(Notice(text, "neutral") for text in said)
