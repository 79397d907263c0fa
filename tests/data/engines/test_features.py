"""Databases that are not among the proven are asked whether they have what statements need."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event

from core.data import engines, features
from core.data.connect import propose
from core.data.mapping import parse
from core.data.sql import SqlDataSource
from core.errors import MisconfiguredError
from tests.data.databases import Database


def lacking(source: SqlDataSource) -> tuple[str, ...]:
    try:
        return source.run(features.lacking)
    finally:
        asyncio.run(source.close())


def test_the_proven_have_all(database: Database) -> None:
    database.run("CREATE TABLE t (a INT)")
    assert lacking(database.source()) == ()


def test_duckdb_has_all(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n")
    url = f"files://{tmp_path}?settle=0"
    plant = parse({"source": {"url": url}}, where="test", home=Path())
    assert lacking(SqlDataSource(plant)) == ()


def test_what_is_missing_is_named(sqlite: Database) -> None:
    sqlite.run("CREATE TABLE t (a INT)")
    source = sqlite.source()

    @event.listens_for(source._engine, "before_cursor_execute")
    def _older(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if " OVER (" in statement:
            raise sqlite3.OperationalError('near "OVER": syntax error')

    def work(connection: Connection) -> tuple[str, ...]:
        try:
            return features.lacking(connection)
        except sqlite3.OperationalError:
            return ("raised",)

    assert source.run(work) == ("OVER (… ROWS BETWEEN)",)
    asyncio.run(source.close())


def test_connect_says_what_is_not_proven(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    sqlite.run(
        'CREATE TABLE production (line TEXT, "start" TEXT, "end" TEXT, good_units INT)',
        "INSERT INTO production VALUES ('L1', '2026-03-01 06:00:00', '2026-03-01 07:00:00', 5)",
    )
    assert propose(sqlite.url).lacking is None
    monkeypatch.setattr(features, "PROVEN", frozenset({"postgresql"}))
    assert propose(sqlite.url).lacking == ()


@pytest.mark.parametrize("url", ["trino://user@host/catalog", "nothing://host/db"])
def test_a_driver_that_is_not_installed(url: str) -> None:
    with pytest.raises(MisconfiguredError, match="no driver for"):
        engines.connect(engines.address(url), 5)
