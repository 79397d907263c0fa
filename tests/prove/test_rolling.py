"""Replicas restarted one after the other under load: no question unanswered, nothing twice."""

from __future__ import annotations

import asyncio
import shutil
import signal
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from tests.fakes.clock import ManualClock
from tests.fakes.slack import Ack, Envelope, FakeSlack, User
from tests.prove.balancing import Balancer
from tests.prove.serving import SOON, Serving, serving
from tests.slack.conftest import free_port

QUESTION, ANSWER = "OEE of line 3 yesterday", "OEE of Line 3 yesterday"
WHILE = 120.0


@dataclass
class Load:
    """So many people at a time who ask once each and wait for their answer, then others do; every
    third one with a command, which Slack never brings a second time."""

    slack: FakeSlack
    people: int
    pause: float = 0.2
    asked: list[tuple[User, Envelope]] = field(default_factory=list)
    answered: int = 0
    not_acked: list[Ack] = field(default_factory=list)

    async def run(self, until: asyncio.Event) -> None:
        async def one_after_the_other() -> None:
            while not until.is_set():
                await self._ask()
                await asyncio.sleep(self.pause)

        await asyncio.gather(*(one_after_the_other() for _ in range(self.people)))

    async def _ask(self) -> None:
        """Without Slack's retries: behind a proxy a rolling restart needs none."""
        slack, n = self.slack, len(self.asked)
        user = slack.user(f"user-{n}")
        if n % 3:
            told, place = slack.events.direct_message(user, QUESTION), slack.direct(user)
        else:
            place = slack.channel(f"floor-{n}")
            told = slack.interactions.command(user, place, "/oee", "line-3 yesterday")
        self.asked.append((user, told))
        ack = await slack.deliver(told, retries=0)
        if not ack.ok:
            self.not_acked.append(ack)
            return
        await slack.message(place, contains=ANSWER, within=WHILE)
        self.answered += 1

    async def more(self, count: int) -> None:
        """Returns once so many more have their answer."""
        wanted = self.answered + count
        await self.slack.until(lambda: self.answered >= wanted, WHILE, f"{count} more answers")

    def check(self) -> None:
        assert not self.not_acked
        for user, told in self.asked:
            private = told.kind == "slash_commands"
            said = (
                self.slack.messages(to=user, contains=ANSWER)
                if private
                else self.slack.messages(self.slack.direct(user))
            )
            assert [ANSWER in message.text for message in said] == [True], told


async def ready(process: Serving) -> None:
    """Returns once /readyz says that all parts are."""
    url = process.url.replace("/slack/events", "/readyz")
    async with asyncio.timeout(SOON), aiohttp.ClientSession() as session:
        while True:
            async with session.get(url) as response:
                if response.status == 200:
                    return
            await asyncio.sleep(0.05)


def not_done(store_url: str) -> list[tuple[str, str]]:
    engine = create_engine(store_url, poolclass=NullPool)
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT key, state FROM inbox WHERE state <> 'done'"))
        return [(row.key, row.state) for row in rows]


def rolling(home: Path, store_url: str, replicas: int, restarts: int, people: int) -> int:
    """How many questions there were."""
    more = {"ANDON_STORE_URL": store_url, "ANDON_DRAIN_SECONDS": "5", "ANDON_GRACE_SECONDS": "120"}

    async def run() -> int:
        # How fast the machine is, is not the question here. Slack waits as long as it takes, and
        # so do the replicas: what the store has not written in 2.5 s they would refuse in words.
        async with FakeSlack(clock=ManualClock()) as slack, AsyncExitStack() as stack:
            several = [
                Serving(slack, home, free_port(), unhurried=True, more=more)
                for _ in range(replicas)
            ]
            await stack.enter_async_context(serving(*several))
            await asyncio.gather(*map(ready, several))
            upstreams = [one.url.removesuffix("/slack/events") for one in several]
            balancer = await stack.enter_async_context(Balancer(upstreams))
            slack.request_url = f"{balancer.url}/slack/events"
            load, enough = Load(slack, people), asyncio.Event()
            asking = asyncio.create_task(load.run(enough))
            for n in range(restarts):
                one = several[n % replicas]
                await load.more(5)
                assert await one.stop(signal.SIGTERM) == 0, one.said
                await one.start()
                await ready(one)
            enough.set()
            await asking
            async with asyncio.timeout(WHILE):
                while await asyncio.to_thread(not_done, store_url):  # noqa: ASYNC110
                    await asyncio.sleep(0.1)
            await slack.settled()
            load.check()
            assert balancer.refused == 0
            for one in several:
                assert "Traceback" not in one.said
            return len(load.asked)

    return asyncio.run(run())


@pytest.fixture
def home(tmp_path: Path, sample_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    shutil.copy(sample_path, folder / "plant.db")
    return folder


@pytest.mark.prove
def test_one_of_two_restarted(home: Path, postgres_url: str) -> None:
    rolling(home, postgres_url, replicas=2, restarts=1, people=3)


@pytest.mark.prove
def test_three_restarted_three_times(home: Path, postgres_url: str) -> None:
    asked = rolling(home, postgres_url, replicas=3, restarts=9, people=6)
    print(f"{asked} questions")
