"""Looks at the plants that somebody subscribed to, and writes down what becomes of their alerts:
rows, history and what is to be sent, in one transaction per plant and minute.

Several processes may run it. Who moves the plant's mark writes; who comes second writes nothing,
and who dies before the transaction ends has written nothing.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import count

from sqlalchemy import Connection

from core.alerts.extras import ends_of, extras_of
from core.alerts.inhibition import Alerts, evaluate
from core.alerts.lasting import Change, Look, alert_id, looked
from core.alerts.observe import observe
from core.alerts.situation import Situation
from core.alerts.telling import Reader, Telling, Told, tell
from core.context import ToolContext
from core.data.cache import CachedSource
from core.domain.alarms import CHATTER_ACTIVATIONS, CHATTER_WINDOW
from core.domain.quiet import quiet_until
from core.errors import NoData, SourceUnavailable
from core.installation import Definitions, Installation
from core.request import User
from core.store import Store, Subscription
from core.store.alert_load import activations
from core.store.alert_messages import (
    add_messages,
    drop_cancelled,
    floods_since,
    messages_of,
    pushed,
    save_flood,
)
from core.store.alerts import (
    Event,
    StoredAlert,
    add_alerts,
    change_alert,
    free_id,
    known_alerts,
    note,
)
from core.store.places import place_id
from core.store.watermarks import advance, reached
from core.words import Words

log = logging.getLogger(__name__)

WHO = User("andon:pulse")


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look at a plant brought, before anything of it is written."""

    plant: str
    now: datetime
    installation: Installation
    situation: Situation
    found: Alerts
    ends: Mapping[str, datetime]
    extras: Mapping[str, Mapping[str, object]]


class Pulse:
    """`every` is how often a plant is looked at, by however many processes."""

    def __init__(
        self,
        definitions: Definitions,
        source: CachedSource,
        store: Store,
        *,
        every: timedelta = timedelta(seconds=60),
    ) -> None:
        self._definitions = definitions
        self._source = source
        self._store = store
        self._every = every

    async def run(self, now: datetime) -> None:
        """One look at every plant that is due. A source that does not answer leaves its plant's
        alerts as they are; raises SourceUnavailable where the store does not answer."""
        subscriptions = await self._store.subscriptions.all("alerts")
        if not subscriptions:
            return
        try:
            installation = await self._definitions.load()
        except (SourceUnavailable, NoData) as error:
            log.warning("no look at the plant: %s", error)
            return
        for plant, readers in _by_plant(subscriptions, installation).items():
            try:
                await self._look(plant, readers, installation, now)
            except (SourceUnavailable, NoData) as error:
                if isinstance(error, SourceUnavailable) and error.system == "store":
                    raise
                log.warning("no look at %s: %s", plant, error)

    async def _look(
        self, plant: str, readers: Sequence[Subscription], installation: Installation, now: datetime
    ) -> None:
        slot = _slot(now, self._every)
        mark = await self._store.read(lambda c: reached(c, _mark(plant)))
        if mark is not None and mark >= slot:
            return
        seen = await self._see(plant, installation, now)

        def write(connection: Connection) -> None:
            if advance(connection, _mark(plant), slot, mark):
                self._write(connection, seen, readers)

        await self._store.write(write)

    async def _see(self, plant: str, installation: Installation, now: datetime) -> Seen:
        rules = installation.alert_rules
        context = ToolContext(WHO, now, Words("en", now), installation, self._source, plant=plant)
        situation, _ = await observe(context, (installation.hierarchy[plant],), rules)
        found = evaluate(situation, rules, now)
        known = await self._store.read(lambda c: known_alerts(c, (plant,), now))
        ends = await ends_of(context, known, situation)
        extras = await extras_of(context, found, known)
        return Seen(plant, now, installation, situation, found, ends, extras)

    # --- the transaction

    def _write(self, connection: Connection, seen: Seen, readers: Sequence[Subscription]) -> None:
        now, rules = seen.now, seen.installation.alert_rules
        hierarchy = seen.installation.hierarchy
        since = now - 2 * CHATTER_WINDOW
        known = known_alerts(connection, (seen.plant,), since, lock=True)
        areas = {asset.id: asset.area or asset.id for asset in hierarchy}
        look = Look(
            seen.plant,
            now,
            seen.found,
            seen.situation,
            rules.states,
            lambda asset: areas.get(asset, asset),
            partial(_new_id, connection, seen.plant, now),
            seen.ends,
            seen.extras,
        )
        changes, chattering = _chattering(connection, looked(known, look), now)
        told = Told(
            messages_of(connection, [change.alert.id for change in changes]),
            floods_since(connection, seen.plant, now),
            chattering,
        )
        present = [_reader(connection, s, seen) for s in readers]
        telling = tell(changes, present, told, rules, hierarchy.path, now)
        self._keep(connection, telling, known, now)

    def _keep(
        self,
        connection: Connection,
        telling: Telling,
        known: Sequence[StoredAlert],
        now: datetime,
    ) -> None:
        before = {alert.id: alert for alert in known}
        add_alerts(connection, (c.alert for c in telling.changes if c.seen is None))
        for change in telling.changes:
            if change.seen is not None and change.alert != before[change.alert.id]:
                change_alert(connection, change.seen, change.alert)
        note(connection, (event for change in telling.changes for event in change.events))
        outbox = self._store.outbox
        outbox.cancel(connection, telling.cancelled, now)
        drop_cancelled(connection, telling.cancelled)
        outbox.want(connection, telling.wanted, now)
        outbox.renew(connection, telling.renewed, now)
        add_messages(connection, telling.messages)
        for flood in telling.floods:
            save_flood(connection, flood)


