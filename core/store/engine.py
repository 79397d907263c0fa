"""Connections to the store's database, and what its failures mean in plain words."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core.database_url import POSTGRES_DRIVER, database_url
from core.errors import MisconfiguredError, SourceUnavailable

SETTING = "ANDON_STORE_URL"

# NaN is no JSON: SQLite would keep it and Postgres would not.
_to_json = partial(json.dumps, allow_nan=False)

_SQLITE_PROBLEMS = {
    sqlite3.SQLITE_BUSY: "another process holds its lock",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened",
    sqlite3.SQLITE_CORRUPT: "the file is damaged",
    sqlite3.SQLITE_ERROR: "a table is missing or altered",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "the disk cannot be written",
    sqlite3.SQLITE_LOCKED: "another process holds its lock",
    sqlite3.SQLITE_NOTADB: "the file is damaged",
    sqlite3.SQLITE_PERM: "the file is write-protected",
    sqlite3.SQLITE_READONLY: "the file is write-protected",
}
_POSTGRES_PROBLEMS = {
    "25006": "the database is read-only",
    "42501": "a permission is missing",
    "42703": "a table is missing or altered",
    "42P01": "a table is missing or altered",
    "53100": "the disk is full",
    "55P03": "another process holds its lock",
}


def store_engine(url: str, wait_seconds: float) -> Engine:
    """An engine for SQLite (a file) or Postgres; nothing is connected yet.

    `wait_seconds` bounds the wait for a lock (SQLite) or for a connection (Postgres).
    Raises MisconfiguredError for a URL of another kind, SourceUnavailable where the file's
    folder cannot be made.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed, wait_seconds)
    try:
        return create_engine(
            parsed,
            json_serializer=_to_json,
            hide_parameters=True,
            pool_pre_ping=True,
            pool_timeout=wait_seconds,
            connect_args={
                "connect_timeout": max(2, round(wait_seconds)),
                "tcp_user_timeout": 10_000,
                # A pooler in transaction mode hands every transaction another connection.
                "prepare_threshold": None,
            },
        )
    except ModuleNotFoundError as error:
        raise MisconfiguredError(SETTING, POSTGRES_DRIVER) from error


def _parse(url: str) -> URL:
    parsed = database_url(url, SETTING)
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise MisconfiguredError(SETTING, "must begin with sqlite:/// or postgresql://")
    return parsed


def _sqlite(url: URL, wait_seconds: float) -> Engine:
    if url.database in (None, "", ":memory:"):
        raise MisconfiguredError(SETTING, "must name a file: sqlite:///FILE")
    file = Path(url.database)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        # People's questions stand in it; SQLite gives its -wal and -shm the same mode.
        file.touch(mode=0o600)
    except OSError as error:
        raise SourceUnavailable("store", "the file cannot be made") from error
    engine = create_engine(
        url,
        json_serializer=_to_json,
        hide_parameters=True,
        connect_args={"timeout": wait_seconds},
    )
    event.listen(engine, "connect", _set_pragmas)
    return engine


def _set_pragmas(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    # Under WAL a killed process loses nothing; only a power cut may take the last commits.
    connection.execute("PRAGMA synchronous = NORMAL")


@contextmanager
def failures() -> Iterator[None]:
    """Turns what the driver raises into SourceUnavailable, which is safe to show.

    IntegrityError passes: the database answered, it is the row that is wrong.
    """
    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as error:
        raise SourceUnavailable("store", _problem(error.orig)) from error
    except sqlite3.Error as error:
        raise SourceUnavailable("store", _problem(error)) from error
    except OSError as error:
        raise SourceUnavailable("store", "the file cannot be written") from error
    except PoolTimeout as error:
        raise SourceUnavailable("store", "every connection is taken") from error


def _problem(error: BaseException | None) -> str:
    if isinstance(error, sqlite3.Error):
        # The low byte is the kind; the rest of an extended code tells where it happened.
        kind = getattr(error, "sqlite_errorcode", 0) & 0xFF
        return _SQLITE_PROBLEMS.get(kind, "the file cannot be read")
    # Where there was no connection, or it broke, the driver has no code.
    code = getattr(error, "sqlstate", None)
    return _POSTGRES_PROBLEMS.get(code, f"error {code}") if code else "no connection"
