"""A statement's way through the four walls."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from core.data import engines
from core.data.freeform.bounded import Bounds, Rows, run
from core.data.freeform.checked import check, meanings
from core.data.freeform.login import check_postgres, guard_sqlite, release_sqlite
from core.data.freeform.scoped import scoped
from core.data.freeform.views import view
from core.data.physical import Physical
from core.data.query import Query
from core.data.source import Facts, Origin
from core.errors import AndonError, MisconfiguredError, UserError

_SQLGLOT = {"sqlite": "sqlite", "postgresql": "postgres"}


class Statements:
    """Runs the statements that a language model wrote. `url` is a login of its own that can only
    read; a SQLite file needs none. Raises MisconfiguredError for another kind of database."""

    def __init__(self, url: str, own: str, bounds: Bounds | None = None) -> None:
        address = engines.address(url or own)
        kind = address.get_backend_name()
        if kind not in _SQLGLOT:
            raise MisconfiguredError("ANDON_MODEL_SQL", "needs SQLite or Postgres")
        if kind != "sqlite" and not url:
            raise MisconfiguredError("ANDON_MODEL_SQL_URL", "is missing: a login that only reads")
        self._bounds = bounds or Bounds()
        self._dialect = _SQLGLOT[kind]
        self._engine = engines.connect(address, self._bounds.seconds)
        self._is_checked = False

    def fetch(
        self, query: Query, tables: Mapping[str, Physical], keys: Mapping[str, str], source: str
    ) -> Facts:
        """The statement's rows under the names that it gives its columns. `tables` are those of
        views.TABLES that are mapped. Raises UserError for a statement that is refused."""
        if query.statement is None or query.interval is None:
            raise ValueError("a statement needs its text and an interval")
        views = {name: view(physical, query, keys) for name, physical in tables.items()}
        tree = check(query.statement.text, {n: v.columns for n, v in views.items()}, self._dialect)
        names = meanings(tree)
        text = scoped(tree, views, self._dialect)
        used = [name for name in views if f'"andon_scope_{name}"' in text]
        with self._engine.connect() as connection:
            found = self._run(connection, text, [v.table for v in views.values()], query)
        rows = tuple(
            dict(zip(names, map(_plain, row), strict=True)) for row in found.rows[query.offset :]
        )
        return Facts(rows, Origin(source, ", ".join(views[n].table for n in used), len(rows)))

    def close(self) -> None:
        self._engine.dispose()

    def _run(self, connection: Connection, text: str, tables: list[str], query: Query) -> Rows:
        raw: Any = connection.connection.driver_connection
        most = min(self._bounds.rows, query.offset + (query.limit or self._bounds.rows))
        bounds = Bounds(self._bounds.seconds, most, self._bounds.bytes)
        try:
            found = self._on_sqlite(raw, text, tables, bounds)
            if found is None:
                found = self._on_postgres(raw, text, bounds)
        except AndonError:
            raise
        except Exception as error:
            raise _wrong(error) from error
        if found.is_cut and len(found.rows) < most:
            raise UserError("data_query.sql_too_much")
        return found

    def _on_sqlite(self, raw: Any, text: str, tables: list[str], bounds: Bounds) -> Rows | None:
        if not isinstance(raw, sqlite3.Connection):
            return None
        guard_sqlite(raw, [table.rpartition(".")[2] for table in tables])
        try:
            return run(raw, text, bounds)
        finally:
            release_sqlite(raw)

    def _on_postgres(self, raw: Any, text: str, bounds: Bounds) -> Rows:
        if not self._is_checked:
            check_postgres(raw)
            self._is_checked = True
        return run(raw, text, bounds)


def _wrong(error: Exception) -> Exception:
    """What the statement's author can mend, told from what they cannot."""
    state = getattr(error, "sqlstate", None) or ""
    if state == "57014" or "interrupted" in str(error):
        return UserError("data_query.sql_too_slow")
    if "too big" in str(error):
        return UserError("data_query.sql_too_much")
    if state[:2] in ("22", "42") or isinstance(error, sqlite3.DatabaseError):
        return UserError("data_query.sql_not_run")
    return error


def _plain(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else value
