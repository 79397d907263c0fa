"""Many people on both platforms, who begin so many things a second."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.soak.people import OnSlack, OnTeams
from bot.settings import Settings
from tests.fakes.slack import FakeSlack
from tests.fakes.teams import FakeTeams
from tests.slack import steps
from tests.slack.conftest import Clock as SlackClock
from tests.slack.conftest import Plant
from tests.teams.conftest import Site

DEEDS: dict[type, dict[str, int]] = {
    OnSlack: {"command": 20, "question": 14, "mention": 8, "follow_up": 8, "aside": 60, "data": 8,
              "again": 4, "thumb": 4, "home": 4},
    OnTeams: {"command": 20, "question": 35, "follow_up": 15, "data": 12, "again": 10, "thumb": 8},
}  # fmt: skip


@dataclass
class Done:
    """One thing that somebody did: when (seconds since the start), what, how long until all of it
    was there to be seen, and what went wrong."""

    at: float
    what: str
    seconds: float
    problem: str = ""


@dataclass
class Crowd:
    slack: FakeSlack
    teams: FakeTeams
    folder: Path
    chance: random.Random
    done: list[Done] = field(default_factory=list)
    nobody_free: int = 0
    _idle: list[OnSlack | OnTeams] = field(default_factory=list)
    _under_way: set[asyncio.Task[None]] = field(default_factory=set)

    def fill(self, on_slack: int, on_teams: int) -> None:
        settings, now = Settings(home=self.folder), datetime.now(UTC)
        for n in range(on_slack):
            user = self.slack.user(f"user-{n}", locale="en-US")
            floor = self.slack.channel(f"floor-{n}", [user])
            clock = SlackClock(now)
            here = Plant(self.slack, settings, clock, user, user, floor, self.folder, "http")
            self._idle.append(OnSlack(here))
        for n in range(on_teams):
            person = self.teams.person(f"Person {n}")
            room = self.teams.personal(person)
            clock = SlackClock(now)
            site = Site(self.teams, settings, clock, person, person, room, room, self.folder)
            self._idle.append(OnTeams(site))
        self.chance.shuffle(self._idle)

    async def warm(self) -> None:
        """Everything once, one after the other: a cold process is not what is looked at here."""
        for kind, names in DEEDS.items():
            who = next(one for one in self._idle if isinstance(one, kind))
            for name in (*names, *["command", "question"] * 10):
                self._idle.remove(who)
                await self._do(who, name, 0.0)
        self.done.clear()

    async def busy(self, seconds: float, rate: float) -> None:
        """Begins `rate` things a second, however long each of them takes."""
        began = time.perf_counter()
        for number in itertools.count():
            due = began + number / rate
            if due > began + seconds:
                break
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            if not self._idle:
                self.nobody_free += 1
                continue
            who = self._idle.pop(0)
            names = DEEDS[type(who)]
            what = self.chance.choices(list(names), list(names.values()))[0]
            task = asyncio.create_task(self._do(who, what, due - began))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
            if number % 500 == 0:
                self.teams.tenant.calls.clear()
        await asyncio.gather(*self._under_way)

    async def _do(self, who: OnSlack | OnTeams, what: str, at: float) -> None:
        began, problem = time.perf_counter(), ""
        try:
            async with asyncio.timeout(2 * steps.SOON):  # an event is brought for six minutes
                await getattr(who, what)(self.chance)
        except (TimeoutError, AssertionError, LookupError) as error:
            who.last = None
            problem = f"{type(error).__name__}: {str(error)[:300]}"
        name = f"{type(who).__name__[2:]} {what.replace('_', ' ')}"
        self.done.append(Done(at, name, time.perf_counter() - began, problem))
        self._idle.append(who)

    def problems(self) -> Counter[str]:
        return Counter(f"{one.what}: {one.problem}" for one in self.done if one.problem)
