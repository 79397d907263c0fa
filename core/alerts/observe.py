"""Reads the Situation: open stops, plan, shifts, scrap, safety and feeds, each with one query.

What the plant's data does not hold is left out of `Situation.checked`; the rest stands.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from core.alerts.limits import AlertRules
from core.alerts.shift_facts import progress, readings, scrap
from core.alerts.situation import Check, Feed, OpenStop, SafetyEvent, Situation
from core.alerts.view import View
from core.context import ToolContext
from core.data.query import Condition, Query
from core.data.source import Row
from core.domain.alarms import STALE_AFTER
from core.domain.assets import AREA, PLANT, Asset
from core.domain.losses import Loss, parse_loss
from core.domain.money import Lost, downtime_cost
from core.domain.periods import Interval
from core.domain.safety import is_open, parse_severity
from core.errors import NoData
from core.measures.prices import Prices, prices

T = TypeVar("T")
_MINUTE = timedelta(minutes=1)
_MOST_OPEN = 200


async def observe(
    context: ToolContext, asked: Sequence[Asset], rules: AlertRules
) -> tuple[Situation, tuple[OpenStop, ...]]:
    """The situation of what was asked, and open stops that production since then contradicts.

    Raises SourceUnavailable; where a fact is missing that check is left out.
    """
    by_plant: dict[str, list[Asset]] = {}
    for asset in asked:
        by_plant.setdefault(asset.plant, []).append(asset)
    found = await asyncio.gather(
        *(_of_plant(context, tuple(assets), rules) for assets in by_plant.values())
    )
    whole = found[0]
    for situation, doubtful in found[1:]:
        whole = (_both(whole[0], situation), (*whole[1], *doubtful))
    return whole


def _both(first: Situation, second: Situation) -> Situation:
    times = [at for at in (first.data_time, second.data_time) if at is not None]
    return Situation(
        {**first.above, **second.above},
        first.checked | second.checked,
        max(times, default=None),
        first.stops + second.stops,
        first.progress + second.progress,
        first.readings + second.readings,
        first.scrap + second.scrap,
        first.safety + second.safety,
        first.feeds + second.feeds,
    )


async def _of_plant(
    context: ToolContext, asked: tuple[Asset, ...], rules: AlertRules
) -> tuple[Situation, tuple[OpenStop, ...]]:
    bare = View(context, asked, {})
    view = replace(bare, times=await context.data_times(bare.ids))
    stops, made, ratios, rejects, events = await asyncio.gather(
        _known(open_stops(view)),
        _known(progress(view)),
        _known(readings(view, rules)),
        _known(scrap(view, rules.scrap_jump)),
        _known(open_events(view, rules.safety.days)),
    )
    stops = stops or ()
    doubtful = await _doubtful(view, stops)
    stops = tuple(stop for stop in stops if stop not in doubtful)
    checked: dict[Check, bool] = {
        "down": await _reads_stops(view),
        "stop_cost": any(stop.cost is not None for stop in stops),
        "behind_plan": made is not None,
        "oee": any(
            r.oee is not None and r.oee_target is not None for s in ratios or () for r in s.readings
        ),
        "quality": any(r.quality is not None for s in ratios or () for r in s.readings),
        "scrap_jump": bool(rejects),
        "safety": events is not None,
        "feed_stale": bool(view.times),
    }
    situation = Situation(
        {a.id: context.hierarchy.path(a.id) for a in context.hierarchy},
        frozenset(check for check, known in checked.items() if known),
        max(view.times.values(), default=None),
        stops,
        made or (),
        ratios or (),
        rejects or (),
        events or (),
        await _stale_feeds(view, stops),
    )
    return situation, doubtful


async def _known(asked: Awaitable[T | None]) -> T | None:
    """None where the plant's data cannot answer."""
    try:
        return await asked
    except NoData:
        return None


# --- open stops ------------------------------------------------------------------------------


async def _has_stops(context: ToolContext) -> bool:
    return await context.has("downtime", "end") and not context.installation.stops_are_sums


async def _reads_stops(view: View) -> bool:
    """Whether there is anything to tell stops from: a table without one readable row tells as
    little of what stands as none."""
    if not await _has_stops(view.context):
        return False
    if view.times:
        return True
    newest = Query("downtime", view.ids, order_by=("-start",), limit=1)
    return bool(await view.context.look_up(newest))


async def standing(
    context: ToolContext, asked: Sequence[Asset], *, planned: bool = False
) -> tuple[OpenStop, ...]:
    """The stops of one plant's assets that last right now, the oldest first: unplanned ones, or
    `planned` ones too; without those that nobody closed. Raises SourceUnavailable."""
    bare = View(context, tuple(asked), {})
    view = replace(bare, times=await context.data_times(bare.ids))
    stops = await _known(open_stops(view)) or ()
    doubtful = await _doubtful(view, stops)
    lasting = (stop for stop in stops if stop not in doubtful)
    return tuple(stop for stop in lasting if planned or stop.loss is not Loss.PLANNED)


async def open_stops(view: View) -> tuple[OpenStop, ...] | None:
    """The stops without an end, the oldest first."""
    if not await _has_stops(view.context):
        return None
    still = (Condition("end", "is null"),)
    fetched, rates = await asyncio.gather(
        view.context.fetch(
            Query("downtime", view.ids, where=still, order_by=("-start",), limit=_MOST_OPEN)
        ),
        prices(view.context, view.equipment, view.now.date()),
    )
    found = [_open_stop(row, view, rates, fetched.cite) for row in fetched.rows]
    known = [stop for stop in found if stop is not None]
    return tuple(sorted(known, key=lambda stop: (stop.since, stop.asset)))


