"""`andon serve` for Teams killed at any moment: what was acked is answered once, or the inbox says
that nobody can know."""

from __future__ import annotations

import asyncio
import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from adapters.teams.inbound import key_of
from tests.fakes.teams import FakeTeams
from tests.fakes.teams.state import Json, Person
from tests.prove.teams_serving import Process, serving
from tests.slack.conftest import free_port

QUESTION, WHILE = "OEE of line 3 yesterday", 120.0


@pytest.fixture
def home(tmp_path: Path, sample_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    shutil.copy(sample_path, folder / "plant.db")
    return folder


def rows(home: Path) -> dict[str, str]:
    with closing(sqlite3.connect(home / "andon.db", timeout=30)) as store:
        return dict(store.execute("SELECT key, state FROM inbox").fetchall())


async def all_ended(home: Path) -> None:
    async with asyncio.timeout(WHILE):
        while {"working", "sending"} & set(rows(home).values()):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def hit(teams: FakeTeams, chance: random.Random, count: int) -> None:
    """Returns at a moment in which it hurts: after so many calls of a kind."""
    kind = chance.choice(("message", "typing"))
    begun, number = far(teams, kind), chance.randint(0, count // 2)
    await teams.until(lambda: far(teams, kind) >= begun + number, WHILE, f"{number} {kind}")
    await asyncio.sleep(chance.uniform(0, 0.03))


def far(teams: FakeTeams, kind: str) -> int:
    return sum(call.body.get("type") == kind for call in teams.calls("send"))


async def play(home: Path, kills: int, count: int, seed: int) -> None:
    chance = random.Random(seed)
    asked: dict[str, tuple[Person, Json, bool]] = {}
    async with FakeTeams(limits=None) as teams:
        process = Process(teams, home, free_port())

        async def bring(person: Person, activity: Json) -> None:
            reply = await teams.deliver(activity, to=process.url, repeats=0)
            key = key_of(activity)
            assert key
            asked[key] = (person, activity, asked.get(key, (0, 0, False))[2] or reply.ok)

        async with serving(process):
            for _ in range(kills):
                new = [teams.person(f"P {len(asked) + n}") for n in range(count)]
                make = teams.activities.message
                told = [bring(one, make(one, teams.personal(one), QUESTION)) for one in new]
                bringing = asyncio.gather(*told)
                await hit(teams, chance, count)
                await process.kill()
                await bringing
                await process.start()
                left = [(one, told) for one, told, acked in asked.values() if not acked]
                await asyncio.gather(*(bring(one, told) for one, told in left))
                await all_ended(home)
        states = rows(home)
        unknown = 0
        for key, (person, _, acked) in asked.items():
            assert acked
            shown = [m for m in teams.messages(teams.personal(person)) if m.cards]
            assert states[key] in ("done", "unknown")
            assert len(shown) <= 1, "told twice"
            assert shown or states[key] == "unknown", "lost"
            unknown += states[key] == "unknown"
        assert unknown < len(asked) / 2, "a kill must not cost more than what was on its way"


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.prove
def test_one_process_is_killed_again_and_again(home: Path, seed: int) -> None:
    asyncio.run(play(home, 8, 12, seed))


def test_one_process_is_killed_once(home: Path) -> None:
    asyncio.run(play(home, 1, 6, 7))
