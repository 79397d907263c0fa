"""What an asset is, how it stands now, and its history: shifts, stops, reasons, changes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Literal

from pydantic import Field

from core.alerts.observe import standing
from core.alerts.situation import OpenStop
from core.answer import Actions, Heading, Notice, Part, Text
from core.context import ToolContext
from core.domain import periods
from core.domain.assets import Asset
from core.domain.shifts import Shift
from core.figures import caveats, next_questions
from core.measures.causes import Causes, causes_since
from core.measures.changes import Change, changes
from core.measures.counted import counted
from core.measures.last_shifts import ended, shifts_measured
from core.measures.live_states import State, states
from core.measures.measurement import Measurement
from core.parts import asset_facts
from core.parts import changes as change_parts
from core.parts import shifts as shift_parts
from core.parts import states as state_parts
from core.parts import stops as stop_parts
from core.tool import IfOwn, ManufacturingTool, ScopeArgs
from core.words import Words

_SHIFTS = 5
_REASONS = 5
_STOPS = 8
_CHANGES = 6
_STATES = 12
_CHANGED = timedelta(days=180)
_MINUTE = timedelta(minutes=1)


class AssetArgs(ScopeArgs):
    """One asset, line, area or plant."""

    focus: IfOwn[Literal["contact", "place"]] = Field(
        default=None,
        description="What is asked about first: whom to ask about it, or where it stands.",
    )


@dataclass(frozen=True, slots=True)
class AssetResult:
    """`counted` are the assets that make up a place. `silent_since` is the time of the newest
    data of any of them where that is too old. `shifts` and the windows of `recent` are the
    last ended shifts, the newest last; `recent` is None where no shifts are known. `told` are the
    causes of the last 30 days; `single` says whether stops are recorded one by one.
    """

    asset: Asset
    focus: Literal["contact", "place"] | None
    path: tuple[Asset, ...]
    inside: tuple[Asset, ...]
    counted: frozenset[str]
    zone: str
    now: datetime
    states: tuple[State, ...]
    live_cites: tuple[int, ...]
    stops: tuple[OpenStop, ...]
    silent_since: datetime | None
    shifts: tuple[Shift, ...]
    recent: Measurement | None
    told: Causes
    single: bool
    changed: tuple[Change, ...]
    change_cites: tuple[int, ...]

    @property
    def is_place(self) -> bool:
        return asset_facts.is_place(self.asset)

    @property
    def recent_cites(self) -> tuple[int, ...]:
        return self.recent.cites if self.recent else ()

    @property
    def names(self) -> dict[str, str]:
        return {asset.id: asset.name for asset in (self.asset, *self.inside)}


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
        shifts = tuple(reversed([*islice(ended(calendar, context.now), _SHIFTS)]))
        month = periods.last_days(calendar, context.now, 30).interval
        (
            (live, live_cites),
            stops,
            recent,
            told,
            (changed, change_cites),
            times,
        ) = await asyncio.gather(
            states(context, inside),
            standing(context, [asset], planned=True),
            shifts_measured(context, assets, shifts),
            causes_since(context, assets, month),
            changes(context, [asset, *inside], context.now - _CHANGED),
            context.data_times(a.id for a in assets),
        )
        return AssetResult(
            asset=asset,
            focus=args.focus,
            path=tuple(context.hierarchy[i] for i in context.hierarchy.path(asset.id)[1:]),
            inside=tuple(a for a in inside if a.id != asset.id),
            counted=frozenset(a.id for a in assets),
            zone=context.installation.zone(asset),
            now=context.now,
            states=live,
            live_cites=live_cites,
            stops=stops,
            silent_since=_silent(context, times),
            shifts=shifts,
            recent=recent,
            told=told,
            single=not context.installation.stops_are_sums,
            changed=changed,
            change_cites=change_cites,
        )

    def present(self, result: AssetResult, words: Words) -> tuple[Part, ...]:
        asset, recent, changed = result.asset, result.recent, result.changed[:_CHANGES]
        moment = words.moment(result.now, result.zone)
        cites = result.live_cites + stop_parts.cites_of(result.stops) + result.recent_cites
        inner = [state for state in result.states if state.asset.id != asset.id]
        return (
            Heading(f"{words.say('asset_lookup.title', asset=asset.name)} · {moment}"),
            *_focused(result, words),
            Text(_sentence(result, words), cites),
            asset_facts.about(asset, result.path, result.inside, words),
            *state_parts.listed(inner, _STATES, result.zone, result.live_cites, words),
            *stop_parts.lasting(result.stops[:_STOPS], result.names, result.zone, words),
            *(shift_parts.listed(result.shifts, recent, words) if recent else ()),
            *stop_parts.frequent(result.told, _REASONS, words, single=result.single),
            *change_parts.listed(changed, result.names, asset.id, result.change_cites, words),
            *_notices(result, words),
            _next(result, words),
        )


# --- finding ---------------------------------------------------------------------------------


def _silent(context: ToolContext, times: Mapping[str, datetime]) -> datetime | None:
    newest = max(times.values(), default=None)
    limit = context.now - context.installation.rules.stale_minutes * _MINUTE
    return newest if newest is not None and newest < limit else None


# --- the first sentences ---------------------------------------------------------------------


def _focused(result: AssetResult, words: Words) -> tuple[Text, ...]:
    asset = result.asset.name
    match result.focus:
        case "contact":
            contacts = words.joined(asset_facts.contacts(result.asset, result.inside), "or")
            key = "whom" if contacts else "nobody"
            return (Text(words.say(f"asset_lookup.{key}", asset=asset, contacts=contacts)),)
        case "place":
            key = "where" if result.path else "where_plant"
            return (
                Text(
                    words.say(
                        f"asset_lookup.{key}", asset=asset, place=asset_facts.place(result.path)
                    )
                ),
            )
        case None:
            return ()


def _sentence(result: AssetResult, words: Words) -> str:
    now = _place_now(result, words) if result.is_place else _now(result, words)
    last = shift_parts.last_of(result.shifts, result.recent, words) if result.recent else []
    return " ".join([now, *last])


def _now(result: AssetResult, words: Words) -> str:
    """The state of one asset; a stale feed tells nothing of now."""
    asset = result.asset.name
    own = next((state for state in result.states if state.asset.id == result.asset.id), None)
    stop = next((stop for stop in result.stops if stop.asset == result.asset.id), None)
    if own is not None and own.stale is not None:
        age = words.minutes((result.now - own.stale) / _MINUTE)
        moment = words.moment(own.stale, result.zone)
        said = {"age": age, "moment": moment, "state": state_parts.named(own.state, words)}
        return words.say("asset_lookup.stale", asset=asset, **said)
    if own is None and result.silent_since is not None:
        return _silence(result, result.silent_since, words)
    if stop is not None and (own is None or not own.is_running):
        length = words.minutes(stop.minutes)
        clock = words.clock(stop.since, result.zone)
        said = {"clock": clock, "minutes": length, "reason": stop_parts.reason(stop, words)}
        return words.say("asset_lookup.stopped", asset=asset, **said)
    if own is None:
        return words.say("asset_lookup.no_live", asset=asset)
    state = state_parts.named(own.state, words)
    if own.since is None:
        return words.say("asset_lookup.state", asset=asset, state=state)
    length = words.minutes((result.now - own.since) / _MINUTE)
    said = {"state": state, "clock": words.clock(own.since, result.zone), "minutes": length}
    return words.say("asset_lookup.state_since", asset=asset, **said)


def _silence(result: AssetResult, since: datetime, words: Words) -> str:
    age = result.now - since
    days = words.say("common.days", n=age.days)
    said = {
        "age": days if age.days > 1 else words.minutes(age / _MINUTE),
        "moment": words.moment(since, result.zone, year=age.days > 300),
    }
    return words.say("asset_lookup.silent", asset=result.asset.name, **said)


def _place_now(result: AssetResult, words: Words) -> str:
    asset = result.asset.name
    known = [state for state in result.states if state.asset.id in result.counted]
    fresh = [state for state in known if state.stale is None]
    if not known and result.silent_since is not None:
        return _silence(result, result.silent_since, words)
    if not fresh:
        return words.say("asset_lookup.no_live", asset=asset)
    shown = state_parts.counted(fresh, words)
    stale = [state.asset.name for state in known if state.stale is not None]
    said = [words.say("asset_lookup.place", asset=asset, n=len(fresh), states=shown)]
    if stale:
        said.append(words.say("asset_lookup.place_stale", assets=words.joined(stale)))
    return " ".join(said)


# --- what else to know -----------------------------------------------------------------------


def _notices(result: AssetResult, words: Words) -> list[Notice]:
    notices = []
    if result.recent is None:
        notices.append(Notice(words.say("asset_lookup.no_shifts"), "neutral"))
    elif result.shifts:
        period = periods.Period(result.recent.asked, result.zone, "")
        stale = result.recent.stale if result.is_place else {}
        notices += caveats(replace(result.recent, open_stops=(), stale=stale), period, words)
    if not result.told.rows and result.told.by is None:
        notices.append(Notice(words.say("asset_lookup.no_reasons"), "neutral"))
    return notices


def _next(result: AssetResult, words: Words) -> Actions:
    asked = {"why": "downtime", "oee": "oee", "status": "production", "trend": "trend"}
    return next_questions(
        *(
            (words.say(f"asset_lookup.ask_{key}"), f"/{command} {result.asset.id}")
            for key, command in asked.items()
        )
    )
