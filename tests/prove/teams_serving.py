"""`andon serve` for a fake Teams, as a process of its own, which may be killed.

    python -m tests.prove.teams_serving ISO

It finds that Teams by FAKE_TEAMS (its address) and FAKE_TEAMS_SECRET.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import aiohttp

from adapters.teams.identity import Bot, Cloud
from adapters.teams.patience import Patience
from adapters.teams.times import Times
from tests.fakes.teams import APP, SCOPE, TENANT, FakeTeams
from tests.fakes.teams.keys import ISSUER
from tests.plants import NOW
from tests.prove.serving import ROOT, SOON

QUICK = Times(call=3.0, fetch=30.0, pause=0.05, keys_retry=0.2, per_second=1_000.0, burst=1_000)
SHORT = Patience(lease=4.0, look=0.3)


class Process:
    """One process; `url` is its messaging endpoint."""

    def __init__(self, teams: FakeTeams, home: Path, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/api/messages"
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("ANDON_", "TEAMS_"))}
        self._environ = kept | {
            "PYTHONPATH": str(ROOT),
            "ANDON_HOME": str(home),
            "ANDON_PORT": str(port),
            "ANDON_RATE_LIMIT": "0",
            "FAKE_TEAMS": teams.url,
            "FAKE_TEAMS_SECRET": teams.secret,
        }
        self._home = home
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Returns once it takes requests."""
        command = ("-m", "tests.prove.teams_serving", NOW.isoformat())
        with (self._home / "stderr.txt").open("ab") as stderr:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, *command, cwd=self._home, env=self._environ, stderr=stderr
            )
        health = self.url.replace("/api/messages", "/healthz")
        async with asyncio.timeout(SOON), aiohttp.ClientSession() as session:
            while True:
                assert self._process.returncode is None, (self._home / "stderr.txt").read_text()
                with contextlib.suppress(aiohttp.ClientError):
                    async with session.get(health):
                        return
                await asyncio.sleep(0.05)

    async def kill(self) -> None:
        assert self._process is not None
        if self._process.returncode is None:
            self._process.kill()
        await asyncio.wait_for(self._process.wait(), SOON)


@asynccontextmanager
async def serving(*several: Process) -> AsyncIterator[None]:
    """All of them running; none is left behind."""
    try:
        await asyncio.gather(*(one.start() for one in several))
        yield
    finally:
        for one in several:
            if one._process is not None:
                await one.kill()


def bot_at(url: str, secret: str) -> Bot:
    """The bot of the fake Teams at that address."""
    metadata = f"{url}/v1/.well-known/openidconfiguration"
    return Bot(APP, TENANT, secret, Cloud(ISSUER, metadata, url, SCOPE, ("127.0.0.1",)))


def main(now: str) -> None:
    from bot.clock import clock_at, wall_clock
    from bot.log import open_log
    from bot.serve import running
    from bot.settings import load
    from bot.settings.teams import Teams

    bot = bot_at(os.environ["FAKE_TEAMS"], os.environ["FAKE_TEAMS_SECRET"])
    settings = replace(load(), teams=Teams(bot))
    open_log(settings.home, settings.secrets)

    async def serve() -> None:
        clock = clock_at(datetime.fromisoformat(now))
        how = {"teams_times": QUICK, "teams_patience": SHORT, "lease_clock": wall_clock}
        async with running(settings, clock, **how):  # type: ignore[arg-type]
            await asyncio.Event().wait()

    asyncio.run(serve())


if __name__ == "__main__":
    main(sys.argv[1])
