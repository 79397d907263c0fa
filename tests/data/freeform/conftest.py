"""A plant with rows in scope and out of it, and what nobody may ask for, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

from core.data.freeform.bounded import Bounds
from core.data.freeform.statements import Statements
from core.data.freeform.views import TABLES, View, view
from core.data.query import Query, Statement
from core.data.sql import SqlDataSource
from core.domain.periods import Interval
from tests.data.databases import Database, database, postgres, sqlite

__all__ = ["database", "postgres", "sqlite"]

DAY = Interval(datetime(2026, 3, 2, 6, tzinfo=UTC), datetime(2026, 3, 3, 6, tzinfo=UTC))
FACTS = {
    "asset": {"table": "asset"},
    "production": {"table": "production"},
    "downtime": {"table": "downtime", "where": "reason <> 'STRUCK OUT'"},
    "cost": {"table": "cost"},
}
SECONDS = 0.3
"""What an attack gets; `ask` leaves honest statements as long as they need."""


@dataclass(frozen=True)
class Walled:
    """`secrets` is what the whole database looks like: it must not change."""

    database: Database
    source: SqlDataSource
    statements: Statements
    login: str

    @property
    def dialect(self) -> str:
        return "sqlite" if self.database.is_sqlite else "postgres"

    def query(self, statement: str, assets: tuple[str, ...] = ("a1",)) -> Query:
        written = Statement(statement, "America/Chicago")
        return Query("production", assets, DAY, limit=50, statement=written)

    def ask(
        self, statement: str, assets: tuple[str, ...] = ("a1",), *, seconds: float = 30
    ) -> list[dict[str, Any]]:
        """What comes back through all four walls."""
        query = self.query(statement, assets)
        self.statements._bounds = Bounds(seconds=seconds, rows=50)
        facts = self.source.run(lambda connection: self.source._fetch(connection, query))
        return [dict(row) for row in facts.rows]

    def views(self, assets: tuple[str, ...] = ("a1",)) -> dict[str, View]:
        def made(connection: Any) -> dict[str, View]:
            placed = {name: self.source._place(connection, fact) for name, fact in TABLES.items()}
            query = self.query("", assets)
            return {n: view(p, query, {}) for n, p in placed.items() if p is not None}

        return self.source.run(made)

    def raw(self, url: str = "") -> Any:
        """A driver's connection without any wall: the owner's, or the login's."""
        engine = create_engine(url or self.database.url, poolclass=NullPool)
        borrowed = engine.raw_connection()
        raw: Any = borrowed.driver_connection
        borrowed.detach()
        if not self.database.is_sqlite:
            raw.autocommit = True
        return raw

    def everything(self) -> str:
        with self.database.engine.connect() as connection:
            tables = ("asset", "production", "downtime", "cost", "secret")
            rows = {
                t: connection.exec_driver_sql(f"SELECT * FROM {t} ORDER BY 1, 2").all()
                for t in tables
                if t != "secret"
            }
            rows["secret"] = connection.exec_driver_sql("SELECT word FROM secret").all()
            return repr(rows)


def fill(db: Database) -> None:
    at = "TEXT" if db.is_sqlite else "timestamp"
    db.run(
        "CREATE TABLE asset (id text, name text, kind text, plant text, contact text)",
        f'CREATE TABLE production (asset text, start {at}, "end" {at}, shift text, product text,'
        " good_units integer, scrap_units integer)",
        f'CREATE TABLE downtime (asset text, start {at}, "end" {at}, reason text, loss text,'
        " comment text)",
        "CREATE TABLE cost (cost_center text, per_hour real)",
        "CREATE TABLE secret (word text)",
        "INSERT INTO secret VALUES ('SECRET')",
        "INSERT INTO cost VALUES ('SECRET', 12)",
        "INSERT INTO asset VALUES ('a1', 'One', 'line', 'p', 'SECRET'),"
        " ('b1', 'HIDDEN', 'line', 'p', 'SECRET')",
    )
    start = "2026-03-02 {:02}:00:00"
    for asset, word in (("a1", "seen"), ("b1", "HIDDEN")):
        db.insert(
            "production",
            [
                {"asset": asset, "start": start.format(h), "end": start.format(h + 1),
                 "shift": "Early", "product": word, "good_units": 10 + h, "scrap_units": 1}
                for h in range(7, 23)
            ],
        )  # fmt: skip
        db.insert(
            "downtime",
            [
                {"asset": asset, "start": start.format(h), "end": start.format(h + 1),
                 "reason": word, "loss": "breakdown", "comment": "SECRET"}
                for h in (8, 20)
            ],
        )  # fmt: skip
    db.run(
        "INSERT INTO downtime VALUES ('a1', '2026-03-02 09:00:00', '2026-03-02 09:30:00',"
        " 'STRUCK OUT', 'setup', 'SECRET')",
        "INSERT INTO downtime VALUES ('a1', '2026-02-02 09:00:00', '2026-02-02 09:30:00',"
        " 'long ago', 'setup', 'SECRET')",
    )


@pytest.fixture
def walled(database: Database) -> Iterator[Walled]:
    fill(database)
    login, role = "", f"andon_reads_{uuid4().hex[:8]}"
    if not database.is_sqlite:
        database.run(
            "CREATE SEQUENCE secret_seq",
            f"CREATE ROLE {role} LOGIN PASSWORD 'reads'",
            f"GRANT SELECT ON asset, production, downtime TO {role}",
        )
        url = make_url(database.url).set(username=role, password="reads")
        login = url.render_as_string(hide_password=False)
    statements = Statements(login, database.url, Bounds(seconds=30, rows=50))
    plant = database.plant(facts=FACTS)
    source = SqlDataSource(plant, statements=statements)
    try:
        yield Walled(database, source, statements, login)
    finally:
        source._threads.shutdown(wait=False)
        source._engine.dispose()
        statements.close()
        if login:
            database.run(f"DROP OWNED BY {role}", f"DROP ROLE {role}")
