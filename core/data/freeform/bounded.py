"""The fourth wall: a statement is ended after its time, and read no further than its limits.

The watch stands outside the database, where no statement can set it back.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from core.errors import UserError

_STEPS = 1_000
_LONGEST_VALUE = 100_000


@dataclass(frozen=True, slots=True)
class Bounds:
    """`seconds` for the whole statement, `rows` that are read of it, `bytes` of their text."""

    seconds: float = 5.0
    rows: int = 200
    bytes: int = 200_000


@dataclass(frozen=True, slots=True)
class Rows:
    names: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    is_cut: bool


def run(connection: Any, statement: str, bounds: Bounds) -> Rows:
    """What a driver's connection (sqlite3, psycopg) gives within the bounds; `is_cut` where there
    is more. Raises what the driver raises, UserError for a value that is too long."""
    if isinstance(connection, sqlite3.Connection):
        return _sqlite(connection, statement, bounds)
    return _postgres(connection, statement, bounds)


def _sqlite(connection: sqlite3.Connection, statement: str, bounds: Bounds) -> Rows:
    deadline = time.monotonic() + bounds.seconds
    longest = connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
    connection.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
    try:
        cursor = connection.execute(statement)
        try:
            return _read(tuple(c[0] for c in cursor.description or ()), cursor, bounds)
        finally:
            cursor.close()
    finally:
        connection.set_progress_handler(None, 0)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, longest)


def _postgres(connection: Any, statement: str, bounds: Bounds) -> Rows:
    """Row by row: a driver that fetches everything first would hold what is cut off."""
    with _watched(connection, bounds.seconds), connection.cursor() as cursor:
        stream = cursor.stream(statement)
        try:
            first = next(stream, None)
            names = tuple(c.name for c in cursor.description or ())
            rows = _chained(first, stream)
            return _read(names, rows, bounds)
        finally:
            stream.close()


def _chained(first: Any, others: Iterator[Any]) -> Iterator[Any]:
    if first is not None:
        yield first
        yield from others


@contextmanager
def _watched(connection: Any, seconds: float) -> Iterator[None]:
    watch = threading.Timer(seconds, connection.cancel)
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


def _read(names: tuple[str, ...], found: Iterable[tuple[Any, ...]], bounds: Bounds) -> Rows:
    rows: list[tuple[Any, ...]] = []
    size = 0
    for row in found:
        lengths = [len(value) if isinstance(value, str | bytes) else 8 for value in row]
        if max(lengths, default=0) > _LONGEST_VALUE:
            raise UserError("data_query.sql_too_much")
        size += sum(lengths)
        if len(rows) == bounds.rows or size > bounds.bytes:
            return Rows(names, tuple(rows), is_cut=True)
        rows.append(row)
    return Rows(names, tuple(rows), is_cut=False)
