"""The fault matrix on SQLite and Postgres (tests/data/faults.py), and askers who wait."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any

import pytest
from sqlalchemy import event, make_url

from core.data import engines
from core.data.query import Query
from core.data.sql import SqlDataSource
from tests.data.databases import Database
from tests.data.faults import FAULTS, proven
from tests.data.proxied import Proxy, proxied
from tests.data.test_failures import SECRET, _login, _server, source_of

ASSETS = Query("asset")
SLOW = ("hang", "time-out", "locked")  # where it is the time-out that is met
ENDLESS = "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n)"
BOOM = """CREATE FUNCTION boom() RETURNS text LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'hunter2 was here' USING ERRCODE = '40P01'; END $$"""


def of(kind: str) -> list[str]:
    return [fault for fault, kinds in FAULTS.items() if kind in kinds]


def asset(**columns: Any) -> dict[str, Any]:
    return {"table": "asset", "columns": {"id": "id", **columns}}


MAPPED: dict[str, dict[str, dict[str, Any]]] = {
    "missing table": {"asset": {"table": "nowhere"}},
    "missing column": {"asset": asset(name="label")},
}


@pytest.mark.parametrize("fault", of("sqlite"))
def test_a_fault_of_sqlite(fault: str, sqlite: Database) -> None:
    sqlite.run("CREATE TABLE asset (id text)", "INSERT INTO asset VALUES ('a')")
    sqlite.run("CREATE TABLE live (asset text, state text, updated text)")
    sqlite.run(
        "INSERT INTO live VALUES ('a', 'running', '2026-03-02 05:00:00'), ('b', 'x', 'soon')"
    )
    facts: dict[str, Any] = MAPPED.get(fault, {"asset": asset()})
    if fault == "time-out":
        facts = {"asset": asset(name={"expression": ENDLESS})}
    if fault == "wrong types":
        facts = {"live": {"table": "live"}}
    url = sqlite.url.replace("plant.db", "none.db") if fault == "refused" else sqlite.url
    query = Query("live") if fault == "wrong types" else ASSETS
    path = str(make_url(sqlite.url).database)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        if fault == "locked":
            other.execute("BEGIN EXCLUSIVE")
        timeout = 0.5 if fault in SLOW else 30
        proven(fault, "sqlite", lambda: source_of(url, timeout, **facts), query)


@pytest.mark.parametrize("fault", of("postgres"))
def test_a_fault_of_postgres(fault: str, postgres: Database) -> None:
    postgres.run("CREATE TABLE asset (id text)", BOOM)
    postgres.run("INSERT INTO asset SELECT repeat('x', 200) || n FROM generate_series(1, 500) AS n")
    expressions = {
        "deadlock victim": "boom()",
        "time-out": "pg_sleep(30)::text",
        "wrong types": "(id::int)::text",
    }
    facts: dict[str, Any] = MAPPED.get(fault, {"asset": asset()})
    if fault in expressions:
        facts = {"asset": asset(name={"expression": expressions[fault]})}
    with ExitStack() as held:
        url = held.enter_context(_bad_line(fault, postgres))

        def make() -> SqlDataSource:
            return source_of(url, 1 if fault in SLOW else 30, **facts)

        proven(fault, "postgres", make, ASSETS)


@contextmanager
def _bad_line(fault: str, postgres: Database) -> Iterator[str]:
    """The address under which the fault is met."""
    with ExitStack() as held:
        url = make_url(postgres.url)
        match fault:
            case "refused":
                url = url.set(host="127.0.0.1", port=1, query={})
            case "hang" | "reset mid-result":
                proxy: Proxy = held.enter_context(proxied(url))
                proxy.line = "hang" if fault == "hang" else "cut"
                url = proxy.address
            case "wrong password":
                refusal = b"SFATAL\0C28P01\0Mpassword authentication failed\0\0"
                packet = b"E" + (len(refusal) + 4).to_bytes(4, "big") + refusal
                port = held.enter_context(_server(packet))
                written = f"postgresql+psycopg://u:{SECRET}@127.0.0.1:{port}/d?sslmode=disable"
                url = make_url(written)
            case "permission denied":
                name = held.enter_context(_login(postgres))
                url = url.set(username=name, password=SECRET)
            case "locked":
                holder = held.enter_context(postgres.engine.connect())
                holder.exec_driver_sql("LOCK TABLE asset IN ACCESS EXCLUSIVE MODE")
        yield url.render_as_string(hide_password=False)


def test_more_askers_than_connections_wait(database: Database) -> None:
    database.run("CREATE TABLE asset (id text)", "INSERT INTO asset VALUES ('a')")
    slow = "pg_sleep(0.01)::text" if not database.is_sqlite else "hex(randomblob(200000))"
    source = source_of(database.url, timeout=30, asset=asset(name={"expression": slow}))
    opened: list[object] = []
    event.listen(source._engine, "connect", lambda connection, _: opened.append(connection))

    async def ask() -> set[int]:
        try:
            return {
                len(facts.rows) for facts in await asyncio.gather(*map(source.fetch, [ASSETS] * 50))
            }
        finally:
            await source.close()

    assert asyncio.run(ask()) == {1}
    assert len(opened) <= engines.THREADS
