"""What goes wrong outside becomes one of our errors in time, and never a driver's text."""

from __future__ import annotations

import asyncio
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from core.data.mapping import parse
from core.data.problems import PROBLEMS
from core.data.query import Query
from core.data.sql import SqlDataSource
from core.errors import MisconfiguredError, NoData, SourceUnavailable
from tests.data.databases import Database, read, rows
from tests.fakes.ran import Ran

ASSETS: dict[str, Any] = {"asset": {"table": "asset"}}
SECRET = "hunter2-secret"


def source_of(url: str, timeout: float = 30, **facts: Any) -> SqlDataSource:
    """Who wants to see a time-out gives a short one; nothing else gets near to it."""
    source = {"url": url, "timeout_seconds": timeout}
    return SqlDataSource(parse({"source": source, "facts": facts}, where="test", home=Path()))


def problem(source: SqlDataSource, query: Query | None = None) -> str:
    """What `fetch` says is wrong; it must be a key, and nothing secret may be in the error."""

    async def ask() -> None:
        try:
            await source.fetch(query or Query("asset"))
        finally:
            await source.close()

    with pytest.raises(SourceUnavailable) as caught:
        asyncio.run(ask())
    assert caught.value.problem in PROBLEMS
    assert SECRET not in f"{caught.value} {caught.value!r} {caught.value.system}"
    return caught.value.problem


# --- files -----------------------------------------------------------------------------------


def test_a_missing_file_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "none.db"
    assert problem(source_of(f"sqlite:///{path}", **ASSETS)) == "missing_file"
    assert not path.exists()


def test_a_folder_and_a_file_that_is_no_database(tmp_path: Path) -> None:
    assert problem(source_of(f"sqlite:///{tmp_path}", **ASSETS)) == "missing_file"
    (tmp_path / "text.db").write_text("these are no tables" * 100)
    assert problem(source_of(f"sqlite:///{tmp_path / 'text.db'}", **ASSETS)) == "corrupt"


def test_a_damaged_file(sqlite: Database, tmp_path: Path) -> None:
    sqlite.run("CREATE TABLE asset (id text, name text)")
    sqlite.insert("asset", [{"id": f"a{n}", "name": "x" * 200} for n in range(2000)])
    path = tmp_path / "plant.db"
    content = bytearray(path.read_bytes())
    content[4096:] = b"\x5a" * (len(content) - 4096)
    path.write_bytes(content)
    assert problem(source_of(sqlite.url, **ASSETS)) == "corrupt"


