"""Connections to DuckDB that can neither write nor look at anything but what they are given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock, Timer
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.dialects import registry
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import QueuePool

if TYPE_CHECKING:
    import duckdb

# A statement may not look at other files, load code, or change any of this.
LOCKED: Mapping[str, str] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "allow_unsigned_extensions": "false",
    "memory_limit": "1GB",
    "threads": "2",
}


class Session:
    """A connection to what `held` holds."""

    def __init__(self, raw: duckdb.DuckDBPyConnection, held: Held) -> None:
        self._raw = raw
        self.held = held
        self._timer: Timer | None = None

    def end_after(self, seconds: float) -> None:
        """Interrupts what runs then, unless `go_on` comes first."""
        self.go_on()
        # No daemon: one that is left at the end of the process would keep DuckDB's objects, of
        # which DuckDB would complain on the screen.
        self._timer = Timer(seconds, self._raw.interrupt)
        self._timer.start()

    def go_on(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def cursor(self) -> Cursor:
        return Cursor(self._raw)

    def close(self) -> None:
        self.go_on()
        self._raw.close()

    def commit(self) -> None: ...
    def rollback(self) -> None: ...


class Cursor:
    """DuckDB interrupts whole connections, and a cursor of its own would be another one."""

    arraysize = 1
    rowcount = -1

    def __init__(self, raw: duckdb.DuckDBPyConnection) -> None:
        self._raw = raw

    @property
    def description(self) -> Any:
        return self._raw.description

    def execute(self, statement: str, parameters: Sequence[object] = ()) -> None:
        self._raw.execute(statement, list(parameters))

    def fetchone(self) -> Any:
        return self._raw.fetchone()

    def fetchmany(self, size: int = 1) -> Any:
        return self._raw.fetchmany(size)

    def fetchall(self) -> Any:
        return self._raw.fetchall()

    def close(self) -> None: ...


class Held:
    """One database of DuckDB's with all its connections, and the version it holds. `about` is
    what is to be said of it."""

    def __init__(
        self,
        version: object,
        setup: Sequence[str],
        files: Sequence[str] = (),
        about: object = None,
    ) -> None:
        import duckdb

        self.version = version
        self.about = about
        self._raw = duckdb.connect(":memory:", config=dict(LOCKED))
        for statement in setup:
            self._raw.execute(statement)
        # From now on nothing but `files` can be read, besides what is attached.
        self._raw.execute("SET GLOBAL TimeZone = 'UTC'")
        self._raw.execute("SET GLOBAL allowed_paths = $1", [list(files)])
        self._raw.execute("SET GLOBAL enable_external_access = false")
        self._raw.execute("SET GLOBAL lock_configuration = true")

    def session(self, schema: str = "") -> Session:
        raw = self._raw.cursor()
        if schema:
            raw.execute(f"USE {schema}")
        return Session(raw, self)

    def close(self) -> None:
        self._raw.close()


class DuckFile:
    """A DuckDB file, read-only, which another program may replace."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held: Held | None = None
        self._opening = Lock()

    def version(self) -> object:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino, found.st_mtime_ns

    def session(self) -> Session:
        """Raises FileNotFoundError."""
        with self._opening:
            version = self.version()
            if version is None:
                raise FileNotFoundError("no such file")
            if self._held is None or self._held.version != version:
                quoted = str(self._path).replace("'", "''")
                self._held = Held(version, [f"ATTACH '{quoted}' AS plant (READ_ONLY)"])
            return self._held.session("plant")

    def close(self) -> None:
        if self._held is not None:
            self._held.close()
            self._held = None


class Sessions(Protocol):
    """What connections are opened from; one of another version than the present is closed."""

    def session(self) -> Session: ...
    def version(self) -> object: ...
    def close(self) -> None: ...


def engine(of: Sessions, size: int, timeout: float) -> Engine:
    """An engine that opens nothing yet. Raises ImportError where DuckDB is not installed."""
    from core.data.duckdb_dialect import driver

    # Whatever other package offers a dialect of that name: this one is meant.
    registry.register("duckdb", "core.data.duckdb_dialect", "DuckDBDialect")
    made = create_engine(
        "duckdb://",
        module=driver(),
        creator=of.session,
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=0,
        pool_timeout=timeout,
        pool_reset_on_return=None,
        paramstyle="numeric_dollar",
    )

    @event.listens_for(made, "checkout")
    def _unchanged(session: Session, _record: object, _proxy: object) -> None:
        if session.held.version != of.version():
            raise DisconnectionError("the files have changed")

    @event.listens_for(made, "checkin")
    def _in_peace(session: Session | None, _record: object) -> None:
        if session is not None:
            session.go_on()

    @event.listens_for(made, "engine_disposed")
    def _close(_engine: Engine) -> None:
        of.close()

    return made
