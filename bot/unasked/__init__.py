"""What the bot does without being asked: the jobs by the clock, and the outbox's worker."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters import Channel
from bot.app import App
from bot.clock import Clock, wall_clock
from bot.health import Health
from bot.plant import plant_file
from bot.unasked.delivery import Delivering
from bot.unasked.scheduler import Job, Scheduler, Tick
from bot.unasked.times import DeliveryTimes
from core.alerts.pulse import Pulse
from core.alerts.rules_file import rules_from
from core.followup import FollowUp
from core.installation import Definitions
from core.store import Store

_DAY_SECONDS = 86_400.0
_KEPT = timedelta(days=60)
"""For how long what was sent is known: longer than anything may be due, for its key's sake."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds of the wall clock between two runs of a job; a fast clock needs shorter ones."""

    tick: float = 20.0
    pulse: float = 60.0
    follow_up: float = 60.0
    rollup: float = 600.0


class Unasked:
    """One per process; several processes share the work by way of the store."""

    def __init__(
        self,
        app: App,
        store: Store,
        channels: Iterable[Channel],
        now: Clock,
        wall: Clock,
        *,
        times: DeliveryTimes | None = None,
        pace: Pace | None = None,
    ) -> None:
        self._app = app
        self._store = store
        self._scheduler = Scheduler(self._jobs(pace or Pace()), now, wall, app.meter)
        known = {channel.name: channel for channel in channels}
        self._delivering = Delivering(
            store, known, app.handle, now, wall, times=times, meter=app.meter
        )

    def open(self) -> None:
        self._scheduler.open()
        self._delivering.open()

    async def close(self, seconds: float = 10.0) -> None:
        """Starts nothing new; what is being sent is ended, or handed back to other processes."""
        await asyncio.gather(self._scheduler.close(), self._delivering.close(seconds))

    @property
    def health(self) -> tuple[Health, ...]:
        """Of the worker and of every job."""
        return (self._delivering.health, *self._scheduler.health.values())

    def _jobs(self, pace: Pace) -> tuple[Job, ...]:
        app, store = self._app, self._store
        rules = rules_from(app.settings.alerts_file)
        definitions = Definitions(plant_file(app.settings), app.source, rules)
        jobs = [
            Job("tick", pace.tick, Tick(definitions, store)),
            Job("pulse", pace.pulse, Pulse(definitions, app.source, store).run),
            Job("follow-up", pace.follow_up, FollowUp(definitions, app.source, store).run),
            Job("tidy", _DAY_SECONDS, self._tidy),
        ]
        if app.rollup is not None:
            jobs.append(Job("rollup", pace.rollup, app.rollup.run))
        return tuple(jobs)

    async def _tidy(self, now: datetime) -> None:
        # `--now` may lie anywhere; nothing is old that is not so by both clocks.
        at = min(now, wall_clock())
        await self._app.tidy(at)
        await self._store.sending.prune(at - _KEPT)
