"""Who is told of what changed: at most so many messages per reader and shift, the rest as a digest,
one message in a flood, and safety always. Pure; core/alerts/pulse.py writes what comes out.

A reader is a place: what several subscriptions of it cover is told there once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from core.alerts.lasting import Change
from core.alerts.limits import AlertRules
from core.alerts.rules import RATES
from core.domain.alarms import FLOOD_WINDOW, AlarmState, Priority, first_out, flooding
from core.request import Language, Place
from core.store.alert_messages import Flood, Message, Shown
from core.store.alerts import Event, StoredAlert
from core.store.outbox import Wanted
from core.store.places import place_id

PathOf = Callable[[str], tuple[str, ...]]
_OUT_OF_SIGHT = (AlarmState.SUPPRESSED, AlarmState.SHELVED, AlarmState.OUT_OF_SERVICE)
_WORTH_SENDING = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Reader:
    """A subscription as it is now: `pushed` messages were meant for its place since `shift_start`,
    `quiet_until` is the end of quiet hours that hold."""

    id: str
    place: Place
    user: str
    language: Language
    scope: frozenset[str]
    shift_start: datetime
    pushed: int = 0
    quiet_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What was told so far: the messages of each alert, each subscription's floods, and the rules
    with their assets that chatter."""

    messages: Mapping[str, tuple[Message, ...]] = field(default_factory=dict)
    floods: Mapping[str, tuple[Flood, ...]] = field(default_factory=dict)
    chattering: frozenset[tuple[str, str]] = frozenset()


@dataclass(slots=True)
class Telling:
    """What is to be written, besides the changes themselves."""

    wanted: list[Wanted] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    floods: list[Flood] = field(default_factory=list)
    renewed: set[str] = field(default_factory=set)
    cancelled: set[str] = field(default_factory=set)
    changes: list[Change] = field(default_factory=list)


def tell(
    changes: Sequence[Change],
    readers: Sequence[Reader],
    told: Told,
    rules: AlertRules,
    path_of: PathOf,
    now: datetime,
) -> Telling:
    """`changes` hold every alert of the plant that lasts, changed or not."""
    work = _Work(told, rules, path_of, now)
    passed_on = {c.alert.id for c in changes if work.is_overdue(c.alert)}
    pushed = {place_id(reader.place): reader.pushed for reader in readers}
    for reader in readers:
        one = _ForReader(work, reader, pushed)
        one.look(changes, passed_on)
    for change in changes:
        work.settle(change, passed_on)
    return work.out


@dataclass(slots=True)
class _Work:
    told: Told
    rules: AlertRules
    path_of: PathOf
    now: datetime
    out: Telling = field(default_factory=Telling)

    def is_in_sight(self, alert: StoredAlert) -> bool:
        return alert.active and alert.state(self.now) not in _OUT_OF_SIGHT

    def is_waiting(self, alert: StoredAlert) -> bool:
        """Nobody is on it."""
        return self.is_in_sight(alert) and not alert.acknowledged and alert.taken_by is None

    def is_overdue(self, alert: StoredAlert) -> bool:
        after = self.rules.escalation.after(alert.priority, safety=alert.rule == "safety")
        if after is None or alert.escalated_at is not None or not self.is_waiting(alert):
            return False
        return self.now - alert.raised_at >= timedelta(minutes=after)

    def at(self, alert: StoredAlert, place: str) -> list[Message]:
        before = self.told.messages.get(alert.id, ())
        new = (m for m in self.out.messages if m.alert_id == alert.id)
        return [m for m in (*before, *new) if m.place == place]

    def settle(self, change: Change, passed_on: Iterable[str]) -> None:
        """The messages that show it are renewed: at once for a change of state, now and then for
        one of figures."""
        alert, events = change.alert, change.events
        if alert.id in passed_on:
            events = (*events, Event(alert.id, self.now, "escalated"))
            alert = replace(alert, escalated_at=self.now)
        shown = self.told.messages.get(alert.id, ())
        if events and not change.has("raised"):
            self.out.renewed |= {message.delivery for message in shown}
            if not self.is_in_sight(alert):
                self.out.cancelled |= {m.delivery for m in shown if m.kind == "push"}
        elif shown and self.is_in_sight(alert) and self._is_old(alert):
            self.out.renewed |= {m.delivery for m in shown if m.kind != "digest"}
        else:
            self.out.changes.append(Change(alert, change.seen, events))
            return
        self.out.changes.append(Change(replace(alert, shown_at=self.now), change.seen, events))

    def _is_old(self, alert: StoredAlert) -> bool:
        """Whether its figures were shown long ago; after an hour minutes matter less."""
        often = timedelta(minutes=self.rules.messages.interval_minutes)
        young = self.now - alert.raised_at < timedelta(hours=1)
        return self.now - (alert.shown_at or alert.raised_at) >= (often if young else 6 * often)


