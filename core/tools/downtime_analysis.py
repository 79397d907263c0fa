"""Why it stood still: reasons in falling order, the longest stops, MTBF and MTTR."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Literal

from pydantic import Field

from core.alerts.observe import standing
from core.alerts.situation import OpenStop
from core.answer import Actions, Heading, Metric, Metrics, Notice, Part, Text
from core.context import ToolContext
from core.domain import periods
from core.domain.assets import Asset
from core.domain.periods import Period
from core.domain.shifts import ShiftCalendar
from core.figures import Against, caveats, names, next_questions, said_again
from core.measures.causes import UNTOLD, causes
from core.measures.counted import as_far, counted, is_comparable, measure_before
from core.measures.measurement import measure
from core.measures.series import slots
from core.measures.stopped import Key, Lengths, Stopped, lengths, meant, stopped, stopped_before
from core.parts import stops
from core.tool import IfOwn, ManufacturingTool, PeriodArgs
from core.words import Words

_TOP = 8
_LONGEST = 5
_PLACES = 10
_DAYS = 7
_STANDING = 3
# From this part on it is said how much has no reason.
_MUCH = 0.1


class DowntimeArgs(PeriodArgs):
    top: int = Field(default=_TOP, ge=1, le=30, description="How many reasons to show.")
    reason: str | None = Field(
        default=None,
        description="Only stops whose reason, reason group or loss holds these words: 'jam'.",
    )
    by: Literal["reason", "asset", "shift"] | None = Field(
        default=None, description="Rank reasons (the default), assets or shifts by downtime."
    )
    focus: IfOwn[Literal["stops", "longest", "mtbf", "mttr"]] = Field(
        default=None,
        description="The figure that is asked about first, where it is not the minutes: the "
        "number of stops, the longest stop, MTBF or MTTR.",
    )


@dataclass(frozen=True, slots=True)
class DowntimeResult:
    """`shifts` names the windows of the measurement; `has_shifts` says whether the period has
    any. `standing` are the stops that last right now, where no other time was asked about, and
    `names` those of their assets.
    """

    asked: tuple[Asset, ...]
    period: Period
    reference: Period | None
    args: DowntimeArgs
    by: Literal["reason", "asset", "shift"] | None
    now: Stopped
    before: Stopped | None
    shifts: tuple[str, ...]
    has_shifts: bool
    lengths: Lengths
    long_minutes: float
    standing: tuple[OpenStop, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)


class DowntimeAnalysis(ManufacturingTool[DowntimeArgs, DowntimeResult]):
    """Why and how long assets stood still: reasons ranked by minutes with counts and cumulative
    share, the longest stops, MTBF and MTTR, against the period before. Default period: the last
    7 days; for an asset that stands right now also today so far."""

    name = "downtime_analysis"
    command = "downtime"
    args = DowntimeArgs
    examples = {  # noqa: RUF012 - a class's constant
        "en": (
            "why was line 3 down last night?",
            "top 5 downtime reasons in packaging last week",
            "conveyor jams on line 3 in the last 30 days by shift",
            "what is the MTBF of grinder 5?",
        ),
        "de": (
            "Warum stand Linie 3 letzte Nacht?",
            "Top 5 Stillstandsgründe der Verpackung letzte Woche",
            "Störungen an Linie H1 in den letzten 30 Tagen nach Schicht",
            "Wie hoch ist die MTBF von Grinder 5?",
        ),
    }

    async def run(self, args: DowntimeArgs, context: ToolContext) -> DowntimeResult:
        asked = context.scope(args.assets)
        assets = counted(context.hierarchy, asked)
        stands = await _standing(args, asked, len(assets), context)
        default = _until_now if stands else partial(periods.last_days, days=_DAYS)
        period = context.period(args.period, default, asked)
        shifts = slots(context.installation.calendar(asked[0]), period.interval, "shift")
        windows = shifts if args.by == "shift" else ()
        inside = [window.interval for window in windows]
        found = await measure(context, assets, period.interval, inside, causes=True)
        reference = as_far(context.before(period, asked), period, found)
        before, told = await asyncio.gather(
            measure_before(context, assets, reference, causes=True), causes(context, found)
        )
        if before is not None and not is_comparable(period, found, before):
            before = None
        wanted = meant(args.reason, told.rows, context.words) if args.reason else None
        now, past, long = await asyncio.gather(
            stopped(context, asked, found, told, wanted),
            stopped_before(context, asked, before, wanted),
            lengths(context, found, told, wanted, _LONGEST),
        )
        return DowntimeResult(
            asked=asked,
            period=period,
            reference=reference,
            args=args,
            by=None if args.by == "shift" and not shifts else args.by,
            now=now,
            before=past,
            shifts=tuple(window.shift for window in windows),
            has_shifts=bool(shifts),
            lengths=long,
            long_minutes=context.installation.rules.long_stop_minutes,
            standing=stands,
            names={stop.asset: context.hierarchy[stop.asset].name for stop in stands},
        )

    def present(self, result: DowntimeResult, words: Words) -> tuple[Part, ...]:
        title = words.say("downtime_analysis.title", assets=names(result.asked, words))
        return (
            Heading(f"{title} · {words.period(result.period)}"),
            *_lead(result, words),
            *_metrics(result, words),
            *_chart(result, words),
            *stops.by_reason(result.now, result.before, result.args.top, words),
            *_places(result, words),
            *stops.longest(result.lengths, _names(result), result.period.zone, words),
            *_notices(result, words),
            _next(result, words),
        )


async def _standing(
    args: DowntimeArgs, asked: Sequence[Asset], many: int, context: ToolContext
) -> tuple[OpenStop, ...]:
    """What lasts right now, where one asset's stops are asked about and no time is named; a
    line's own stop says already what its machines' say."""
    if args.period or args.reason or args.focus or many != 1:
        return ()
    found = await standing(context, asked)
    own = tuple(stop for stop in found if any(stop.asset == asset.id for asset in asked))
    return own or found


def _until_now(calendar: ShiftCalendar, now: datetime) -> Period:
    """The last days with the running one, so that a stop that still lasts is among them."""
    today = calendar.production_day(now)
    return periods.dates(calendar, now, today - _DAYS * periods.DAY, today)


# --- the first sentences ---------------------------------------------------------------------


def _lead(result: DowntimeResult, words: Words) -> tuple[Text, ...]:
    """What was asked for by name, or stands right now, comes before what has been."""
    usual = Text(_sentence(result, words), result.now.cites)
    if result.args.focus and result.now.minutes is not None:
        return (_focused(result, words), usual)
    if not result.standing:
        return (usual,)
    said = " ".join(_stands(stop, result, words) for stop in result.standing[:_STANDING])
    return (Text(said, stops.cites_of(result.standing[:_STANDING])), usual)


def _focused(result: DowntimeResult, words: Words) -> Text:
    now, focus = result.now, result.args.focus
    scope = _scope(result, words)
    if focus == "stops":
        if not now.single:
            return Text(words.say("downtime_analysis.stops_unknown", **scope), now.cites)
        count = words.say("common.stops", n=now.stops)
        return Text(words.say("downtime_analysis.stops", **scope, stops=count), now.cites)
    if focus == "longest":
        return _longest_first(result, words)
    failures = now.reliability
    inside = names(now.machines, words)
    if now.machines and _of_machines(result, words):
        scope["assets"] = words.say("downtime_analysis.failures_of", **scope, machines=inside)
    if failures is None or failures.failures is None:
        said = words.say(f"downtime_analysis.{focus}_unknown", **scope)
    elif not failures.failures:
        said = words.say("downtime_analysis.no_failures", **scope)
    else:
        kpi = "mtbf" if focus == "mtbf" else failures.mend_by
        minutes = words.minutes(failures.mtbf if focus == "mtbf" else failures.mean_to_mend)
        n = failures.failures
        said = words.say(f"downtime_analysis.{kpi}", **scope, minutes=minutes, n=n)
    return Text(said, now.reliability_cites or now.cites)


def _longest_first(result: DowntimeResult, words: Words) -> Text:
    if not result.lengths.longest:
        key = "longest_none" if result.now.single else "longest_unknown"
        said = words.say(f"downtime_analysis.{key}", **_scope(result, words))
        return Text(said, result.now.cites)
    first = result.lengths.longest[0]
    said = words.say(
        "downtime_analysis.longest_is",
        assets=_names(result).get(first.asset, first.asset),
        period=words.period_name(result.period),
        minutes=words.minutes(first.minutes),
        moment=words.moment(first.start, result.period.zone),
        reason=stops.reason(first, words),
    )
    return Text(said, result.lengths.longest_cites)


def _scope(result: DowntimeResult, words: Words) -> dict[str, str]:
    return {"assets": names(result.asked, words), "period": words.period_name(result.period)}


def _stands(stop: OpenStop, result: DowntimeResult, words: Words) -> str:
    zone = result.period.zone
    is_old = stop.since < result.period.end - periods.DAY
    since = words.moment(stop.since, zone) if is_old else words.clock(stop.since, zone)
    nameless = not stop.reason and stop.loss in UNTOLD
    return words.say(
        "downtime_analysis.stands",
        asset=result.names[stop.asset],
        since=since,
        minutes=words.minutes(stop.minutes),
        reason=words.say("downtime_analysis.no_reason") if nameless else stops.reason(stop, words),
    )


def _sentence(result: DowntimeResult, words: Words) -> str:
    now, scope = result.now, _scope(result, words)
    if now.minutes is None:
        return words.say("downtime_analysis.unknown", **scope)
    if result.args.reason is not None and not now.rows:
        known = [bar.key for bar in now.of_all_reasons.ranked(top=5) if bar.key]
        missing = {**scope, "reason": result.args.reason, "known": words.joined(known)}
        return words.say(f"downtime_analysis.no_such{'' if known else '_at_all'}", **missing)
    if not now.minutes:
        return words.say("downtime_analysis.none", **scope)
    many = len(now.found.assets)
    form = "reason" if result.args.reason else "many" if many > 1 else "one"
    key = f"downtime_analysis.down_{form}"
    said = words.say(
        key if now.single else f"{key}_sums",
        **scope,
        minutes=words.minutes(now.minutes),
        reason=result.args.reason or "",
        stops=words.say("common.stops", n=now.stops) if now.single else "",
        count=words.say("common.assets", n=many),
    )
    return f"{said} {_worst(result, words)}"


def _worst(result: DowntimeResult, words: Words) -> str:
    """The worst reason that has a name; or why there is none."""
    now = result.now
    if now.told.by is None:
        return words.say("downtime_analysis.no_causes")
    ranked = now.ranked()
    if result.args.reason and len(ranked) == 1 and now.all_minutes:
        share = words.percent(ranked[0].value / now.all_minutes, 0)
        return words.say("downtime_analysis.of_all", share=share)
    worst = next((bar for bar in ranked if bar.key), None)
    if worst is None or not worst.value:
        return words.say("downtime_analysis.none_named")
    said = {
        "reason": stops.named(worst.key, now.told, words),
        "minutes": words.minutes(worst.value),
        "share": words.percent(worst.share, 0),
    }
    if worst.count is None:
        return words.say("downtime_analysis.worst_sums", **said)
    n = words.say("common.stops", n=worst.count)
    return words.say("downtime_analysis.worst", **said, stops=n)


# --- figures ---------------------------------------------------------------------------------


def _metrics(result: DowntimeResult, words: Words) -> tuple[Part, ...]:
    now, before = result.now, result.before
    if now.minutes is None:
        return ()
    reference = words.period_name(result.reference) if result.reference else ""
    cites = now.cites + (before.cites if before else ())
    against = Against(words, reference, cites)
    label = words.say("kpis.downtime")
    shown = [against.minutes(label, now.minutes, before.minutes if before else None)]
    if now.single:
        label = words.say("common.stop_count")
        shown.append(against.count(label, now.stops, before.stops if before else None))
        shown += _lengths(result, words)
        shown += _reliable(result, reference, words)
    return (Metrics(tuple(shown)),)


def _lengths(result: DowntimeResult, words: Words) -> list[Metric]:
    rows, cites, median = result.now.rows, result.now.cites, result.lengths.median
    whole = sum(row.event_minutes for row in rows)
    if median is None or not result.now.stops or not whole:
        return []
    long_stops = sum(row.long_stops for row in rows)
    of_time = words.percent(sum(row.long_minutes for row in rows) / whole)
    label = words.say("downtime_analysis.long", minutes=words.minutes(result.long_minutes))
    change = words.say("downtime_analysis.of_time", share=of_time)
    middle = words.say("downtime_analysis.median")
    return [
        Metric(middle, words.minutes(median), cites=cites, amount=median),
        Metric(label, words.number(long_stops), change, cites=cites, amount=long_stops),
    ]


def _reliable(result: DowntimeResult, reference: str, words: Words) -> list[Metric]:
    """MTBF and MTTR are of all failures, so they are not given for some reasons only."""
    now, before = result.now.reliability, result.before and result.before.reliability
    if now is None or now.failures is None:
        return []
    of, cites = _of_machines(result, words), result.now.reliability_cites
    mtbf, mend = words.say("kpis.mtbf") + of, words.say(f"kpis.{now.mend_by}") + of
    if not now.failures:
        return [Metric(mtbf, words.say("downtime_analysis.no_failure"), cites=cites)]
    cites += result.before.reliability_cites if result.before else ()
    against = Against(words, reference, cites)
    mended = before.mean_to_mend if before and before.mend_by == now.mend_by else None
    return [
        against.minutes(mtbf, now.mtbf, before.mtbf if before else None, higher_is_better=True),
        against.minutes(mend, now.mean_to_mend, mended),
    ]


def _of_machines(result: DowntimeResult, words: Words) -> str:
    """Failures are those of machines; where others are asked for it is said of which."""
    inside = result.now.machines
    if {asset.id for asset in inside} == {asset.id for asset in result.now.found.assets}:
        return ""
    if len(inside) == 1:
        return f", {inside[0].name}"
    return f", {words.say('downtime_analysis.machines', n=len(inside))}"


# --- rankings --------------------------------------------------------------------------------


def _place(result: DowntimeResult) -> Key:
    by_id = _names(result)
    if result.by == "shift":
        return lambda row: result.shifts[row.window]
    return lambda row: by_id.get(row.asset, row.asset)


def _names(result: DowntimeResult) -> dict[str, str]:
    return {asset.id: asset.name for asset in result.now.found.assets}


def _chart(result: DowntimeResult, words: Words) -> tuple[Part, ...]:
    now, place = result.now, _place(result) if result.by in ("asset", "shift") else None
    if not now.rows or (now.told.by is None and place is None):
        return ()
    title = words.say(f"downtime_analysis.by_{result.by or 'reason'}")
    return (stops.pareto(now, title, result.args.top, words, place),)


def _places(result: DowntimeResult, words: Words) -> tuple[Part, ...]:
    if result.by == "shift":
        return stops.by_place(result.now, _place(result), "shift", _PLACES, words)
    if result.by == "reason" or len(result.now.found.assets) < 2:
        return ()
    return stops.by_place(result.now, _place(result), "asset", _PLACES, words)


# --- what else to know -----------------------------------------------------------------------


def _notices(result: DowntimeResult, words: Words) -> list[Notice]:
    now = result.now
    notices = [*caveats(now.found, result.period, words, about="stops")]
    part = now.nameless / now.minutes if now.minutes else 0.0
    if now.told.by == "reason" and _MUCH <= part < 1:
        share = words.percent(part, 0)
        notices.append(Notice(words.say("downtime_analysis.much_nameless", share=share)))
    if result.args.by == "shift" and result.by != "shift":
        notices.append(Notice(words.say("downtime_analysis.no_shifts")))
    if (both := now.overlapping()) is not None:
        logged, minutes = (f"{words.number(value)} min" for value in both)
        said = words.say("downtime_analysis.overlap", logged=logged, counted=minutes)
        notices.append(Notice(said, "neutral"))
    if (both := now.second_opinion()) is not None:
        events, rows, gap = words.durations([*both, abs(both[0] - both[1])])
        said = words.say("downtime_analysis.differ", events=events, rows=rows, gap=gap)
        notices.append(Notice(said))
    if not now.single and now.minutes is not None:
        key = "from_rows" if now.found.stops is None else "sums"
        notices.append(Notice(words.say(f"downtime_analysis.{key}"), "neutral"))
    return notices


def _next(result: DowntimeResult, words: Words) -> Actions:
    scope, period = said_again(result.asked, None), result.args.period
    again = said_again(result.asked, period)
    questions = []
    if result.has_shifts and result.by != "shift":
        questions.append((words.say("downtime_analysis.ask_shift"), f"/downtime {again} by shift"))
    if len(result.now.found.assets) > 1 and result.now.rows:
        worst = result.now.ranked(lambda row: row.asset)[0].key
        asset = next(a for a in result.now.found.assets if a.id == worst)
        label = words.say("downtime_analysis.ask_asset", asset=asset.name)
        questions.append((label, f"/downtime {said_again([asset], period)}"))
    questions.append((words.say("downtime_analysis.ask_trend"), f"/trend {scope} downtime"))
    questions.append((words.say("downtime_analysis.ask_cost"), f"/cost {again}"))
    return next_questions(*questions)
