"""Running out of patience with a model that hangs, without waiting for it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from tests.fakes.loop import skip
from tests.fakes.model.server import FakeModel


async def _at_once() -> None: ...


@asynccontextmanager
async def impatient(
    model: FakeModel, seconds: float, ready: Callable[[], Awaitable[object]] = _at_once
) -> AsyncIterator[None]:
    """Each time an answer hangs, and `ready` has returned, so many seconds of the loop's clock go
    by: a time-out as long as that fires, however fast or slow the machine is."""

    async def watch() -> None:
        seen = model.hung
        while True:
            while model.hung == seen:
                await model.changed()
            await ready()
            seen += 1
            skip(seconds)

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()
