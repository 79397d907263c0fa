"""`andon serve` as a process of its own, which may be killed.

    python -m tests.prove.serving ISO [unhurried]

is that command with short leases, so that what a killed process held is soon taken over; or with
so much time for everything that nothing is refused or given up because the machine is slow.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from adapters.slack.times import Times
from tests.fakes.slack import FakeSlack
from tests.plants import NOW

ROOT = Path(__file__).parents[2]
SHORT = Times(
    call=3.0,
    shown_after=(0.0, 0.3),
    pace=0.02,
    ack=60.0,  # who is told that it was not taken is not answered
    lease=4.0,
    look=0.3,
    people=60.0,
)
UNHURRIED = Times(call=60.0, shown_after=(0.0, 0.3), pace=0.02, ack=60.0, lease=180.0, look=0.3)
SOON = 180.0  # a start takes seconds, on a machine that has little else to do


class Serving:
    """One process; `url` is its request URL, `more` are further settings."""

    def __init__(
        self,
        slack: FakeSlack,
        home: Path,
        port: int,
        *,
        root: Path = ROOT,
        unhurried: bool = False,
        more: Mapping[str, str] | None = None,
    ) -> None:
        self.url = f"http://127.0.0.1:{port}/slack/events"
        self.log = home / "andon.log"
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("ANDON_", "SLACK_"))}
        self._environ = kept | {
            "PYTHONPATH": str(root),
            "ANDON_HOME": str(home),
            "ANDON_PORT": str(port),
            "ANDON_RATE_LIMIT": "0",
            "ANDON_STORE_URL": f"sqlite:///{home}/andon.db",
            "ANDON_SLACK_API_URL": slack.api_url,
            "ANDON_SLACK_LOOK": "plain",  # drawing pictures takes longer than all the rest
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_SIGNING_SECRET": slack.signing_secret,
            **(more or {}),
        }
        how = ["unhurried"] if unhurried else []
        self._command = ["-m", "tests.prove.serving", NOW.isoformat(), *how]
        self._home = home
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Returns once it takes requests."""
        with (self._home / "stderr.txt").open("ab") as stderr:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, *self._command, cwd=self._home, env=self._environ, stderr=stderr
            )
        health = self.url.replace("/slack/events", "/healthz")
        async with asyncio.timeout(SOON), aiohttp.ClientSession() as session:
            while True:
                assert self._process.returncode is None, self.said
                try:
                    async with session.get(health):
                        return
                except aiohttp.ClientError:
                    await asyncio.sleep(0.05)

    def tell(self, signal: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(signal)

    async def stop(self, how: signal.Signals = signal.SIGKILL) -> int:
        """The exit code, once it is gone."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.send_signal(how)
        return await asyncio.wait_for(self._process.wait(), SOON)

    @property
    def said(self) -> str:
        return (self._home / "stderr.txt").read_text("utf-8")


@asynccontextmanager
async def serving(*several: Serving) -> AsyncIterator[None]:
    """All of them running; none is left behind."""
    try:
        await asyncio.gather(*(one.start() for one in several))
        yield
    finally:
        for one in several:
            if one._process is not None:
                await one.stop()


def main(now: str, how: str = "") -> None:
    from bot.clock import clock_at, instant
    from bot.log import open_log
    from bot.serve import serve
    from bot.settings import load

    settings = load()
    open_log(settings.home, settings.secrets)
    times = UNHURRIED if how else SHORT
    asyncio.run(serve(settings, clock_at(instant(now)), lambda _what: None, times=times))


if __name__ == "__main__":
    main(*sys.argv[1:])
