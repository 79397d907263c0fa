"""Waiting for something, but not for ever."""

from __future__ import annotations

import asyncio
from contextlib import suppress


async def within(seconds: float, event: asyncio.Event) -> bool:
    """Whether it happens within this time.

    Not `asyncio.wait_for`: before Python 3.12 it loses a cancellation that comes while the event
    happens, and who waits for the cancelled task then waits for ever.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()
