"""A SQL Server that holds the sample plant, reached through Microsoft's own ODBC driver."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

import core.data
from core.data import mssql
from core.data.mapping import PlantFile, load
from tests.fakes.tds import FakeSqlServer
from tests.plants import sample_path
from tests.postgres import missing_part

__all__ = ["sample_path"]

SAMPLE = Path(core.data.__file__).parent / "sample.toml"


@pytest.fixture(scope="session")
def odbc_driver() -> str:
    """The driver's file, as `driver=` in an address names it."""
    try:
        import pyodbc  # noqa: F401 - loads the system's libodbc
    except ImportError:
        missing_part("no ODBC: install unixodbc (Debian) and the dev requirements")
    return mssql.packaged() or missing_part("mssql-python-odbc holds no driver for this system")


@pytest.fixture(scope="session")
def sql_server(sample_path: Path, odbc_driver: str) -> Iterator[FakeSqlServer]:
    """In a thread of its own, as a server is."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = FakeSqlServer()
    server.database.load(sample_path)
    asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result(10)
    yield server
    asyncio.run_coroutine_threadsafe(server.__aexit__(None, None, None), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    server.database.close()


@pytest.fixture
def address(sql_server: FakeSqlServer, odbc_driver: str) -> Iterator[URL]:
    """The server as somebody writes it into plant.toml; its faults are mended afterwards."""
    yield URL.create(
        "mssql+pyodbc",
        "andon",
        "secret",
        "127.0.0.1",
        sql_server.port,
        "plant",
        {"driver": odbc_driver, "TrustServerCertificate": "yes"},
    )
    sql_server.mend()


def plant_on(url: URL | str, timeout: float = 30) -> PlantFile:
    """The sample plant's mapping on another database."""
    text = url.render_as_string(hide_password=False) if isinstance(url, URL) else url
    plant = load(SAMPLE, home=Path(), url=text)
    source = plant.source.model_copy(update={"timeout_seconds": timeout})
    return plant.model_copy(update={"source": source})
