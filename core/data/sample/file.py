"""The file of the sample plant: made whole, or brought up to the present.

What happens in the plant (history.py) is imported only where something is to be written.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from core.data.sample.clock import instant, parse, text
from core.errors import MisconfiguredError

if TYPE_CHECKING:
    from core.data.sample.history import Progress

VERSION = 1
"""Kept as the file's user_version; a file of another version is made anew."""
_SIDE_FILES = ("-wal", "-shm", "-journal")


def make_sample(
    path: Path,
    *,
    days: int = 400,
    seed: int = 7,
    now: datetime,
    anchor: date | None = None,
    progress: Progress | None = None,
) -> None:
    """Writes the plant's last `days` production days up to `now`, replacing an older sample plant.

    The file appears whole or not at all. `anchor` is the day from which the stories count, by
    default the UTC date of `now`. `progress` receives the share that is done, 0 to 1. Raises
    ValueError for a `now` without zone or less than one day, MisconfiguredError if something else
    is at `path`.
    """
    if days < 1:
        raise ValueError("the sample plant needs at least one day")
    until = instant(now)
    path.parent.mkdir(parents=True, exist_ok=True)
    with _alone(path):
        version(path)  # raises if the file is not ours
        _make(path, (seed, anchor, days), until, progress)


def tick(path: Path, now: datetime) -> bool:
    """Brings the file up to `now`, exactly as if it had been made then; False if it is there.

    Time does not go back: an earlier `now` changes nothing.
    """
    with _alone(path):
        return _tick(path, instant(now))


def ensure_sample(
    path: Path,
    *,
    now: datetime,
    days: int = 400,
    seed: int = 7,
    progress: Progress | None = None,
) -> None:
    """Makes the file if there is none or one of another version, else brings it up to `now`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    until = instant(now)
    with _alone(path):
        if version(path) == VERSION:
            _tick(path, until)
        else:
            _make(path, (seed, None, days), until, progress)


def version(path: Path) -> int | None:
    """The version of the sample plant at `path`, None if nothing is there.

    Raises MisconfiguredError for a file that is something else: it is not ours to replace.
    """
    if not path.exists() or not path.stat().st_size:
        return None
    try:
        with closing(sqlite3.connect(path, timeout=60)) as connection:
            ours = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'sample'"
            if connection.execute(ours).fetchone():
                return int(connection.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        pass
    raise MisconfiguredError(str(path), "is no sample plant; move it away or name another file")


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One process at a time; SQLite's own lock, so that it ends with the process that held it."""
    lock = path.with_name(path.name + ".lock")
    with closing(sqlite3.connect(lock, timeout=120, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield


def _make(
    path: Path, plant: tuple[int, date | None, int], until: int, progress: Progress | None
) -> None:
    from core.data.sample.history import utc_day, write_history, write_masters
    from core.data.sample.stories import Sample

    seed, anchor, days = plant
    sample = Sample(seed, anchor or utc_day(until), days)
    temporary = path.with_name(path.name + ".new")
    _remove(temporary)  # of a process that was killed; we are alone here
    with closing(sqlite3.connect(temporary, isolation_level=None)) as connection:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -65536"):
            connection.execute(f"PRAGMA {pragma}")
        connection.executescript(Path(__file__).with_name("schema.sql").read_text(encoding="utf-8"))
        connection.execute("BEGIN")
        write_masters(connection, sample, until)
        write_history(connection, sample, None, until, progress)
        connection.execute("COMMIT")
        connection.execute('CREATE INDEX downtime_end ON downtime (asset, "end")')
        connection.execute("ANALYZE")
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("PRAGMA journal_mode = WAL")
    # The write-ahead log of the file that is replaced would spoil the new one.
    _remove(path, *_SIDE_FILES)
    with contextlib.suppress(OSError), temporary.open("rb+") as stream:
        os.fsync(stream.fileno())
    temporary.replace(path)


def _remove(path: Path, *suffixes: str) -> None:
    for suffix in suffixes or ("", *_SIDE_FILES):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _tick(path: Path, until: int) -> bool:
    with closing(sqlite3.connect(path, timeout=60, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("BEGIN IMMEDIATE")
        seed, anchor, days, ticked_to = connection.execute(
            "SELECT seed, anchor, days, ticked_to FROM sample"
        ).fetchone()
        since = parse(ticked_to)
        if until <= since:
            connection.execute("ROLLBACK")
            return False
        from core.data.sample.history import write_history
        from core.data.sample.stories import Sample

        sample = Sample(seed, date.fromisoformat(anchor), days)
        write_history(connection, sample, since, until, None)
        connection.execute("UPDATE sample SET ticked_to = ?", (text(until),))
        connection.execute("COMMIT")
        return True
