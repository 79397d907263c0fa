"""A copy taken while three processes write: whole, with all that was written before it began."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from core.store import Store
from core.store.backup import Backup, backup
from core.store.schema import HEAD

WRITER = """
import asyncio, itertools, sys
from datetime import UTC, datetime
from core.request import Place
from core.store import Store, StoredAnswer

async def write(store, name):
    at = datetime(2026, 11, 23, 12, tzinfo=UTC)
    for number in itertools.count():
        key = f"{name}-{number}"
        said = {"text": "b" * 500}
        await store.save_answer(StoredAnswer(key, at, name, name, "why?", "t", {}, said, ()))
        await store.save_thread(key, {"answer": key}, at)
        await store.places.save(Place("slack", key), at)
        print(key, flush=True)

store = Store.open(sys.argv[1], wait_seconds=60)
asyncio.run(write(store, sys.argv[2]))
"""
NAMES = ("first", "second", "third")
SOON = 60.0


@contextmanager
def writing(url: str, folder: Path) -> Iterator[dict[str, Path]]:
    """Three processes that write on and on; where each says what it has written."""
    said = {name: folder / f"{name}.txt" for name in NAMES}
    started = []
    try:
        for name, file in said.items():
            with file.open("w") as out:
                command = [sys.executable, "-c", WRITER, url, name]
                started.append(subprocess.Popen(command, stdout=out))
        yield said
    finally:
        for process in started:
            process.kill()
            process.wait()


def written(said: dict[str, Path]) -> set[str]:
    lines = [line for file in said.values() for line in file.read_text().splitlines(True)]
    return {line.strip() for line in lines if line.endswith("\n")}


def more_of_each(said: dict[str, Path], than: int) -> set[str]:
    """What was written, as soon as each of the three has written so much more."""
    begun, until = written(said), time.monotonic() + SOON
    while time.monotonic() < until:
        now = written(said)
        if all(sum(k.startswith(name) for k in now - begun) >= than for name in NAMES):
            return now
        time.sleep(0.02)
    raise AssertionError(f"only {len(written(said))} rows were written")


def keys_in(file: Path) -> tuple[set[str], set[str], set[str]]:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert copy.execute("PRAGMA foreign_key_check").fetchall() == []
        answers = {key for (key,) in copy.execute("SELECT id FROM answers")}
        threads = {key for (key,) in copy.execute('SELECT "key" FROM threads')}
        places = {key for (key,) in copy.execute("SELECT address FROM places")}
    return answers, threads, places


def test_a_copy_while_three_processes_write(tmp_path: Path) -> None:
    source = tmp_path / "andon.db"
    url = f"sqlite:///{source}"
    Store.open(url).close()
    copies: list[tuple[set[str], Backup]] = []
    with writing(url, tmp_path) as said:
        for number in range(3):
            before = more_of_each(said, 5)
            copies.append((before, backup(source, tmp_path / f"copy-{number}.db")))
        at_last = more_of_each(said, 1)  # nobody was held up for good
    for before, made in copies:
        answers, threads, places = keys_in(made.file)
        assert before <= answers
        assert before <= threads
        assert before <= places
        # A row is written after the other: no copy has the later one alone.
        assert places <= threads <= answers
        assert made.revision == HEAD
        assert (made.rows["answers"], made.rows["places"]) == (len(answers), len(places))
    assert len(at_last) > len(copies[-1][0])


def test_restored_in_a_new_folder(tmp_path: Path) -> None:
    """The copy alone is the store: same counts, and it is written on."""
    source = tmp_path / "andon.db"
    url = f"sqlite:///{source}"
    Store.open(url).close()
    with writing(url, tmp_path) as said:
        more_of_each(said, 5)
        made = backup(source, tmp_path / "copy.db")
    new = tmp_path / "elsewhere"
    new.mkdir()
    shutil.copyfile(made.file, new / "andon.db")
    again = backup(new / "andon.db", tmp_path / "counted.db")
    assert (again.revision, again.rows) == (made.revision, made.rows)
    store = Store.open(f"sqlite:///{new / 'andon.db'}")
    try:
        first = asyncio.run(store.answer("first-0"))
        assert first is not None
        asyncio.run(store.save_thread("after", {}, first.asked_at))
    finally:
        store.close()
    after = backup(new / "andon.db", tmp_path / "after.db")
    assert after.rows == {**made.rows, "threads": made.rows["threads"] + 1}
