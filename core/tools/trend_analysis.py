"""A figure over time: whether it changes or only varies, and which days stand out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import fmean
from typing import Any

from pydantic import Field

from core.answer import Heading, Metric, Metrics, Notice, Part, Text
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
    names,
    next_questions,
    ratio_metric,
    scope,
    why_not,
)
from core.measures.counted import counted, machines
from core.measures.course import (
    Course,
    Unusual,
    course_of,
    fitting,
    gaps_by_cause,
    sums_before,
    unusual_points,
    windows_of,
)
from core.measures.measurement import Measurement, measure
from core.measures.plan import Targets, target_oee, targets
from core.measures.pooling import pooled
from core.measures.series import LOWER_IS_BETTER, By, Kpi, of_period, value
from core.parts.course import (
    chart_of,
    edge_name,
    kpi_name,
    shown_figure,
    shown_limits,
    slot_label,
    slot_name,
    table_of,
)
from core.tool import ManufacturingTool, PeriodArgs
from core.words import Words

_DAYS = 30
_PERCENT = frozenset((*RATIOS, "scrap_ratio"))
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
        by = args.by or fitting(args.kpi, period)
        asking = windows_of(calendar, period, by)
        measured = (machines if args.kpi == "mtbf" else counted)(context.hierarchy, asked)
        found, goals, is_counted = await asyncio.gather(
            measure(context, measured, asking.hull, asking.intervals),
            _goals(context, measured, args.kpi, period),
            context.has("production"),
        )
        line = course_of(args.kpi, by, found, asking, counted=is_counted)
        parts = pooled(found.windows[asking.history :])
        whole = of_period(found, period, parts)
        reference = context.before(period, asked)
        before, before_cites = await sums_before(context, found, whole, asking, period, reference)
        figure = partial(value, args.kpi, rules=found.rules, counted=is_counted)
        return TrendResult(
            asked=asked,
            period=period,
            reference=reference,
            course=line,
            now=figure(parts),
            before=figure(before) if before else None,
            target=target_oee(goals, parts, dict(period.arguments).get("shift")),
            unusual=unusual_points(found, line),
            gaps=gaps_by_cause(found, line),
            found=of_period(found, period, parts, rated=args.kpi in _RATED),
            cites=tuple(cite for cite in (*found.cites, *before_cites, goals.cite) if cite),
        )

    def present(self, result: TrendResult, words: Words) -> tuple[Part, ...]:
        shown = names(result.asked, words)
        title = words.say("trend_analysis.title", kpi=kpi_name(result.course, words), assets=shown)
        first = result.asked[0].id if len(result.asked) == 1 else ""
        return (
            Heading(f"{title} · {words.period(result.period)}"),
            Text(_sentence(result, words), result.cites),
            *_metrics(result, words),
            *chart_of(result.course, result.target, words, result.cites),
            *table_of(result.course, result.unusual, words, result.cites),
            *_notices(result, words),
            *caveats(result.found, result.period, words),
            next_questions(
                (words.say("trend_analysis.why"), f"/downtime {first}".strip()),
                (words.say("trend_analysis.improve"), f"/improve {first}".strip()),
                (words.say("trend_analysis.by_shift"), f"/compare {first} by shift".strip()),
            ),
        )


async def _goals(
    context: ToolContext, measured: Sequence[Asset], kpi: Kpi, period: Period
) -> Targets:
    return await targets(context, measured, period.end) if kpi == "oee" else Targets()


# --- saying ----------------------------------------------------------------------------------


def _sentence(result: TrendResult, words: Words) -> str:
    named = {
        "kpi": kpi_name(result.course, words),
        **scope(result.asked, result.period, words),
    }
    if not result.course.known:
        return words.say("trend_analysis.nothing", **named, why=_why_not(result, words))
    now = shown_figure(result.course, result.now, words)
    said = words.say("trend_analysis.summary", **named, value=now)
    return " ".join([said, *_verdict(result, words)])


def _why_not(result: TrendResult, words: Words) -> str:
    kpis = result.found.kpis
    if result.course.kpi in RATIOS or result.course.kpi == "scrap_ratio":
        return why_not(kpis, result.course.kpi, words)
    if result.course.kpi == "output" and not result.course.unit:
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
        lower, upper = shown_limits(course, words)
        return [words.say(f"trend_analysis.normal_{course.by}", lower=lower, upper=upper)]
    said = []
    if course.verdict.slope is not None:
        rate = kpi_difference(course.kpi, course.verdict.slope, course.unit, words)
        rate = words.say(f"trend_analysis.per_{course.by}", amount=rate)
        said.append(words.say(f"trend_analysis.{_turn(course, course.verdict.slope)}", rate=rate))
    elif (run := course.last_run) is not None:
        said.append(_said_of_run(course, run, words))
    if result.unusual:
        said.append(_said_of_unusual(result, words))
    return said or [words.say("trend_analysis.restless")]


def _said_of_unusual(result: TrendResult, words: Words) -> str:
    first = result.unusual[0]
    return words.say(
        f"trend_analysis.unusual_{result.course.by}",
        n=len(result.unusual),
        whole=result.course.known,
        worst=slot_name(result.course, first.slot, words),
        value=shown_figure(result.course, first.value, words),
    )


def _turn(course: Course, delta: float) -> str:
    return "better" if (delta > 0) != (course.kpi in LOWER_IS_BETTER) else "worse"


def _said_of_run(course: Course, run: Signal, words: Words) -> str:
    inside = [p for p in course.shown[run.first : run.last + 1] if p is not None]
    center = course.verdict.limits.center if course.verdict.limits else 0.0
    turn = _turn(course, 1.0 if run.kind == "run_above" else -1.0)
    later = [p for p in course.shown[run.last + 1 :] if p is not None]
    return words.say(
        f"trend_analysis.level_{turn}" if not later else f"trend_analysis.was_{turn}",
        first=edge_name(course, run.first, words),
        last=edge_name(course, run.last, words, last=True),
        mean=shown_figure(course, fmean(inside), words),
        center=shown_figure(course, center, words),
    )


def _metrics(result: TrendResult, words: Words) -> tuple[Part, ...]:
    course, cites, n = result.course, result.cites, len(result.unusual)
    limits = course.verdict.limits
    if result.now is None and limits is None:
        return ()
    metrics = [_whole(result, words)]
    if limits is not None:
        label = words.say(f"trend_analysis.range_{course.by}")
        note = words.say("trend_analysis.baseline", n=limits.points)
        metrics.append(Metric(label, " – ".join(shown_limits(course, words)), note, cites=cites))
        label = words.say(f"trend_analysis.beyond_{course.by}")
        of = words.say("common.of_total", part=n, whole=course.known)
        metrics.append(Metric(label, of, "", "warning" if n else "neutral", cites))
    return (Metrics(tuple(metrics)),)


def _whole(result: TrendResult, words: Words) -> Metric:
    """The figure of the whole period against the period before."""
    label = kpi_name(result.course, words)
    against: dict[str, Any] = {
        "before": result.before,
        "reference": _reference(result, words),
        "higher_is_better": result.course.kpi not in LOWER_IS_BETTER,
        "cites": result.cites,
    }
    if result.course.kpi in _PERCENT:
        return ratio_metric(label, result.now, words, target=result.target, **against)
    shown = shown_figure(result.course, result.now, words)
    return amount_metric(label, result.now, shown, words, **against)


def _reference(result: TrendResult, words: Words) -> str:
    if result.reference is None:
        return ""
    arguments = dict(result.period.arguments)
    if "days" in arguments:
        return words.say("trend_analysis.days_before", n=int(arguments["days"]))
    return words.period_name(result.reference)


def _notices(result: TrendResult, words: Words) -> tuple[Part, ...]:
    said, course = [], result.course
    if course.left_out:
        shown = words.joined([slot_label(slot, words) for slot in course.left_out])
        said.append(words.say("trend_analysis.left_out", n=len(course.left_out), slots=shown))
    if course.verdict.unjudged:
        said.append(words.say("trend_analysis.not_judged", n=course.verdict.unjudged))
    if course.known:
        said += [words.say(f"trend_analysis.gap_{kind}", n=n) for kind, n in result.gaps.items()]
    return tuple(Notice(text, "neutral") for text in said)
