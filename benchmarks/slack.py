"""Slack: acknowledgements beside a bare Bolt app, whole round trips, posts, and memory.

`python -m benchmarks slack`. Servers, Slack and the load are processes of their own; the servers
that are compared take turns, so that a busy machine slows all of them.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from pathlib import Path
from statistics import median, quantiles
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlencode

import aiohttp
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.times import Times
from adapters.slack.web_api import WebApi
from benchmarks.slack_servers import SECRET
from benchmarks.tools import NOW
from core.data.sample import make_sample
from tests.fakes.slack.signing import sign

ROUNDS = 5
CONNECTIONS = {1: 300, 32: 2_000}  # connections: requests of a round
USER = "U000000001"  # the first that the fake makes
KINDS = ("bolt", "bolt+insert", "andon")
_numbers = count(1)
T = TypeVar("T")
Made = Callable[[int], tuple[bytes, str]]


def event(number: int) -> tuple[bytes, str]:
    """The bot is named in a channel."""
    ts = f"{1_790_000_000 + number}.000100"
    payload = {
        "token": "verification-token",
        "team_id": "T0ANDON01",
        "api_app_id": "A0ANDON01",
        "event": {
            "type": "app_mention",
            "user": USER,
            "text": "<@U0ANDONBOT> What was the OEE of line 3 yesterday?",
            "ts": ts,
            "event_ts": ts,
            "team": "T0ANDON01",
            "channel": "C01",
        },
        "type": "event_callback",
        "event_id": f"Ev{number:010}",
        "event_time": 1_790_000_000,
        "authorizations": [{"team_id": "T0ANDON01", "user_id": "U0ANDONBOT", "is_bot": True}],
    }
    return json.dumps(payload).encode(), "application/json"


def aside(number: int) -> tuple[bytes, str]:
    """What people say to one another in a thread that the bot reads along."""
    body, kind = event(number)
    told = json.loads(body)
    told["event"] |= {"type": "message", "channel_type": "channel", "thread_ts": "1780000000.1"}
    told["event"]["text"] = "ok, see you at the line"
    return json.dumps(told).encode(), kind


def command(number: int, url: str = "http://127.0.0.1:9/none") -> tuple[bytes, str]:
    form = {
        "token": "verification-token",
        "team_id": "T0ANDON01",
        "channel_id": "C01",
        "channel_name": "line-3",
        "user_id": USER,
        "user_name": "ana",
        "command": "/oee",
        "text": "line-3",
        "api_app_id": "A0ANDON01",
        "response_url": url,
        "trigger_id": f"{number}.{number}.x",
    }
    return urlencode(form).encode(), "application/x-www-form-urlencoded"


class Fake(NamedTuple):
    """Slack's API in a process of its own."""

    api: str
    token: str


class Load:
    """Keep-alive connections that send one request after the other."""

    def __init__(self, session: aiohttp.ClientSession, port: int) -> None:
        self._session = session
        self._url = f"http://127.0.0.1:{port}/slack/events"

    async def one(self, body: bytes, content_type: str) -> float:
        """Seconds until the acknowledgement."""
        request = sign(SECRET, body, content_type, time.time())
        began = time.perf_counter()
        post = self._session.post(self._url, data=request.body, headers=request.headers)
        async with post as response:
            await response.read()
            assert response.status == 200, response.status
        return time.perf_counter() - began

    async def run(self, made: Made, requests: int, connections: int) -> tuple[float, list[float]]:
        """Acknowledgements per second, and how long each took."""
        bodies = [made(next(_numbers)) for _ in range(requests)]
        spent: list[float] = []

        async def connection() -> None:
            while bodies:
                spent.append(await self.one(*bodies.pop()))

        began = time.perf_counter()
        await asyncio.gather(*(connection() for _ in range(connections)))
        return requests / (time.perf_counter() - began), spent


@contextmanager
def _process(module: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("ANDON_", "SLACK_"))}
    started = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env=environ,
    )
    try:
        yield started
    finally:
        started.terminate()
        started.wait()


@contextmanager
def _fake_slack() -> Iterator[Fake]:
    with _process("tests.fakes.slack", "--keep-calls", "10") as slack:
        assert slack.stdout is not None
        told = json.loads(slack.stdout.readline())
        assert told["user"] == USER
        yield Fake(told["api_url"], told["bot_token"])


