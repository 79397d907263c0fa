"""What a supervisor should know when a shift starts, each part on its own: where a source is
down, that part is named as missing and the rest stands."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, TypeVar, get_args
from zoneinfo import ZoneInfo

from core.alerts.observe import open_events
from core.alerts.rules import Alert
from core.alerts.situation import SafetyEvent
from core.alerts.snapshot import condition
from core.alerts.view import View
from core.context import ToolContext
from core.domain import periods
from core.domain.assets import Asset
from core.domain.handing_over import Handover
from core.domain.periods import Interval, Period
from core.domain.shifts import Shift
from core.errors import NoData, SourceUnavailable
from core.handover.gather import is_here, notes_of
from core.measures.counted import counted
from core.measures.safety_record import SafetyReader, total
from core.measures.series import value
from core.measures.shift_record import ShiftRecord, shift_record
from core.measures.unusual import Unusual, history, unusual
from core.store.alerts import StoredAlert, known_alerts
from core.store.work import Note
from core.worklist import Moment, Worklist, moment, places_of, worklist

Section = Literal["last_shift", "usual", "now", "safety", "alerts", "handover"]
SECTIONS: tuple[Section, ...] = get_args(Section)
TASKS = 3
LATE = timedelta(minutes=30)
"""So long after its figures could be final a briefing that nobody typed is one that was missed."""
_COURSE = 7
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Before:
    """The shift before, against its like: `unusual` causes, and the OEE of the last like shifts
    with its own at the end (`course`)."""

    unusual: tuple[Unusual, ...] = ()
    course: tuple[float | None, ...] = ()
    shifts: int = 0
    cites: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Handed:
    """What the shift before left behind: its handover, if one was opened, and its notes."""

    handover: Handover | None
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Brief:
    """`shift` is the one that starts or runs, None between shifts; `next_start` then tells when
    work goes on. `last` is the one before, `events` are the safety events in it, `open_events`
    those open now; None is unknown. `states` are stored alerts by condition, `shelved` those that
    come back in the shift. A feed that ends `stale` before the shift did is not held against the
    plan. `missing` names the parts that could not be had, with the system that does not answer
    ("" for data that is not there)."""

    asked: tuple[Asset, ...]
    at: datetime
    now: datetime
    zone: str
    shift: Shift | None
    next_start: datetime | None
    last: Shift | None
    late: bool
    record: ShiftRecord | None
    before: Before
    seen: Moment | None
    work: Worklist
    open_events: tuple[SafetyEvent, ...] | None
    events: int | None
    event_cites: tuple[int, ...]
    states: Mapping[str, StoredAlert]
    shelved: tuple[StoredAlert, ...]
    handed: Handed | None
    places: Mapping[str, Asset]
    stale: timedelta
    missing: Mapping[Section, str] = field(default_factory=dict)

    @property
    def has_data(self) -> bool:
        """Whether there is anything of the plant to tell, if only that its source is down."""
        record = self.record
        made = record is not None and record.found.has_rows
        known = self.seen is not None and self.seen.situation.data_time is not None
        return made or known or any(self.missing.values())

    @property
    def alerts(self) -> tuple[Alert, ...]:
        return self.seen.alerts.active if self.seen else ()


async def gather(
    context: ToolContext, asked: tuple[Asset, ...], at: datetime, *, late: bool, scheduled: bool
) -> Brief:
    """The briefing of the shift that runs at `at`, as things stand now.

    Raises SourceUnavailable where nothing at all could be had, NoData for places without
    equipment.
    """
    calendar = context.installation.calendar(asked[0])
    shift, last = calendar.current(at), calendar.last_ended(at)
    later = None if shift else calendar.next_start(at)
    assets = tuple(a for a in counted(context.hierarchy, asked) if a.plant == asked[0].plant)
    ask = _Asking({})
    record, before, seen, safety, states, handed = await asyncio.gather(
        ask.part("last_shift", _record(context, assets, last)),
        ask.part("usual", _before(context, assets, last)),
        ask.part("now", moment(context, asked)),
        ask.part("safety", _events(context, asked, last)),
        ask.part("alerts", _states(context, asked)),
        ask.part("handover", _handed(context, asked, last)),
    )
    events = await _open_events(context, asked, seen, ask)
    if (record, seen, safety, events) == (None,) * 4 and ask.problems:
        raise SourceUnavailable(*ask.problems[0])
    work = await worklist(context, asked, seen.ranked, TASKS) if seen else Worklist()
    known = states or {}
    settling = timedelta(minutes=context.rules.preliminary_minutes)
    return Brief(
        asked,
        at,
        context.now,
        calendar.zone,
        shift,
        later.interval.start if later else None,
        last,
        late or (scheduled and context.now - at > LATE + settling),
        record,
        before or Before(),
        seen,
        work,
        events,
        safety[0] if safety else None,
        safety[1] if safety else (),
        known,
        _back_soon(known, shift, context.now),
        handed,
        _places(context, events or ()) | (places_of(context, work.tasks, seen) if seen else {}),
        timedelta(minutes=context.installation.rules.stale_minutes),
        ask.missing,
    )


@dataclass(slots=True)
class _Asking:
    """Asks for parts; one that cannot be had is noted."""

    missing: dict[Section, str]
    problems: list[tuple[str, str]] = field(default_factory=list)

    async def part(self, name: Section, asked: Awaitable[T]) -> T | None:
        try:
            return await asked
        except SourceUnavailable as error:
            self.missing[name] = error.system
            self.problems.append((error.system, error.problem))
        except NoData:
            self.missing[name] = ""
        return None


# --- the shift before ------------------------------------------------------------------------


def period_of(context: ToolContext, asked: Sequence[Asset], last: Shift) -> Period:
    """The shift as a period, as /oee and /downtime name it."""
    calendar = context.installation.calendar(asked[0])
    return periods.shift_of_day(calendar, context.now, last.name, last.day)


def words_of(last: Shift, zone: str) -> str:
    """The shift in words that mean the same whenever a button is pressed."""
    if last.name.isalpha():
        return f"{last.name} shift {last.day.isoformat()}"
    start, end = (at.astimezone(ZoneInfo(zone)) for at in (last.interval.start, last.interval.end))
    return f"from {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}"


async def _record(
    context: ToolContext, assets: tuple[Asset, ...], last: Shift | None
) -> ShiftRecord | None:
    if last is None:
        return None
    period = period_of(context, assets, last)
    return await shift_record(context, assets, period, last.name)


async def _before(
    context: ToolContext, assets: tuple[Asset, ...], last: Shift | None
) -> Before | None:
    record = await _record(context, assets, last)
    past = await history(context, assets, last) if last else None
    if record is None or past is None:
        return Before()
    found, cites = await unusual(context, record.found, past)
    rules, has_rows = context.rules, past.found.has_rows
    course = [
        value("oee", parts, rules, counted=has_rows) for parts in past.found.windows[1 - _COURSE :]
    ]
    course.append(value("oee", record.found.parts, rules, counted=record.found.has_rows))
    return Before(found, tuple(course), len(past.shifts), cites)


async def _events(
    context: ToolContext, asked: Sequence[Asset], last: Shift | None
) -> tuple[int, tuple[int, ...]] | None:
    """How many safety events the shift before had; their descriptions are never read."""
    if last is None or not await context.has("safety"):
        return None
    reader = SafetyReader(context, asked, await context.columns("safety"))
    rows, cites = await reader.counts(last.interval)
    return total(rows), cites


async def _open_events(
    context: ToolContext, asked: tuple[Asset, ...], seen: Moment | None, ask: _Asking
) -> tuple[SafetyEvent, ...] | None:
    """Safety that is open, also where the rest of the moment cannot be had; None is unknown."""
    if seen is not None:
        return seen.situation.safety if "safety" in seen.situation.checked else None
    days = context.installation.alert_rules.safety.days
    return await ask.part("safety", open_events(View(context, asked, {}), days))


def _places(context: ToolContext, events: Sequence[SafetyEvent]) -> dict[str, Asset]:
    found = (context.hierarchy.get(event.place) for event in events)
    return {asset.id: asset for asset in found if asset is not None}


# --- what is kept ----------------------------------------------------------------------------


async def _states(context: ToolContext, asked: Sequence[Asset]) -> dict[str, StoredAlert] | None:
    if context.store is None:
        return None
    plants = {asset.plant for asset in asked}
    found = await context.store.read(lambda c: known_alerts(c, plants, context.now))
    return {one.key: one for one in found if one.active and is_here(one.asset, asked, context)}


def _back_soon(
    states: Mapping[str, StoredAlert], shift: Shift | None, now: datetime
) -> tuple[StoredAlert, ...]:
    """Shelved ones whose time runs out in the shift."""
    if shift is None:
        return ()
    soon = [
        one
        for one in states.values()
        if one.shelved_until is not None and now < one.shelved_until <= shift.interval.end
    ]
    return tuple(sorted(soon, key=lambda one: (one.shelved_until or now, one.id)))


async def _handed(
    context: ToolContext, asked: Sequence[Asset], last: Shift | None
) -> Handed | None:
    if context.store is None or last is None:
        return None
    plant, whole = asked[0].plant, last.interval
    begun = Interval(whole.start, whole.start + timedelta(seconds=1))
    handovers = await context.store.work.handovers(plant, begun)
    mine = [one for one in handovers if any(is_here(place, asked, context) for place in one.scope)]
    own = tuple(sorted(asset.id for asset in asked))
    # One that somebody only looked at, for other places around these, is nobody's handover.
    mine = [one for one in mine if one.scope == own or one.state != "open"]
    mine.sort(key=lambda one: one.scope != own)
    return Handed(mine[0] if mine else None, await notes_of(context, asked, whole))


def state_of(brief: Brief, alert: Alert) -> StoredAlert | None:
    return brief.states.get(condition(alert))
