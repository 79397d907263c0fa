"""`andon serve` for a fake Slack and a fake Teams, as a process of its own that counts.

    python -m benchmarks.soak.server FILE

Everything else is the product's own: its times, its clock, its sample plant, which goes on. The
fake Teams is found by FAKE_TEAMS (its address) and FAKE_TEAMS_SECRET. Every few seconds a line of
JSON goes to FILE: tasks, threads, connections open and in use.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.pool import Pool

from bot.clock import wall_clock
from bot.log import open_log
from bot.sample_plant import prepare, ticking
from bot.serve import running
from bot.settings import load
from bot.settings.teams import Teams
from tests.prove.teams_serving import bot_at

SECONDS = 2.0


class Connections:
    """Database connections of all pools: how many are open, and how many of them are in use."""

    def __init__(self) -> None:
        self.open = self.used = 0
        for what, opened, used in (
            ("connect", 1, 0),
            ("close", -1, 0),
            ("close_detached", -1, 0),
            ("checkout", 0, 1),
            ("checkin", 0, -1),
        ):
            event.listen(Pool, what, self._counting(opened, used))

    def _counting(self, opened: int, used: int) -> Callable[..., None]:
        lock = threading.Lock()

        def count(*_of_the_event: object) -> None:
            with lock:
                self.open += opened
                self.used += used

        return count


def held(connections: Connections) -> Mapping[str, int]:
    return {
        "tasks": len(asyncio.all_tasks()),
        "threads": threading.active_count(),
        "connections": connections.open,
        "connections in use": connections.used,
    }


async def serve(file: Path, connections: Connections) -> None:
    bot = bot_at(os.environ["FAKE_TEAMS"], os.environ["FAKE_TEAMS_SECRET"])
    settings = replace(load(), teams=Teams(bot))
    open_log(settings.home, settings.secrets)
    assert settings.sample is not None
    prepare(settings.sample, settings.language, None)
    with ticking(settings.sample), file.open("w", encoding="utf-8") as told:
        async with running(settings, wall_clock):
            while True:
                print(json.dumps(held(connections)), file=told, flush=True)
                await asyncio.sleep(SECONDS)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(Path(sys.argv[1]), Connections()))
