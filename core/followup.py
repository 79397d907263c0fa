"""What is looked at again by itself: whether done actions helped, what is carried over at a shift's
end, handovers that nobody signed.

Several processes may run it at once: each change is conditional, so one of them makes it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from core.briefing.gather import LATE
from core.context import ToolContext
from core.data.cache import CachedSource
from core.domain import tracking
from core.domain.handing_over import UNSIGNED, Handover
from core.domain.periods import Interval
from core.domain.tracking import Tracked
from core.due import stamp
from core.errors import NoData, SourceUnavailable
from core.installation import Definitions, Installation
from core.measures.follow_through import outcome
from core.request import User
from core.store import Store
from core.store.audit import Entry, record
from core.store.telling import Also, in_private
from core.store.watermarks import advance, reached
from core.words import Words

log = logging.getLogger(__name__)
_LONGEST = timedelta(days=60)
"""What could not be measured for so long is given up."""
_LAST_CALL = timedelta(minutes=25)
"""So long after it could be final a briefing is shown anew even if the data is still late."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    definitions: Definitions
    source: CachedSource
    store: Store

    async def run(self, now: datetime) -> None:
        """Does what is due at `now`. A system that does not answer costs this turn, not the next:
        raises nothing of the kind."""
        try:
            installation = await self.definitions.load()
            await self.carry_over(installation, now)
            await self.escalate(installation, now)
            await self.settle(installation, now)
            await self.measure(installation, now)
        except SourceUnavailable as error:
            log.warning("follow-up waits: %s: %s", error.system, error.problem)

    # --- whether it helped

    async def measure(self, installation: Installation, now: datetime) -> None:
        """Measures what was done long enough ago, and tells who did it."""
        since = Interval(now - _LONGEST, now)
        for one in await self.store.work.unmeasured(since):
            verdict = await self._verdict(one, installation, now)
            if verdict is not None:
                measured = replace(one, measured_at=now, verdict=verdict)
                await self.store.work.measured(measured, await self._told(measured, now))

    async def _verdict(self, one: Tracked, installation: Installation, now: datetime) -> str | None:
        """None while it is too early. No more than the word is kept of it."""
        context = ToolContext(User(""), now, Words("en", now), installation, self.source)
        try:
            found = await outcome(context, one)
        except NoData:
            return "unknown"
        return found.verdict if found else None

    async def _told(self, one: Tracked, now: datetime) -> list[Also]:
        owner = one.now.owner
        if owner is None or not owner.id:
            return []
        key, command = f"measured:{one.id}", f"/action {one.id}"
        return await in_private(self.store, owner.id, key, "note", command, now)

    # --- shifts that end

    async def carry_over(self, installation: Installation, now: datetime) -> None:
        """Hands on what was due by now and is not done, to the end of the shift that runs or
        comes next."""
        for one in await self.store.work.taken():
            calendar = installation.calendars.get(one.plant)
            if one.now.due is None or one.now.due > now or calendar is None:
                continue
            shift = calendar.current(now) or calendar.next_start(now)
            due = shift.interval.end if shift else None
            later = tracking.carry(one, "", now, due)
            entry = Entry(now, "", "", "action.carry", one.id, {"version": later.version})
            await self.store.work.change(one, later, (partial(record, entry=entry),))

    async def escalate(self, installation: Installation, now: datetime) -> None:
        """Tells those who answer for a handover that nobody signed, each in private: who completed
        it, and who subscribed a place to it; never the place itself."""
        for one in await self.store.work.unsigned(now - UNSIGNED):
            also: list[Also] = []
            for user_id in await self._answering_for(one, installation):
                key, command = f"unsigned:{one.id}:{user_id}", f"/handover {one.id}"
                also += await in_private(self.store, user_id, key, "note", command, now)
            entry = Entry(now, "", "", "handover.escalate", one.id, {"told": len(also)})
            told = replace(one, escalated_at=now)
            also.append(partial(record, entry=entry))
            await self.store.work.change_handover(one, told, None, also)

    async def settle(self, installation: Installation, now: datetime) -> None:
        """Has the briefings of a shift's start shown anew, once its figures are final."""
        settle = timedelta(minutes=installation.rules.preliminary_minutes)
        for plant, calendar in installation.calendars.items():
            last = calendar.current(now - settle)
            if last is None or now - settle - last.interval.start >= LATE:
                continue
            final = last.interval.start + settle
            if now - final >= _LAST_CALL or await self._reaches(plant, final, installation, now):
                await self._renew(plant, last.interval.start, now)

    async def _renew(self, plant: str, start: datetime, now: datetime) -> None:
        subscriptions = await self.store.subscriptions.all("briefing")
        keys = [f"briefing:{one.id}:{plant}:{stamp(start)}" for one in subscriptions]
        mark, outbox = f"final:{plant}", self.store.outbox

        def renew(connection: Connection) -> None:
            before = reached(connection, mark)
            if (before is None or before < start) and advance(connection, mark, start, before):
                outbox.renew(connection, keys, now)

        if keys:
            await self.store.write(renew)

    async def _reaches(
        self, plant: str, at: datetime, installation: Installation, now: datetime
    ) -> bool:
        """Whether the plant's data has come so far: figures are final by the data's own time."""
        context = ToolContext(User(""), now, Words("en", now), installation, self.source)
        ids = [asset.id for asset in installation.hierarchy.counted(plant)]
        times = await context.data_times(ids) if ids else {}
        return max(times.values(), default=at) >= at

    async def _answering_for(self, one: Handover, installation: Installation) -> tuple[str, ...]:
        """One that nobody completed was prepared for who subscribed just that, or somebody only
        looked at it: then nobody answers for it."""
        people = [one.completed.who.id] if one.completed else []
        hierarchy = installation.hierarchy
        mine = {i for place in one.scope if place in hierarchy for i in hierarchy.path(place)}
        for subscription in await self.store.subscriptions.all("handover"):
            known = {
                place
                for place in subscription.scope
                if place in hierarchy and hierarchy[place].plant == one.plant
            }
            if mine & known and (one.completed or known == set(one.scope)):
                people.append(subscription.owner)
        return tuple(dict.fromkeys(person for person in people if person))
