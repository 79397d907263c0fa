"""A real process: SIGHUP and changed files, SIGTERM, and the second one."""

from __future__ import annotations

import asyncio
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp

from tests.fakes.clock import ManualClock
from tests.fakes.slack import FakeSlack
from tests.prove.serving import SOON, Serving, serving
from tests.slack.conftest import free_port

SECONDS = 120.0  # the machine may be busy


class Pages:
    """What the process says of itself."""

    def __init__(self, process: Serving, session: aiohttp.ClientSession) -> None:
        self._base = process.url.removesuffix("/slack/events")
        self._session = session

    async def get(self, path: str) -> tuple[int, Any]:
        async with self._session.get(f"{self._base}{path}") as response:
            return response.status, await response.json()

    async def until(self, path: str, wanted: Callable[[int, Any], bool]) -> Any:
        async with asyncio.timeout(SECONDS):
            while True:
                status, said = await self.get(path)
                if wanted(status, said):
                    return said
                await asyncio.sleep(0.05)


def test_a_life(tmp_path: Path, sample_path: Path) -> None:
    shutil.copy(sample_path, tmp_path / "plant.db")
    access, env = tmp_path / "access.toml", tmp_path / ".env"
    access.write_text('[default]\nsee = "*"\n', "utf-8")
    env.write_text("ANDON_ACCESS_FILE=access.toml\nANDON_DRAIN_SECONDS=600\n", "utf-8")

    async def run() -> None:
        async with FakeSlack(clock=ManualClock()) as slack, aiohttp.ClientSession() as session:
            process = Serving(slack, tmp_path, free_port())
            pages = Pages(process, session)
            async with serving(process):
                ready = await pages.until("/readyz", lambda status, _: status == 200)
                assert set(ready["parts"]) == {"store", "source main", "slack"}
                assert "127.0.0.1" not in str(ready)

                access.write_text('[default]\nsea = "*"\n', "utf-8")  # seen by itself
                ill = await pages.until("/healthz", lambda _, said: not said["ok"])
                assert "see, money" in ill["troubles"]["settings"]["problem"]
                access.write_text('[default]\nsee = ["machining"]\n', "utf-8")
                await pages.until("/healthz", lambda _, said: said["ok"])

                env.write_text("ANDON_ACCESS_FILE=nowhere.toml\n", "utf-8")
                process.tell(signal.SIGHUP)
                ill = await pages.until("/healthz", lambda _, said: not said["ok"])
                assert "nowhere.toml" in ill["troubles"]["settings"]["problem"]
                assert (await pages.get("/readyz"))[0] == 200

                process.tell(signal.SIGTERM)
                stopping = await pages.until("/readyz", lambda status, _: status == 503)
                assert stopping["stopping"]
                assert (await pages.get("/healthz"))[0] == 200
                ack = await slack.deliver(
                    slack.events.direct_message(ana := slack.user("ana"), "OEE of line 3 today"),
                    to=process.url,
                )
                assert ack.ok
                await slack.message(slack.direct(ana), within=SOON)
                assert await process.stop(signal.SIGTERM) == 128 + signal.SIGTERM
                assert "Traceback" not in process.said

    asyncio.run(run())
