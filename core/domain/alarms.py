"""Alert states after ISA-18.2 / IEC 62682, applied to the bot's own alerts.

"Active" and "acknowledged" are two separate facts; the state is read from them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from core.errors import UserError

STALE_AFTER = timedelta(hours=24)
# The poll is every 60 s, so a signal that flickers faster shows as three activations in 15 min.
CHATTER_WINDOW, CHATTER_ACTIVATIONS = timedelta(minutes=15), 3
FLOOD_WINDOW, FLOOD_ABOVE, FLOOD_UNTIL_BELOW = timedelta(minutes=10), 10, 5
PUSHES_PER_SHIFT = 8
LONGEST_SHELVING = timedelta(hours=8)
# ISA-18.2's aim for the shares of low, medium and high priority.
PRIORITY_AIM = (0.80, 0.15, 0.05)


class AlarmState(StrEnum):
    NORMAL = "normal"
    UNACKNOWLEDGED = "unacknowledged"
    ACKNOWLEDGED = "acknowledged"
    RETURNED_UNACKNOWLEDGED = "returned_unacknowledged"
    SHELVED = "shelved"
    SUPPRESSED = "suppressed_by_design"
    OUT_OF_SERVICE = "out_of_service"


class Priority(IntEnum):
    LOW = 1
    MEDIUM = 2
    HIGH = 3


@dataclass(frozen=True, slots=True)
class Alarm:
    """The facts about one alarm; a fresh one is normal. `activations` are those of the last day,
    oldest first; times are aware UTC."""

    active: bool = False
    acknowledged: bool = True
    since: datetime | None = None
    activations: tuple[datetime, ...] = ()
    shelved_until: datetime | None = None
    shelved_because: str | None = None
    suppressed: bool = False
    out_of_service: bool = False

    def state(self, now: datetime) -> AlarmState:
        """What the alarm shows as; shelving ends by itself."""
        if self.out_of_service:
            return AlarmState.OUT_OF_SERVICE
        if self.suppressed:
            return AlarmState.SUPPRESSED
        if self.shelved_until is not None and now < self.shelved_until:
            return AlarmState.SHELVED
        if self.active:
            return AlarmState.ACKNOWLEDGED if self.acknowledged else AlarmState.UNACKNOWLEDGED
        return AlarmState.NORMAL if self.acknowledged else AlarmState.RETURNED_UNACKNOWLEDGED

    def stale(self, now: datetime) -> bool:
        """Active for over 24 hours."""
        return self.active and self.since is not None and now - self.since > STALE_AFTER

    def chattering(self, now: datetime) -> bool:
        """At least three activations within 15 minutes."""
        recent = _within(self.activations, now, CHATTER_WINDOW)
        return recent >= CHATTER_ACTIVATIONS


def activate(alarm: Alarm, now: datetime) -> Alarm:
    """The condition holds: a new activation wants to be acknowledged again."""
    if alarm.active:
        return alarm
    kept = tuple(when for when in alarm.activations if now - when <= STALE_AFTER)
    return replace(alarm, active=True, acknowledged=False, since=now, activations=(*kept, now))


def return_to_normal(alarm: Alarm) -> Alarm:
    """The condition no longer holds; what nobody acknowledged still wants it."""
    return replace(alarm, active=False, since=None)


def acknowledge(alarm: Alarm) -> Alarm:
    """Somebody has seen it."""
    return replace(alarm, acknowledged=True)


def shelve(
    alarm: Alarm,
    now: datetime,
    duration: timedelta,
    reason: str,
    longest: timedelta = LONGEST_SHELVING,
) -> Alarm:
    """Out of sight for a time, never forever.

    UserError "shelve_reason_missing", "shelve_too_short" or "shelve_too_long".
    """
    if not reason.strip():
        raise UserError("shelve_reason_missing")
    if duration <= timedelta(0):
        raise UserError("shelve_too_short")
    if duration > longest:
        hours = longest / timedelta(hours=1)
        raise UserError("shelve_too_long", hours=int(hours) if hours.is_integer() else hours)
    return replace(alarm, shelved_until=now + duration, shelved_because=reason.strip())


def unshelve(alarm: Alarm) -> Alarm:
    return replace(alarm, shelved_until=None, shelved_because=None)


def flooding(activations: Iterable[datetime], now: datetime, was_flooding: bool) -> bool:
    """Whether there is a flood: above 10 activations in 10 minutes, until below 5."""
    recent = _within(activations, now, FLOOD_WINDOW)
    return recent >= FLOOD_UNTIL_BELOW if was_flooding else recent > FLOOD_ABOVE


def first_out(alarms: Iterable[tuple[str, datetime]]) -> str | None:
    """The id of the alarm that came first: the likely cause of a flood."""
    return min(alarms, key=lambda alarm: (alarm[1], alarm[0]), default=("", None))[0] or None


def may_push(pushed_this_shift: int, safety: bool) -> bool:
    """Whether a reader may be pushed once more in this shift; safety always."""
    return safety or pushed_this_shift < PUSHES_PER_SHIFT


def priority_shares(priorities: Sequence[Priority]) -> tuple[float, float, float] | None:
    """Shares of low, medium and high, to be held against PRIORITY_AIM; None without any."""
    if not priorities:
        return None
    counts = Counter(priorities)
    low, medium, high = (counts[priority] / len(priorities) for priority in Priority)
    return low, medium, high


def response_delay(since: datetime, taken: datetime | None, now: datetime) -> timedelta:
    """How long nobody took it (so far)."""
    return (taken or now) - since


def resolution_delay(
    taken: datetime | None, resolved: datetime | None, now: datetime
) -> timedelta | None:
    """How long it was taken and unresolved (so far); None while nobody has taken it."""
    return None if taken is None else (resolved or now) - taken


def _within(instants: Iterable[datetime], now: datetime, window: timedelta) -> int:
    return sum(now - window < instant <= now for instant in instants)
