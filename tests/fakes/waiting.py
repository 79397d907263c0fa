"""Waiting for something to be true without polling."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Changes:
    """Wakes whoever waits each time the state changed. Cheap when nobody waits."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def happened(self) -> None:
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)
        self._waiting.clear()

    async def wait(self) -> None:
        """Return at the next change."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.add(waiter)
        try:
            await waiter
        finally:
            self._waiting.discard(waiter)

    async def until(self, find: Callable[[], T | None], within: float, what: str) -> T:
        """The first value of `find` that is neither None nor False.

        Raises:
            TimeoutError: naming `what` was waited for, after `within` real seconds.
        """
        try:
            async with asyncio.timeout(within):
                while True:
                    found = find()
                    if found is not None and found is not False:
                        return found
                    await self.wait()
        except TimeoutError:
            raise TimeoutError(f"waited {within} s in vain for {what}") from None

    async def quiet(self, seconds: float) -> None:
        """Return once nothing has changed for `seconds` real seconds."""
        while True:
            try:
                async with asyncio.timeout(seconds):
                    await self.wait()
            except TimeoutError:
                return
