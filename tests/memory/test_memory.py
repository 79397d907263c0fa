"""The memory finds by meaning, only what is one's own, and loses nothing."""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from core.memory import Memory
from core.store import Store
from tests.fakes.ran import Ran
from tests.memory.conftest import NOW, answer, remembered

# Such as Mem0 would take for one another, or for everybody.
PEOPLE = ("slack:T1:U1", "slack:T1:U2", "teams:a:b", "console:local", "*", " u1", "u1", "u1 ",
          "%2A", "ä ö", "u\tx", "None")  # fmt: skip
CHANNELS = ("slack:T1|C1", "slack:T1|C2")
MATTERS = (
    "conveyor jam",
    "labeler drive fault",
    "changeover on mondays",
    "scrap of the press",
    "spindle overheated",
    "Kosten des Stillstands",
    "Verfügbarkeit",
    "safety gate open",
)


async def _fill(store: Store, count: int) -> dict[str, tuple[str, str]]:
    """Answers of all the people in private and in channels: id → (whose, where)."""
    chance, owners = random.Random(7), {}
    for n in range(count):
        user, place = chance.choice(PEOPLE), chance.choice(("", *CHANNELS))
        owners[f"a{n}"] = (user, place)
        said = f"{chance.choice(MATTERS)} on line {n}"
        await store.save_answer(answer(f"a{n}", user, said, place=place))
    return owners


async def _search_all(memory: Memory, owners: dict[str, tuple[str, str]], count: int) -> int:
    """Searches by everybody everywhere; how many hits were looked at."""
    chance, seen = random.Random(11), 0
    for _ in range(count):
        user = chance.choice(PEOPLE)
        place = chance.choice((None, *CHANNELS))
        found = await memory.similar(user, chance.choice(MATTERS), place)
        strange = [i for i in found if owners[i][0] != user]
        elsewhere = [i for i in found if place is not None and owners[i][1] != place]
        assert (strange, elsewhere) == ([], [])
        seen += len(found)
    return seen


def test_nobody_is_told_what_another_asked(store: Store, memory: Memory) -> None:
    async def run() -> int:
        return await _search_all(memory, await _fill(store, 150), 300)

    assert asyncio.run(run()) > 1_000


@pytest.mark.prove
def test_ten_thousand_searches_tell_nobody_what_another_asked(store: Store, memory: Memory) -> None:
    async def run() -> int:
        return await _search_all(memory, await _fill(store, 600), 10_000)

    assert asyncio.run(run()) > 100_000


def test_it_finds_what_was_asked_in_other_words(store: Store, memory: Memory) -> None:
    async def run() -> list[str]:
        told = (
            ("jam", "why was line 3 down last night?", "Worst: infeed conveyor jam."),
            ("cost", "was kostete der Stillstand an Linie 1?", "USD 4,100."),
            ("scrap", "how many bad parts did press-2 make?", "412 pieces, product B."),
        )
        for id, question, lead in told:
            await store.save_answer(answer(id, "u", question, lead))
        wanted = ("the belt that got stuck", "money lost while it stood", "Ausschuss der Presse")
        return [next(iter(await memory.similar("u", text))) for text in wanted]

    assert asyncio.run(run()) == ["jam", "cost", "scrap"]


def test_what_is_remembered_of_an_answer(store: Store, memory: Memory, url: str) -> None:
    async def run() -> None:
        await store.save_answer(answer("a1", "u", "oee line 3", "61.2 %", place=CHANNELS[0]))
        await memory.similar("u", "oee")

    asyncio.run(run())
    import sqlite3

    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        ((payload,),) = connection.execute("SELECT payload FROM memories").fetchall()
    kept = json.loads(payload)
    assert kept["data"] == "oee line 3\n61.2 %"
    assert kept["figures"] == [{"label": "OEE", "value": "61.2 %", "amount": 0.612}]
    assert {k: kept[k] for k in ("answer", "assets", "place", "private", "asked_at")} == {
        "answer": "a1",
        "assets": ["line-3"],
        "place": CHANNELS[0],
        "private": False,
        "asked_at": NOW.isoformat(),
    }


