"""The outbox's worker as processes that may be killed, hundreds of times.

    python -m tests.prove.delivering JSON

is a nursery: it imports everything once, then keeps `replicas` children alive, each a worker of its
own made by fork. It kills them at random, and they kill themselves at named points, until `deaths`
are reached; then it lets them work. It tells each child's pid, and at the end how they died.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import select
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from adapters import Channel
from adapters.slack.channel import SlackChannel, SlackSettings
from adapters.slack.times import Times
from adapters.teams.channel import TeamsChannel, TeamsSettings
from bot.clock import wall_clock
from bot.unasked.delivery import Delivering
from bot.unasked.times import DeliveryTimes
from core.answer import Answer, Text
from core.progress import Progress
from core.request import Place, Request
from core.store import Store
from core.store.pace import Pace
from tests.prove.dying import Dying, DyingSending, Plan
from tests.prove.teams_serving import QUICK, SHORT, bot_at

ROOT = Path(__file__).parents[2]
Close = Callable[[], Awaitable[None]]
FREE = Pace(post=0.0001, update=0.0001, burst=60.0)


async def door(request: Request, _progress: Progress | None) -> Answer:
    """An answer that takes a moment and names its command."""
    await asyncio.sleep(random.uniform(0, 0.01))
    return Answer("answer", (Text(request.text),), language="en")


async def work(plan: Plan, *, dying: bool) -> None:
    """One replica, until SIGTERM."""
    store = Store.open(plan.store_url, wait_seconds=10)
    sending = DyingSending(store.write)
    sending.dying = Dying(plan, dying)
    store.sending = sending
    open_channel = _teams if plan.platform == "teams" else _slack
    channel, close = await open_channel(plan, store, sending.dying)
    delivering = Delivering(
        store,
        {plan.platform: channel},
        door,
        wall_clock,
        wall_clock,
        times=DeliveryTimes(
            lease=plan.lease,
            margin=plan.margin,
            look=0.05,
            pace=0.0,
            platform=FREE,
            first_pause=0.05,
            longest_pause=1.0,
        ),
    )
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    delivering.open()
    await stop.wait()
    await delivering.close(5.0)
    await close()
    store.close()


async def _slack(plan: Plan, store: Store, dying: Dying) -> tuple[Channel, Close]:
    times = Times(call=plan.call, patience=5.0, shown_after=(0.05, 0.3), pace=0.0, lease=60)
    settings = SlackSettings(plan.token, look="plain", url=plan.api_url, signing_secret="none")
    channel = SlackChannel(settings, store.inbox, wall_clock, _no_picture, times=times)
    client: Any = channel._api.client
    client.chat_postMessage = _dying_while(client.chat_postMessage, dying)
    return channel, channel._api.close


async def _teams(plan: Plan, store: Store, dying: Dying) -> tuple[Channel, Close]:
    times = replace(QUICK, call=plan.call, patience=5.0, sends=((1_000, 1.0),))
    settings = TeamsSettings(bot_at(plan.api_url, plan.token))
    channel = TeamsChannel(
        settings, store, wall_clock, wall_clock, lambda *_: False, times=times, patience=SHORT
    )
    connector: Any = channel._connector
    connector.send = _dying_while(connector.send, dying)
    await channel._connector.open()
    return channel, channel._connector.close


def _dying_while(post: Callable[..., Awaitable[Any]], dying: Dying) -> Callable[..., Any]:
    """Some die while their message is on its way."""

    async def posting(*arguments: object, **more: object) -> Any:
        asyncio.get_running_loop().call_later(random.uniform(0, 0.01), dying.at, "posted")
        return await post(*arguments, **more)

    return posting


async def _no_picture(*_: object) -> None:
    return None


class Nursery:
    """The children, from inside the process that forks them."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._chance = random.Random(plan.seed)
        self._children: set[int] = set()
        self._deaths: Counter[str] = Counter()

    def run(self) -> None:
        """Until stdin is closed."""
        kill_at = time.monotonic()
        while not select.select([sys.stdin], [], [], 0.005)[0]:
            self._reap()
            dying = self._deaths.total() < self._plan.deaths
            while len(self._children) < self._plan.replicas:
                self._fork(dying=dying)
            if dying and time.monotonic() >= kill_at:
                os.kill(self._chance.choice(sorted(self._children)), signal.SIGKILL)
                kill_at = time.monotonic() + self._chance.expovariate(1 / self._plan.every)
        for child in self._children:
            os.kill(child, signal.SIGTERM)
        for child in self._children:
            os.waitpid(child, 0)
        print(json.dumps({"deaths": self._deaths.total()}), flush=True)

    def _reap(self) -> None:
        for child in list(self._children):
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                self._children.discard(child)
                self._deaths["killed" if os.WIFSIGNALED(status) else "failed"] += 1
                if not os.WIFSIGNALED(status):
                    print(f"failed {status}", flush=True)
                elif self._deaths.total() == self._plan.deaths:
                    self._calm()
                    return

    def _calm(self) -> None:
        """Those that may still die make room for others that may not."""
        for child in self._children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        self._children.clear()
        print("calm", flush=True)

    def _fork(self, *, dying: bool) -> None:
        child = os.fork()
        if child:
            self._children.add(child)
            print(f"pid {child}", flush=True)
            return
        sys.stdin.close()
        random.seed()
        asyncio.run(work(self._plan, dying=dying))
        os._exit(0)


@dataclass
class Replicas:
    """The nursery, as the test sees it: `pids` are the living, the newest last."""

    process: asyncio.subprocess.Process
    pids: list[int] = field(default_factory=list)
    points: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    calm: asyncio.Event = field(default_factory=asyncio.Event)
    deaths: int = 0

    async def listen(self) -> None:
        assert self.process.stdout is not None
        async for raw in self.process.stdout:
            match raw.decode().split():
                case ["pid", pid]:
                    self.pids.append(int(pid))
                case ["point", point]:
                    self.points[point] += 1
                case ["calm"]:
                    self.calm.set()
                case ["failed", *_]:
                    self.failed.append(raw.decode())
                case [text]:
                    self.deaths = json.loads(text)["deaths"]
                case [*_]:
                    self.deaths = json.loads(raw)["deaths"]


@asynccontextmanager
async def replicas(plan: Plan, log: Path) -> AsyncIterator[Replicas]:
    """All running; none is left behind."""
    with log.open("ab") as stderr:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.prove.delivering",
            json.dumps(asdict(plan)),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=stderr,
        )
    found = Replicas(process)
    listening = asyncio.create_task(found.listen())
    try:
        yield found
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 30)
        except TimeoutError:
            for pid in found.pids[-plan.replicas :]:
                _kill(pid)
            process.kill()
        await listening


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def channel_place(team: str, channel: str) -> Place:
    return Place("slack", f"{team}:{channel}", private=False)


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    Nursery(Plan(**given | {"points": tuple(given["points"])})).run()
