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
from core.answer import Actions, Heading, Notice, Part, Text
from core.context import ToolContext
from core.domain import periods
from core.domain.assets import Asset
from core.domain.periods import Period
from core.domain.shifts import ShiftCalendar
from core.figures import caveats, names, next_questions, said_again, scope
from core.measures.causes import causes
from core.measures.counted import as_far, counted, measure_before
from core.measures.measurement import measure
from core.measures.series import slots
from core.measures.stopped import Key, Lengths, Stopped, lengths, meant, stopped, stopped_before
from core.parts import stop_sentences, stops
from core.parts.stop_metrics import metrics_of
from core.tool import IfOwn, ManufacturingTool, PeriodArgs
from core.words import Words

Focus = Literal["stops", "longest", "mtbf", "mttr"]
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
    focus: IfOwn[Focus] = Field(
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
            measure_before(context, found, period, reference, causes=True),
            causes(context, found),
        )
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
        reference = words.period_name(result.reference) if result.reference else ""
        return (
            Heading(f"{title} · {words.period(result.period)}"),
            *_lead(result, words),
            *metrics_of(
                result.now, result.before, result.lengths, result.long_minutes, reference, words
            ),
            *_chart(result, words),
            *stops.by_reason(result.now, result.before, result.args.top, words),
            *_places(result, words),
            *stops.longest(result.lengths, result.now.found.names, result.period.zone, words),
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
        return (_focused(result.args.focus, result, words), usual)
    if not result.standing:
        return (usual,)
    shown, until, zone = result.standing[:_STANDING], result.period.end, result.period.zone
    said = [
        stop_sentences.what_stands(one, result.names[one.asset], until, zone, words)
        for one in shown
    ]
    return (Text(" ".join(said), stops.cites_of(shown)), usual)


def _focused(focus: Focus, result: DowntimeResult, words: Words) -> Text:
    now, about = result.now, scope(result.asked, result.period, words)
    match focus:
        case "stops":
            return stop_sentences.how_many(now, about, words)
        case "longest":
            by_id = result.now.found.names
            return stop_sentences.which_longest(
                now, result.lengths, by_id, result.period, about, words
            )
        case "mtbf" | "mttr":
            return stop_sentences.how_reliable(focus, now, about, words)


def _sentence(result: DowntimeResult, words: Words) -> str:
    now, about = result.now, scope(result.asked, result.period, words)
    if now.minutes is None:
        return words.say("downtime_analysis.unknown", **about)
    if result.args.reason is not None and not now.rows:
        known = [bar.key for bar in now.of_all_reasons.ranked(top=5) if bar.key]
        missing = {**about, "reason": result.args.reason, "known": words.joined(known)}
        return words.say(f"downtime_analysis.no_such{'' if known else '_at_all'}", **missing)
    if not now.minutes:
        return words.say("downtime_analysis.none", **about)
    many = len(now.found.assets)
    form = "reason" if result.args.reason else "many" if many > 1 else "one"
    key = f"downtime_analysis.down_{form}"
    said = words.say(
        key if now.single else f"{key}_sums",
        **about,
        minutes=words.minutes(now.minutes),
        reason=result.args.reason or "",
        stops=words.say("common.stops", n=now.stops) if now.single else "",
        count=words.say("common.assets", n=many),
    )
    return f"{said} {stop_sentences.which_worst(now, result.args.reason, words)}"


# --- rankings --------------------------------------------------------------------------------


def _place(result: DowntimeResult) -> Key:
    by_id = result.now.found.names
    if result.by == "shift":
        return lambda row: result.shifts[row.window]
    return lambda row: by_id.get(row.asset, row.asset)


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
    return [*notices, *stops.doubts(now, words)]


def _next(result: DowntimeResult, words: Words) -> Actions:
    place, period = said_again(result.asked, None), result.args.period
    again = said_again(result.asked, period)
    questions = []
    if result.has_shifts and result.by != "shift":
        questions.append((words.say("downtime_analysis.ask_shift"), f"/downtime {again} by shift"))
    if len(result.now.found.assets) > 1 and result.now.rows:
        worst = result.now.ranked(lambda row: row.asset)[0].key
        asset = next(a for a in result.now.found.assets if a.id == worst)
        label = words.say("downtime_analysis.ask_asset", asset=asset.name)
        questions.append((label, f"/downtime {said_again([asset], period)}"))
    questions.append((words.say("downtime_analysis.ask_trend"), f"/trend {place} downtime"))
    questions.append((words.say("downtime_analysis.ask_cost"), f"/cost {again}"))
    return next_questions(*questions)
