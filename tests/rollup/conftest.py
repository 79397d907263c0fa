"""Fixtures of the rollup's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import URL, create_engine
from sqlalchemy.pool import NullPool

from core.store import Store
from tests.data.databases import Database, sqlite
from tests.rollup.plant import TABLES, bench
from tests.rollup.scenes import filled

__all__ = ["bench", "filled", "sqlite"]
_KINDS = {"time": "timestamptz", "whole": "bigint", "real": "double precision"}


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.prove)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """The plant's; of Postgres with its tables and the store's, which are empty."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'plant.db'}"
    else:
        url = request.getfixturevalue("made_postgres_url")
    engine = create_engine(url, poolclass=NullPool)
    yield Database(request.param, url, engine)
    engine.dispose()


@pytest.fixture(scope="session")
def made_postgres(postgres_server: URL) -> str:
    """The name of a database with all tables, to be copied: a second each is saved."""
    name = f"andon_made_{uuid4().hex[:12]}"
    _administer(postgres_server, f"CREATE DATABASE {name}")
    url = postgres_server.set(database=name)
    Store.open(url.render_as_string(hide_password=False)).close()
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        for table in TABLES:
            connection.exec_driver_sql(table.format(**_KINDS))
    return name


@pytest.fixture
def made_postgres_url(postgres_server: URL, made_postgres: str) -> Iterator[str]:
    name = f"andon_test_{uuid4().hex[:12]}"
    _administer(postgres_server, f"CREATE DATABASE {name} TEMPLATE {made_postgres}")
    try:
        yield postgres_server.set(database=name).render_as_string(hide_password=False)
    finally:
        _administer(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


def _administer(server: URL, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