def test_two_hundred_at_once_in_two_memories_lose_nothing(
    store: Store, memory: Memory, tmp_path: Path, url: str
) -> None:
    second = Memory(store, tmp_path / "second")

    async def one(n: int) -> None:
        await store.save_answer(answer(f"a{n}", "u", f"question {n} about the conveyor"))
        (memory, second)[n % 2].note("u")

    async def run() -> None:
        memory.open()
        second.open()
        await asyncio.gather(*(one(n) for n in range(200)))
        await asyncio.gather(memory.similar("u", "conveyor"), second.similar("u", "conveyor"))

    asyncio.run(run())
    second.close()
    assert set(remembered(url)) == {f"a{n}" for n in range(200)}


def test_two_processes_share_one_memory(store: Store, url: str, tmp_path: Path) -> None:
    async def fill() -> None:
        for n in range(40):
            await store.save_answer(answer(f"a{n}", "u", f"question {n}"))

    asyncio.run(fill())
    program = (
        "import asyncio, sys; from pathlib import Path; from core.memory import Memory;"
        "from core.store import Store; store = Store.open(sys.argv[1]);"
        "memory = Memory(store, Path(sys.argv[2]));"
        "print(len(asyncio.run(memory.similar('u', 'question'))))"
    )
    run = [sys.executable, "-c", program, url, str(tmp_path / "home" / "memory")]
    both = [subprocess.Popen(run, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [process.communicate(timeout=180)[0] for process in both] == ["40\n", "40\n"]
    assert len(remembered(url)) == 40


def test_an_answer_does_not_wait_for_it(store: Store, memory: Memory) -> None:
    async def run() -> float:
        memory.open()
        await store.save_answer(answer("a1", "u", "oee line 3"))
        with Ran() as ran:
            for _ in range(10_000):
                memory.note("u")
        return ran.seconds

    assert asyncio.run(run()) < 0.5


def test_a_store_that_fails_costs_the_memory_and_nothing_else(
    store: Store, memory: Memory, tmp_path: Path
) -> None:
    async def run() -> None:
        memory.open()
        await store.save_answer(answer("a1", "u", "oee line 3"))
        (tmp_path / "home" / "andon.db").write_bytes(b"no database " * 500)
        memory.note("u")

    asyncio.run(run())
    memory.close()  # nothing was raised in between


def test_it_calls_nobody_and_writes_nowhere_else(tmp_path: Path, url: str) -> None:
    program = """
import asyncio, os, sys
from pathlib import Path
called = []
sys.addaudithook(lambda event, args: called.append(event) if event in (
    "socket.connect", "socket.getaddrinfo", "urllib.Request", "subprocess.Popen") else None)
from core.memory import Memory
from core.store import Store
from tests.fakes.ran import Ran
from tests.memory.conftest import answer
store = Store.open(sys.argv[1])
memory = Memory(store, Path(sys.argv[2]))
async def run():
    assert "mem0" not in sys.modules
    await store.save_answer(answer("a1", "u", "oee line 3 yesterday and last week"))
    return await memory.similar("u", "yesterday's effectiveness")
print(list(asyncio.run(run())), called, os.listdir(os.environ["HOME"]))
memory.close(); store.close()
"""
    home = tmp_path / "user"
    home.mkdir()
    run = [sys.executable, "-c", program, url, str(tmp_path / "home" / "memory")]
    environ = {"HOME": str(home), "PATH": "/usr/bin:/bin", "PYTHONPATH": "."}
    done = subprocess.run(run, env=environ, capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("['a1'] [] []\n", 0), done.stderr
    kept = {path.name for path in (tmp_path / "home").rglob("*") if path.is_file()}
    assert kept <= {"andon.db", "andon.db-wal", "andon.db-shm", "config.json"}
