"""The few jobs that run by the clock: they only write rows, and the outbox does the rest.

APScheduler keeps the intervals. What is due is asked of the shift calendar by our own clock, from
where the last tick had come to; so nothing is lost while no process runs, and several may run.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from apscheduler.schedulers.asyncio import AsyncIOScheduler  # type: ignore[import-untyped]

from bot.clock import Clock
from bot.discretion import said_of
from bot.health import Health
from bot.log import log_defect
from core.counted import JOBS
from core.due import wanted
from core.errors import AndonError, MisconfiguredError, NoData
from core.installation import Definitions, Installation
from core.meter import Meter, Unmetered
from core.store import Store, Subscription, Wanted
from core.store.watermarks import advance, reached
from core.trace import traced

MARK = "shifts"
_SKEW = timedelta(minutes=5)  # by which the clocks of processes may differ
_AT_ONCE = 200  # rows in a transaction: others write meanwhile
Work = Callable[[datetime], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Job:
    """`work` is given the time by our clock, every so many `seconds` of the wall clock's."""

    name: str
    seconds: float
    work: Work


class Scheduler:
    """One per process. A job that still runs when it is due again is left alone once."""

    def __init__(
        self, jobs: Sequence[Job], now: Clock, wall: Clock, meter: Meter | None = None
    ) -> None:
        self._jobs = jobs
        self._now = now
        self._wall = wall
        self._meter = meter or Unmetered()
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._closing = False
        self._running: set[asyncio.Task[None]] = set()
        self.health = {job.name: Health(job.name) for job in jobs}

    def open(self) -> None:
        """Starts; every job runs at once for the first time."""
        for job in self._jobs:
            self._scheduler.add_job(
                self._run,
                "interval",
                args=(job,),
                id=job.name,
                seconds=job.seconds,
                next_run_time=self._wall(),
                misfire_grace_time=None,  # late is better than never
                coalesce=True,
                max_instances=1,
            )
        self._scheduler.start()

    async def close(self) -> None:
        """What runs is called off: it writes in whole transactions, and the next one catches up."""
        self._closing = True
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _run(self, job: Job) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        with traced(f"{job.name}:{secrets.token_hex(8)}", self._meter, "job") as trace:
            await self._guarded(job)
            ending = "failed" if self.health[job.name].problem else "ok"
            self._meter.took(JOBS, trace.seconds, job.name, ending)

    async def _guarded(self, job: Job) -> None:
        health, task = self.health[job.name], asyncio.current_task()
        assert task is not None
        try:
            await job.work(self._now())
        except asyncio.CancelledError:
            if not self._closing:
                raise
        except AndonError as error:
            health.trouble(said_of(error), self._wall())
        except Exception as error:  # noqa: BLE001 - the next run may do better
            health.trouble(f"defect {log_defect(error)}", self._wall())
        else:
            health.well()
        finally:
            self._running.discard(task)


class Tick:
    """Writes a row for whatever fell due by the shift calendar since the last tick."""

    def __init__(self, definitions: Definitions, store: Store) -> None:
        self._definitions = definitions
        self._store = store

    async def __call__(self, now: datetime) -> None:
        """Raises SourceUnavailable; then the next tick catches up. MisconfiguredError where the
        last tick was clearly later than now: until then nothing would come, and nobody knew why."""
        store = self._store
        since = await store.read(lambda connection: reached(connection, MARK))
        if since is not None and since - now > _SKEW:
            raise MisconfiguredError("clock", f"it was {since:%Y-%m-%d %H:%M} UTC here already")
        if since is not None and since < now:
            subscriptions = await store.subscriptions.all()
            if subscriptions:
                await self._write(subscriptions, since, now)
        if since is None or since < now:
            await store.write(lambda connection: advance(connection, MARK, now, since))

    async def _write(
        self, subscriptions: Sequence[Subscription], since: datetime, now: datetime
    ) -> None:
        try:
            installation = await self._definitions.load()
        except NoData:
            return  # no plant, no shifts
        # In a thread: thousands of them would hold everything else up.
        rows = await asyncio.to_thread(_rows, subscriptions, installation, since, now)
        for start in range(0, len(rows), _AT_ONCE):
            some = rows[start : start + _AT_ONCE]
            await self._store.write(partial(self._store.outbox.want, wanted=some, at=now))


def _rows(
    subscriptions: Sequence[Subscription],
    installation: Installation,
    since: datetime,
    now: datetime,
) -> list[Wanted]:
    return list(wanted(subscriptions, installation, since, now))
