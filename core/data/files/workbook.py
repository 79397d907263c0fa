"""Excel workbooks: each visible sheet with rows becomes a CSV file, which is then read like any.

openpyxl streams rows, so that memory stays flat; a workbook that would unpack to more than
MOST_BYTES is not opened (a "zip bomb").
"""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import chain, islice
from pathlib import Path
from typing import Any

from core.data.files.problem import FileProblem, FileRefused
from core.data.files.text import Shape, named

MOST_BYTES = 2 * 2**30
_CHUNK = 2**20
_ENCRYPTED = bytes.fromhex("d0cf11e0a1b11ae1")
_LOOKED_AT = 20
_WIDEST = 2_000
# A formula whose value the program that wrote the file did not work out.
_NOT_WORKED_OUT = re.compile(
    rb'<c r="([A-Z]{1,3}\d+)"[^>]*>\s*<f(?:\s[^>]*)?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>'
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """`path` is the CSV file made of it; `first` the row of the sheet that names the columns."""

    name: str
    path: Path
    shape: Shape
    first: int


def sheets(path: Path, spare: Path, file: str) -> tuple[tuple[Sheet, ...], list[FileProblem]]:
    """The sheets that can be seen and hold something, written into the folder `spare`.

    Raises FileRefused for what is no workbook, is locked with a password, or is too large.
    """
    _is_sound(path)
    from openpyxl import load_workbook  # a quarter of a second, for those who have workbooks

    made: list[Sheet] = []
    problems: list[FileProblem] = []
    try:
        book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
        try:
            for number, sheet in enumerate(book.worksheets):
                if sheet.sheet_state != "visible":
                    told = {"sheet": str(sheet.title)}
                    problems.append(FileProblem(file, "hidden_sheet", told, refused=False))
                    continue
                sheet.reset_dimensions()  # what the file says of its size may be wrong
                found = _sheet(sheet, spare / f"sheet_{number}.csv")
                made += [found] if found else []
        finally:
            book.close()
    except FileRefused:
        raise
    except Exception:  # noqa: BLE001 - openpyxl lets every kind of error out of a damaged file
        raise FileRefused("damaged_xlsx") from None
    if not made:
        raise FileRefused("empty")
    return tuple(made), problems


def _is_sound(path: Path) -> None:
    """Raises FileRefused; unpacks everything once, a piece at a time, and counts."""
    with path.open("rb") as file:
        if file.read(len(_ENCRYPTED)) == _ENCRYPTED:
            raise FileRefused("password")
    size = 0
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                before = b""
                with archive.open(member) as packed:
                    while chunk := packed.read(_CHUNK):
                        size += len(chunk)
                        if size > MOST_BYTES:
                            raise FileRefused("too_large", gb=MOST_BYTES // 2**30)
                        if member.filename.startswith("xl/worksheets/"):
                            before = _values_known(before + chunk)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError, ValueError):
        raise FileRefused("damaged_xlsx") from None


def _values_known(xml: bytes) -> bytes:
    """Raises FileRefused for a formula without a value; what to look at again with what follows."""
    found = _NOT_WORKED_OUT.search(xml)
    if found is not None:
        raise FileRefused("formula", cell=found[1].decode())
    return xml[-2_000:]


def _sheet(sheet: Any, target: Path) -> Sheet | None:
    numbered = enumerate(sheet.iter_rows(values_only=True), 1)
    rows = ((n, cells) for n, cells in numbered if any(_is_there(cell) for cell in cells))
    start = list(islice(rows, _LOOKED_AT))
    if not start:
        return None
    widest = max(_filled(cells) for _, cells in start)
    place = next(n for n, (_, cells) in enumerate(start) if 2 * _filled(cells) > widest)
    first, heads = start[place]
    width = max(n for n, cell in enumerate(heads, 1) if _is_there(cell))
    if width > _WIDEST:
        raise FileRefused("too_wide", n=_WIDEST)
    header = all(isinstance(cell, str) for cell in heads if _is_there(cell))
    body = start[place + header :]
    names, doubled = named(["" if not header else _cell(cell) for cell in heads[:width]])
    with target.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(_written(chain(body, rows), width))
    return Sheet(str(sheet.title), target, Shape(",", 0, False, names, doubled), first + header)


def _written(rows: Iterable[tuple[int, Sequence[object]]], width: int) -> Iterator[list[str]]:
    for number, cells in rows:
        if any(_is_there(cell) for cell in cells[width:]):
            raise FileRefused("too_long", row=number, n=width)
        made = [_cell(cell) for cell in cells[:width]]
        yield made + [""] * (width - len(made))


def _filled(cells: Sequence[object]) -> int:
    return sum(map(_is_there, cells))


def _is_there(cell: object) -> bool:
    return cell is not None and cell != ""


def _cell(cell: object) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case datetime():  # Excel's days with fractions are a little off
            nearest = cell + timedelta(milliseconds=0.5)
            return nearest.replace(microsecond=nearest.microsecond // 1000 * 1000).isoformat(" ")
        case date() | time():
            return cell.isoformat()
        case timedelta():
            return repr(cell.total_seconds() / 60)
        case float() if cell.is_integer() and abs(cell) < 2**53:
            return str(int(cell))
        case _:
            return str(cell).strip()
