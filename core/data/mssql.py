"""SQL Server through ODBC: encrypted, read-only by intent, and never in the plant's way."""

from __future__ import annotations

import math
import platform
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL

from core.database_url import PLANT_URL
from core.errors import MisconfiguredError

DRIVERS = ("ODBC Driver 18 for SQL Server", "ODBC Driver 17 for SQL Server", "FreeTDS")
"""In this order the first that is installed is used, where the address names none; without any of
them Microsoft's own from its Python package."""

_NO_DRIVER = (
    "no ODBC driver for SQL Server is installed: .venv/bin/pip install mssql-python-odbc brings "
    "Microsoft's (docs/sql-server.md), or name one with ?driver=…"
)
# Longer than a firewall lets a silent connection live is too long.
_RECYCLE_SECONDS = 1500
RESERVED = {"window"}  # since SQL Server 2022, which SQLAlchemy does not know yet
_LOCK_SECONDS = 3
_SQL_VARCHAR = 12  # as ODBC numbers it
_VARCHARS = (100, 8000)
_SNAPSHOT = text("SELECT snapshot_isolation_state FROM sys.databases WHERE database_id = DB_ID()")
_WRITES = text(
    "SELECT HAS_PERMS_BY_NAME(:name, 'OBJECT', 'INSERT') + HAS_PERMS_BY_NAME(:name, 'OBJECT', "
    "'UPDATE') + HAS_PERMS_BY_NAME(:name, 'OBJECT', 'DELETE') AS writes"
)


def connect(url: URL, timeout: float, threads: int) -> Engine:
    """An engine that opens nothing yet. Raises MisconfiguredError where a driver is missing."""
    engine = create_engine(
        complete(url, _drivers(), packaged()),
        # Nothing is written, so there need be no transaction: a question is one round trip.
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,
        pool_size=threads,
        max_overflow=0,
        pool_timeout=timeout,
        pool_pre_ping=True,
        pool_recycle=_RECYCLE_SECONDS,
        connect_args={"timeout": max(2, math.ceil(timeout)), "autocommit": True},
    )
    engine.dialect.identifier_preparer.reserved_words |= RESERVED

    @event.listens_for(engine, "connect")
    def _limit(connection: Any, _record: object) -> None:
        connection.timeout = math.ceil(timeout)  # of each statement, kept by the driver
        with connection.cursor() as cursor:
            _stand_back(cursor)

    @event.listens_for(engine, "do_setinputsizes")
    def _types(sizes: dict[Any, Any], _c: Any, _s: str, _p: Any, context: Any) -> None:
        given: dict[str, object] = context.compiled_parameters[0]
        for bound, kind in sizes.items():
            # Those of a list are called name_1, name_2 …
            own = [v for k, v in given.items() if bound.key in (k, k.rpartition("_")[0])]
            sizes[bound] = kind or _varchar(own)

    return engine


def writable(connection: Connection, tables: Iterable[str]) -> tuple[str, ...]:
    """Those of the tables that the login could change, though Andon never does."""
    return tuple(n for n in tables if connection.execute(_WRITES, {"name": n}).scalar())


def _varchar(given: Sequence[object]) -> tuple[int, int, int] | None:
    """The type of a text's parameter; None: as the driver has it, nvarchar. Beside that, a varchar
    column would be converted row by row, past every index; varchar beside an nvarchar column is
    converted once. All code pages agree on ASCII. Few lengths, so that plans are used again."""
    texts = [one for one in given if isinstance(one, str) and one.isascii()]
    if not texts or len(texts) < len(given):
        return None
    longest = max(map(len, texts))
    size = next((size for size in _VARCHARS if longest <= size), None)
    return None if size is None else (_SQL_VARCHAR, size, 0)


def _stand_back(cursor: Any) -> None:
    """Reads row versions where the database keeps them. Elsewhere a reader may have to wait for
    a writer: it gives up soon, and where the two block one another, it is the one that ends."""
    cursor.execute("SET DATEFORMAT ymd")  # else the login's language says how a date is read
    cursor.execute(f"SET LOCK_TIMEOUT {_LOCK_SECONDS * 1000}")
    cursor.execute("SET DEADLOCK_PRIORITY LOW")
    found = cursor.execute(str(_SNAPSHOT)).fetchone()
    if found is not None and found[0] == 1:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL SNAPSHOT")


def _drivers() -> list[str]:
    try:
        import pyodbc
    except ImportError as error:  # the package, or the system's libodbc, which it needs
        lacks = "unixODBC" if "libodbc" in str(error) else "pyodbc: .venv/bin/pip install pyodbc"
        raise MisconfiguredError(PLANT_URL, f"SQL Server needs {lacks}") from None
    pyodbc.pooling = False  # SQLAlchemy's pool knows which connections are well
    return list(pyodbc.drivers())


def packaged() -> str | None:
    """The file of Microsoft's driver in its Python package, which ODBC knows nothing of."""
    found = find_spec("mssql_python_odbc")
    if found is None or not found.submodule_search_locations:
        return None
    libs = Path(found.submodule_search_locations[0]) / "libs"
    system = "debian_ubuntu" if Path("/etc/debian_version").exists() else "rhel"
    built = f"linux/{system}/{platform.machine()}/lib/libmsodbcsql-18*"
    return next((str(path) for path in sorted(libs.glob(built))), None)


def complete(url: URL, installed: Sequence[str], packaged: str | None = None) -> URL:
    """The address with what it leaves open. What it says itself holds. Raises MisconfiguredError
    where there is no driver."""
    given = {key.lower() for key in url.query}
    driver = next((name for name in DRIVERS if name in installed), None) or packaged
    if "driver" not in given and "odbc_connect" not in given:
        if driver is None:
            raise MisconfiguredError(PLANT_URL, _NO_DRIVER)
        url = url.update_query_dict({"driver": driver})
    usual = {"ApplicationIntent": "ReadOnly", "Encrypt": "yes", "APP": "Andon"}
    if "FreeTDS" in str(url.query.get("driver", "")):
        usual = {"TDS_Version": "7.4", "Encryption": "require", "APP": "Andon"}
    if "odbc_connect" in given:
        return url
    return url.update_query_dict({k: v for k, v in usual.items() if k.lower() not in given})