def _open_stop(row: Row, view: View, rates: Prices, cite: int) -> OpenStop | None:
    since, asset = row.get("start"), str(row["asset"])
    if not isinstance(since, datetime) or since > view.now:
        return None
    minutes = view.planned_minutes(asset, since, view.until)
    price = rates.downtime.get(asset)
    cost = downtime_cost([Lost(asset, minutes, price)]).amounts if price else {}
    reason = row.get("reason") or row.get("reason_code")
    cause = row.get("cause_asset")
    return OpenStop(
        str(row.get("id") or since.isoformat()),
        asset,
        since,
        minutes,
        parse_loss(str(row.get("loss"))),
        None if reason is None else str(reason),
        str(cause) if cause and cause != asset else None,
        cost.get(price.currency) if price else None,
        price.currency if price else "",
        _minutes_left(view, asset),
        any(point.id == asset for point in view.context.hierarchy.counted(view.asked[0].plant)),
        (cite, *(rates.cites if price else ())),
    )


def _minutes_left(view: View, asset: str) -> float:
    shift = view.calendar.current(view.now)
    return 0.0 if shift is None else view.planned_minutes(asset, view.until, shift.interval.end)


async def _doubtful(view: View, stops: Iterable[OpenStop]) -> tuple[OpenStop, ...]:
    """Stops of over a day whose asset has made something since: nobody closed their row."""
    day_ago = view.now - STALE_AFTER
    old = [stop for stop in stops if stop.since < day_ago]
    if not old or not await view.context.has("production", "total_units"):
        return ()
    ids = tuple(sorted({stop.asset for stop in old}))
    lately = Query("production", ids, Interval(day_ago, view.now), ("total_units",), ("asset",))
    made = {str(row["asset"]) for row in await view.context.look_up(lately) if row["total_units"]}
    return tuple(stop for stop in old if stop.asset in made)


# --- feeds -----------------------------------------------------------------------------------


async def _stale_feeds(view: View, stops: Sequence[OpenStop]) -> tuple[Feed, ...]:
    """Assets without new data for longer than the plant allows. An open stop that began after
    the last row is news of its own: then the machine is silent because it stands."""
    limit = view.context.installation.rules.stale_minutes
    newest: dict[str, datetime] = {}
    for stop in stops:
        newest[stop.asset] = max(stop.since, newest.get(stop.asset, stop.since))
    silent = {
        asset: minutes
        for asset, at in view.times.items()
        if (minutes := view.planned_minutes(asset, at, view.now)) > limit
        and newest.get(asset, at) <= at
    }
    if not silent:
        return ()
    cites = await _feed_cites(view, tuple(sorted(silent)))
    since = min(view.times[asset] for asset in silent)
    planned = view.calendar.busy(Interval(since, view.now)) is not None
    return tuple(Feed(a, view.times[a], minutes, cites, planned) for a, minutes in silent.items())


async def _feed_cites(view: View, ids: tuple[str, ...]) -> tuple[int, ...]:
    context = view.context
    since = min(view.times[asset] for asset in ids) - timedelta(hours=1)
    if await context.has("production"):
        asking = Query("production", ids, Interval(since, view.now), ("latest",), ("asset",))
    else:
        asking = Query("live", ids, None, ("latest",), ("asset",))
    return ((await context.fetch(asking)).cite,)


# --- safety ----------------------------------------------------------------------------------


async def open_events(view: View, days: int) -> tuple[SafetyEvent, ...] | None:
    """The safety events of the last `days` that are not closed, the gravest first."""
    if not await view.context.has("safety", "status"):
        return None
    since = Interval(view.now - timedelta(days=days), view.now + _MINUTE)
    not_closed = (Condition("status", "<>", "closed"),)
    fetched = await view.context.fetch(Query("safety", None, since, where=not_closed))
    found = [_event(row, fetched.cite) for row in fetched.rows if is_open(row.get("status"))]
    here = [event for event in found if event is not None and _is_here(event.place, view)]
    return tuple(sorted(here, key=lambda event: (-(event.severity or 0), event.since)))


def _event(row: Row, cite: int) -> SafetyEvent | None:
    at, place = row.get("time"), row.get("asset") or row.get("area")
    if not isinstance(at, datetime) or not place:
        return None
    said = str(row["severity"])
    number = str(row.get("id") or at.isoformat())
    status = str(row.get("status") or "")
    return SafetyEvent(number, str(place), at, parse_severity(said), said, status, (cite,))


def _is_here(place: str, view: View) -> bool:
    """In what was asked; for a line or machine also events of its area that name no asset."""
    hierarchy = view.context.hierarchy
    if place not in hierarchy or not view.context.access.allows(hierarchy[place], hierarchy):
        return False
    path = hierarchy.path(place)
    return any(asset.id in path or _in_area(asset, place, view) for asset in view.asked)


def _in_area(asset: Asset, place: str, view: View) -> bool:
    kind = view.context.hierarchy[place].kind
    return kind in (AREA, PLANT) and place in view.context.hierarchy.path(asset.id)
