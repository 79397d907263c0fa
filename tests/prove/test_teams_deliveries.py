"""What is sent unasked to Teams never comes twice, whoever is killed; what is unclear is listed.

A bot cannot read what it said there, so a message that may be on its way ends as `unknown`.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from adapters.teams.inbound import target_of
from adapters.teams.rooms import _reference
from bot.clock import wall_clock
from core.request import Place
from core.store import Store, Wanted
from tests.fakes.teams import FakeTeams
from tests.prove.delivering import Replicas, replicas
from tests.prove.dying import POINTS, Plan

LATEST = 0.5  # seconds after which Teams at the latest does what it was asked
PLACES = 40


class Mail:
    """What is wanted, and what a Teams that takes its time shows of it."""

    def __init__(self, teams: FakeTeams, store: Store) -> None:
        self.teams, self.store = teams, store
        self.commands: list[str] = []
        self._places: list[Place] = []

    async def meet(self) -> None:
        """Somebody wrote to the bot everywhere, so that it may write there."""
        ana = self.teams.person("Ana")
        for number in range(PLACES):
            group = self.teams.group([ana], f"g{number}")
            activity = self.teams.activities.message(ana, group, "hi")
            self._places.append(target_of(activity).place)
            reference = _reference(activity)
            await self.store.places.save(self._places[-1], wall_clock(), reference)

    async def want(self, count: int) -> None:
        at, wanted = wall_clock(), []
        for _ in range(count):
            number = len(self.commands)
            self.commands.append(f"/briefing number {number}!")
            place = self._places[number % PLACES]
            wanted.append(
                Wanted(f"k{number}", place, "briefing", 3, self.commands[-1], "teams:T:U", "en", at)
            )
        await self.store.write(lambda c: self.store.outbox.want(c, wanted, at))

    async def all_ended(self, within: float) -> None:
        async with asyncio.timeout(within):
            while set(await self.store.listing.counts()) & {"waiting", "sending"}:  # noqa: ASYNC110
                await asyncio.sleep(0.2)
        await asyncio.sleep(LATEST + 0.3)

    async def check(self) -> tuple[int, int]:
        """How many are unknown, and how many of these are shown all the same."""
        told = (m.text.strip("*") for m in self.teams.messages() if m.by_bot)
        shown = Counter(told)
        assert not {c: n for c, n in shown.items() if n > 1}, "double"
        states = await self.store.listing.counts()
        assert set(states) <= {"sent", "unknown"}, states
        listed = await self.store.listing.of(("unknown",), len(self.commands))
        unknown = {one.command for one in listed}
        assert len(unknown) == states.get("unknown", 0)
        assert all(one.problem for one in listed)
        assert {c for c in self.commands if not shown[c]} <= unknown, "missing"
        return len(unknown), len([c for c in unknown if shown[c]])


def slow(teams: FakeTeams) -> None:
    """Teams does what it was asked a while after it has read it, also for clients that are dead."""
    service, chance = teams.connector, random.Random(5)
    handle = service.answer

    async def late(request: web.BaseRequest, path: str) -> web.Response:
        await request.read()
        await asyncio.sleep(chance.uniform(0, LATEST) if chance.random() < 0.1 else 0.002)
        return await handle(request, path)

    service.answer = late  # type: ignore[method-assign]


async def kill(store_url: str, log: Path, count: int, **plan: Any) -> tuple[Replicas, int, int]:
    async with FakeTeams(limits=None) as teams:
        slow(teams)
        store = Store.open(store_url)
        mail = Mail(teams, store)
        try:
            await mail.meet()
            await mail.want(count // 10)
            given = Plan(store_url, teams.url, teams.secret, platform="teams", **plan)
            async with replicas(given, log) as running:
                for _ in range(9):  # there is something to do until the last one is dead
                    await mail.want(count // 10)
                    async with asyncio.timeout(900):
                        while (await store.listing.counts()).get("waiting", 0) > count // 10:  # noqa: ASYNC110
                            await asyncio.sleep(0.1)
                await asyncio.wait_for(running.calm.wait(), 900)
                await mail.want(count // 20)
                await mail.all_ended(300)
            unknown, shown = await mail.check()
        finally:
            store.close()
    print(running.deaths, dict(running.points), len(mail.commands), unknown, shown)
    assert unknown <= running.deaths * 8, "a death costs what was on its way, and no more"
    return running, unknown, len(mail.commands)


def test_a_few_deaths(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'andon.db'}"
    killing = kill(url, tmp_path / "log", 40, deaths=4, chance=0.1, every=0.2)
    running, _, _ = asyncio.run(killing)
    assert running.deaths >= 4, (tmp_path / "log").read_text()


@pytest.mark.prove
@pytest.mark.parametrize(("database", "several"), [("postgres", 3), ("sqlite", 1)])
def test_hundreds_of_deaths(
    database: str, several: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite:///{tmp_path / 'andon.db'}"
    if database == "postgres":
        url = request.getfixturevalue("postgres_url")
    plan = {"replicas": several, "deaths": 150, "chance": 0.03, "every": 0.5}
    running, _, _ = asyncio.run(kill(url, tmp_path / "log", 1_000, **plan))
    assert running.deaths >= 150, (tmp_path / "log").read_text()
    assert set(running.points) == set(POINTS)
