"""What was forgotten is in no file any more; what others asked stays."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from core.memory import Memory
from core.store import Feedback, Person, Store
from tests.memory.conftest import NOW, answer, remembered

MINE, OTHERS = "zqmine", "zqothers"


async def _live(store: Store, memory: Memory, count: int) -> None:
    """Two people's answers of all sizes, threads that are written over, verdicts and choices."""
    chance = random.Random(3)
    for n in range(count):
        user, mark = chance.choice((("u1", MINE), ("u2", OTHERS)))
        told = f"{mark} " * chance.choice((1, 20, 400, 2_000))
        place = chance.choice(("", "slack:T1|C1"))
        asset = ("line-3",) if n % 3 else ("line-4",)
        kept = answer(f"a{n}", user, f"{mark} question {n}", told, place=place, assets=asset)
        await store.save_answer(kept)
        context = {
            "tool": "oee_query",
            "turns": [{"asked": f"{mark} {n} " * chance.randint(1, 99)}],
        }
        key = kept.place_key if place else f"console|here|{n % 9}|{user}"
        await store.save_thread(key, context, NOW)
        if n % 5 == 0:
            await store.save_feedback(Feedback(f"a{n}", user, "down", f"{mark} no", NOW))
    await memory.similar("u1", "question")
    await memory.similar("u2", "question")
    await store.save_person(Person("u1", None, ("packaging",), "de"), NOW)
    # A channel's thread is both people's: it went with the first one's answers.
    await store.save_thread("slack:T1|C1|1", {"turns": [{"asked": MINE}]}, NOW)


def _bytes(folder: Path) -> Iterator[tuple[str, bytes]]:
    return ((p.name, p.read_bytes()) for p in folder.rglob("*") if p.is_file())


def _holding(folder: Path, mark: str) -> list[str]:
    return [name for name, data in _bytes(folder) if mark.encode() in data]


def test_nothing_is_left_in_the_files(
    store: Store, memory: Memory, tmp_path: Path, url: str
) -> None:
    home = tmp_path / "home"
    asyncio.run(_live(store, memory, 60))
    with closing(sqlite3.connect(home / "andon.db")) as source:
        source.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert "andon.db" in _holding(home, MINE)
    copy = home / "andon.db.0001.bak"  # as a migration leaves it
    with (
        closing(sqlite3.connect(home / "andon.db")) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)
        target.execute("DROP TABLE memories")
        target.execute("DROP TABLE people")
    gone = asyncio.run(store.forget("u1"))
    assert gone.answers > 20
    assert gone.memories > 20
    assert gone.choices == 1
    assert gone.threads >= 5
    assert _holding(home, MINE) == []
    assert {*_holding(home, OTHERS)} >= {"andon.db", copy.name}
    assert set(remembered(url).values()) == {"u2"}
    assert not asyncio.run(store.asked("u1"))
    assert asyncio.run(memory.similar("u1", "question")) == {}
    assert asyncio.run(store.person("u1")) is None


def test_one_matter_is_forgotten_and_the_rest_stays(
    store: Store, memory: Memory, tmp_path: Path
) -> None:
    async def run() -> None:
        await store.save_answer(answer("a1", "u1", f"{MINE} oee", assets=("line-3",)))
        await store.save_answer(answer("a2", "u1", f"{OTHERS} oee", assets=("line-4",)))
        await memory.similar("u1", "oee")
        await store.forget("u1", {"a1", "of nobody"})

    asyncio.run(run())
    assert _holding(tmp_path / "home", MINE) == []
    assert [a.id for a in asyncio.run(store.asked("u1"))] == ["a2"]


def test_another_s_answer_is_not_forgotten_by_its_id(store: Store) -> None:
    async def run() -> int:
        await store.save_answer(answer("a1", "u2", "oee"))
        return (await store.forget("u1", {"a1"})).answers

    assert asyncio.run(run()) == 0
    assert asyncio.run(store.answer("a1")) is not None


def test_what_is_forgotten_while_it_is_remembered_does_not_come_back(
    store: Store, memory: Memory, url: str
) -> None:
    async def run() -> None:
        memory.open()
        for n in range(60):
            await store.save_answer(answer(f"a{n}", "u1", f"question {n}"))
        searching = asyncio.create_task(memory.similar("u1", "question"))
        while not remembered(url):  # noqa: ASYNC110 - another thread's doing
            await asyncio.sleep(0.01)
        await store.forget("u1")
        await searching
        assert await memory.similar("u1", "question") == {}

    asyncio.run(run())
    assert remembered(url) == {}


def test_old_answers_take_their_memories_along(store: Store, memory: Memory, url: str) -> None:
    async def run() -> None:
        await store.save_answer(answer("old", "u1", "oee", at=NOW - timedelta(days=181)))
        await store.save_answer(answer("new", "u1", "oee"))
        await memory.similar("u1", "oee")
        await store.prune(NOW - timedelta(days=180))

    asyncio.run(run())
    assert set(remembered(url)) == {"new"}


@pytest.mark.parametrize("only", [None, {"a1"}])
def test_postgres_forgets_as_well(postgres_url: str, tmp_path: Path, only: set[str] | None) -> None:
    async def run() -> None:
        await store.save_answer(answer("a1", "u1", "oee line 3"))
        await store.save_answer(answer("a2", "u2", "oee line 3"))
        assert [*await memory.similar("u1", "effectiveness")] == ["a1"]
        assert [*await memory.similar("u2", "effectiveness")] == ["a2"]
        assert (await store.forget("u1", only)).memories == 1

    store = Store.open(postgres_url)
    memory = Memory(store, tmp_path)
    try:
        asyncio.run(run())
    finally:
        memory.close()
        store.close()
    assert remembered(postgres_url) == {"a2": "u2"}
