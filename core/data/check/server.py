"""What a server says of itself: whether the login could write, and whether its clock is right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, func, select, text

from core.data import mssql
from core.data.check.probe import Probe
from core.data.check.report import Finding, finding
from core.data.dialects import epoch

SKEW_SECONDS = 120.0
# By so much `--now` lies elsewhere, and no clock is wrong.
_ANOTHER_DAY = 86_400.0
_WRITES_POSTGRES = text("SELECT has_table_privilege(:name, 'INSERT, UPDATE, DELETE, TRUNCATE')")


def writable(probe: Probe, tables: Sequence[str]) -> tuple[str, ...] | None:
    """Those of the tables that the login could change; None where nobody can tell."""
    return probe.run(lambda connection: _writable(connection, tables))


def seconds(probe: Probe) -> float | None:
    """The server's time in epoch seconds; None of a file, which has no clock."""
    return probe.run(_seconds)


def rights(tables: Sequence[str]) -> Iterator[Finding]:
    """Andon never writes; a login that could has a right too many."""
    if tables:
        yield finding("warning", "may_write", None, n=len(tables), tables=", ".join(tables))


def clock(skew: float | None) -> Iterator[Finding]:
    """The server's clock against ours: by it rows are recorded, by ours "now" is told."""
    if skew is not None and abs(skew) > SKEW_SECONDS:
        key = "clock_ahead" if skew > 0 else "clock_behind"
        yield finding("warning", key, None, skew_min=abs(skew) / 60)


def skew(server: float | None, ours: float) -> float | None:
    """By how much the server's clock is ahead of ours, both in epoch seconds; None where that
    says nothing."""
    found = None if server is None else server - ours
    return None if found is None or abs(found) >= _ANOTHER_DAY else found


def _writable(connection: Connection, tables: Sequence[str]) -> tuple[str, ...] | None:
    match connection.dialect.name:
        case "mssql":
            return mssql.writable(connection, tables)
        case "postgresql":
            asked = ((t, connection.execute(_WRITES_POSTGRES, {"name": t})) for t in tables)
            return tuple(table for table, found in asked if found.scalar())
        case _:
            return None


def _seconds(connection: Connection) -> float | None:
    match connection.dialect.name:
        case "mssql":
            now = func.SYSUTCDATETIME()
        case "postgresql":
            now = func.now()
        case _:
            return None
    found = connection.execute(select(epoch(now))).scalar()
    return None if found is None else float(found)
