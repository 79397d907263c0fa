"""`andon serve` killed at any moment: what was acked is answered once, by whoever is left."""

from __future__ import annotations

import asyncio
import random
import shutil
import signal
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.fakes.slack import Envelope, FakeSlack, User
from tests.prove.serving import Serving, serving
from tests.slack.conftest import free_port

QUESTION, ANSWER = "OEE of line 3 yesterday", "OEE of Line 3 yesterday"
WHILE = 120.0


@dataclass
class Asked:
    """One question by one user: `acked` is whether Slack was told that it arrived."""

    user: User
    told: Envelope
    acked: bool = False

    @property
    def private(self) -> bool:
        return self.told.kind == "slash_commands"


@dataclass
class Crowd:
    """People who ask, each once: two of three in a direct message, the third with a command."""

    slack: FakeSlack
    home: Path
    asked: list[Asked] = field(default_factory=list)

    def more(self, count: int) -> list[Asked]:
        slack, floor = self.slack, self.slack.channel(f"floor-{len(self.asked)}")
        new = []
        for n in range(count):
            user = slack.user(f"user-{len(self.asked) + n}")
            if n % 3:
                told = slack.events.direct_message(user, QUESTION)
            else:
                told = slack.interactions.command(user, floor, "/oee", "line-3 yesterday")
            new.append(Asked(user, told))
        self.asked += new
        return new

    async def bring(self, several: list[Asked], urls: list[str]) -> None:
        """At once, to the processes in turn; what gets no ack stays unacked."""

        async def one(asked: Asked, url: str) -> None:
            ack = await self.slack.deliver(asked.told, to=url, retries=0)
            asked.acked |= ack.ok

        await asyncio.gather(*(one(a, urls[n % len(urls)]) for n, a in enumerate(several)))

    async def again(self, url: str) -> None:
        """Slack brings an event that was not acked another time, a command never."""
        left = [asked for asked in self.asked if not asked.acked and not asked.private]
        await self.bring(left, [url])
        assert all(asked.acked for asked in left)

    async def all_ended(self) -> None:
        async with asyncio.timeout(WHILE):
            while True:
                if not self.rows("state IN ('working', 'sending')"):
                    return
                await asyncio.sleep(0.05)

    def rows(self, where: str) -> list[tuple[str, str]]:
        with closing(sqlite3.connect(self.home / "andon.db", timeout=30)) as store:
            return store.execute(f"SELECT key, state FROM inbox WHERE {where}").fetchall()

    def check(self) -> None:
        """Every acked question was answered once; where one person alone may have seen it, at
        most once, and the inbox says so."""
        doubtful = {key for key, _ in self.rows("state = 'unknown'")}
        assert not self.rows("state = 'failed'")
        for asked in self.asked:
            if asked.private:
                said = self.slack.messages(to=asked.user, contains=ANSWER)
                known = f"trigger:{asked.told.payload['trigger_id']}" not in doubtful
                assert len(said) <= 1
                assert said or not (asked.acked and known), asked.told
            else:
                said = self.slack.messages(self.slack.direct(asked.user))
                assert [ANSWER in shown.text for shown in said] == [True], asked.told


@pytest.fixture
def home(tmp_path: Path, sample_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    shutil.copy(sample_path, folder / "plant.db")
    return folder


async def hit(slack: FakeSlack, chance: random.Random, count: int) -> None:
    """Returns at a moment in which it hurts: after so many acks, calls or answers."""
    kind = chance.choice(("acks", "chat.postMessage", "response_url", "users.info"))
    number = chance.randint(0, count // 3)

    def far() -> int:
        return len(slack.acks) if kind == "acks" else len(slack.calls(kind))

    begun = far()
    await slack.until(lambda: far() >= begun + number, WHILE, f"{number} {kind}")
    await asyncio.sleep(chance.uniform(0, 0.03))


def kill_one(home: Path, kills: int, count: int, seed: int) -> None:
    """The process is killed again and again and started anew each time."""
    chance = random.Random(seed)

    async def run() -> None:
        async with FakeSlack() as slack:
            crowd, process = Crowd(slack, home), Serving(slack, home, free_port())
            async with serving(process):
                for number in range(kills):
                    bringing = asyncio.create_task(crowd.bring(crowd.more(count), [process.url]))
                    await hit(slack, chance, count)
                    await process.stop()
                    await bringing
                    await process.start()
                    await crowd.again(process.url)
                    if number % 3 == 2:  # what kills five processes in a row is given up
                        await crowd.all_ended()
                await crowd.all_ended()
                await slack.settled()
            crowd.check()

    asyncio.run(run())


def kill_one_of_two(home: Path, kills: int, count: int, seed: int) -> None:
    """The other takes over what the killed one held."""
    chance = random.Random(seed)

    async def run() -> None:
        async with FakeSlack() as slack:
            crowd = Crowd(slack, home)
            two = [Serving(slack, home, free_port()) for _ in range(2)]
            async with serving(*two):
                for _ in range(kills):
                    urls = [process.url for process in two]
                    bringing = asyncio.create_task(crowd.bring(crowd.more(count), urls))
                    await hit(slack, chance, count)
                    chance.shuffle(two)
                    await two[0].stop()
                    await bringing
                    await crowd.again(two[1].url)
                    await crowd.all_ended()
                    await two[0].start()
                await slack.settled()
            crowd.check()

    asyncio.run(run())


@pytest.mark.prove
def test_killed_once(home: Path) -> None:
    kill_one(home, kills=1, count=12, seed=1)


def test_one_of_two_killed(home: Path) -> None:
    kill_one_of_two(home, kills=1, count=12, seed=2)


def test_stopped_with_questions_under_way(home: Path) -> None:
    """SIGTERM: what can end ends, the rest is handed back; the exit code is 0."""

    async def run() -> None:
        async with FakeSlack() as slack:
            crowd = Crowd(slack, home)
            process = Serving(slack, home, free_port(), unhurried=True)
            async with serving(process):
                bringing = asyncio.create_task(crowd.bring(crowd.more(24), [process.url]))
                await slack.call("chat.postMessage", within=WHILE)
                began = asyncio.get_running_loop().time()
                assert await process.stop(signal.SIGTERM) == 0
                assert asyncio.get_running_loop().time() - began < 60
                await bringing
                await process.start()
                await crowd.again(process.url)
                await crowd.all_ended()
                await slack.settled()
                assert await process.stop(signal.SIGTERM) == 0
            crowd.check()
            assert "Traceback" not in process.said

    asyncio.run(run())


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(5))
def test_killed_ten_times(home: Path, seed: int) -> None:
    kill_one(home, kills=10, count=40, seed=seed)


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(5))
def test_one_of_two_killed_ten_times(home: Path, seed: int) -> None:
    kill_one_of_two(home, kills=10, count=40, seed=seed)
