"""The databases that the tests of core/data run on: a SQLite file and a real Postgres."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.pool import NullPool

from core.data.mapping import PlantFile, parse
from core.data.query import Query
from core.data.source import Facts, Row
from core.data.sql import SqlDataSource


@dataclass(frozen=True, slots=True)
class Database:
    """An empty database that the test fills through `engine` and reads through `source`."""

    kind: str
    url: str
    engine: Engine

    @property
    def is_sqlite(self) -> bool:
        return self.kind == "sqlite"

    def run(self, *statements: str) -> None:
        with self.engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def insert(self, table: str, rows: Sequence[dict[str, Any]]) -> None:
        if not rows:
            return
        names = ", ".join(f'"{name}"' for name in rows[0])
        marks = ", ".join(f":{name}" for name in rows[0])
        with self.engine.begin() as connection:
            connection.execute(text(f'INSERT INTO "{table}" ({names}) VALUES ({marks})'), rows)

    def plant(self, timeout: float = 30, **content: Any) -> PlantFile:
        source = {"url": self.url, "name": "plant", "timeout_seconds": timeout}
        return parse({"source": source, **content}, where="test", home=Path())

    def source(self, keys: dict[str, str] | None = None, **content: Any) -> SqlDataSource:
        return SqlDataSource(self.plant(**content), keys)


def read(source: SqlDataSource, query: Query) -> Facts:
    """What `fetch` gives, without an event loop."""
    return source.run(lambda connection: source._fetch(connection, query))


def rows(source: SqlDataSource, query: Query) -> tuple[Row, ...]:
    return read(source, query).rows


def utc(written: str) -> datetime:
    """The UTC instant of an ISO text."""
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


def count_statements(source: SqlDataSource) -> list[str]:
    """A list that grows with every statement that the source runs."""
    seen: list[str] = []

    @event.listens_for(source._engine, "before_cursor_execute")
    def _seen(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    return seen


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """The test runs once on each."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'plant.db'}"
    else:
        url = request.getfixturevalue("postgres_url")
    engine = create_engine(url, poolclass=NullPool)
    yield Database(request.param, url, engine)
    engine.dispose()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path / 'plant.db'}"
    engine = create_engine(url, poolclass=NullPool)
    yield Database("sqlite", url, engine)
    engine.dispose()


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[Database]:
    engine = create_engine(postgres_url, poolclass=NullPool)
    yield Database("postgres", postgres_url, engine)
    engine.dispose()
