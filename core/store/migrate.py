"""Brings the store's tables up to date: one process at a time, a copy of the file first.

Alembic is imported only when there is something to do, since it would cost every start a quarter
of a second.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect

from core.errors import SourceUnavailable
from core.store.engine import failures, store_engine
from core.store.schema import HEAD

SCRIPTS = Path(__file__).parent / "migrations"
_LOCK_WAIT_SECONDS = 30
_POSTGRES_LOCK = 0x616E646F6E  # "andon": an advisory lock is named by a number


@dataclass(frozen=True, slots=True)
class Migrated:
    """`before` is None for an empty database; `backup` is the copy made of a SQLite file."""

    before: str | None
    after: str
    backup: Path | None = None


def revision(engine: Engine) -> str | None:
    """The migration that the database stands at, or None where it has no tables yet."""
    with engine.connect() as connection:
        return _revision(connection)


def migrate(url: str, *, scripts: Path = SCRIPTS, head: str = HEAD) -> Migrated:
    """Brings the database to `head`, all or nothing; does nothing when it is there already.

    A SQLite file that holds something is copied beside itself first. Raises SourceUnavailable
    when the database cannot be reached or written, when another process holds the lock for
    longer than half a minute, and when a newer Andon made the tables.
    """
    engine = store_engine(url, _LOCK_WAIT_SECONDS)
    try:
        with failures():
            before = revision(engine)
            if before == head:
                return Migrated(before, head)
            run = _migrate_sqlite if engine.dialect.name == "sqlite" else _migrate_postgres
            return run(engine, scripts, head)
    finally:
        engine.dispose()


def _migrate_sqlite(engine: Engine, scripts: Path, head: str) -> Migrated:
    file = Path(engine.url.database or "")
    backup = None
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        # SQLite alters a table by making it anew, which references to it would forbid.
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        before = _revision(connection)
        if before not in (None, head):
            backup = copy_of(file, file.with_name(f"{file.name}.{before}.bak"))
        _upgrade(connection, before, scripts, head)
        connection.commit()
    return Migrated(before, head, backup)


def _migrate_postgres(engine: Engine, scripts: Path, head: str) -> Migrated:
    with engine.begin() as connection:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_LOCK_WAIT_SECONDS}s'")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_POSTGRES_LOCK})")
        before = _revision(connection)
        _upgrade(connection, before, scripts, head)
    return Migrated(before, head)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return None if found is None else str(found)


def _upgrade(connection: Connection, before: str | None, scripts: Path, head: str) -> None:
    """Runs the missing migrations inside the connection's own transaction."""
    if before == head:  # another process was faster
        return
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if before is not None and before not in known:
        raise SourceUnavailable("store", "a newer version of Andon made its tables")
    command.upgrade(config, head)


def copy_of(file: Path, copy: Path) -> Path:
    """A copy by SQLite's own backup, which includes what still stands in the -wal file."""
    part = copy.with_name(copy.name + ".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(part)) as target:
        source.backup(target)
    return part.replace(copy)
