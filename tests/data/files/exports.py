"""The sample plant as somebody exports it: CSV, a German Excel's CSV, workbooks, Parquet."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

Rows = list[tuple[object, ...]]
_NOT_DATA = ("sample", "sqlite_stat1")


def tables(sample: Path) -> Iterator[tuple[str, list[str], Rows]]:
    with closing(sqlite3.connect(sample)) as source:
        names = source.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in names:
            if name not in _NOT_DATA:
                found = source.execute(f'SELECT * FROM "{name}"')
                yield name, [column[0] for column in found.description], found.fetchall()


def as_csv(sample: Path, folder: Path) -> None:
    for name, heads, rows in tables(sample):
        _csv(folder / f"{name}.csv", heads, rows, ",", "utf-8")


def as_german_csv(sample: Path, folder: Path) -> None:
    """As a German Excel saves it: semicolons, decimal commas, days first, its own encoding."""
    for name, heads, rows in tables(sample):
        made = [tuple(map(_german, row)) for row in rows]
        _csv(folder / f"{name}.csv", heads, made, ";", "cp1252")


def as_workbooks(sample: Path, folder: Path) -> None:
    from openpyxl import Workbook

    for name, heads, rows in tables(sample):
        book = Workbook(write_only=True)
        sheet = book.create_sheet("Export")
        sheet.append(heads)
        for row in rows:
            sheet.append([_time(cell) or cell for cell in row])
        book.save(folder / f"{name}.xlsx")


def as_parquet(sample: Path, folder: Path) -> None:
    """The large tables as folders of several files, as a lake has them."""
    import duckdb

    spare = folder / "spare.tmp"
    with closing(duckdb.connect()) as made:
        for name, heads, rows in tables(sample):
            _csv(spare, heads, rows, ",", "utf-8")
            read = f"FROM read_csv('{spare}', header = true, sample_size = -1)"
            pieces = 3 if len(rows) > 1_000 else 1
            (folder / name).mkdir()
            for n in range(pieces):
                some = f"SELECT * {read} LIMIT {len(rows) // pieces + 1}"
                some += f" OFFSET {n * (len(rows) // pieces + 1)}"
                made.execute(f"COPY ({some}) TO '{folder / name}/part-{n}.parquet'")
    spare.unlink()


FORMS: dict[str, Callable[[Path, Path], None]] = {
    "csv": as_csv,
    "german_csv": as_german_csv,
    "workbooks": as_workbooks,
    "parquet": as_parquet,
}


def _csv(path: Path, heads: Sequence[str], rows: Rows, separator: str, encoding: str) -> None:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=separator)
        writer.writerow(heads)
        writer.writerows(rows)


def _time(cell: object) -> datetime | None:
    if not isinstance(cell, str) or len(cell) != len("2026-01-31 06:00:00"):
        return None
    try:
        return datetime.fromisoformat(cell)
    except ValueError:
        return None


def _german(cell: object) -> object:
    at = _time(cell)
    if at is not None:
        return at.strftime("%d.%m.%Y %H:%M:%S")
    return repr(cell).replace(".", ",") if isinstance(cell, float) else cell
