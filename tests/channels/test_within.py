"""Waiting for an event with a time limit."""

from __future__ import annotations

import asyncio

import pytest

from adapters.within import within


def test_it_tells_whether_it_happened() -> None:
    async def run() -> None:
        event = asyncio.Event()
        assert not await within(0.01, event)
        event.set()
        assert await within(0, event)

    asyncio.run(run())


@pytest.mark.parametrize("steps", range(6))
def test_who_is_cancelled_while_it_happens_ends(steps: int) -> None:
    """A worker that goes on regardless would hold up the end of the process for ever."""

    async def run() -> None:
        event = asyncio.Event()

        async def worker() -> None:
            while True:
                event.clear()
                await within(60, event)

        task = asyncio.create_task(worker())
        await asyncio.sleep(0.01)
        event.set()
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task], timeout=5)
        assert task.cancelled()

    asyncio.run(run())
