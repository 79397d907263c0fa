"""The adapter's own parts, set up against the fake."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

from adapters.teams.auth import TokenCheck
from adapters.teams.connector import Connector
from adapters.teams.identity import Bot, Cloud
from adapters.teams.times import Times
from tests.fakes.loop import skip
from tests.fakes.teams import SCOPE, TENANT, FakeTeams

T = TypeVar("T")
# None runs out by itself, however long the machine stands still; see `hurried`.
QUICK = Times(connect=60.0, call=60.0, patience=25.0, pause=0.01, fetch=60.0)


def wall() -> datetime:
    return datetime.now(UTC)


def bot_of(teams: FakeTeams, secret: str | None = None) -> Bot:
    """The bot's registration in the fake's tenant."""
    cloud = Cloud(teams.issuer, teams.metadata_url, teams.url, SCOPE, ("127.0.0.1",))
    return Bot(teams.app_id, TENANT, teams.secret if secret is None else secret, cloud)


async def hurried(work: Coroutine[Any, Any, T]) -> T:
    """What it gives or raises, with the waiting left out: the loop's clock goes on by a second
    with every step, so that what never comes is given up at once and what comes is in time."""
    task = asyncio.create_task(work)
    while not task.done():
        skip(1.0)
        await asyncio.sleep(0.01)
    return task.result()


async def happens(what: Callable[[], object]) -> None:
    """Returns once it is so; the test's own limit ends a wait in vain."""
    while not what():  # noqa: ASYNC110
        await asyncio.sleep(0.001)


@asynccontextmanager
async def connector_of(
    teams: FakeTeams,
    times: Times = QUICK,
    *,
    secret: str | None = None,
    now: Callable[[], datetime] = wall,
) -> AsyncIterator[Connector]:
    """An open connector."""
    bot = bot_of(teams, secret)
    connector = Connector(bot, TokenCheck(bot, now, times=times), times=times)
    await connector.open()
    try:
        yield connector
    finally:
        await connector.close()
