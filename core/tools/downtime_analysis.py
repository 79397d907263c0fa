"""Why it stood still: reasons in falling order, the longest stops, MTBF and MTTR."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Literal

from pydantic import Field

from core.alerts.observe import standing
from core.alerts.situation import OpenStop
from core.answer import Actions, Chart, Heading, Metric, Metrics, Notice, Part, Series, Table, Text
from core.context import ToolContext
from core.data.query import Condition
from core.domain import periods
from core.domain.assets import Asset
from core.domain.pareto import Bar, pareto
from core.domain.periods import Interval, Period
from core.domain.reliability import Reliability, reliability
from core.domain.shifts import ShiftCalendar
from core.figures import amount_metric, caveats, names, next_questions
from core.measures.causes import (
    UNPLANNED,
    UNTOLD,
    Cause,
    Causes,
    LongStop,
    causes,
    longest_stops,
    median_minutes,
)
from core.measures.counted import as_far, counted, is_comparable, machines, measure_before
from core.measures.measurement import Measurement, measure
from core.tool import ManufacturingTool, PeriodArgs
from core.words import Words

_TOP = 8
_LONGEST = 5
_PLACES = 10
_DAYS = 7
_STANDING = 3
# Minutes by which a sum of many stops may differ without meaning anything.
_ROUNDING = 1.0
# Above this part the two records of the same minutes are said to differ.
_GAP = 0.01
# From this part on it is said how much has no reason.
_MUCH = 0.1
Key = Callable[[Cause], str | None]


class DowntimeArgs(PeriodArgs):
    top: int = Field(default=_TOP, ge=1, le=30, description="How many reasons to show.")
    reason: str | None = Field(
        default=None,
        description="Only stops whose reason, reason group or loss holds these words: 'jam'.",
    )
    by: Literal["reason", "asset", "shift"] | None = Field(
        default=None, description="Rank reasons (the default), assets or shifts by downtime."
    )


@dataclass(frozen=True, slots=True)
class Stopped:
    """The unplanned stops of a period that were asked for.

    `minutes` is None where unknown, `all_minutes` counts those of other reasons too. `cites` are
    for the minutes; MTBF and MTTR are of `machines` and have their own.
    """

    found: Measurement
    told: Causes
    rows: tuple[Cause, ...]
    minutes: float | None
    all_minutes: float | None
    cites: tuple[int, ...]
    machines: tuple[Asset, ...]
    reliability: Reliability | None
    reliability_cites: tuple[int, ...]

    @property
    def stops(self) -> int:
        return sum(row.stops for row in self.rows)


@dataclass(frozen=True, slots=True)
class DowntimeResult:
    """`shifts` names the windows of the measurement; `median` is that of whole stops in minutes.

    `single` says whether stops are recorded one by one, so that they can be counted. `standing`
    are the stops that last right now, where no other time was asked about, and `names` those of
    their assets.
    """

    asked: tuple[Asset, ...]
    period: Period
    reference: Period | None
    args: DowntimeArgs
    by: Literal["reason", "asset", "shift"] | None
    now: Stopped
    before: Stopped | None
    shifts: tuple[str, ...]
    longest: tuple[LongStop, ...]
    longest_cites: tuple[int, ...]
    median: float | None
    single: bool
    long_minutes: float
    standing: tuple[OpenStop, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def cites(self) -> tuple[int, ...]:
        return self.now.cites

    @property
    def all_cites(self) -> tuple[int, ...]:
        """Also those of the period before."""
        return self.now.cites + (self.before.cites if self.before else ())


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
        is_now = args.period is None and args.reason is None and len(assets) == 1
        stands = await _standing(context, asked) if is_now else ()
        default = _until_now if stands else partial(periods.last_days, days=_DAYS)
        period = context.period(args.period, default, asked)
        reference = context.before(period, asked)
        shifts = _shifts(context, asked[0], period) if args.by == "shift" else []
        windows = [interval for _, interval in shifts]
        found = await measure(context, assets, period.interval, windows)
        reference = as_far(reference, period, found)
        before, told = await asyncio.gather(
            measure_before(context, assets, reference),
            causes(context, found),
        )
        if before is not None and not is_comparable(period, found, before):
            before = None
        wanted = _wanted(args.reason, told.rows, context.words) if args.reason else None
        where = (*((UNPLANNED,) if told.others else ()), *((wanted,) if wanted else ()))
        now, past, (longest, longest_cites), median = await asyncio.gather(
            _stopped(context, asked, found, wanted, told),
            _stopped_before(context, asked, before, wanted),
            longest_stops(context, found, _LONGEST, where),
            median_minutes(context, found, where),
        )
        return DowntimeResult(
            asked,
            period,
            reference,
            args,
            None if args.by == "shift" and not shifts else args.by,
            now,
            past,
            tuple(name for name, _ in shifts),
            longest,
            longest_cites,
            median,
            not context.installation.stops_are_sums and found.stops is not None,
            context.installation.rules.long_stop_minutes,
            stands,
            {stop.asset: context.hierarchy[stop.asset].name for stop in stands},
        )

    def present(self, result: DowntimeResult, words: Words) -> tuple[Part, ...]:
        title = words.say("downtime_analysis.title", assets=names(result.asked, words))
        return (
            Heading(f"{title} · {words.period(result.period)}"),
            *_lead(result, words),
            *_metrics(result, words),
            *_chart(result, words),
            *_reasons(result, words),
            *_places(result, words),
            *_longest(result, words),
            *_notices(result, words),
            _next(result, words),
        )


# --- measuring -------------------------------------------------------------------------------


async def _standing(context: ToolContext, asked: Sequence[Asset]) -> tuple[OpenStop, ...]:
    """What lasts right now; a line's own stop says already what its machines' say."""
    found = await standing(context, asked)
    own = tuple(stop for stop in found if any(stop.asset == asset.id for asset in asked))
    return own or found


def _until_now(calendar: ShiftCalendar, now: datetime) -> Period:
    """The last days with the running one, so that a stop that still lasts is among them."""
    today = calendar.production_day(now)
    return periods.dates(calendar, now, today - _DAYS * periods.DAY, today)


def _shifts(context: ToolContext, asset: Asset, period: Period) -> list[tuple[str, Interval]]:
    inside = context.installation.calendar(asset).shifts(period.interval)
    parts = [(shift.name, shift.interval.clip(period.interval)) for shift in inside]
    return [(name, part) for name, part in parts if part is not None]


async def _stopped(
    context: ToolContext,
    asked: Sequence[Asset],
    found: Measurement,
    wanted: Condition | None,
    told: Causes,
) -> Stopped:
    rows = tuple(row for row in told.rows if wanted is None or _meets(row, wanted))
    known = [part.stopped for part in found.parts.values()]
    whole = sum(minutes for minutes in known if minutes is not None)
    minutes = None if all(part is None for part in known) else whole
    inside = () if wanted else machines(context.hierarchy, asked)
    return Stopped(
        found,
        told,
        rows,
        minutes if wanted is None or minutes is None else sum(row.minutes for row in rows),
        minutes,
        told.cites or found.cites,
        inside,
        *await _reliability(context, inside, found),
    )


async def _stopped_before(
    context: ToolContext,
    asked: Sequence[Asset],
    before: Measurement | None,
    wanted: Condition | None,
) -> Stopped | None:
    if before is None:
        return None
    return await _stopped(context, asked, before, wanted, await causes(context, before))


async def _reliability(
    context: ToolContext, inside: Sequence[Asset], found: Measurement
) -> tuple[Reliability | None, tuple[int, ...]]:
    """Of the machines `inside` what was asked; None where none of them has records, or where
    nothing tells which stops were breakdowns."""
    if found.stops is None or not inside:
        return None, ()
    others = [asset for asset in inside if asset.id not in found.parts]
    more = await measure(context, others, found.asked) if others else None
    parts = [found.parts[asset.id] for asset in inside if asset.id in found.parts]
    parts += more.parts.values() if more else ()
    cites = (*(found.cites if len(others) < len(inside) else ()), *(more.cites if more else ()))
    recorded = [part for part in parts if part.total is not None or part.run or part.stops]
    told = {loss for part in recorded for loss in part.stops or ()} - UNTOLD
    if not recorded or not (told or "loss" in await context.columns("downtime")):
        return None, ()
    return reliability(recorded), cites


def _wanted(said: str, rows: Iterable[Cause], words: Words) -> Condition:
    """The stops that are meant: those whose reason holds all the words, else whose group, code
    or loss does. Nothing meets it where no reason does."""
    parts = [_stem(part) for part in said.casefold().split()]
    for column in ("reason", "reason_group", "reason_code", "loss"):
        values = {str(v) for row in rows if (v := getattr(row, column)) is not None}
        shown = {v: words.say(f"losses.{v}") if column == "loss" else v for v in values}
        fitting = {
            value
            for value, text in shown.items()
            if all(part in f"{value} {text}".casefold() for part in parts)
        }
        if fitting:
            return Condition(column, "in", tuple(sorted(fitting)))
    return Condition("reason", "in", (said,))


def _stem(word: str) -> str:
    """A plural finds the singular."""
    for ending in ("en", "s"):
        if len(word) > len(ending) + 2 and word.endswith(ending):
            return word.removesuffix(ending)
    return word


def _meets(row: Cause, wanted: Condition) -> bool:
    value, among = getattr(row, wanted.column), wanted.value
    return isinstance(among, tuple) and value is not None and str(value) in among


# --- ranking ---------------------------------------------------------------------------------


def _ranked(result: DowntimeResult, stopped: Stopped, key: Key, top: int | None) -> list[Bar]:
    """Shares are of the minutes shown; "" stands for stops without any reason."""
    sums: dict[str, tuple[float, int]] = {}
    for row in stopped.rows:
        minutes, stops = sums.get(key(row) or "", (0.0, 0))
        sums[key(row) or ""] = minutes + row.minutes, stops + row.stops
    counted_stops = [(name, m, n if result.single else None) for name, (m, n) in sums.items()]
    return pareto([entry for entry in counted_stops if entry[1] > 0 or entry[2]], top)


def _place(result: DowntimeResult) -> Key:
    by_id = {asset.id: asset.name for asset in result.now.found.assets}
    if result.by == "shift":
        return lambda row: result.shifts[row.window]
    return lambda row: by_id.get(row.asset, row.asset)


def _named(key: str | None, told: Causes, words: Words) -> str:
    if key is None:
        return words.say("common.other")
    if not key:
        return words.say("downtime_analysis.no_reason")
    return words.say(f"losses.{key}") if told.by == "loss" else key


# --- saying ----------------------------------------------------------------------------------


def _lead(result: DowntimeResult, words: Words) -> tuple[Text, ...]:
    """What stands right now comes before what has been."""
    usual = Text(_sentence(result, words), result.cites)
    if not result.standing:
        return (usual,)
    said = " ".join(_stands(stop, result, words) for stop in result.standing[:_STANDING])
    cites = tuple(dict.fromkeys(c for s in result.standing[:_STANDING] for c in s.cites[:1]))
    return (Text(said, cites), usual)


def _stands(stop: OpenStop, result: DowntimeResult, words: Words) -> str:
    zone = result.period.zone
    is_old = stop.since < result.period.end - periods.DAY
    since = words.moment(stop.since, zone) if is_old else words.clock(stop.since, zone)
    reason = stop.reason or (
        words.say("downtime_analysis.no_reason")
        if stop.loss in UNTOLD
        else words.say(f"losses.{stop.loss.value}")
    )
    said = {"since": since, "minutes": words.minutes(stop.minutes), "reason": reason}
    return words.say("downtime_analysis.stands", asset=result.names[stop.asset], **said)


def _sentence(result: DowntimeResult, words: Words) -> str:
    now = result.now
    named = {"assets": names(result.asked, words), "period": words.period_name(result.period)}
    if now.minutes is None:
        return words.say("downtime_analysis.unknown", **named)
    if result.args.reason is not None and not now.rows:
        known = [bar.key for bar in _ranked(result, _all(now), now.told.key, 5) if bar.key]
        missing = {**named, "reason": result.args.reason, "known": words.joined(known)}
        return words.say(f"downtime_analysis.no_such{'' if known else '_at_all'}", **missing)
    if not now.minutes:
        return words.say("downtime_analysis.none", **named)
    many = len(now.found.assets)
    form = "reason" if result.args.reason else "many" if many > 1 else "one"
    stops = words.say("common.stops", n=now.stops) if result.single else ""
    named |= {"minutes": words.minutes(now.minutes), "reason": result.args.reason or ""}
    named |= {"stops": stops, "count": words.say("common.assets", n=many)}
    key = f"downtime_analysis.down_{form}"
    said = [words.say(key if result.single else f"{key}_sums", **named)]
    return " ".join([*said, *_worst(result, words)])


def _all(stopped: Stopped) -> Stopped:
    """The same with the stops of all reasons."""
    return replace(stopped, rows=stopped.told.rows, minutes=stopped.all_minutes)


def _worst(result: DowntimeResult, words: Words) -> list[str]:
    """The worst reason that has a name; or why there is none."""
    now = result.now
    if now.told.by is None:
        return [words.say("downtime_analysis.no_causes")]
    ranked = _ranked(result, now, now.told.key, None)
    bars = [bar for bar in ranked if bar.key]
    if result.args.reason and len(ranked) == 1 and now.all_minutes:
        share = words.percent(ranked[0].value / now.all_minutes, 0)
        return [words.say("downtime_analysis.of_all", share=share)]
    if not bars or not bars[0].value:
        return [words.say("downtime_analysis.none_named")]
    worst = bars[0]
    said = {
        "reason": _named(worst.key, now.told, words),
        "minutes": words.minutes(worst.value),
        "share": words.percent(worst.share, 0),
    }
    if worst.count is None:
        return [words.say("downtime_analysis.worst_sums", **said)]
    stops = words.say("common.stops", n=worst.count)
    return [words.say("downtime_analysis.worst", **said, stops=stops)]


def _metrics(result: DowntimeResult, words: Words) -> tuple[Part, ...]:
    now, before = result.now, result.before
    if now.minutes is None:
        return ()
    reference = words.period_name(result.reference) if result.reference else ""
    amount = partial(
        amount_metric,
        words=words,
        reference=reference,
        higher_is_better=False,
        cites=result.all_cites,
    )
    shown = [
        amount(
            words.say("kpis.downtime"),
            now.minutes,
            words.minutes(now.minutes),
            before=before.minutes if before else None,
        )
    ]
    if result.single:
        shown.append(
            amount(
                words.say("common.stop_count"),
                now.stops,
                words.number(now.stops),
                before=before.stops if before else None,
            )
        )
        shown += _lengths(result, words)
        shown += _reliable(result, words)
    return (Metrics(tuple(shown)),)


def _lengths(result: DowntimeResult, words: Words) -> list[Metric]:
    rows, cites = result.now.rows, result.cites
    whole = sum(row.event_minutes for row in rows)
    if result.median is None or not result.now.stops or not whole:
        return []
    long_stops = sum(row.long_stops for row in rows)
    of_time = words.percent(sum(row.long_minutes for row in rows) / whole)
    label = words.say("downtime_analysis.long", minutes=words.minutes(result.long_minutes))
    change = words.say("downtime_analysis.of_time", share=of_time)
    median = Metric(
        words.say("downtime_analysis.median"),
        words.minutes(result.median),
        cites=cites,
        amount=result.median,
    )
    count = words.number(long_stops)
    return [median, Metric(label, count, change, cites=cites, amount=long_stops)]


def _reliable(result: DowntimeResult, words: Words) -> list[Metric]:
    """MTBF and MTTR are of all failures, so they are not given for some reasons only."""
    now, before = result.now.reliability, result.before and result.before.reliability
    if now is None or now.failures is None:
        return []
    reference = words.period_name(result.reference) if result.reference else ""
    cites = result.now.reliability_cites
    of = _of_machines(result, words)
    if not now.failures:
        nothing = words.say("downtime_analysis.no_failure")
        return [Metric(words.say("kpis.mtbf") + of, nothing, cites=cites)]
    cites += result.before.reliability_cites if result.before else ()
    metric = partial(amount_metric, words=words, reference=reference, cites=cites)
    return [
        metric(
            words.say("kpis.mtbf") + of,
            now.mtbf,
            words.minutes(now.mtbf),
            before=before.mtbf if before else None,
        ),
        metric(
            words.say(f"kpis.{now.mend_by}") + of,
            now.mean_to_mend,
            words.minutes(now.mean_to_mend),
            before=before.mean_to_mend if before and before.mend_by == now.mend_by else None,
            higher_is_better=False,
        ),
    ]


def _of_machines(result: DowntimeResult, words: Words) -> str:
    """Failures are those of machines; where others are asked for it is said of which."""
    inside = result.now.machines
    if {asset.id for asset in inside} == {asset.id for asset in result.now.found.assets}:
        return ""
    if len(inside) == 1:
        return f", {inside[0].name}"
    return f", {words.say('downtime_analysis.machines', n=len(inside))}"


def _chart(result: DowntimeResult, words: Words) -> tuple[Part, ...]:
    now = result.now
    by_place = result.by in ("asset", "shift")
    if not now.rows or (now.told.by is None and not by_place):
        return ()
    key = _place(result) if by_place else now.told.key
    bars = _ranked(result, now, key, result.args.top)
    labels = [
        words.say("common.other") if bar.key is None else bar.key if by_place
        else _named(bar.key, now.told, words)
        for bar in bars
    ]  # fmt: skip
    shares = tuple(None if bar.cumulative is None else bar.cumulative * 100 for bar in bars)
    return (
        Chart(
            "pareto",
            words.say(f"downtime_analysis.by_{result.by or 'reason'}"),
            tuple(labels),
            (
                Series(words.say("kpis.downtime"), tuple(bar.value for bar in bars)),
                Series(words.say("common.cumulative"), shares),
            ),
            "min",
            cites=result.cites,
        ),
    )


def _reasons(result: DowntimeResult, words: Words) -> tuple[Part, ...]:
    now = result.now
    if now.told.by is None or not now.rows:
        return ()
    before = {
        bar.key: bar.value
        for bar in (_ranked(result, result.before, now.told.key, None) if result.before else ())
    }
    rows = []
    for bar in _ranked(result, now, now.told.key, result.args.top):
        past = words.minutes(before.get(bar.key, 0.0)) if bar.key is not None else ""
        rows.append((
            _named(bar.key, now.told, words),
            words.minutes(bar.value),
            *((words.number(bar.count),) if result.single else ()),
            words.percent(bar.share, 0),
            words.percent(bar.cumulative, 0),
            *((past,) if result.before else ()),
        ))  # fmt: skip
    heads = [
        words.say(f"common.{now.told.by}"),
        words.say("common.duration"),
        *([words.say("common.stop_count")] if result.single else []),
        words.say("common.share"),
        words.say("common.cumulative"),
        *([words.say("downtime_analysis.before")] if result.before else []),
    ]
    title = words.say(f"downtime_analysis.by_{now.told.by}")
    return (Table(tuple(heads), tuple(rows), "l" + "r" * 5, title, result.all_cites),)


def _places(result: DowntimeResult, words: Words) -> tuple[Part, ...]:
    """Where or when it stood, with the worst reason of each."""
    now, by = result.now, result.by
    if not now.rows or (by != "shift" and (by == "reason" or len(now.found.assets) < 2)):
        return ()
    key = _place(result)
    rows = []
    for bar in _ranked(result, now, key, _PLACES):
        own = replace(now, rows=tuple(row for row in now.rows if key(row) == bar.key))
        reasons = [r for r in _ranked(result, own, now.told.key, None) if r.key]
        worst = _named(reasons[0].key, now.told, words) if reasons and now.told.by else ""
        rows.append((
            words.say("common.other") if bar.key is None else bar.key,
            words.minutes(bar.value),
            *((words.number(bar.count),) if result.single else ()),
            words.percent(bar.share, 0),
            worst if bar.key is not None else "",
        ))  # fmt: skip
    heads = [
        words.say("common.shift" if by == "shift" else "common.asset"),
        words.say("common.duration"),
        *([words.say("common.stop_count")] if result.single else []),
        words.say("common.share"),
        words.say("downtime_analysis.most"),
    ]
    align = "lrrrl" if result.single else "lrrl"
    title = words.say(
        "downtime_analysis.by_shift" if by == "shift" else "downtime_analysis.by_asset"
    )
    return (Table(tuple(heads), tuple(rows), align, title, result.cites),)


def _longest(result: DowntimeResult, words: Words) -> tuple[Part, ...]:
    if not result.longest:
        return ()
    by_id = {asset.id: asset.name for asset in result.now.found.assets}
    many = len(by_id) > 1
    rows = []
    for stop in result.longest:
        length = words.minutes(stop.minutes)
        named = stop.reason or words.say(f"losses.{stop.loss.value}")
        rows.append((
            words.moment(stop.start, result.period.zone),
            *((by_id.get(stop.asset, stop.asset),) if many else ()),
            words.say("downtime_analysis.still", minutes=length) if stop.is_open else length,
            named,
        ))  # fmt: skip
    heads = [words.say("common.start"), words.say("common.duration"), words.say("common.reason")]
    if many:
        heads.insert(1, words.say("common.asset"))
    title = words.say("downtime_analysis.longest")
    return (
        Table(tuple(heads), tuple(rows), "llrl" if many else "lrl", title, result.longest_cites),
    )


def _notices(result: DowntimeResult, words: Words) -> list[Notice]:
    notices = [*caveats(result.now.found, result.period, words, about="stops")]
    nameless = sum(row.minutes for row in result.now.rows if not row.name)
    part = nameless / result.now.minutes if result.now.minutes else 0.0
    if result.now.told.by == "reason" and _MUCH <= part < 1:
        share = words.percent(part, 0)
        notices.append(Notice(words.say("downtime_analysis.much_nameless", share=share)))
    if result.args.by == "shift" and result.by != "shift":
        notices.append(Notice(words.say("downtime_analysis.no_shifts")))
    logged = sum(row.event_minutes for row in result.now.rows)
    minutes = result.now.minutes or 0.0
    if _counts_always(result.now.found) and result.single and logged - minutes > _ROUNDING:
        said = {"logged": f"{words.number(logged)} min", "counted": f"{words.number(minutes)} min"}
        notices.append(Notice(words.say("downtime_analysis.overlap", **said), "neutral"))
    both = _second_opinion(result.now.found)
    if both is not None:
        events, recorded = both
        said = {"events": words.minutes(events), "rows": words.minutes(recorded)}
        gap = words.minutes(abs(events - recorded))
        notices.append(Notice(words.say("downtime_analysis.differ", **said, gap=gap)))
    if result.now.found.stops is None and result.now.minutes is not None:
        notices.append(Notice(words.say("downtime_analysis.from_rows"), "neutral"))
    elif not result.single and result.now.minutes is not None:
        notices.append(Notice(words.say("downtime_analysis.sums"), "neutral"))
    return notices


def _counts_always(found: Measurement) -> bool:
    """Whether all of the period counts: then only overlaps and its edges shorten a stop."""
    if found.stops is None or found.stops.interval is None:
        return False
    whole = found.stops.interval
    return all(
        [(span.start, span.end) for span in planned.spans] == [(whole.start, whole.end)]
        for planned in found.stops.planned
    )


def _second_opinion(found: Measurement) -> tuple[float, float] | None:
    """Stop minutes of the events and of the production rows, where the two really differ."""
    if found.stops is None or not found.recorded_down:
        return None
    parts = [found.parts[asset] for asset in found.recorded_down]
    events = sum(part.stopped or 0.0 for part in parts)
    recorded = sum(found.recorded_down.values())
    return (events, recorded) if abs(events - recorded) > _GAP * max(events, recorded) else None


def _next(result: DowntimeResult, words: Words) -> Actions:
    scope = " ".join(asset.id for asset in result.asked)
    tail = f" {result.args.period}" if result.args.period else ""
    questions = []
    if result.by != "shift":
        command = f"/downtime {scope}{tail} by shift"
        questions.append((words.say("downtime_analysis.ask_shift"), command))
    if len(result.now.found.assets) > 1 and result.now.rows:
        by_asset = _ranked(result, result.now, lambda row: row.asset, None)
        asset = next(a for a in result.now.found.assets if a.id == by_asset[0].key)
        label = words.say("downtime_analysis.ask_asset", asset=asset.name)
        questions.append((label, f"/downtime {asset.id}{tail}"))
    questions.append((words.say("downtime_analysis.ask_trend"), f"/trend {scope} downtime"))
    questions.append((words.say("downtime_analysis.ask_cost"), f"/cost {scope}{tail}"))
    return next_questions(*questions)
