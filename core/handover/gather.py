"""What one shift leaves to the next: what stands, what nobody looked at, what is not finished."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.alerts.observe import observe
from core.alerts.situation import Situation
from core.alerts.wording import places
from core.context import ToolContext
from core.domain import periods
from core.domain.alarms import AlarmState
from core.domain.assets import Asset
from core.domain.handing_over import Handover
from core.domain.periods import Interval, Period
from core.domain.shifts import Shift
from core.domain.tracking import Tracked
from core.errors import NoData, SourceUnavailable
from core.measures.counted import counted
from core.measures.shift_record import ShiftRecord, shift_record
from core.store.alerts import StoredAlert, known_alerts
from core.store.work import Note

_UNSEEN = frozenset({AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED_UNACKNOWLEDGED})


@dataclass(frozen=True, slots=True)
class Turnover:
    """`handover` is None where there is no store; `record` and `situation` where the plant's data
    does not answer: `down` names the system."""

    asked: tuple[Asset, ...]
    zone: str
    shift: Shift
    period: Period
    handover: Handover | None
    record: ShiftRecord | None
    situation: Situation | None
    unseen: tuple[StoredAlert, ...]
    shelved: tuple[StoredAlert, ...]
    unfinished: tuple[Tracked, ...]
    notes: tuple[Note, ...]
    places: Mapping[str, Asset]
    down: str = ""


async def turnover(
    context: ToolContext, asked: tuple[Asset, ...], shift: Shift, handover: Handover | None
) -> Turnover:
    """As things stand now. Raises NoData for places without equipment."""
    calendar = context.installation.calendar(asked[0])
    period = periods.shift_of_day(calendar, context.now, shift.name, shift.day)
    assets = tuple(a for a in counted(context.hierarchy, asked) if a.plant == asked[0].plant)
    record = situation = None
    down = ""
    try:
        situation, _ = await observe(context, asked, context.installation.alert_rules)
        record = await _record(context, assets, period, shift)
    except SourceUnavailable as error:
        down = error.system
    alerts = await _alerts(context, asked)
    unfinished = await _unfinished(context, asked)
    stops = situation.stops if situation else ()
    known = {
        a: context.hierarchy[a]
        for a in (
            *(one.asset for one in alerts),
            *(one.subject.asset for one in unfinished),
            *(event.place for event in (situation.safety if situation else ())),
            *(feed.asset for feed in (situation.feeds if situation else ())),
        )
        if a in context.hierarchy
    }
    return Turnover(
        asked,
        calendar.zone,
        shift,
        period,
        handover,
        record,
        situation,
        tuple(one for one in alerts if one.state(context.now) in _UNSEEN),
        tuple(one for one in alerts if one.state(context.now) is AlarmState.SHELVED),
        unfinished,
        await notes_of(context, asked, shift.interval),
        known | places(context.hierarchy, (), stops),
        down,
    )


async def _record(
    context: ToolContext, assets: Sequence[Asset], period: Period, shift: Shift
) -> ShiftRecord | None:
    try:
        return await shift_record(context, assets, period, shift.name, shift.interval)
    except NoData:
        return None


async def _alerts(context: ToolContext, asked: Sequence[Asset]) -> list[StoredAlert]:
    if context.store is None:
        return []
    plants = {asset.plant for asset in asked}
    found = await context.store.read(lambda c: known_alerts(c, plants, context.now))
    return [one for one in found if is_here(one.asset, asked, context)]


async def _unfinished(context: ToolContext, asked: Sequence[Asset]) -> tuple[Tracked, ...]:
    if context.store is None:
        return ()
    taken = await context.store.work.taken({asset.plant for asset in asked})
    return tuple(one for one in taken if is_here(one.subject.asset, asked, context))


async def notes_of(
    context: ToolContext, asked: Sequence[Asset], interval: Interval
) -> tuple[Note, ...]:
    """Those for the places, written in the interval."""
    if context.store is None:
        return ()
    found = await context.store.work.notes(asked[0].plant, interval)
    return tuple(one for one in found if any(is_here(p, asked, context) for p in one.scope))


def is_here(place: str, asked: Sequence[Asset], context: ToolContext) -> bool:
    """In what was asked or around it, and open to whoever reads it."""
    hierarchy = context.hierarchy
    asset = hierarchy.get(place)
    if asset is None or not context.access.allows(asset, hierarchy):
        return False
    path = hierarchy.path(place)
    return any(one.id in path or place in hierarchy.path(one.id) for one in asked)
