"""Sends what waits in the outbox: each thing once, in order, whatever is killed meanwhile.

A row is claimed before anything is sent, marked right before the platform is asked, and ended by a
write that names the attempt. Who takes over a row that an earlier attempt had begun looks for the
message first; where a platform cannot be looked through, the row ends as `unknown`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import timedelta

from adapters import Channel, Door
from adapters.within import within
from bot.clock import Clock
from bot.health import Health
from bot.log import log_defect
from bot.unasked.one_delivery import LastShown, OneDelivery
from bot.unasked.times import DeliveryTimes, Lease
from core.errors import SourceUnavailable
from core.meter import Meter, Unmetered
from core.store import Delivery, Now, Store
from core.trace import traced

log = logging.getLogger(__name__)

_MINUTE = timedelta(minutes=1)


class Delivering:
    """One per process. `now` is the plant's time, `wall` that by which others are given up."""

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        door: Door,
        now: Clock,
        wall: Clock,
        *,
        times: DeliveryTimes | None = None,
        at_once: int = 8,
        meter: Meter | None = None,
    ) -> None:
        self._store = store
        self._channels = channels
        self._door = door
        self._now = now
        self._wall = wall
        self._times = times or DeliveryTimes()
        self._at_once = at_once
        self._meter = meter or Unmetered()
        self._running: dict[asyncio.Task[None], tuple[Delivery, Lease]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._freed = asyncio.Event()
        self._last = LastShown()
        self.health = Health("outbox")

    def open(self) -> None:
        """Starts to send."""
        self._tasks = [asyncio.create_task(self._send()), asyncio.create_task(self._keep_leases())]

    async def close(self, seconds: float = 10.0) -> None:
        """Takes nothing new, ends what is running or hands it back."""
        for task in self._tasks[:1]:
            task.cancel()
        await asyncio.gather(*self._tasks[:1], return_exceptions=True)
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)
        for task in self._tasks[1:]:
            task.cancel()
        left = dict(self._running)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, *self._tasks, return_exceptions=True)
        for delivery, _ in left.values():
            with suppress(SourceUnavailable):
                await self._store.sending.hand_back(delivery)

    async def _send(self) -> None:
        expired_at = None
        while True:
            self._freed.clear()
            try:
                at = self._now()
                if expired_at is None or at - expired_at > _MINUTE:
                    await self._store.sending.expire(at)
                    expired_at = at
                claimed = await self._claim()
            except SourceUnavailable as error:
                self.health.trouble(error.problem, self._wall())
                await asyncio.sleep(self._times.look)
                continue
            self.health.well()
            for delivery, lease in claimed:
                self._begin(delivery, lease)
            if not claimed or len(self._running) >= self._at_once:
                await self._rest()

    async def _claim(self) -> list[tuple[Delivery, Lease]]:
        free = self._at_once - len(self._running)
        if free <= 0:
            return []
        wall = self._wall()
        until = wall + timedelta(seconds=self._times.lease)
        now = Now(self._now(), wall)
        claimed: list[Delivery] = []
        for channel in self._channels:
            left = free - len(claimed)
            if left > 0:
                pace = self._times.platform
                claimed += await self._store.sending.claim(channel, now, until, left, pace)
        margin = timedelta(seconds=self._times.margin)
        return [(delivery, Lease(until, margin, self._wall)) for delivery in claimed]

    def _begin(self, delivery: Delivery, lease: Lease) -> None:
        one = OneDelivery(
            delivery,
            lease,
            self._channels[delivery.place.channel],
            self._door,
            self._store,
            self._now,
            self._wall,
            self._times,
            self._last,
        )
        with traced(f"delivery:{delivery.id}", self._meter, "delivery"):
            task = asyncio.create_task(_guarded(one.run, delivery))
        self._running[task] = (delivery, lease)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.pop(task, None)
        self._freed.set()

    async def _rest(self) -> None:
        """Until something ends or it is time to look again."""
        await within(self._times.look, self._freed)

    async def _keep_leases(self) -> None:
        """An answer may take long; what this process works on stays its own."""
        while True:
            await asyncio.sleep(self._times.lease / 4)
            held = list(self._running.values())
            until = self._wall() + timedelta(seconds=self._times.lease)
            try:
                kept = await self._store.sending.extend([one for one, _ in held], until)
            except SourceUnavailable as error:
                log.warning("leases are not kept: %s", error.problem)
                continue
            for delivery, lease in held:
                if delivery.id in kept:
                    lease.until = until


async def _guarded(run: Callable[[], Awaitable[None]], delivery: Delivery) -> None:
    try:
        await run()
    except SourceUnavailable as error:  # its lease ends, then it is looked for
        log.warning("delivery %s is left to its lease: %s", delivery.id, error.problem)
    except Exception as error:  # noqa: BLE001 - one that fails must not stop the others
        log.error("delivery %s failed: defect %s", delivery.id, log_defect(error))
