"""A store that cannot be used says which system and why, and never shows a driver's text."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, make_url, text

from core.errors import MisconfiguredError, SourceUnavailable
from core.store import Store, migrate

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "andon.db"


@pytest.fixture
def sqlite_url(file: Path) -> str:
    return f"sqlite:///{file}"


@contextmanager
def unavailable(problem: str) -> Iterator[None]:
    with pytest.raises(SourceUnavailable) as caught:
        yield
    assert caught.value.system == "store"
    assert caught.value.problem == problem


def test_a_file_that_is_no_database(file: Path, sqlite_url: str) -> None:
    file.write_bytes(b"not a database, but long enough to have a header " * 100)
    before = file.read_bytes()
    with unavailable("the file is damaged"):
        Store.open(sqlite_url)
    assert file.read_bytes() == before


def test_a_database_with_pages_overwritten(file: Path, sqlite_url: str) -> None:
    migrate(sqlite_url)
    store = Store.open(sqlite_url)
    asyncio.run(store.save_thread("t", {"n": 1}, NOW))
    store.close()
    with file.open("r+b") as pages:
        pages.seek(4096)
        pages.write(b"\xff" * (file.stat().st_size - 4096))

    def reopen_and_read() -> None:
        with closing(Store.open(sqlite_url)) as store:
            asyncio.run(store.thread("t"))

    with unavailable("the file is damaged"):
        reopen_and_read()


def test_a_file_that_another_process_has_locked(file: Path, sqlite_url: str) -> None:
    store = Store.open(sqlite_url, wait_seconds=0.2)
    with closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with unavailable("another process holds its lock"):
            asyncio.run(store.save_thread("t", {}, NOW))
        assert asyncio.run(store.thread("t")) is None  # reading goes on
        other.rollback()
    asyncio.run(store.save_thread("t", {}, NOW))  # and so does writing, afterwards
    assert asyncio.run(store.thread("t")) is not None
    store.close()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with unavailable("the file cannot be made"):
        Store.open(f"sqlite:///{tmp_path / 'file' / 'andon.db'}")


def test_a_folder_in_the_place_of_the_file(tmp_path: Path) -> None:
    with unavailable("the file cannot be opened"):
        Store.open(f"sqlite:///{tmp_path}")


def test_a_disk_that_takes_no_more(sqlite_url: str) -> None:
    """A limit on the size of files stands for the full disk: the write fails just so."""
    program = """
import asyncio, resource, sys
from datetime import UTC, datetime
from core.errors import SourceUnavailable
from core.store import Store
store = Store.open(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
written = 0
try:
    for written in range(1000):
        asyncio.run(store.save_thread(f"t{written}", {"x": "y" * 4000}, datetime.now(UTC)))
except SourceUnavailable as error:
    print(error.system, error.problem, sep=": ")
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
assert 0 < written < 999
assert asyncio.run(store.thread(f"t{written - 1}")) is not None
assert asyncio.run(store.thread(f"t{written}")) is None
asyncio.run(store.save_thread("afterwards", {}, datetime.now(UTC)))
"""
    run = [sys.executable, "-c", program, sqlite_url]
    assert subprocess.check_output(run, text=True) == "store: the disk cannot be written\n"


def test_a_table_that_vanished(sqlite_url: str, file: Path) -> None:
    store = Store.open(sqlite_url)
    with closing(sqlite3.connect(file)) as other:
        other.execute("DROP TABLE threads")
    with unavailable("a table is missing or altered"):
        asyncio.run(store.thread("t"))
    store.close()


@pytest.mark.parametrize(
    "url",
    ["", "andon.db", "sqlite://", "sqlite:///:memory:", "mysql://u:secret@host/db", "nonsense://x"],
)
def test_a_url_of_another_kind(url: str) -> None:
    with pytest.raises(MisconfiguredError, match="ANDON_STORE_URL") as caught:
        Store.open(url)
    assert "secret" not in str(caught.value)


def test_postgres_that_does_not_answer() -> None:
    with unavailable("no connection"):
        Store.open("postgresql://andon:secret@127.0.0.1:1/andon", wait_seconds=1)


def test_postgres_without_that_database(postgres_server: URL) -> None:
    absent = postgres_server.set(database="absent").render_as_string(hide_password=False)
    with unavailable("no connection"):
        Store.open(absent)


def test_postgres_that_restarts_is_asked_again(postgres_url: str, postgres_server: URL) -> None:
    store = Store.open(postgres_url)
    asyncio.run(store.save_thread("t", {"n": 1}, NOW))
    administrator = create_engine(postgres_server)
    with administrator.connect() as connection:
        killed = connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"),
            {"name": make_url(postgres_url).database},
        )
        assert killed.scalars().all()
    administrator.dispose()
    assert asyncio.run(store.thread("t")) is not None
    store.close()


def test_postgres_by_its_short_name(postgres_url: str) -> None:
    store = Store.open(postgres_url.replace("postgresql+psycopg://", "postgres://"))
    assert asyncio.run(store.thread("t")) is None
    store.close()
