"""What becomes of the stored alerts at a look at the plant: pure, so that it can be tried against
any course of events.

A condition that holds makes an alert active, one that is gone returns it to normal; what cannot
be known (a stale feed, a fact that is missing) changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from core.alerts.inhibition import Alerts
from core.alerts.limits import States
from core.alerts.rules import Alert
from core.alerts.situation import Situation
from core.alerts.snapshot import STOPS, condition, conditions, snapshot
from core.domain.alarms import CHATTER_WINDOW
from core.store.alerts import Event, StoredAlert

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Change:
    """An alert after a look, and what happened to it. `seen` is the version before, None for a
    new one. Only figures have changed where there are no events."""

    alert: StoredAlert
    seen: int | None
    events: tuple[Event, ...] = ()

    def has(self, *kinds: str) -> bool:
        return any(event.kind in kinds for event in self.events)


@dataclass(frozen=True, slots=True)
class Look:
    """What was found at `now` in one plant. `ends` are the ends of stops (asset, id) that are no
    longer open, where the data tells them; `extras` more figures by condition."""

    plant: str
    now: datetime
    found: Alerts
    situation: Situation
    rules: States
    area_of: Callable[[str], str]
    new_id: Callable[[str], str]
    ends: Mapping[str, datetime] = field(default_factory=dict)
    extras: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def looked(known: Sequence[StoredAlert], look: Look) -> tuple[Change, ...]:
    """What changes; `known` are the plant's alerts that last and those that ended lately."""
    latest = {alert.key: alert for alert in sorted(known, key=lambda a: (a.raised_at, a.id))}
    changes = {c.alert.id: c for c in _found(latest, look)}
    for alert in known:
        if alert.id not in changes:
            change = _missing(alert, look)
            if change is not None:
                changes[alert.id] = change
    return tuple(_ripened(change, look.now) for change in changes.values())


def alert_id(plant: str, key: str, at: datetime, attempt: int = 0) -> str:
    """Six letters and digits that a person can type; the same occurrence has the same id."""
    whole = f"{plant}|{key}|{at.isoformat()}|{attempt}"
    return hashlib.sha256(whole.encode()).hexdigest()[:6]


# --- what holds


def _found(latest: Mapping[str, StoredAlert], look: Look) -> Iterator[Change]:
    for alert in look.found.active:
        root = latest.get(condition(alert))
        change = _holds(root, alert, look)
        yield change
        for key, follower in _followers(alert):
            known = latest.get(key)
            if known is not None and known.active:
                yield _silenced(known, change.alert.id, follower, look)


def _followers(alert: Alert) -> Iterator[tuple[str, Alert | None]]:
    by_key = {condition(one): one for one in alert.follow}
    return ((key, by_key.get(key)) for key in conditions(alert))


def _holds(known: StoredAlert | None, alert: Alert, look: Look) -> Change:
    if known is None or _is_past(known, look.now):
        new = _new(alert, look)
        return Change(new, None, (Event(new.id, look.now, "raised"),))
    fresh = replace(known, facts=_facts(alert, known, look), gone_since=None)
    events: list[str] = []
    if not known.active:
        fresh = replace(
            fresh,
            active=True,
            acknowledged=False,
            ended_at=None,
            since=alert.since,
            activations=known.activations + 1,
            closed_at=None,  # what was closed is over; this came after it
        )
        events.append("again")
    if known.suppressed_by is not None:
        fresh = replace(fresh, suppressed_by=None)
        events.append("unsuppressed")
    if alert.priority != known.priority:
        fresh = replace(fresh, priority=alert.priority, rule=alert.rule)
        events.append("priority")
    return _changed(known, fresh, look.now, events)


def _is_past(known: StoredAlert, now: datetime) -> bool:
    """Whether another activation is an occurrence of its own."""
    if known.active:
        return False
    ended = known.ended_at or known.raised_at
    settled = known.acknowledged or known.closed_at is not None
    return settled and now - ended > CHATTER_WINDOW


def _silenced(known: StoredAlert, by: str, alert: Alert | None, look: Look) -> Change:
    facts = known.facts if alert is None else _facts(alert, known, look)
    fresh = replace(known, facts=facts, gone_since=None, suppressed_by=by)
    events = ["suppressed"] if known.suppressed_by is None else []
    return _changed(known, fresh, look.now, events)