@asynccontextmanager
async def _server(kind: str, fake: Fake, folder: Path) -> AsyncIterator[tuple[Load, int]]:
    """A server of this kind, warm; its process id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    home = Path(tempfile.mkdtemp(dir=folder))  # a store of its own
    (home / "plant.db").symlink_to(folder / "plant.db")
    arguments = (kind, str(port), *fake, str(home))
    connector = aiohttp.TCPConnector(limit=0)
    with _process("benchmarks.slack_servers", *arguments) as process:
        async with aiohttp.ClientSession(connector=connector) as session:
            load = Load(session, port)
            for _ in range(600):
                try:
                    await load.one(*aside(next(_numbers)))
                    break
                except aiohttp.ClientError:
                    await asyncio.sleep(0.1)
            await load.run(aside, 100, 4)
            yield load, process.pid


async def acks(fake: Fake, folder: Path) -> None:
    found: dict[tuple[str, str, int], list[tuple[float, list[float]]]] = {}
    for turn in range(ROUNDS):
        for kind in KINDS if turn % 2 else KINDS[::-1]:
            async with _server(kind, fake, folder) as (load, _):
                for connections, requests in CONNECTIONS.items():
                    for name, made in (("event", event), ("command", command)):
                        run = await load.run(made, requests, connections)
                        found.setdefault((name, kind, connections), []).append(run)
    print(f"{'acknowledgements':34}{'per second':>12}{'p50 ms':>9}{'p99 ms':>9}{'× rival':>9}")
    for name in ("event", "command"):
        for connections in CONNECTIONS:
            rival = _rate(found[name, "bolt+insert", connections])
            for kind in KINDS:
                runs = found[name, kind, connections]
                spent = [seconds * 1e3 for _, several in runs for seconds in several]
                share = f"{_rate(runs) / rival:9.2f}"
                said = f"{name}, {connections} at once: {kind}"
                p99 = quantiles(spent, n=100)[98]
                print(f"{said:34}{_rate(runs):12.0f}{median(spent):9.2f}{p99:9.2f}{share}")


def _rate(runs: list[tuple[float, list[float]]]) -> float:
    return median(rate for rate, _ in runs)


class Answers:
    """Where response_urls point to: each tells when its answer came."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Future[float]] = {}
        self.port = 0

    async def __aenter__(self) -> Answers:
        self._runner = web.ServerRunner(web.Server(self._take))
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _take(self, request: web.BaseRequest) -> web.Response:
        await request.read()
        waiting = self._waiting.get(request.path)
        if waiting is not None and not waiting.done():
            waiting.set_result(time.perf_counter())
        return web.Response(text="ok")

    async def round_trip(self, load: Load) -> tuple[float, float]:
        """Seconds until the acknowledgement, and until the answer."""
        number = next(_numbers)
        path = f"/response/{number}"
        answered = self._waiting[path] = asyncio.get_running_loop().create_future()
        began = time.perf_counter()
        acked = await load.one(*command(number, f"http://127.0.0.1:{self.port}{path}"))
        ended = await asyncio.wait_for(answered, 60)
        del self._waiting[path]
        return acked, ended - began


async def round_trips(fake: Fake, folder: Path) -> None:
    print(f"\n{'/oee line-3, asked and answered':34}{'per second':>12}{'p50 ms':>9}{'p99 ms':>9}"
          f"{'ack p99':>9}")  # fmt: skip
    for look in ("native", "plain"):
        async with _server(look, fake, folder) as (load, _), Answers() as answers:
            for connections, requests in ((1, 60), (8, 240)):
                await answers.round_trip(load)
                began = time.perf_counter()
                spent = await _in_turns(lambda: answers.round_trip(load), requests, connections)
                rate = requests / (time.perf_counter() - began)
                acked, ended = ([s * 1e3 for s in several] for several in zip(*spent, strict=True))
                said = f"{look}, {connections} at once"
                slow = quantiles(ended, n=100)[98], quantiles(acked, n=100)[98]
                print(f"{said:34}{rate:12.1f}{median(ended):9.1f}{slow[0]:9.1f}{slow[1]:9.1f}")


async def posts(fake: Fake) -> None:
    shared = WebApi(fake.token, url=fake.api, times=Times(pace=0.0))
    alone = AsyncWebClient(fake.token, base_url=fake.api)
    post, text = shared.client.chat_postMessage, "OEE of Line 3 yesterday: 71 %"
    opened = await alone.conversations_open(users=_user(await alone.users_list()))
    channel = str(opened["channel"]["id"])

    async def with_one_session() -> None:
        await shared.call(post, repeatable=False, channel=channel, text=text)

    async def with_one_per_call() -> None:
        await alone.chat_postMessage(channel=channel, text=text)

    found: dict[str, list[float]] = {}
    for _ in range(3):
        for once in (with_one_session, with_one_per_call):
            began = time.perf_counter()
            await _in_turns(once, 600, 16)
            found.setdefault(once.__name__, []).append(600 / (time.perf_counter() - began))
    await shared.close()
    ours, theirs = (median(rates) for rates in found.values())
    print(f"\nposts per second: {ours:.0f} with one session, {theirs:.0f} with a session per call "
          f"({ours / theirs:.2f} ×)")  # fmt: skip


async def _in_turns(once: Callable[[], Awaitable[T]], requests: int, connections: int) -> list[T]:
    """So many results, by so many that work at once, each one after the other."""
    left, found = [None] * requests, []

    async def connection() -> None:
        while left:
            left.pop()
            found.append(await once())

    await asyncio.gather(*(connection() for _ in range(connections)))
    return found


def _user(told: Any) -> str:
    return str(next(user["id"] for user in told["members"] if not user["is_bot"]))


async def memory(fake: Fake, folder: Path) -> None:
    """Nine of ten events are what people say to one another, the tenth is a question."""
    async with _server("plain", fake, folder) as (load, process), Answers() as answers:
        grown = []
        for _ in range(6):
            await load.run(aside, 1_800, 8)
            await _in_turns(lambda: answers.round_trip(load), 200, 8)
            grown.append(_resident(process))
    said = ", ".join(f"{megabytes:.0f}" for megabytes in grown)
    print(f"memory after each 2,000 events: {said} MB "
          f"({grown[-1] - grown[0]:+.1f} MB over the last 10,000)")  # fmt: skip


def _resident(process: int) -> float:
    for line in Path(f"/proc/{process}/status").read_text("ascii").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise AssertionError("the system tells no memory")


async def _all(fake: Fake, folder: Path) -> None:
    await acks(fake, folder)
    await round_trips(fake, folder)
    await posts(fake)
    await memory(fake, folder)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, _fake_slack() as fake:
        make_sample(Path(folder) / "plant.db", days=70, now=NOW)
        asyncio.run(_all(fake, Path(folder)))


if __name__ == "__main__":
    main()
