"""Connections that cannot write, with limits on how long they may take."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DisconnectionError, NoSuchModuleError
from sqlalchemy.pool import QueuePool

from core.data import duck, mssql
from core.data.files import address as address_of_files
from core.data.files.problem import FileProblem
from core.data.files.told import Told
from core.data.mapping import FactMapping
from core.data.source import Remark
from core.database_url import PLANT_URL, POSTGRES_DRIVER, database_url
from core.errors import MisconfiguredError

THREADS = 4
_STEPS = 20_000
_MYSQL = "MySQL needs a driver: .venv/bin/pip install pymysql, and {}+pymysql://… in the address"
_DRIVERS = {
    "mariadb": _MYSQL.format("mariadb"),
    "mysql": _MYSQL.format("mysql"),
    "postgresql": POSTGRES_DRIVER,
    "duckdb": "a DuckDB file needs DuckDB: .venv/bin/pip install 'andon[files]'",
    "files": "a folder of files needs DuckDB: .venv/bin/pip install 'andon[files]'",
}
_SERVERS = frozenset({"postgresql", "mysql", "mariadb"})


def address(url: str) -> URL:
    """Raises MisconfiguredError, without the address: it may hold a password."""
    return database_url(url, PLANT_URL)


def shown(url: URL) -> str:
    """What may be shown of an address: the kind of database and its name."""
    name = (url.database or "").replace("\\", "/").rpartition("/")[2].partition("?")[0]
    name = unquote(name) if url.get_backend_name() == address_of_files.SCHEME else name
    return f"{name or url.host or 'database'} ({url.get_backend_name()})"


def connect(url: URL, timeout: float) -> Engine:
    """An engine that opens nothing yet. Raises MisconfiguredError where the driver is missing."""
    try:
        if url.get_backend_name() == "sqlite":
            return _sqlite(url, timeout)
        if url.get_backend_name() == "mssql":
            return mssql.connect(url, timeout, THREADS)
        if url.get_backend_name() == "duckdb":
            return duck.engine(duck.DuckFile(Path(url.database or "").absolute()), THREADS, timeout)
        if url.get_backend_name() == address_of_files.SCHEME:
            from core.data.files.sessions import FileSessions

            place = address_of_files.place_of(url)
            return duck.engine(FileSessions(place, timeout), THREADS, timeout)
        # Nothing is written, so there need be no transaction: a question is one round trip.
        alone = {"isolation_level": "AUTOCOMMIT"} if url.get_backend_name() in _SERVERS else {}
        engine = create_engine(
            url,
            **alone,
            hide_parameters=True,
            pool_size=THREADS,
            max_overflow=0,
            pool_timeout=timeout,
            connect_args=_arguments(url, timeout),
        )
    except (NoSuchModuleError, ImportError, ArgumentError):
        missing = f"no driver for {url.drivername} is installed"
        said = _DRIVERS.get(url.get_backend_name(), missing)
        raise MisconfiguredError(PLANT_URL, said) from None
    if url.get_backend_name() in ("mysql", "mariadb"):
        event.listen(engine, "connect", _read_only_session)
    return engine


def limit(connection: Connection, timeout: float) -> None:
    """Ends what runs on a SQLite or DuckDB connection after `timeout` seconds, so that its thread
    is free again; servers keep their own limit."""
    match connection.connection.driver_connection:
        case sqlite3.Connection() as raw:
            deadline = time.monotonic() + timeout
            raw.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
        case duck.Session() as session:
            session.end_after(timeout)


def version(connection: Connection) -> object:
    """Another one where a folder's files were read in anew; None for what is no folder."""
    session = connection.connection.driver_connection
    return session.held.version if isinstance(session, duck.Session) else None


def told(connection: Connection) -> Told | None:
    """What is to be said of a folder's files; None for what is no folder."""
    session = connection.connection.driver_connection
    about = session.held.about if isinstance(session, duck.Session) else None
    return about if isinstance(about, Told) else None


def problems(connection: Connection) -> tuple[FileProblem, ...]:
    """What is to be said of a folder's files, whatever is asked of them."""
    found = told(connection)
    return found.problems if found else ()


def remarks(connection: Connection, table: str) -> tuple[Remark, ...]:
    """Why a table of files is not what the files now say."""
    found = told(connection)
    return found.remarks(table) if found else ()


def require(connection: Connection, mapping: FactMapping | None) -> None:
    """Raises NoData that says why a table of files is not there."""
    found = told(connection)
    if found is not None and mapping is not None:
        found.require(mapping.table)


def _sqlite(url: URL, timeout: float) -> Engine:
    """A file opened read-only; SQLite would otherwise make an empty one where none is."""
    path = Path(url.database or "").absolute()

    def opened() -> sqlite3.Connection:
        if not path.is_file():
            raise FileNotFoundError("no such file")
        try:
            return _opened(path, "mode=ro", timeout)
        except sqlite3.OperationalError as error:
            refused = ("unable to open", "readonly")
            if not any(part in str(error) for part in refused) or _has_log(path):
                raise
            # A file in WAL mode where we may not make its -shm: nobody writes to it now.
            return _opened(path, "immutable=1", timeout)

    engine = create_engine(
        "sqlite://",
        creator=opened,
        hide_parameters=True,
        poolclass=QueuePool,
        pool_size=THREADS,
        max_overflow=0,
        pool_timeout=timeout,
        isolation_level="AUTOCOMMIT",
    )

    @event.listens_for(engine, "checkout")
    def _unchanged(connection: _Opened, _record: object, _proxy: object) -> None:
        if connection.immutable and _has_log(path):
            raise DisconnectionError("somebody has begun to write")
        if connection.file != _file(path):
            raise DisconnectionError("another file stands in its place")

    return engine


class _Opened(sqlite3.Connection):
    """`immutable`: opened on the promise that the file does not change. `file` is which one it is:
    an export that replaces the file leaves open connections on the old one."""

    immutable = False
    file: tuple[int, int] | None = None


def _opened(path: Path, mode: str, timeout: float) -> _Opened:
    connection = sqlite3.connect(
        f"{path.as_uri()}?{mode}",
        uri=True,
        timeout=timeout,
        check_same_thread=False,
        factory=_Opened,
    )
    assert isinstance(connection, _Opened)
    try:
        connection.execute("PRAGMA query_only = ON")
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    connection.immutable = mode == "immutable=1"
    connection.file = _file(path)
    # SQLite's own knows ASCII only; a search that ignores case must find "Störung".
    connection.create_function("lower", 1, _lower, deterministic=True)
    return connection


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _file(path: Path) -> tuple[int, int] | None:
    """Which file stands there; None for none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _has_log(path: Path) -> bool:
    return path.with_name(path.name + "-wal").exists()


def _arguments(url: URL, timeout: float) -> dict[str, object]:
    waits = max(2, round(timeout))
    match url.get_backend_name():
        case "postgresql":
            given = url.query.get("options", "")
            options = (
                f"{given} -c default_transaction_read_only=on -c timezone=UTC"
                f" -c statement_timeout={timeout * 1000:.0f}"
            )
            # Prepared statements of ours would break behind a pooler such as PgBouncer.
            return {"options": options, "connect_timeout": waits, "prepare_threshold": None}
        case "mysql" | "mariadb":
            return {"connect_timeout": waits}
        case _:
            return {}


def _read_only_session(connection: Any, _record: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION TRANSACTION READ ONLY")
