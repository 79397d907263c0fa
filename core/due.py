"""What fell due by the plants' shift calendars: briefings at a shift's start, handovers before its
end, summaries when a week or a month begins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from core.domain.periods import Interval
from core.domain.shifts import Shift, ShiftCalendar
from core.installation import Installation
from core.store import Kind, Subscription, Wanted

HANDOVER_BEFORE = timedelta(minutes=30)
"""How long before a shift's end its handover is prepared."""

_LATE = {
    "briefing": timedelta(0),
    "handover": timedelta(hours=8),
    "weekly": timedelta(days=2),
    "monthly": timedelta(days=5),
}
"""Until when after its shift's end something is still worth sending."""

RANKS = {"handover": 2, "briefing": 3, "weekly": 4, "monthly": 4}
_LONGEST_SHIFT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Due:
    """Something of `kind` about `shift`, in its plant; not sent any more after `until`."""

    kind: Kind
    plant: str
    shift: Shift
    at: datetime
    until: datetime


def fell_due(plant: str, calendar: ShiftCalendar, since: datetime, now: datetime) -> list[Due]:
    """What fell due after `since` and up to `now`, and is still worth sending: each shift start
    is found in exactly one of the stretches between two calls."""
    reach = max(_LATE.values())
    first = max(since, now - reach) - _LONGEST_SHIFT
    found = [
        due
        for shift in calendar.shifts(Interval(first, now + HANDOVER_BEFORE + _LONGEST_SHIFT))
        for due in _of_shift(plant, calendar, shift)
    ]
    return [due for due in found if since < due.at <= now < due.until]


def wanted(
    subscriptions: Sequence[Subscription],
    installation: Installation,
    since: datetime,
    now: datetime,
) -> Iterator[Wanted]:
    """Rows for what fell due, for the subscriptions as they are. Each kind of each subscription
    once a shift and plant, whoever asks how often."""
    due = [
        one
        for plant, calendar in installation.calendars.items()
        for one in fell_due(plant, calendar, since, now)
    ]
    for one in due:
        for subscription in subscriptions:
            if one.kind in subscription.kinds:
                scope = _within(subscription.scope, one.plant, installation)
                if scope:
                    yield _wanted(one, subscription, scope)


def _of_shift(plant: str, calendar: ShiftCalendar, shift: Shift) -> Iterator[Due]:
    start, end = shift.interval.start, shift.interval.end
    yield Due("briefing", plant, shift, start, end + _LATE["briefing"])
    # A shift shorter than that is handed over from its start.
    at = max(start, end - HANDOVER_BEFORE)
    yield Due("handover", plant, shift, at, end + _LATE["handover"])
    before = calendar.last_ended(start)
    if before is None:
        return
    if before.day.isocalendar()[:2] != shift.day.isocalendar()[:2]:
        yield Due("weekly", plant, shift, start, end + _LATE["weekly"])
    if (before.day.year, before.day.month) != (shift.day.year, shift.day.month):
        yield Due("monthly", plant, shift, start, end + _LATE["monthly"])


def _within(scope: Iterable[str], plant: str, installation: Installation) -> tuple[str, ...]:
    """What of the scope lies in the plant; an asset that is no more is left out."""
    hierarchy = installation.hierarchy
    found = (hierarchy.get(asset_id) for asset_id in scope)
    return tuple(asset.id for asset in found if asset and asset.plant == plant)


def _wanted(due: Due, subscription: Subscription, scope: Sequence[str]) -> Wanted:
    start = stamp(due.shift.interval.start)
    return Wanted(
        key=f"{due.kind}:{subscription.id}:{due.plant}:{start}",
        place=subscription.place,
        kind=due.kind,
        rank=RANKS[due.kind],
        command=_command(due.kind, ",".join(scope), start),
        user=subscription.owner,
        language=subscription.language,
        due_at=due.at,
        until=due.until,
    )


def _command(kind: Kind, places: str, start: str) -> str:
    match kind:
        case "weekly" | "monthly":
            return f"/summary {kind} {places} at {start}"
        case _:
            return f"/{kind} {places} at {start}"


def stamp(at: datetime) -> str:
    """A time in a command: "2026-11-23T12:00Z"."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%MZ}"
