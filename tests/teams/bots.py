"""The adapter's own parts, set up against the fake."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from adapters.teams.auth import TokenCheck
from adapters.teams.connector import Connector
from adapters.teams.identity import Bot, Cloud
from adapters.teams.times import Times
from tests.fakes.teams import SCOPE, TENANT, FakeTeams

QUICK = Times(connect=1.0, call=0.5, patience=3.0, pause=0.05, keys_retry=0.05, fetch=1.0)


def wall() -> datetime:
    return datetime.now(UTC)


def bot_of(teams: FakeTeams, secret: str | None = None) -> Bot:
    """The bot's registration in the fake's tenant."""
    cloud = Cloud(teams.issuer, teams.metadata_url, teams.url, SCOPE, ("127.0.0.1",))
    return Bot(teams.app_id, TENANT, teams.secret if secret is None else secret, cloud)


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