def test_a_locked_file_is_given_up_in_time(sqlite: Database, tmp_path: Path) -> None:
    sqlite.run("CREATE TABLE asset (id text)")
    with closing(sqlite3.connect(tmp_path / "plant.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with Ran() as ran:
            assert problem(source_of(sqlite.url, timeout=0.5, **ASSETS)) == "locked"
        assert ran.seconds < 2.5


def test_a_runaway_statement_ends_and_frees_its_thread(sqlite: Database) -> None:
    sqlite.run("CREATE TABLE asset (id text)", "INSERT INTO asset VALUES ('a')")
    endless = (
        "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n)"
    )
    source = source_of(
        sqlite.url,
        timeout=0.3,
        asset={"table": "asset", "columns": {"id": "id", "name": {"expression": endless}}},
        product={"table": "asset"},
    )

    async def ask() -> list[Any]:
        endless = [source.fetch(Query("asset")) for _ in range(8)]
        found = await asyncio.gather(*endless, return_exceptions=True)
        source._timeout = 30  # the next one is to be answered
        return [*found, await source.fetch(Query("product"))]

    *failed, after = asyncio.run(ask())
    assert {error.problem for error in failed} <= {"timeout", "overloaded"}
    assert after.rows == ({"id": "a"},)
    source._threads.shutdown(wait=True)  # hangs if a statement still runs


# --- tables that change ----------------------------------------------------------------------


def test_a_table_that_is_not_there(database: Database) -> None:
    database.run("CREATE TABLE other (id text)")
    assert problem(source_of(database.url, **ASSETS)) == "table_missing"


def test_a_table_that_vanishes_and_comes_back(database: Database) -> None:
    database.run("CREATE TABLE asset (id text)", "INSERT INTO asset VALUES ('a')")
    source = database.source(facts=ASSETS)
    assert len(rows(source, Query("asset"))) == 1
    database.run("DROP TABLE asset")
    with pytest.raises(SourceUnavailable) as caught:
        read(source, Query("asset"))
    assert caught.value.problem == "table_missing"
    database.run("CREATE TABLE asset (id text, name text)", "INSERT INTO asset VALUES ('b', 'B')")
    assert rows(source, Query("asset")) == ({"id": "b", "name": "B"},)


def test_a_column_that_vanishes_is_never_taken_for_text(database: Database) -> None:
    database.run('CREATE TABLE downtime (asset text, start timestamp, "end" timestamp)')
    database.run("INSERT INTO downtime VALUES ('a', '2026-03-02 05:00', '2026-03-02 06:00')")
    source = database.source(facts={"downtime": {"table": "downtime"}})
    assert len(rows(source, Query("downtime"))) == 1
    database.run('ALTER TABLE downtime RENAME COLUMN "end" TO finish')
    with pytest.raises(SourceUnavailable) as caught:
        read(source, Query("downtime"))
    assert caught.value.problem == "column_wrong"
    # The next question looks anew, and finds an event log without ends.
    assert rows(source, Query("downtime"))[0]["start"] is not None


def test_a_column_that_was_never_there_is_named(database: Database) -> None:
    database.run("CREATE TABLE asset (id text)")
    mapped = {"asset": {"table": "asset", "columns": {"id": "id", "name": "Label"}}}
    with pytest.raises(NoData) as caught:
        read(database.source(facts=mapped), Query("asset"))
    assert caught.value.arguments == {"column": "Label", "table": "asset"}


def test_names_are_found_whatever_their_case(database: Database) -> None:
    database.run("CREATE TABLE asset (id text)", "INSERT INTO asset VALUES ('a')")
    mapped = {"asset": {"table": "asset", "columns": {"id": "ID"}}}
    assert rows(database.source(facts=mapped), Query("asset")) == ({"id": "a"},)


def test_an_expression_that_is_no_sql(database: Database) -> None:
    database.run("CREATE TABLE asset (id text)")
    mapped = {"table": "asset", "columns": {"id": "id", "name": {"expression": "1 +"}}}
    assert problem(source_of(database.url, asset=mapped)) == "expression_wrong"


def test_a_fact_that_is_not_mapped(sqlite: Database) -> None:
    sqlite.run("CREATE TABLE asset (id text)")
    with pytest.raises(NoData) as caught:
        read(sqlite.source(facts=ASSETS), Query("cost"))
    assert caught.value.key == "fact_missing"


# --- servers ---------------------------------------------------------------------------------


def test_a_statement_that_the_server_ends(postgres: Database) -> None:
    postgres.run("CREATE TABLE asset (id text)", "INSERT INTO asset VALUES ('a')")
    slow = {"expression": "pg_sleep(30)::text"}
    mapped = {"table": "asset", "columns": {"id": "id", "name": slow}}
    with Ran() as ran:
        assert problem(source_of(postgres.url, timeout=0.5, asset=mapped)) == "timeout"
    assert ran.seconds < 3


@contextmanager
def _login(postgres: Database) -> Iterator[str]:
    """A user of the database with a password and no rights."""
    name = "andon_" + make_url(postgres.url).database.rpartition("_")[2]  # type: ignore[union-attr]
    postgres.run(f"CREATE USER {name} PASSWORD '{SECRET}'")
    try:
        yield name
    finally:
        postgres.run(f"DROP OWNED BY {name}", f"DROP USER {name}")


def test_a_user_without_rights(postgres: Database) -> None:
    postgres.run("CREATE TABLE asset (id text)")
    with _login(postgres) as name:
        url = make_url(postgres.url).set(username=name, password=SECRET)
        written = url.render_as_string(hide_password=False)
        assert problem(source_of(written, **ASSETS)) == "not_allowed"


def test_databases_and_users_that_do_not_exist(postgres: Database) -> None:
    url = make_url(postgres.url)
    for changed, key in (
        (url.set(database="andon_none", password=SECRET), "database_missing"),
        (url.set(username="andon_none", password=SECRET), {"database_missing", "refused"}),
    ):
        found = problem(source_of(changed.render_as_string(hide_password=False), **ASSETS))
        assert found == key or found in key


@contextmanager
def _server(answer: bytes | None) -> Iterator[int]:
    """Takes connections and gives them `answer`, or keeps silent for None."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        kept: list[socket.socket] = []

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                kept.append(connection)
                if answer is not None:
                    connection.recv(1024)
                    connection.sendall(answer)
                    connection.close()

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


def test_a_wrong_password() -> None:
    refusal = b'SFATAL\0C28P01\0Mpassword authentication failed for user "u"\0\0'
    packet = b"N", b"E" + (len(refusal) + 4).to_bytes(4, "big") + refusal
    with _server(packet[1]) as port:
        url = f"postgresql+psycopg://u:{SECRET}@127.0.0.1:{port}/d?sslmode=disable"
        assert problem(source_of(url, **ASSETS)) == "refused"


def test_a_host_that_nobody_answers_on() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    url = f"postgresql+psycopg://u:{SECRET}@127.0.0.1:{port}/d"
    assert problem(source_of(url, **ASSETS)) == "unreachable"


def test_a_host_whose_name_does_not_exist() -> None:
    url = f"postgresql+psycopg://u:{SECRET}@plant.invalid/d"
    assert problem(source_of(url, **ASSETS)) == "unreachable"


def test_a_server_that_never_answers() -> None:
    with _server(None) as port:
        url = f"postgresql+psycopg://u:{SECRET}@127.0.0.1:{port}/d"
        with Ran() as ran:
            assert problem(source_of(url, timeout=1, **ASSETS)) == "timeout"
        assert ran.seconds < 5


def test_a_connection_that_was_lost_is_replaced_once(postgres: Database) -> None:
    postgres.run("CREATE TABLE asset (id text)", "INSERT INTO asset VALUES ('a')")
    source = postgres.source(facts=ASSETS)
    assert len(rows(source, Query("asset"))) == 1
    with postgres.engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    assert len(rows(source, Query("asset"))) == 1


@pytest.mark.parametrize(
    "url", ["no address", "oracle+none://u:hunter2-secret@h/d", "mysql://u:hunter2-secret@h/d"]
)
def test_addresses_without_a_driver(url: str) -> None:
    with pytest.raises(MisconfiguredError) as caught:
        source_of(url, **ASSETS)
    assert SECRET not in str(caught.value)
    assert "ANDON_DATABASE_URL" in caught.value.where


# --- reading only ----------------------------------------------------------------------------

WRITES = (
    "INSERT INTO asset VALUES ('x')",
    "UPDATE asset SET id = 'x'",
    "DELETE FROM asset",
    "CREATE TABLE other (id text)",
    "DROP TABLE asset",
    "ALTER TABLE asset ADD COLUMN x text",
)


@pytest.mark.parametrize("statement", WRITES)
def test_our_connections_cannot_write(database: Database, statement: str) -> None:
    database.run("CREATE TABLE asset (id text)", "INSERT INTO asset VALUES ('a')")
    source = database.source(facts=ASSETS)
    with pytest.raises(SourceUnavailable) as caught:
        source.run(lambda connection: connection.exec_driver_sql(statement))
    assert caught.value.problem == "not_allowed"
    assert rows(source, Query("asset")) == ({"id": "a"},)


def test_no_other_file_can_be_attached_and_written(sqlite: Database, tmp_path: Path) -> None:
    sqlite.run("CREATE TABLE asset (id text)")
    other = tmp_path / "other.db"

    def attach(connection: Any) -> None:
        connection.exec_driver_sql(f"ATTACH '{other}' AS other")
        connection.exec_driver_sql("CREATE TABLE other.t (id text)")

    with pytest.raises(SourceUnavailable):
        sqlite.source(facts=ASSETS).run(attach)
    assert not other.exists() or not other.stat().st_size


def test_a_file_that_another_process_writes(sqlite: Database, tmp_path: Path) -> None:
    path = tmp_path / "plant.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("CREATE TABLE asset (id text)")
        writer.execute("INSERT INTO asset VALUES ('a')")
        source = sqlite.source(facts=ASSETS)
        assert (tmp_path / "plant.db-wal").stat().st_size
        assert len(rows(source, Query("asset"))) == 1
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO asset VALUES ('b')")
        assert len(rows(source, Query("asset"))) == 1
        writer.execute("COMMIT")
        assert len(rows(source, Query("asset"))) == 2
    assert len(rows(source, Query("asset"))) == 2


_AS_NOBODY = """
import os, sys
from pathlib import Path
from core.data.mapping import parse
from core.data.query import Query
from core.data.sql import SqlDataSource
if os.getuid() == 0:
    os.setgid(65534); os.setuid(65534)
url = "sqlite:///" + sys.argv[1]
facts = {"asset": {"table": "asset"}}
source = SqlDataSource(parse({"source": {"url": url}, "facts": facts}, where="t", home=Path()))
ask = lambda: source.run(lambda c: source._fetch(c, Query("asset"))).rows
print(len(ask()), flush=True)
sys.stdin.readline()
print(len(ask()), flush=True)
"""


def test_a_wal_file_in_a_folder_that_cannot_be_written() -> None:
    # Not pytest's own folder, where nobody else may walk.
    folder = Path(tempfile.mkdtemp(prefix="andon-ro-"))
    path = folder / "plant.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("CREATE TABLE asset (id text)")
        writer.execute("INSERT INTO asset VALUES ('a')")
    path.chmod(0o444)
    folder.chmod(0o555)
    try:
        with subprocess.Popen(
            [sys.executable, "-c", _AS_NOBODY, str(path)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        ) as reader:  # fmt: skip
            assert reader.stdin
            assert reader.stdout
            assert reader.stdout.readline() == "1\n"
            _write_another(path, folder, reader)
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def _write_another(path: Path, folder: Path, reader: subprocess.Popen[str]) -> None:
    """A writer with rights begins; the reader must see its row, although nothing told it."""
    assert reader.stdin
    assert reader.stdout
    folder.chmod(0o755)
    path.chmod(0o644)
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("INSERT INTO asset VALUES ('b')")
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).chmod(0o666)
        reader.stdin.write("\n")
        reader.stdin.flush()
        assert reader.stdout.readline() == "2\n"


def test_the_engine_of_the_tests_can_write(database: Database) -> None:
    """Else the tests above would prove nothing."""
    engine = create_engine(database.url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE asset (id text)")
        connection.exec_driver_sql("INSERT INTO asset VALUES ('x')")
    assert len(rows(database.source(facts=ASSETS), Query("asset"))) == 1


def test_a_file_that_is_replaced_is_read_anew(tmp_path: Path) -> None:
    """As a nightly export does it: written beside, then moved over the old one."""
    path, beside = tmp_path / "plant.db", tmp_path / "next.db"
    for file, name in ((path, "old"), (beside, "new")):
        with closing(sqlite3.connect(file)) as plant:
            plant.execute("CREATE TABLE asset (id TEXT, name TEXT, kind TEXT)")
            plant.execute("INSERT INTO asset VALUES ('a', ?, 'machine')", (name,))
            plant.commit()
    source = source_of(f"sqlite:///{path}", **ASSETS)

    async def names() -> list[object]:
        found = [(await source.fetch(Query("asset"))).rows[0]["name"]]
        beside.replace(path)
        found.append((await source.fetch(Query("asset"))).rows[0]["name"])
        await source.close()
        return found

    assert asyncio.run(names()) == ["old", "new"]