def _mark(plant: str) -> str:
    return f"alerts:{plant}"


def _slot(now: datetime, every: timedelta) -> datetime:
    """The stretch of time that one look is for."""
    start = datetime.min.replace(tzinfo=now.tzinfo)
    return start + (now - start) // every * every


def _new_id(connection: Connection, plant: str, now: datetime, key: str) -> str:
    """A short id may be another alert's already."""
    return free_id(connection, (alert_id(plant, key, now, attempt) for attempt in count()))


def _by_plant(
    subscriptions: Sequence[Subscription], installation: Installation
) -> dict[str, list[Subscription]]:
    """Plant → who subscribed to any of it; what the plant no longer has is passed over."""
    found: dict[str, list[Subscription]] = {}
    for subscription in subscriptions:
        places = (installation.hierarchy.get(place) for place in subscription.scope)
        for plant in dict.fromkeys(place.plant for place in places if place is not None):
            found.setdefault(plant, []).append(subscription)
    return found


def _chattering(
    connection: Connection, changes: Sequence[Change], now: datetime
) -> tuple[list[Change], frozenset[tuple[str, str]]]:
    """The alerts of what comes and goes too often say so; that is told once."""
    counts = activations(connection, now - CHATTER_WINDOW)
    counts += Counter((c.alert.rule, c.alert.asset) for c in changes if c.has("raised", "again"))
    noisy = {which: n for which, n in counts.items() if n >= CHATTER_ACTIVATIONS}
    told: list[Change] = []
    for change in changes:
        alert = change.alert
        times = noisy.get((alert.rule, alert.asset), 0)
        more = alert.facts.get("more", {})
        if change.has("raised", "again") and times and more.get("times") != times:
            facts = {**alert.facts, "more": {**more, "times": times}}
            event = Event(alert.id, now, "chattering", detail={"times": times})
            change = Change(replace(alert, facts=facts), change.seen, (*change.events, event))
        told.append(change)
    return told, frozenset(noisy)


def _reader(connection: Connection, s: Subscription, seen: Seen) -> Reader:
    calendar = seen.installation.calendars[seen.plant]
    running = calendar.current(seen.now) or calendar.last_ended(seen.now)
    day = calendar.day(calendar.production_day(seen.now))
    start = running.interval.start if running is not None else day.start
    return Reader(
        s.id,
        s.place,
        s.owner,
        s.language,
        frozenset(s.scope),
        start,
        pushed(connection, place_id(s.place), start),
        quiet_until(seen.now, s.quiet, s.zone or calendar.zone),
    )
