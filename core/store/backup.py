"""A copy of a SQLite file while others use it, opened and checked before it counts."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from core.errors import SourceUnavailable
from core.store.engine import failures
from core.store.migrate import copy_of


@dataclass(frozen=True, slots=True)
class Backup:
    """`rows` are counts by table; `revision` is the migration that it stands at."""

    file: Path
    revision: str
    rows: Mapping[str, int]


def backup(source: Path, target: Path) -> Backup:
    """Raises SourceUnavailable where the file cannot be read or the copy not written, and where
    there is a file of that name."""
    if not source.exists():
        raise SourceUnavailable("store", "the file cannot be opened")
    if target.exists():
        raise SourceUnavailable("store", f"{target} is there already")
    with failures():
        made = copy_of(source, target)
        with closing(sqlite3.connect(f"file:{made}?mode=ro", uri=True)) as copy:
            if copy.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                made.unlink()
                raise SourceUnavailable("store", "the file is damaged")
            revision = copy.execute("SELECT version_num FROM alembic_version").fetchone()[0]
            listed = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
            tables = [name for (name,) in copy.execute(listed) if name != "alembic_version"]
            count = 'SELECT count(*) FROM "{}"'  # the names are the file's own
            rows = {t: copy.execute(count.format(t)).fetchone()[0] for t in tables}
    return Backup(made, str(revision), rows)
