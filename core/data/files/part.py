"""A file as it was read in: Parquet of our own, one part for each table in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.data.duck import LOCKED
from core.data.files.problem import FileProblem, FileRefused

if TYPE_CHECKING:
    import duckdb

EMPTY = ""
"""The type of a column in which no row has a value."""


@dataclass(frozen=True, slots=True)
class Part:
    """`path` of the Parquet file, `columns` with DuckDB's types; EMPTY where there is no value."""

    table: str
    path: str
    columns: tuple[tuple[str, str], ...]
    rows: int


@dataclass(frozen=True, slots=True)
class Read:
    """What a file gave, and what is to be said of it."""

    parts: tuple[Part, ...]
    problems: tuple[FileProblem, ...] = ()


def reader(folders: Sequence[Path], spare: Path) -> duckdb.DuckDBPyConnection:
    """A connection that reads and writes below `folders` and nowhere else. What does not fit into
    its memory is put into `spare`."""
    import duckdb

    raw = duckdb.connect(":memory:", config={**LOCKED, "temp_directory": str(spare)})
    raw.execute("SET TimeZone = 'UTC'")
    raw.execute("SET allowed_directories = $1", [[str(folder) for folder in folders]])
    raw.execute("SET enable_external_access = false")
    return raw


def written(
    raw: duckdb.DuckDBPyConnection, select: str, values: Sequence[Any], target: Path
) -> int:
    """How many rows `select` put into the Parquet file `target`."""
    options = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880"
    found = raw.execute(f"COPY ({select}) TO {text(str(target))} ({options})", values).fetchone()
    return int(found[0]) if found else 0


def copied(raw: duckdb.DuckDBPyConnection, path: Path, table: str, target: Path | None) -> Part:
    """A Parquet file as it is, or where it lies if there is no `target`. Raises FileRefused."""
    import duckdb

    source = f"read_parquet({text(str(path))}, hive_partitioning = true)"
    try:
        described = raw.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
        columns = tuple((str(row[0]), str(row[1])) for row in described)
        if target is None:
            counted = raw.execute(f"SELECT count(*) FROM {source}").fetchone()
            return Part(table, str(path), columns, int(counted[0]) if counted else 0)
        return Part(table, str(target), columns, written(raw, f"FROM {source}", (), target))
    except duckdb.Error:
        raise FileRefused("damaged_parquet") from None


def text(value: str) -> str:
    """An SQL text."""
    return "'" + value.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """An SQL name."""
    return '"' + name.replace('"', '""') + '"'
