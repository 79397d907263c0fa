"""Time-outs that end without a test that hurries: the scenes' clock is put forward, when what is
waited for in vain has begun, and everything else has all the time it needs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import TypeVar

from adapters.slack.times import Times
from tests.fakes.faults import Hang, Rule
from tests.fakes.loop import SkippingLoop, skip
from tests.fakes.slack import FakeSlack

T = TypeVar("T")
CALL = 60.0
ACK = 20.0  # the web's own limits are longer
UNHURRIED = Times(
    call=CALL,
    shown_after=(0.0, 0.1),
    pace=0.01,
    ack=ACK,
    note=CALL,
    first=CALL,
    ornament=CALL,
    people=CALL,
)
"""A machine may stand still for seconds, and nothing is given up for that. Slack shows at once
what it took, and takes more messages than it would."""


def run(scene: Coroutine[object, object, None]) -> None:
    """As asyncio.run, with a clock that can be put forward."""
    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        runner.run(scene)


async def unanswered(slack: FakeSlack, rule: Rule, times: int = 1) -> None:
    """The calls that this fault lets hang count as unanswered, as soon as they are made."""
    for n in range(1, times + 1):
        await slack.until(lambda n=n: rule.fired >= n or None)  # type: ignore[misc]
        skip(CALL + 1)


async def meeting(
    slack: FakeSlack, rule: Rule, call: Coroutine[object, object, T], times: int = 1
) -> T:
    """What comes of a call that meets this fault; where it hangs, at the end of its time."""
    task = asyncio.create_task(call)
    if isinstance(rule.fault, Hang):
        await unanswered(slack, rule, times)
    return await task


async def in_vain(acks: Coroutine[object, object, T]) -> T:
    """What the acks are where the store does not answer."""
    task = asyncio.create_task(acks)
    while not task.done():
        await asyncio.sleep(0.2)  # they are on their way
        skip(ACK + 1)
    return task.result()


class CountedLoop(SkippingLoop):
    """Its time is counted in small steps, and stands still where the machine does: who keeps a
    pace does so exactly. It is a clock for the fake Slack as well."""

    def time(self) -> float:
        return self._skipped

    def now(self) -> float:
        return self.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def run_counted(scene: Callable[[CountedLoop], Coroutine[object, object, None]]) -> None:
    loop = CountedLoop()

    async def count() -> None:
        while True:
            await asyncio.to_thread(time.sleep, 0.005)
            skip(0.02)

    async def counted() -> None:
        counting = asyncio.create_task(count())
        await scene(loop)
        counting.cancel()

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(counted())
