"""Running a coroutine as a test."""

import asyncio
import functools
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any, ParamSpec

P = ParamSpec("P")

LONGEST = 200.0
"""Real seconds that a test may take: far more than any needs on a machine that stands still now
and then, and more than the scenes' own limits, which then say what it was that hung."""


class SkippingLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock a test can put forward."""

    def __init__(self) -> None:
        super().__init__()
        self.limit: asyncio.Timeout | None = None
        self._skipped = 0.0

    def time(self) -> float:
        return super().time() + self._skipped

    def skip(self, seconds: float) -> None:
        self._skipped += seconds
        when = self.limit.when() if self.limit else None
        if self.limit and when is not None:  # the test's own stays in real seconds
            self.limit.reschedule(when + seconds)


def skip(seconds: float) -> None:
    """Whatever would wait so long in the running test's loop is over at once, in the order in
    which it would have ended: how a time-out fires without a test that hurries."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, SkippingLoop), "only a test under `in_loop` has such a clock"
    loop.skip(seconds)


@asynccontextmanager
async def time_flies() -> AsyncIterator[None]:
    """Seconds take a tenth of them, where a pause is all that is waited for: a database has a tenth
    of its time as well. Where the machine stands still they do so, too."""

    async def fly() -> None:
        while True:
            await asyncio.sleep(0.01)
            skip(0.09)

    flying = asyncio.create_task(fly())
    try:
        yield
    finally:
        flying.cancel()
        with suppress(asyncio.CancelledError):
            await flying


def in_loop(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Each test gets an event loop of its own, and `LONGEST` seconds."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        loop = SkippingLoop()

        async def limited() -> None:
            async with asyncio.timeout(LONGEST) as loop.limit:
                await test(*args, **kwargs)

        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(limited())

    return run
