"""What nobody counts as it happens is looked at now and then: rows in the store, the event loop."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from importlib.metadata import version

from sqlalchemy import Connection

from bot.clock import Clock, wall_clock
from bot.health import Health
from bot.metrics import Metrics
from core.counted import (
    ALERT_LOAD,
    ALERTS,
    BUILD,
    CACHE,
    DELIVERIES,
    LOOP_LAG,
    OBSERVED,
    TROUBLES,
)
from core.data.cache import CachedSource
from core.errors import SourceUnavailable
from core.store import Store
from core.store.delivery_tables import STATES
from core.store.levels import open_alerts, raised_since

log = logging.getLogger(__name__)

LOOK_SECONDS = 15.0
_LAG_SECONDS = 0.25
_HOUR = timedelta(hours=1)


class Observing:
    """One per process. `store` and `source` give those at work, `now` the plant's time, `health`
    that of the background work."""

    def __init__(
        self,
        metrics: Metrics,
        store: Callable[[], Store],
        source: Callable[[], CachedSource],
        now: Clock,
        health: Callable[[], Iterable[Health]] = tuple,
        *,
        look: float = LOOK_SECONDS,
    ) -> None:
        self._metrics = metrics
        self._store = store
        self._now = now
        self._health = health
        self._look = look
        metrics.set(BUILD, 1, version("andon"))
        metrics.read(CACHE, lambda: _reads(source()))

    async def run(self) -> None:
        """Until it is cancelled."""
        await asyncio.gather(self._looking(), self._lagging())

    async def look(self) -> None:
        """Reads the levels once. Raises SourceUnavailable."""
        now = self._now()

        def read(connection: Connection) -> tuple[Counter[tuple[str, str]], int]:
            return open_alerts(connection, now), raised_since(connection, now - _HOUR)

        for health in self._health():
            self._metrics.set(TROUBLES, 1 if health.problem else 0, health.name)
        store = self._store()
        counts = await store.listing.counts()
        alerts, raised = await store.read(read)
        for state in STATES:
            self._metrics.set(DELIVERIES, counts.get(state, 0), state)
        for (priority, state), count in alerts.items():
            self._metrics.set(ALERTS, count, priority, state)
        self._metrics.set(ALERT_LOAD, raised)
        self._metrics.set(OBSERVED, wall_clock().timestamp())

    async def _looking(self) -> None:
        while True:
            try:
                await self.look()
            except SourceUnavailable as error:  # its age tells in andon_observed_timestamp_seconds
                log.debug("the store is not looked at: %s", error)
            except Exception:
                log.exception("looking at the store failed")
            await asyncio.sleep(self._look)

    async def _lagging(self) -> None:
        now = asyncio.get_running_loop().time
        while True:
            began = now()
            await asyncio.sleep(_LAG_SECONDS)
            self._metrics.took(LOOP_LAG, max(0.0, now() - began - _LAG_SECONDS))


def _reads(source: CachedSource) -> Mapping[tuple[str, ...], float]:
    return {
        (tier, result): count
        for tier, counts in source.counts().items()
        for result, count in (
            ("hit", counts.hits),
            ("shared", counts.shared),
            ("miss", counts.misses),
            ("stale", counts.stale),
        )
    }
