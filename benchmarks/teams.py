"""Teams: echo bots with tokens checked, ours beside botbuilder's two adapters; and the token check.

`python -m benchmarks teams`. The bots, Microsoft's side and the load are processes of their own;
the bots take turns, so that a busy machine slows all of them. CPU is the bot's alone.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from statistics import median
from typing import Any, NamedTuple

import aiohttp

from benchmarks.teams_servers import ready

ROUNDS = 5
CONNECTIONS = 32
TURNS = {"andon": 1_500, "older": 750, "cloud": 300}
NAMES = {
    "andon": "Andon's connector",
    "older": "BotFrameworkAdapter",
    "cloud": "CloudAdapter",
}
TENANT = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"


class Run(NamedTuple):
    """Turns per second, CPU milliseconds of the bot per turn, and how long each took."""

    rate: float
    cpu: float
    spent: list[float]


def activity(service_url: str, number: int) -> bytes:
    """What Teams sends where somebody writes to the bot."""
    body = {
        "type": "message",
        "id": str(1_700_000_000_000 + number),
        "timestamp": "2026-11-23T07:20:00.123Z",
        "localTimestamp": "2026-11-23T01:20:00.123-06:00",
        "localTimezone": "America/Chicago",
        "serviceUrl": service_url,
        "channelId": "msteams",
        "from": {"id": f"29:{number % 500}", "name": "Ana Ruiz", "aadObjectId": "an-object-id"},
        "conversation": {
            "id": f"a:{number % 500}", "conversationType": "personal", "tenantId": TENANT
        },
        "recipient": {"id": "28:11111111-2222-3333-4444-555555555555", "name": "Andon"},
        "text": "What was the OEE of line 3 yesterday?",
        "textFormat": "plain",
        "entities": [{"type": "clientInfo", "locale": "en-US", "country": "US",
                      "platform": "Web", "timezone": "America/Chicago"}],
        "channelData": {"tenant": {"id": TENANT}},
        "locale": "en-US",
    }  # fmt: skip
    return json.dumps(body).encode()


@contextmanager
def _process(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    started = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.teams_servers", *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )
    try:
        yield started
    finally:
        started.terminate()
        started.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Load:
    """Keep-alive connections that send one request after the other."""

    def __init__(self, session: aiohttp.ClientSession, bot: str, service: str, header: str) -> None:
        self._session = session
        self._bot = bot
        self._service = service
        self._headers = {"Authorization": header, "Content-Type": "application/json"}
        self._number = 0

    async def run(self, turns: int) -> Run:
        numbers = list(range(self._number, self._number + turns))
        self._number += turns
        bodies = [activity(self._service, number) for number in numbers]
        spent: list[float] = []

        async def connection() -> None:
            while bodies:
                began = time.perf_counter()
                url, body = f"{self._bot}/api/messages", bodies.pop()
                async with self._session.post(url, data=body, headers=self._headers) as response:
                    await response.read()
                    assert response.status == 201, response.status
                spent.append(time.perf_counter() - began)

        cpu, began = await self._cpu(), time.perf_counter()
        await asyncio.gather(*(connection() for _ in range(CONNECTIONS)))
        took = time.perf_counter() - began
        return Run(turns / took, (await self._cpu() - cpu) / turns * 1e3, spent)

    async def _cpu(self) -> float:
        async with self._session.get(f"{self._bot}/cpu") as response:
            said: Any = await response.json()
        return float(said)


@asynccontextmanager
async def _bot(kind: str, service: str, header: str) -> AsyncIterator[Load]:
    """A bot of this kind, warm."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    with _process(kind, str(port), service.rstrip("/")):
        await ready(f"{url}/cpu")
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            load = Load(session, url, service, header)
            await load.run(64)
            yield load


async def turns() -> None:
    port = _free_port()
    service = f"http://127.0.0.1:{port}/"
    found: dict[str, list[Run]] = {kind: [] for kind in NAMES}
    with _process("connector", str(port)) as process:
        assert process.stdout is not None
        header = json.loads(process.stdout.readline())["header"]
        for turn in range(ROUNDS):
            for kind in list(NAMES) if turn % 2 else list(NAMES)[::-1]:
                async with _bot(kind, service, header) as load:
                    found[kind].append(await load.run(TURNS[kind]))
    rate = {kind: median(run.rate for run in runs) for kind, runs in found.items()}
    cpu = {kind: median(run.cpu for run in runs) for kind, runs in found.items()}
    head = f"echo, {CONNECTIONS} at once"
    print(f"{head:24}{'turns/s':>10}{'p50 ms':>9}{'CPU ms':>9}{'× turns/s':>11}{'÷ CPU':>8}")
    for kind, name in NAMES.items():
        p50 = median(second for run in found[kind] for second in run.spent) * 1e3
        share, less = rate["andon"] / rate[kind], cpu[kind] / cpu["andon"]
        print(f"{name:24}{rate[kind]:10.0f}{p50:9.1f}{cpu[kind]:9.2f}{share:11.2f}{less:8.2f}")


def main() -> None:
    asyncio.run(turns())


if __name__ == "__main__":
    main()
