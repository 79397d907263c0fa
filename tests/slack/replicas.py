"""Two processes' worth of the bot on one store, and what that store holds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from bot.serve import running
from tests.slack.conftest import Plant, Way, free_port, plant
from tests.slack.hurry import UNHURRIED
from tests.slack.steps import SOON

_OPEN = "SELECT key FROM inbox WHERE state IN ('working', 'sending')"
QUICK = replace(UNHURRIED, look=0.1)


@dataclass
class Two:
    """`urls` are the request URLs of both, empty where they come over sockets."""

    here: Plant
    urls: list[str]


@asynccontextmanager
async def two_replicas(
    tmp: Path, sample: Path, way: Way, store_url: str = ""
) -> AsyncIterator[Two]:
    changed = {"store_url": store_url} if store_url else {}
    async with plant(tmp, sample, way, times=QUICK, **changed) as here:
        other = replace(here.settings, port=free_port())
        async with running(other, here.clock, times=QUICK):
            ports = (here.settings.port, other.port)
            if way == "socket":
                await here.slack.until(lambda: len(here.slack.sockets.open) == 2, SOON)
                yield Two(here, [])
            else:
                yield Two(here, [f"http://127.0.0.1:{port}/slack/events" for port in ports])


async def worked_off(here: Plant) -> None:
    """Returns once nothing that was received is open any more, and Slack has seen it all."""
    await ended(here)
    await here.slack.settled(within=SOON)


async def ended(here: Plant, within: float = SOON) -> None:
    """Returns once nothing that was received is open any more, whoever works on it."""
    async with asyncio.timeout(within):
        while True:
            if not await asyncio.to_thread(inbox, here, _OPEN):
                return
            await asyncio.sleep(0.02)


def inbox(here: Plant, statement: str) -> list[tuple[Any, ...]]:
    engine = create_engine(here.settings.store_url, poolclass=NullPool)
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]
