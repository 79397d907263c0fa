"""`make soak MINUTES=30`: the whole bot at a steady load on this machine, and what it holds.

    python -m benchmarks.soak MINUTES [RATE]

Slack, Teams and the people are one process, the bot another. docs/soak.md gets the figures.
"""

from __future__ import annotations

import asyncio
import os
import platform
import random
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from benchmarks.soak.crowd import Crowd
from benchmarks.soak.figures import table
from benchmarks.soak.held import Sample, at_rest, tables, watch
from bot.commands.sync import with_table
from tests.fakes.slack import FakeSlack
from tests.fakes.teams import FakeTeams

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "soak.md"
ON_SLACK, ON_TEAMS = 150, 90
STARTED = 600.0  # seconds: the sample plant is made first, on a machine that may be busy


@asynccontextmanager
async def bot(slack: FakeSlack, teams: FakeTeams, home: Path) -> AsyncIterator[int]:
    """The number of the process, once it takes requests."""
    port = _free_port()
    slack.request_url = f"http://127.0.0.1:{port}/slack/events"
    teams.bot_url = f"http://127.0.0.1:{port}/api/messages"
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ANDON_", "SLACK_", "TEAMS_"))}
    environ = kept | {
        "PYTHONPATH": str(ROOT),
        "ANDON_HOME": str(home),
        "ANDON_PORT": str(port),
        "ANDON_RATE_LIMIT": "0",  # fewer people than in a plant ask so much
        "ANDON_SLACK_API_URL": slack.api_url,
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "FAKE_TEAMS": teams.url,
        "FAKE_TEAMS_SECRET": teams.secret,
    }
    started = ("-m", "benchmarks.soak.server", str(home / "held.jsonl"))
    process = await asyncio.create_subprocess_exec(sys.executable, *started, cwd=home, env=environ)
    try:
        await _healthy(f"http://127.0.0.1:{port}/healthz", process)
        yield process.pid
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        await process.wait()


async def _healthy(url: str, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(STARTED), aiohttp.ClientSession() as session:
        while True:
            assert process.returncode is None, "the bot did not start"
            try:
                async with session.get(url):
                    return
            except aiohttp.ClientError:
                await asyncio.sleep(0.2)


async def soak(seconds: float, rate: float, home: Path) -> str:
    samples: list[Sample] = []
    async with FakeSlack(keep_calls=200) as slack, FakeTeams() as teams:
        crowd = Crowd(slack, teams, home, random.Random(8))
        crowd.fill(ON_SLACK, ON_TEAMS)
        async with bot(slack, teams, home) as process:
            await crowd.warm()
            before = await at_rest(process, home / "held.jsonl")
            watching = asyncio.create_task(watch(process, home / "held.jsonl", samples))
            middle = asyncio.create_task(_rows_at(seconds / 2, home))
            await crowd.busy(seconds, rate)
            watching.cancel()
            after = await at_rest(process, home / "held.jsonl")
            rows = tables(home / "andon.db")
            early = await middle
    for problem, times in crowd.problems().most_common(8):
        print(f"{times} × {problem}", file=sys.stderr)
    counts = {name: (early.get(name, 0), late) for name, late in rows.items()}
    logged = home / "andon.log"
    defects = logged.read_text("utf-8").count("Traceback") if logged.exists() else 0
    warned = len(logged.read_text("utf-8").splitlines()) if logged.exists() else 0
    print("\n".join(logged.read_text("utf-8").splitlines()[:20]) if warned else "", file=sys.stderr)
    found = "\n".join(table(crowd, samples, (before, after), seconds, counts))
    return f"{found}\n\nIn the log: {warned} lines, {defects} tracebacks.\n"


async def _rows_at(seconds: float, home: Path) -> Mapping[str, int]:
    await asyncio.sleep(seconds)
    return await asyncio.to_thread(tables, home / "andon.db")


def written(found: str, rate: float) -> None:
    """The figures in docs/soak.md are those of the last run."""
    machine = f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}"
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    head = (
        f"{datetime.now(UTC):%d %B %Y}, {machine}, {rate:g} requests a second; "
        f"load of the machine at the end: {load}.\n\n"
    )
    text = with_table(PAGE.read_text("utf-8"), "soak", f"{head}{found}", PAGE.name)
    PAGE.write_text(text, "utf-8")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main(minutes: str = "30", rate: str = "20") -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(soak(float(minutes) * 60, float(rate), Path(folder)))
    print(found)
    if float(minutes) >= 5:
        written(found, float(rate))


if __name__ == "__main__":
    main(*sys.argv[1:])
