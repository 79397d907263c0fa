"""What kind of text a CSV file is: its encoding, its separator, its header."""

from __future__ import annotations

import codecs
import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.data.files.forms import Style, form_of
from core.data.files.problem import FileRefused

_CHUNK = 2**20
_LOOKED_AT = 2**18
_LINES = 200
_SEPARATORS = (";", "\t", "|", ",")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Shape:
    """`skip` lines stand before the first row; `header`: that row names the columns."""

    separator: str
    skip: int
    header: bool
    columns: tuple[str, ...]
    doubled: tuple[str, ...] = ()


def in_utf8(path: Path, spare: Path) -> Path:
    """The file itself where it is UTF-8, else `spare`, written in it. Raises FileRefused."""
    with path.open("rb") as file:
        start = file.read(4)
    encoding = next((name for mark, name in _MARKS if start.startswith(mark)), "")
    if encoding.startswith("utf-16"):
        return _rewritten(path, spare, encoding)
    if _is_utf8(path):
        return path
    return _rewritten(path, spare, "cp1252")


def shape_of(path: Path) -> Shape:
    """Raises FileRefused for a file without a row."""
    with path.open("rb") as file:
        start = file.read(_LOOKED_AT).removeprefix(codecs.BOM_UTF8)
    text = start.decode("utf-8", "ignore")
    if not text.strip():
        raise FileRefused("empty")
    lines = text.splitlines()[:_LINES]
    separator, skip = _separated(lines)
    rows = list(csv.reader(lines[skip:], delimiter=separator))
    first = [cell.strip() for cell in rows[0]]
    header = not any(_is_value(cell) for cell in first if cell)
    names, doubled = named(first if header else [""] * len(first))
    return Shape(separator, skip, header, names, doubled)


def _is_value(cell: str) -> bool:
    style: Style = "comma"
    return form_of([cell], style) != "text" or form_of([cell], "dot") != "text"


def _separated(lines: Sequence[str]) -> tuple[str, int]:
    """The separator that occurs equally often in most lines, and how many lines come before the
    first such: a title, a date of export."""
    best: tuple[int, str, int] = (0, "", 0)
    for separator in _SEPARATORS:
        counts = [len(row) for row in csv.reader(lines, delimiter=separator)]
        many = Counter(n for n in counts if n > 1).most_common(1)
        if many and many[0][1] > best[0]:
            best = (many[0][1], separator, counts.index(many[0][0]))
    if best[1]:
        return best[1], best[2]
    return ",", next(n for n, line in enumerate(lines) if line.strip())


def named(first: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A name for each column, different whatever their case; and those that came twice."""
    names: list[str] = []
    doubled: list[str] = []
    for number, cell in enumerate(first, 1):
        name = made = cell or f"column_{number}"
        taken = {other.lower() for other in names}
        times = 1
        while made.lower() in taken:
            times += 1
            made = f"{name}_{times}"
        if made != name:
            doubled.append(name)
        names.append(made)
    return tuple(names), tuple(doubled)


def _is_utf8(path: Path) -> bool:
    """False where it is of another encoding. Raises FileRefused where it is no text, or is UTF-8
    with broken characters in it."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    foreign, line = False, 1
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if b"\0" in chunk:
                raise FileRefused("not_text")
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                before = chunk[: error.start]
                if foreign or not before.isascii():
                    raise FileRefused("mixed_encoding", row=line + before.count(b"\n")) from None
                return False
            foreign = foreign or not chunk.isascii()
            line += chunk.count(b"\n")
    return True


def _rewritten(path: Path, spare: Path, encoding: str) -> Path:
    errors = "strict" if encoding.startswith("utf") else "replace"
    try:
        with (
            path.open("r", encoding=encoding, errors=errors, newline="") as source,
            spare.open("w", encoding="utf-8", newline="") as target,
        ):
            while chunk := source.read(_CHUNK):
                target.write(chunk)
    except UnicodeError:
        raise FileRefused("not_text") from None
    return spare
