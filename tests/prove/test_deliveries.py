"""Nothing that is sent unasked is lost or comes twice, whoever is killed or frozen meanwhile."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import func, select

from bot.clock import wall_clock
from core.store import Store, Wanted
from core.store.delivery_tables import deliveries
from tests.fakes.slack import Channel, FakeSlack
from tests.prove.delivering import Replicas, channel_place, replicas
from tests.prove.dying import POINTS, Plan

TEAM = "T0000000001"
LATEST = 0.5  # seconds after which the platform at the latest does what it was asked


@dataclass
class Mail:
    """What is wanted, and what a Slack that takes its time shows of it."""

    slack: FakeSlack
    store: Store
    channels: list[Channel] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    latest: float = LATEST

    async def want(self, count: int, *, places: int = 40) -> None:
        while len(self.channels) < places:
            self.channels.append(self.slack.channel(f"c{len(self.channels)}"))
        at = wall_clock()
        wanted = []
        for _ in range(count):
            number = len(self.commands)
            self.commands.append(f"/briefing number {number}!")
            place = channel_place(TEAM, self.channels[number % places].id)
            wanted.append(
                Wanted(f"k{number}", place, "briefing", 3, self.commands[-1], "slack:T:U", "en", at)
            )
        await self.store.write(lambda c: self.store.outbox.want(c, wanted, at))

    async def states(self) -> Counter[str]:
        counted = select(deliveries.c.state, func.count()).group_by(deliveries.c.state)
        rows = await self.store.read(lambda c: c.execute(counted).all())
        return Counter({row[0]: row[1] for row in rows})

    async def all_ended(self, within: float) -> None:
        async with asyncio.timeout(within):
            while set(await self.states()) & {"waiting", "sending"}:  # noqa: ASYNC110
                await asyncio.sleep(0.2)
        await self.slack.settled(quiet=self.latest + 0.2, within=60)

    def shown(self) -> Counter[str]:
        return Counter(m.text.partition("!")[0] + "!" for m in self.slack.messages())

    def check(self) -> None:
        shown = self.shown()
        assert not {c for c in self.commands if not shown[c]}, "missing"
        assert not {c: n for c, n in shown.items() if n > 1}, "double"


def slow(slack: FakeSlack, longest: float) -> None:
    """Slack does what it was asked a while after it has read it, also for clients that are dead."""
    api, chance = slack._api, random.Random(5)
    handle = api._handle

    async def late(request: web.BaseRequest, method: str) -> web.Response:
        await request.read()
        if method == "chat.postMessage":
            await asyncio.sleep(
                chance.uniform(0, longest) if chance.random() < longest / 5 else 0.002
            )
        return await handle(request, method)

    api._handle = late  # type: ignore[method-assign]


async def kill(
    store_url: str,
    log: Path,
    count: int,
    *,
    replica_count: int,
    deaths: int,
    latest: float = LATEST,
    **plan: Any,
) -> tuple[Mail, Replicas]:
    async with FakeSlack() as slack:
        slow(slack, latest)
        store = Store.open(store_url)
        mail = Mail(slack, store, latest=latest)
        try:
            await mail.want(count // 10)
            given = Plan(
                store_url,
                slack.api_url,
                slack.bot_token,
                replicas=replica_count,
                deaths=deaths,
                **plan,
            )
            async with replicas(given, log) as running:
                for _ in range(9):  # there is something to do until the last one is dead
                    await mail.want(count // 10)
                    await asyncio.sleep(0)
                    async with asyncio.timeout(900):
                        while (await mail.states())["waiting"] > count // 10:  # noqa: ASYNC110
                            await asyncio.sleep(0.1)
                await asyncio.wait_for(running.calm.wait(), 900)
                await mail.want(count // 20)
                await mail.all_ended(300)
        finally:
            store.close()
        return mail, running


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_a_few_deaths(database: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = _url(database, tmp_path, request)
    count = 3 if database == "postgres" else 1
    mail, running = asyncio.run(
        kill(url, tmp_path / "log", 60, replica_count=count, deaths=8, chance=0.05, every=0.15)
    )
    assert running.deaths >= 8, (tmp_path / "log").read_text()
    mail.check()


def _url(database: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    if database == "sqlite":
        return f"sqlite:///{tmp_path / 'andon.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.mark.prove
@pytest.mark.parametrize(
    ("database", "count", "deaths"), [("postgres", 1_600, 400), ("sqlite", 800, 150)]
)
def test_hundreds_of_deaths(
    database: str, count: int, deaths: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = _url(database, tmp_path, request)
    several = 3 if database == "postgres" else 1
    mail, running = asyncio.run(
        kill(
            url,
            tmp_path / "log",
            count,
            replica_count=several,
            deaths=deaths,
            chance=0.01,
            every=0.5,
        )
    )
    print(running.deaths, dict(running.points), len(mail.commands))
    assert running.deaths >= deaths, (tmp_path / "log").read_text()
    assert set(running.points) == set(POINTS)
    mail.check()


@pytest.mark.prove
def test_a_lease_that_is_too_short_doubles(postgres_url: str, tmp_path: Path) -> None:
    """The control: with a lease shorter than a post may take, the check above must fail."""
    mail, _ = asyncio.run(
        kill(
            postgres_url,
            tmp_path / "log",
            80,
            replica_count=3,
            deaths=12,
            latest=4.0,
            chance=0.2,
            points=("posted",),
            every=1.0,
            lease=0.8,
            margin=0.1,
        )
    )
    with pytest.raises(AssertionError, match="double"):
        mail.check()


async def freeze(store_url: str, log: Path, rounds: int) -> Mail:
    """One of two replicas is frozen for longer than its lease, again and again."""
    async with FakeSlack() as slack:
        slow(slack, LATEST)
        store = Store.open(store_url)
        mail, chance = Mail(slack, store), random.Random(11)
        try:
            plan = Plan(store_url, slack.api_url, slack.bot_token, replicas=2)
            async with replicas(plan, log) as running:
                await mail.want(20)
                await mail.all_ended(60)
                for number in range(rounds):
                    await mail.want(60)
                    await asyncio.sleep(chance.uniform(0.0, 0.4))
                    frozen = running.pids[number % 2]
                    os.kill(frozen, signal.SIGSTOP)
                    try:
                        await asyncio.sleep(plan.lease + 1.0)
                    finally:
                        os.kill(frozen, signal.SIGCONT)
                    await mail.all_ended(60)
        finally:
            store.close()
        return mail


@pytest.mark.prove
def test_who_wakes_up_sends_nothing_again(postgres_url: str, tmp_path: Path) -> None:
    asyncio.run(freeze(postgres_url, tmp_path / "log", 1)).check()


@pytest.mark.prove
def test_who_wakes_up_thirty_times_sends_nothing_again(postgres_url: str, tmp_path: Path) -> None:
    asyncio.run(freeze(postgres_url, tmp_path / "log", 30)).check()
