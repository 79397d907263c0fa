"""The sample plant in a Supabase project."""

from __future__ import annotations

import json
import sqlite3
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import URL, create_engine
from sqlalchemy.pool import NullPool

import core.data
from core.data.mapping import FactMapping, PlantFile, SourceMapping, load
from core.data.supabase.source import SupabaseDataSource
from core.data.supabase.tables import TABLES
from core.data.supabase.tokens import Signer, signing_key
from tests.data.mssql.conftest import address, odbc_driver, sql_server
from tests.data.supabase.project import KEY, Project, migrate, started
from tests.plants import sample_path
from tests.postgres import postgres_server

__all__ = ["address", "odbc_driver", "postgres_server", "sample_path", "sql_server"]

SAMPLE = Path(core.data.__path__[0]) / "sample.toml"
_FLAGS = ("constraint", "output_point", "active")


def new_key(kid: str) -> dict[str, Any]:
    """As `supabase gen signing-key` makes one."""
    made = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1())))
    return {**made, "kid": kid, "use": "sig", "alg": "ES256", "key_ops": ["sign", "verify"]}


PRIVATE = new_key("andon-tests")
SECRET = "the-legacy-secret-of-the-project-of-the-tests"
LEGACY = {"kty": "oct", "alg": "HS256", "k": urlsafe_b64encode(SECRET.encode()).decode().strip("=")}
PUBLIC = {name: PRIVATE[name] for name in ("kty", "crv", "x", "y", "kid", "use", "alg")}


def clock() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="session")
def project(postgres_server: URL, sample_path: Path) -> Iterator[Project]:
    """For reading only, but for what a test takes back."""
    name = f"andon_supabase_{uuid4().hex[:12]}"
    server = create_engine(postgres_server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    owner = postgres_server.set(database=name)
    migrate(owner)
    fill(owner, sample_path)
    try:
        with started(owner, {"keys": [PUBLIC, LEGACY]}) as made:
            yield made
    finally:
        with server.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def mended(project: Project) -> Iterator[Project]:
    """The project; its faults are mended afterwards."""
    yield project
    project.gateway.fault = project.gateway.lasting = ""


def fill(owner: URL, sample: Path) -> None:
    """The sample plant's rows in the project's tables, by way of COPY."""
    rows = sqlite3.connect(sample)
    dsn = owner.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")  # parents may come later
        for fact, table in TABLES.items():
            found = rows.execute(f'SELECT * FROM "{fact}"')
            names = [column[0] for column in found.description]
            listed = ", ".join(f'"{name}"' for name in names)
            with cursor.copy(f"COPY public.{table} ({listed}) FROM STDIN") as copy:
                for row in found:
                    copy.write_row(
                        [bool(v) if n in _FLAGS else v for n, v in zip(names, row, strict=True)]
                    )
        cursor.execute("reset session_replication_role")
    rows.close()


def plant_on(url: str, timeout: float = 30, **facts: FactMapping) -> PlantFile:
    """The sample plant's mapping on a project: shifts, zones and rules stay as they are."""
    plant = load(SAMPLE, home=Path())
    mapped = {
        fact: plant.facts[fact].model_copy(update={"table": table})
        for fact, table in TABLES.items()
    }
    source = SourceMapping(url=url, name="Supabase", timeout_seconds=timeout)
    return plant.model_copy(update={"source": source, "facts": {**mapped, **facts}})


def signer(key: dict[str, Any] = PRIVATE, now: Callable[[], datetime] = clock) -> Signer:
    return Signer(signing_key(json.dumps(key)), "http://project.test/auth/v1", now)


def source_on(
    project: Project, timeout: float = 30, signed: Signer | None = None
) -> SupabaseDataSource:
    return SupabaseDataSource(plant_on(project.url, timeout), KEY, signed or signer())
