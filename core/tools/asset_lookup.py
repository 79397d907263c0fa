"""What an asset is, how it stands now, and its history: shifts, stops, reasons, changes."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.answer import Actions, Heading, Notice, Part, Table, Text
from core.context import ToolContext
from core.data.query import Condition, Query
from core.data.source import Row
from core.domain import oee, periods
from core.domain.assets import AREA, PLANT, Asset
from core.domain.periods import Interval
from core.domain.shifts import Shift
from core.figures import caveats, next_questions
from core.measures.causes import Causes, causes
from core.measures.changes import Change, changes
from core.measures.counted import counted
from core.measures.measurement import Measurement, measure
from core.tool import ManufacturingTool, ScopeArgs
from core.words import Words

_SHIFTS = 5
_REASONS = 5
_STOPS = 8
_CHANGES = 6
_STATES = 12
_CHANGED = timedelta(days=180)
_MINUTE = timedelta(minutes=1)
_RUNNING = "running"


class AssetArgs(ScopeArgs):
    """One asset, line, area or plant."""


@dataclass(frozen=True, slots=True)
class State:
    """As the live data tells; `stale` is the time of data that is too old to go by."""

    asset: Asset
    state: str
    since: datetime | None
    stale: datetime | None


@dataclass(frozen=True, slots=True)
class OpenStop:
    asset: Asset
    since: datetime
    reason: str
    loss: str


@dataclass(frozen=True, slots=True)
class AssetResult:
    """`counted` are the assets that make up a place. `silent_since` is the time of the newest
    data of any of them where that is too old. `shifts` and the windows of `recent` are the
    last ended shifts, the newest last; `recent` is None where no shifts are known. `told` are the
    causes of the last 30 days; `single` says whether stops are recorded one by one.
    """

    asset: Asset
    path: tuple[Asset, ...]
    inside: tuple[Asset, ...]
    counted: frozenset[str]
    zone: str
    now: datetime
    states: tuple[State, ...]
    stops: tuple[OpenStop, ...]
    silent_since: datetime | None
    shifts: tuple[Shift, ...]
    recent: Measurement | None
    told: Causes
    single: bool
    changed: tuple[Change, ...]
    cites: dict[str, tuple[int, ...]]

    @property
    def is_place(self) -> bool:
        return self.asset.kind in (PLANT, AREA)


class AssetLookup(ManufacturingTool[AssetArgs, AssetResult]):
    """What an asset, line, area or plant is: where it stands, its state now, its last shifts, its
    open stops, its frequent reasons, what changed lately, and whom to ask."""

    name = "asset_lookup"
    command = "asset"
    args = AssetArgs
    examples = {  # noqa: RUF012 - a class's constant
        "en": (
            "tell me about grinder 5",
            "what is robot-2 and who do I ask about it?",
            "show the history of line 3",
        ),
        "de": (
            "Was weißt du über Grinder 5?",
            "Wer ist für Roboter 2 zuständig?",
            "Zeig die Historie von Linie 3",
        ),
    }

    async def run(self, args: AssetArgs, context: ToolContext) -> AssetResult:
        asset = context.scope(args.assets, most=1 if args.assets else None)[0]
        assets = counted(context.hierarchy, [asset])
        inside = context.hierarchy.equipment(asset.id)
        calendar = context.installation.calendar(asset)
        shifts = _last_shifts(context, asset)
        (
            (states, live),
            (stops, open_cites),
            recent,
            (told, month),
            (changed, change_cites),
            times,
        ) = await asyncio.gather(
            _states(context, inside),
            _open_stops(context, inside),
            _recent(context, assets, shifts),
            _reasons(context, assets, periods.last_days(calendar, context.now, 30).interval),
            changes(context, [asset, *inside], context.now - _CHANGED),
            context.data_times(a.id for a in assets),
        )
        return AssetResult(
            asset=asset,
            path=tuple(context.hierarchy[i] for i in context.hierarchy.path(asset.id)[1:]),
            inside=tuple(a for a in inside if a.id != asset.id),
            counted=frozenset(a.id for a in assets),
            zone=context.installation.zone(asset),
            now=context.now,
            states=states,
            stops=stops,
            silent_since=_silent(context, times),
            shifts=shifts,
            recent=recent,
            told=told,
            single=not context.installation.stops_are_sums,
            changed=changed,
            cites={
                "live": live,
                "stops": open_cites,
                "recent": recent.cites if recent else (),
                "month": month,
                "changes": change_cites,
            },
        )

    def present(self, result: AssetResult, words: Words) -> tuple[Part, ...]:
        moment = words.moment(result.now, result.zone)
        cites = result.cites["live"] + result.cites["stops"] + result.cites["recent"]
        return (
            Heading(f"{words.say('asset_lookup.title', asset=result.asset.name)} · {moment}"),
            Text(_sentence(result, words), cites),
            _about(result, words),
            *_state_table(result, words),
            *_open_table(result, words),
            *_shift_table(result, words),
            *_reason_table(result, words),
            *_change_table(result, words),
            *_notices(result, words),
            _next(result, words),
        )


# --- finding ---------------------------------------------------------------------------------


def _last_shifts(context: ToolContext, asset: Asset) -> tuple[Shift, ...]:
    calendar = context.installation.calendar(asset)
    shifts: list[Shift] = []
    shift = calendar.last_ended(context.now)
    while shift is not None and len(shifts) < _SHIFTS:
        shifts.append(shift)
        shift = calendar.last_ended(shift.interval.start)
    return tuple(reversed(shifts))


def _silent(context: ToolContext, times: Mapping[str, datetime]) -> datetime | None:
    newest = max(times.values(), default=None)
    limit = context.now - context.installation.rules.stale_minutes * _MINUTE
    return newest if newest is not None and newest < limit else None


async def _recent(
    context: ToolContext, assets: Sequence[Asset], shifts: Sequence[Shift]
) -> Measurement | None:
    if not shifts or not await _is_measured(context):
        return None
    whole = Interval(shifts[0].interval.start, shifts[-1].interval.end)
    return await measure(context, assets, whole, [shift.interval for shift in shifts])


async def _reasons(
    context: ToolContext, assets: Sequence[Asset], month: Interval
) -> tuple[Causes, tuple[int, ...]]:
    if not await context.has("downtime"):
        return Causes(), ()
    told = await causes(context, await measure(context, assets, month))
    return told, told.cites


async def _is_measured(context: ToolContext) -> bool:
    return await context.has("production") or await context.has("downtime")


async def _states(
    context: ToolContext, inside: Sequence[Asset]
) -> tuple[tuple[State, ...], tuple[int, ...]]:
    """Of the equipment itself, as far as live data knows it."""
    if not await context.has("live"):
        return (), ()
    ids = tuple(sorted(asset.id for asset in inside))
    fetched = await context.fetch(Query("live", ids))
    limit = context.now - context.installation.rules.stale_minutes * _MINUTE
    by_id = {str(row["asset"]): row for row in fetched.rows}
    found = []
    for asset in inside:
        row = by_id.get(asset.id)
        if row is not None:
            updated = _time(row, "updated")
            stale = updated if updated is not None and updated < limit else None
            found.append(State(asset, str(row["state"] or "").lower(), _time(row, "since"), stale))
    return tuple(found), (fetched.cite,)


async def _open_stops(
    context: ToolContext, inside: Sequence[Asset]
) -> tuple[tuple[OpenStop, ...], tuple[int, ...]]:
    if not await context.has("downtime", "end"):
        return (), ()
    ids = tuple(sorted(asset.id for asset in inside))
    query = Query("downtime", ids, where=(Condition("end", "is null"),))
    fetched = await context.fetch(replace(query, order_by=("start",), limit=50))
    by_id = {asset.id: asset for asset in inside}
    stops = [
        OpenStop(
            by_id[str(row["asset"])],
            since,
            str(row.get("reason") or row.get("reason_code") or ""),
            str(row.get("loss") or "unclassified"),
        )
        for row in fetched.rows
        if (since := _time(row, "start")) is not None
    ]
    return tuple(stops), (fetched.cite,)


def _time(row: Row, name: str) -> datetime | None:
    value = row.get(name)
    return value if isinstance(value, datetime) else None


# --- saying ----------------------------------------------------------------------------------


def _sentence(result: AssetResult, words: Words) -> str:
    if result.is_place:
        return " ".join([_place_now(result, words), *_last_shift(result, words)])
    own = next((state for state in result.states if state.asset.id == result.asset.id), None)
    stop = next((stop for stop in result.stops if stop.asset.id == result.asset.id), None)
    return " ".join([_now(result, own, stop, words), *_last_shift(result, words)])


def _now(result: AssetResult, own: State | None, stop: OpenStop | None, words: Words) -> str:
    """The state of one asset; a stale feed tells nothing of now."""
    asset = result.asset.name
    if own is not None and own.stale is not None:
        age = words.minutes((result.now - own.stale) / _MINUTE)
        moment = words.moment(own.stale, result.zone)
        said = {"age": age, "moment": moment, "state": _state(own.state, words)}
        return words.say("asset_lookup.stale", asset=asset, **said)
    if own is None and result.silent_since is not None:
        return _silence(result, result.silent_since, words)
    if stop is not None and (own is None or own.state != _RUNNING):
        length = words.minutes((result.now - stop.since) / _MINUTE)
        clock = words.clock(stop.since, result.zone)
        said = {"clock": clock, "minutes": length, "reason": _reason(stop, words)}
        return words.say("asset_lookup.stopped", asset=asset, **said)
    if own is None:
        return words.say("asset_lookup.no_live", asset=asset)
    state = _state(own.state, words)
    if own.since is None:
        return words.say("asset_lookup.state", asset=asset, state=state)
    length = words.minutes((result.now - own.since) / _MINUTE)
    clock = words.clock(own.since, result.zone)
    return words.say(
        "asset_lookup.state_since", asset=asset, state=state, clock=clock, minutes=length
    )


def _silence(result: AssetResult, since: datetime, words: Words) -> str:
    age = result.now - since
    said = {
        "age": words.say("common.days", n=age.days)
        if age.days > 1
        else words.minutes(age / _MINUTE),
        "moment": words.moment(since, result.zone, year=age.days > 300),
    }
    return words.say("asset_lookup.silent", asset=result.asset.name, **said)


def _place_now(result: AssetResult, words: Words) -> str:
    asset = result.asset.name
    states = [state for state in result.states if state.asset.id in result.counted]
    fresh = [state for state in states if state.stale is None]
    if not states and result.silent_since is not None:
        return _silence(result, result.silent_since, words)
    if not fresh:
        return words.say("asset_lookup.no_live", asset=asset)
    counts = Counter(state.state for state in fresh)
    shown = [f"{n}\u00a0× {_state(state, words)}" for state, n in counts.most_common()]
    stale = [state.asset.name for state in states if state.stale is not None]
    said = [words.say("asset_lookup.place", asset=asset, n=len(fresh), states=words.joined(shown))]
    if stale:
        said.append(words.say("asset_lookup.place_stale", assets=words.joined(stale)))
    return " ".join(said)


def _state(state: str, words: Words) -> str:
    key = f"production_status.state_{state}"
    return words.say(key) if words.has(key) else state or words.unknown


def _reason(stop: OpenStop, words: Words) -> str:
    key = f"losses.{stop.loss.lower()}"
    return stop.reason or (words.say(key) if words.has(key) else stop.loss)


def _last_shift(result: AssetResult, words: Words) -> list[str]:
    if result.recent is None or not result.shifts:
        return []
    parts = result.recent.windows[-1]
    kpis = oee.roll_up(parts, result.recent.rules)
    if kpis.oee is None and all(part.total is None for part in parts.values()):
        return []
    shift = f"{result.shifts[-1].name}, {words.day(result.shifts[-1].day)}"
    shown = _oee(parts, result.recent, words)
    said = {"shift": shift, "made": _made(parts, words), "oee": shown}
    return [words.say("asset_lookup.last_shift", **said)]


def _made(parts: Mapping[str, oee.Sums], words: Words) -> str:
    """What was made, per counting unit; unknown parts are not counted as nothing."""
    totals: defaultdict[str, float] = defaultdict(float)
    for part in parts.values():
        if part.total is not None:
            totals[part.unit or ""] += part.total
    return (
        words.joined([words.units(n, unit or None) for unit, n in totals.items()]) or words.unknown
    )


def _oee(parts: Mapping[str, oee.Sums], recent: Measurement, words: Words) -> str:
    """With the part of the planned time that there is data for, where that is too little."""
    kpis = oee.roll_up(parts, recent.rules)
    if kpis.oee is None or kpis.coverage_state != "warn":
        return words.percent(kpis.oee)
    part = words.percent(kpis.coverage, 0)
    return words.say("asset_lookup.partly", oee=words.percent(kpis.oee), coverage=part)


def _about(result: AssetResult, words: Words) -> Table:
    asset = result.asset
    kind = f"asset_lookup.kind_{asset.kind}"
    rows = [("kind", words.say(kind) if words.has(kind) else asset.kind)]
    if result.path:
        rows.append(("place_of", " › ".join(above.name for above in reversed(result.path))))
    if result.inside:
        shown = [inner.name for inner in result.inside[:8]]
        if len(result.inside) > 8:
            shown.append(words.say("common.more", n=len(result.inside) - 8))
        rows.append(("inside", ", ".join(shown)))
    if not result.is_place:
        rate = words.unknown
        if asset.ideal_rate is not None:
            amount = words.units(
                asset.ideal_rate, asset.unit or None, 0 if asset.ideal_rate >= 10 else 1
            )
            rate = words.say("common.per_minute", value=amount)
        rows.append(("rate", rate))
    roles = [name for name in ("output_point", "constraint") if getattr(asset, name)]
    if roles:
        rows.append(("role", words.joined([words.say(f"asset_lookup.{role}") for role in roles])))
    if asset.aliases:
        rows.append(("aliases", ", ".join(asset.aliases)))
    contacts = [asset.contact] if asset.contact else []
    contacts = contacts or list(dict.fromkeys(a.contact for a in result.inside if a.contact))
    rows.append(("contact", "; ".join(contacts[:4]) or words.say("asset_lookup.no_contact")))
    said = tuple((words.say(f"asset_lookup.{key}"), value) for key, value in rows)
    return Table((words.say("asset_lookup.about"), asset.name), said, "ll")


def _state_table(result: AssetResult, words: Words) -> tuple[Part, ...]:
    """Of what lies inside: those that do not run first."""
    states = [state for state in result.states if state.asset.id != result.asset.id]
    if not states:
        return ()
    states.sort(key=lambda s: (s.stale is not None, s.state == _RUNNING))
    rows = []
    for state in states[:_STATES]:
        if state.stale is not None:
            shown, since = (
                words.unknown,
                words.say(
                    "asset_lookup.silent_since", clock=words.moment(state.stale, result.zone)
                ),
            )
        else:
            shown = _state(state.state, words)
            since = words.moment(state.since, result.zone) if state.since else ""
        rows.append((state.asset.name, shown, since))
    if len(states) > _STATES:
        rows.append((words.say("common.more", n=len(states) - _STATES), "", ""))
    heads = (words.say("common.asset"), words.say("common.state"), words.say("asset_lookup.since"))
    title = words.say("asset_lookup.states")
    return (Table(heads, tuple(rows), "lll", title, result.cites["live"]),)


def _open_table(result: AssetResult, words: Words) -> tuple[Part, ...]:
    if not result.stops:
        return ()
    rows = [
        (
            stop.asset.name,
            words.moment(stop.since, result.zone),
            words.minutes((result.now - stop.since) / _MINUTE),
            _reason(stop, words),
        )
        for stop in result.stops[:_STOPS]
    ]
    heads = (
        words.say("common.asset"),
        words.say("common.start"),
        words.say("common.duration"),
        words.say("common.reason"),
    )
    title = words.say("asset_lookup.open")
    return (Table(heads, tuple(rows), "llrl", title, result.cites["stops"]),)


def _shift_table(result: AssetResult, words: Words) -> tuple[Part, ...]:
    if result.recent is None:
        return ()
    rows = []
    for shift, parts in reversed(list(zip(result.shifts, result.recent.windows, strict=True))):
        known = [part.stopped for part in parts.values() if part.stopped is not None]
        rows.append(
            (
                f"{shift.name}, {words.day(shift.day)}",
                _made(parts, words),
                _oee(parts, result.recent, words),
                words.minutes(sum(known) if known else None),
            )
        )
    heads = (
        words.say("common.shift"),
        words.say("kpis.output"),
        words.say("kpis.oee"),
        words.say("kpis.downtime"),
    )
    title = words.say("asset_lookup.shifts")
    return (Table(heads, tuple(rows), "lrrr", title, result.cites["recent"]),)


def _reason_table(result: AssetResult, words: Words) -> tuple[Part, ...]:
    told = result.told
    sums: defaultdict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for row in told.rows:
        if key := told.key(row):
            sums[key][0] += row.stops
            sums[key][1] += row.minutes
    if not sums or told.by is None:
        return ()
    single = result.single
    often = sorted(sums.items(), key=lambda e: (-e[1][0] if single else 0, -e[1][1]))[:_REASONS]
    rows = tuple(
        (
            words.say(f"losses.{key}") if told.by == "loss" else key,
            *((words.number(stops),) if single else ()),
            words.minutes(minutes),
        )
        for key, (stops, minutes) in often
    )
    heads = (
        words.say(f"common.{told.by}"),
        *((words.say("common.stop_count"),) if single else ()),
        words.say("common.duration"),
    )
    title = words.say("asset_lookup.reasons" if single else "asset_lookup.reasons_sums")
    return (Table(heads, rows, "lrr" if single else "lr", title, result.cites["month"]),)


def _change_table(result: AssetResult, words: Words) -> tuple[Part, ...]:
    if not result.changed:
        return ()
    by_id = {asset.id: asset for asset in (result.asset, *result.inside)}
    rows = []
    for change in result.changed[:_CHANGES]:
        what = words.say(f"asset_lookup.changed_{change.kind}")
        if change.subject:
            what = f"{what}, {change.subject}"
        if change.asset != result.asset.id:
            what = f"{by_id[change.asset].name}: {what}"
        step = f"{_value(change, change.before, words)} → {_value(change, change.after, words)}"
        rows.append((words.day(change.at.date(), year=True), what, step))
    heads = (
        words.say("asset_lookup.since"),
        words.say("asset_lookup.what"),
        words.say("common.change"),
    )
    title = words.say("asset_lookup.changes")
    return (Table(heads, tuple(rows), "lll", title, result.cites["changes"]),)


def _value(change: Change, value: float | None, words: Words) -> str:
    match change.kind:
        case "oee_target":
            return words.percent(value)
        case "cost":
            return words.say("common.per_hour", value=words.money(value, change.currency))
        case "rate":
            digits = 0 if value is None or value >= 10 else 2
            return words.say("common.per_minute", value=words.number(value, digits))
        case "units_target":
            return words.number(value)


def _notices(result: AssetResult, words: Words) -> list[Notice]:
    notices = []
    if result.recent is None:
        notices.append(Notice(words.say("asset_lookup.no_shifts"), "neutral"))
    elif result.shifts:
        period = periods.Period(result.recent.asked, result.zone, "")
        own = replace(
            result.recent, open_stops=(), stale={} if not result.is_place else result.recent.stale
        )
        notices += caveats(own, period, words)
    if not result.told.rows and result.told.by is None:
        notices.append(Notice(words.say("asset_lookup.no_reasons"), "neutral"))
    return notices


def _next(result: AssetResult, words: Words) -> Actions:
    scope = result.asset.id
    return next_questions(
        (words.say("asset_lookup.ask_why"), f"/downtime {scope}"),
        (words.say("asset_lookup.ask_oee"), f"/oee {scope}"),
        (words.say("asset_lookup.ask_status"), f"/production {scope}"),
        (words.say("asset_lookup.ask_trend"), f"/trend {scope}"),
    )