def _new(alert: Alert, look: Look) -> StoredAlert:
    key = condition(alert)
    return StoredAlert(
        id=look.new_id(key),
        version=1,
        key=key,
        plant=look.plant,
        area=look.area_of(alert.asset),
        asset=alert.asset,
        rule=alert.rule,
        priority=alert.priority,
        active=True,
        acknowledged=False,
        since=alert.since,
        raised_at=look.now,
        facts=_facts(alert, None, look),
    )


def _facts(alert: Alert, known: StoredAlert | None, look: Look) -> dict[str, Any]:
    """The figures of now; those that only the first look tells are kept."""
    kept = {} if known is None else known.facts.get("more", {})
    return snapshot(alert) | {"more": {**kept, **look.extras.get(condition(alert), {})}}


# --- what does not


def _missing(alert: StoredAlert, look: Look) -> Change | None:
    """It is not among what was found: gone, or not to be known."""
    if not alert.active:
        return _lapsed(alert, look) or Change(alert, alert.version)
    if _is_unknown(alert, look):
        return Change(alert, alert.version)
    gone = alert.gone_since or look.now
    is_stop = alert.rule in STOPS
    if not is_stop and look.now - gone < timedelta(minutes=look.rules.clear_minutes):
        return _changed(alert, replace(alert, gone_since=gone), look.now, ())
    ended = look.ends.get(alert.key, gone) if is_stop else gone
    fresh = replace(
        alert,
        active=False,
        ended_at=ended,
        gone_since=None,
        suppressed_by=None,
        shelved_until=None,
        shelved_because=None,
        facts=_final(alert, ended) if is_stop else alert.facts,
    )
    if alert.suppressed_by is not None or alert.closed_at is not None:
        fresh = replace(fresh, acknowledged=True)  # nobody was told of it, or it was closed
    return _changed(alert, fresh, look.now, ["returned"])


def _is_unknown(alert: StoredAlert, look: Look) -> bool:
    check = "down" if alert.rule in STOPS else alert.rule
    if check not in look.situation.checked:
        return True
    if alert.rule in ("safety", "feed_stale"):
        return False
    if alert.rule in STOPS and not _still_stands(alert, look):
        return False  # its end is recorded, whatever else is not
    return any(feed.asset == alert.asset for feed in look.situation.feeds)


def _still_stands(alert: StoredAlert, look: Look) -> bool:
    stop = (alert.asset, alert.facts.get("subject"))
    return any((one.asset, one.id) == stop for one in look.situation.stops)


def _final(alert: StoredAlert, ended: datetime) -> dict[str, Any]:
    """The stop's figures up to its end: minutes on the clock since the last look are added, the
    cost grows with them."""
    facts = dict(alert.facts)
    extra = dict(facts.get("extra", {}))
    before, cost = extra.get("minutes"), extra.get("cost")
    until = datetime.fromisoformat(facts["until"])
    if not before:
        return facts
    whole = max(0.0, before + (ended - until) / _MINUTE)
    extra["minutes"] = whole
    extra["cost"] = None if cost is None else cost * whole / before
    return facts | {"extra": extra, "until": ended.isoformat()}


def _lapsed(alert: StoredAlert, look: Look) -> Change | None:
    """Nobody is asked for ever to acknowledge what is over."""
    limit = timedelta(hours=look.rules.unacknowledged_hours)
    if alert.acknowledged or alert.ended_at is None or look.now - alert.ended_at < limit:
        return None
    return _changed(alert, replace(alert, acknowledged=True), look.now, ["lapsed"])


# --- what time alone brings


def _ripened(change: Change, now: datetime) -> Change:
    """Shelving ends by itself; an alert that is still active then wants to be seen again."""
    alert = change.alert
    if alert.shelved_until is None or alert.shelved_until > now:
        return change
    fresh = replace(alert, shelved_until=None, shelved_because=None)
    if alert.active and alert.taken_by is None:
        fresh = replace(fresh, acknowledged=False)
    ended = _changed(alert, fresh, now, ["shelving_ended"])
    return Change(ended.alert, change.seen, change.events + ended.events)


def _changed(known: StoredAlert, fresh: StoredAlert, now: datetime, kinds: Iterable[str]) -> Change:
    events = tuple(Event(known.id, now, kind) for kind in kinds)
    version = known.version + 1 if events else known.version
    return Change(replace(fresh, version=version), known.version, events)
