"""Works off what a channel received: written down first, each thing once, whoever crashes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from adapters.within import within
from core.counted import WORK
from core.errors import SourceUnavailable
from core.meter import Meter, Unmetered
from core.store import Claim, Ending, Inbox
from core.store.inbox import KEPT
from core.trace import current, stage, traced

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 5
# Longer than any call to a platform may take, plus the time until the platform shows it.
LEASE_SECONDS = 60.0
LOOK_SECONDS = 10.0
_PRUNE_SECONDS = 3600.0
# So many are worked on at once: acknowledging comes in between. Who takes longer than a few
# seconds, because the platform hangs or wants one to wait, keeps nobody else waiting.
_AT_ONCE = 16
_SLOT_SECONDS = 5.0
Work = Callable[["Job"], Awaitable[None]]


class Job:
    """One received thing while it is worked on."""

    def __init__(
        self, claim: Claim, inbox: Inbox, now: Callable[[], datetime], lease: timedelta
    ) -> None:
        self.claim = claim
        self.ending: Ending = "done"
        self._inbox = inbox
        self._now = now
        self._lease = lease

    async def sending(self) -> bool:
        """To be called right before the answer goes out; False: another process has taken over
        and nothing may be sent."""
        return await self._inbox.sending(self.claim, self._now() + self._lease)

    async def finish(self) -> None:
        await self._inbox.finish(self.claim, self.ending)

    async def hand_back(self) -> None:
        await self._inbox.hand_back(self.claim, self._now())


class Intake:
    """One channel's inbox. `work` handles a Job and raises nothing but defects. What a process
    took and did not touch for `lease` seconds is abandoned; every `look` seconds one looks for
    such. `now` is the clock of the leases, which all processes must share."""

    def __init__(
        self,
        channel: str,
        inbox: Inbox,
        now: Callable[[], datetime],
        work: Work,
        *,
        lease: float = LEASE_SECONDS,
        look: float = LOOK_SECONDS,
        meter: Meter | None = None,
    ) -> None:
        self._channel = channel
        self._inbox = inbox
        self._now = now
        self._work = work
        self._lease = timedelta(seconds=lease)
        self._pause = look
        self._meter = meter or Unmetered()
        self._running: dict[asyncio.Task[None], Job] = {}
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._free = asyncio.Event()
        self._watch: asyncio.Task[None] | None = None
        self._is_closing = False

    async def receive(self, key: str, payload: Mapping[str, Any]) -> bool:
        """Returns once it is safe to acknowledge: whether it is new. What was received before is
        left alone.

        Raises SourceUnavailable where it could not be written down.
        """
        with traced(key, self._meter), stage("ack"):
            now = self._now()
            claim = await self._inbox.receive(self._channel, key, payload, now, now + self._lease)
            if claim is not None:
                self._start(claim)
        return claim is not None

    def open(self) -> None:
        """Starts to look for what other processes left behind, and keeps the own leases."""
        self._watch = asyncio.create_task(self._watching())

    async def close(self, seconds: float) -> None:
        """Lets the running work end within so many seconds and hands back the rest."""
        self._is_closing = True  # nothing is taken over any more, but the own leases are kept:
        if self._running:  # there may be more seconds than a lease has
            await asyncio.wait(self._running, timeout=seconds)
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        for task in tuple(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    @property
    def running(self) -> int:
        return len(self._running)

    def _start(self, claim: Claim) -> None:
        job = Job(claim, self._inbox, self._now, self._lease)
        task = asyncio.create_task(self._run(job), name=f"{self._channel} {claim.key}")
        self._running[task] = job
        task.add_done_callback(lambda done: self._running.pop(done, None))

    async def _run(self, job: Job) -> None:
        try:
            async with self._slot():
                await self._worked_off(job)
        except asyncio.CancelledError:
            self._tell(job, "handed_back")
            await job.hand_back()
            raise
        try:
            await job.finish()
        except SourceUnavailable as error:  # the lease runs out, and whoever looks finds it sent
            log.warning("%s: the end could not be written: %s", job.claim.key, error.problem)
        self._tell(job, job.ending)

    def _tell(self, job: Job, ending: str) -> None:
        trace = current()
        self._meter.took(WORK, trace.seconds, self._channel, ending)
        said = {"channel": self._channel, "key": job.claim.key, "ending": ending}
        times = {"ms": round(1000 * trace.seconds, 1), **trace.milliseconds}
        log.info("worked off", extra={**said, "attempt": job.claim.attempt, **times})

    async def _worked_off(self, job: Job) -> None:
        if job.claim.attempt > MOST_ATTEMPTS:
            job.ending = "failed"
            log.error("%s: given up after %d attempts", job.claim.key, MOST_ATTEMPTS)
            return
        try:
            await self._work(job)
        except Exception:
            job.ending = "failed"
            log.exception("%s: the work failed", job.claim.key)

    @asynccontextmanager
    async def _slot(self) -> AsyncIterator[None]:
        await self._slots.acquire()
        held = True

        def leave() -> None:
            nonlocal held
            if held:
                held = False
                self._slots.release()
                self._free.set()

        over = asyncio.get_running_loop().call_later(_SLOT_SECONDS, leave)
        try:
            yield
        finally:
            over.cancel()
            leave()

    async def _watching(self) -> None:
        now = asyncio.get_running_loop().time
        next_extend = next_prune = now()
        while True:
            more = False
            try:
                if now() >= next_extend:
                    held = [job.claim for job in self._running.values()]
                    await self._inbox.extend(held, self._now() + self._lease)
                    next_extend = now() + self._pause
                more = await self.look()
                if now() >= next_prune:
                    await self._inbox.prune(self._now() - KEPT)
                    next_prune = now() + _PRUNE_SECONDS
            except SourceUnavailable as error:
                log.warning("the inbox does not answer: %s", error.problem)
            except Exception:  # nobody else would look for what was left behind
                log.exception("looking for abandoned work failed")
            self._free.clear()
            if more:
                await within(self._pause, self._free)
            else:
                await asyncio.sleep(self._pause)

    async def look(self) -> bool:
        """Takes over what no process works on any more; whether there may be more of it.

        No more than can be worked on soon: what is only held counts as attempted, too.
        """
        while not (self._slots.locked() or self._is_closing):
            now = self._now()
            claim = await self._inbox.take_over(self._channel, now, now + self._lease)
            if claim is None:
                return False
            with traced(claim.key, self._meter):
                self._start(claim)
            await asyncio.sleep(0)  # until it has its slot
        return True
