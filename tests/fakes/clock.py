"""Slack's clock, so that tests of 3 s, 5 min and 30 min do not wait."""

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """Unix seconds, and sleeping in them."""

    def now(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


class RealClock:
    """The machine's clock."""

    def now(self) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class ManualClock:
    """Stands still until `advance`; whoever sleeps on it wakes when its time has come."""

    def __init__(self, start: float | None = None) -> None:
        self._now = time.time() if start is None else start
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            return
        done = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._now + seconds, done))
        await done

    async def advance(self, seconds: float) -> None:
        """Move on by `seconds`, waking sleepers in the order in which they are due."""
        end = self._now + seconds
        while due := sorted((at, i) for i, (at, _) in enumerate(self._sleepers) if at <= end):
            at, index = due[0]
            _, sleeper = self._sleepers.pop(index)
            self._now = max(self._now, at)
            if not sleeper.done():
                sleeper.set_result(None)
            await _let_others_run()
        self._now = end
        await _let_others_run()


async def _let_others_run() -> None:
    for _ in range(10):
        await asyncio.sleep(0)