@dataclass(slots=True)
class _ForReader:
    work: _Work
    reader: Reader
    pushed: dict[str, int]

    @property
    def place(self) -> str:
        return place_id(self.reader.place)

    def look(self, changes: Sequence[Change], passed_on: Iterable[str]) -> None:
        covered = [change for change in changes if self._covers(change.alert)]
        flood = self._flood([change.alert for change in covered])
        for change in covered:
            if not self.work.is_in_sight(change.alert):
                continue
            if self._is_due(change):
                self._tell(change.alert, flood)
        for change in changes:
            alert = change.alert
            is_told = any(m.at == self.work.now for m in self.work.at(alert, self.place))
            if alert.id in passed_on and not is_told and self._is_target(alert):
                self._tell(alert, None)

    def _covers(self, alert: StoredAlert) -> bool:
        """Its asset lies in what was subscribed; or, of a whole area, the other way round."""
        path = self.work.path_of
        if not self.reader.scope.isdisjoint(path(alert.asset)):
            return True
        is_wide = alert.rule == "safety" or bool(alert.facts.get("members"))
        return is_wide and any(alert.asset in path(place) for place in self.reader.scope)

    def _is_target(self, alert: StoredAlert) -> bool:
        to, place = self.work.rules.escalation.to, self.reader.place
        if not to:
            return any(m.kind in ("push", "safety") for m in self.work.at(alert, self.place))
        return self.reader.id in to or f"{place.channel}:{place.address}" in to

    def _is_due(self, change: Change) -> bool:
        """Whether the place is to get a message of its own, the first or another one."""
        alert, limits, now = change.alert, self.work.rules.messages, self.work.now
        shown = self.work.at(alert, self.place)
        if not shown:
            return not alert.acknowledged
        if change.has("shelving_ended"):
            return self.work.is_waiting(alert)
        repeated = self.work.is_waiting(alert) and alert.priority > Priority.LOW
        if not repeated or self.reader.quiet_until is not None or len(shown) > limits.repeats:
            return False
        return now - shown[-1].at >= timedelta(hours=limits.repeat_hours)

    # --- one alert

    def _tell(self, alert: StoredAlert, flood: Flood | None) -> None:
        limits, now = self.work.rules.messages, self.work.now
        if alert.rule == "safety":
            self._push(alert, "safety", 0, now)
            return
        if flood is not None:
            self._note(alert, f"flood:{flood.id}", "flood")
            return
        is_quiet = self.reader.quiet_until is not None and not (
            limits.through_quiet == "high" and alert.priority is Priority.HIGH
        )
        spent = self.pushed[self.place] >= limits.most(alert.priority)
        if is_quiet or spent or (alert.rule, alert.asset) in self.work.told.chattering:
            self._digest(alert)
            return
        self.pushed[self.place] += 1
        self._push(alert, "push", 1, now + timedelta(seconds=limits.wait_seconds))

    def _push(self, alert: StoredAlert, kind: Shown, rank: int, due: datetime) -> None:
        key = f"alert:{alert.id}:{self.reader.id}:{self.work.now:%y%m%d%H%M}"
        until = None if rank == 0 else self.work.now + _WORTH_SENDING
        sort = "safety" if rank == 0 else "alert"
        self._want(key, sort, rank, f"/alert {alert.id} push", due, until)
        self._note(alert, key, kind)

    def _digest(self, alert: StoredAlert) -> None:
        """One per shift, or per stretch of quiet hours; it grows in place."""
        now, start = self.work.now, self.reader.shift_start
        due = now + timedelta(minutes=self.work.rules.messages.digest_minutes)
        if self.reader.quiet_until is not None:
            start = due = self.reader.quiet_until
        key = f"digest:{self.reader.id}:{start:%Y%m%dT%H%M}"
        self._want(key, "digest", 4, f"/alert {key} push", due, due + _WORTH_SENDING)
        self._note(alert, key, "digest")
        self.work.out.renewed.add(key)

    # --- floods

    def _flood(self, alerts: Sequence[StoredAlert]) -> Flood | None:
        """The flood that the reader is in, begun or ended where that is so now."""
        work, now = self.work, self.work.now
        known = next((f for f in work.told.floods.get(self.reader.id, ()) if not f.ended_at), None)
        many = [a for a in alerts if a.rule != "safety" and a.suppressed_by is None]
        if not flooding((a.raised_at for a in many), now, was_flooding=known is not None):
            if known is not None:
                self._save(replace(known, ended_at=now))
            return None
        start = now - FLOOD_WINDOW if known is None else known.started_at
        recent = [a for a in many if a.raised_at > start]
        if known is not None:
            first = first_out((a.id, _onset(a)) for a in recent) or known.first_out
            grown = replace(known, first_out=first, count=max(known.count, len(recent)))
            if grown != known:
                self._save(grown)
            return grown
        return self._begin(recent, start)

    def _begin(self, recent: Sequence[StoredAlert], start: datetime) -> Flood | None:
        limits, now = self.work.rules.messages, self.work.now
        first = first_out((alert.id, _onset(alert)) for alert in recent)
        if first is None or self.reader.quiet_until is not None:
            return None
        if self.pushed[self.place] >= limits.per_shift:
            return None
        plant = recent[0].plant
        flood = Flood(
            f"{self.reader.id}-{now:%y%m%d%H%M}", self.reader.id, plant, first, len(recent), start
        )
        self.pushed[self.place] += 1
        self._want(f"flood:{flood.id}", "alert", 1, f"/alert flood:{flood.id} push", now, None)
        self._save(flood)
        for alert in recent:  # what was not sent yet need not come on its own
            singles = (m for m in self.work.at(alert, self.place) if m.kind == "push")
            self.work.out.cancelled |= {message.delivery for message in singles}
            self._note(alert, f"flood:{flood.id}", "flood")
        return flood

    def _save(self, flood: Flood) -> None:
        self.work.out.floods.append(flood)
        self.work.out.renewed.add(f"flood:{flood.id}")

    # --- what is written

    def _want(
        self, key: str, kind: str, rank: int, command: str, due: datetime, until: datetime | None
    ) -> None:
        reader = self.reader
        whole = Wanted(
            key, reader.place, kind, rank, command, reader.user, reader.language, due, until
        )
        self.work.out.wanted.append(whole)

    def _note(self, alert: StoredAlert, key: str, kind: Shown) -> None:
        message = Message(alert.id, key, self.place, kind, self.work.now)
        self.work.out.messages.append(message)


def _onset(alert: StoredAlert) -> datetime:
    """When it began. A rate is reckoned from the start of its shift, which is not when it fell."""
    return alert.raised_at if alert.rule in RATES else alert.since
