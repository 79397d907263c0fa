"""What lies in a folder, and which file belongs to which table."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.data.files.problem import FileProblem

Kind = Literal["csv", "xlsx", "parquet"]
Stamp = tuple[int, int, int]
_KINDS: dict[str, Kind] = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".xlsx": "xlsx", ".xlsm": "xlsx",
    ".parquet": "parquet",
}  # fmt: skip
_OLD_EXCEL = (".xls", ".xlsb", ".ods")
_PASSING = ("~$", ".", "_SUCCESS")
_NOT_IN_NAMES = re.compile(r"\W+")
MOST_FILES = 10_000


@dataclass(frozen=True, slots=True)
class Found:
    """A file: `name` relative to the folder, `table` that it is (part of), `stamp` that changes
    with it. A file in a sub-folder is part of the table that the sub-folder is."""

    name: str
    path: Path
    kind: Kind
    table: str
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Folder:
    files: tuple[Found, ...]
    problems: tuple[FileProblem, ...]


def stamp_of(path: Path) -> Stamp:
    """Changes when the file is written anew or another takes its place. Raises OSError."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_ino


def look(folder: Path) -> Folder:
    """Raises OSError where the folder itself cannot be read."""
    root = folder.resolve()
    files: list[Found] = []
    problems: list[FileProblem] = []
    for path in _below(folder, problems, folder):
        name = path.relative_to(folder).as_posix()
        kind = _KINDS.get(path.suffix.lower())
        if kind is None:
            if path.suffix.lower() in _OLD_EXCEL:
                problems.append(FileProblem(name, "old_excel"))
            continue
        try:
            if not path.resolve().is_relative_to(root):
                problems.append(FileProblem(name, "outside"))
                continue
            stamp = stamp_of(path)
        except OSError:
            problems.append(FileProblem(name, "not_allowed"))
            continue
        if len(files) == MOST_FILES:
            problems.append(FileProblem(name, "too_many", {"n": MOST_FILES}))
            break
        files.append(Found(name, path, kind, _table(name), stamp))
    return _apart(files, problems)


def table_name(text: str) -> str:
    """A name that plant.toml and SQL can write."""
    return _NOT_IN_NAMES.sub("_", text).strip("_") or "table"


def _table(name: str) -> str:
    first, _, rest = name.partition("/")
    return table_name(first if rest else first.rpartition(".")[0])


def _below(at: Path, problems: list[FileProblem], top: Path) -> Iterator[Path]:
    """Every file, in order of name; links to folders are not followed."""
    try:
        inside = sorted(os.scandir(at), key=lambda entry: entry.name)
    except OSError:
        if at == top:
            raise
        problems.append(FileProblem(at.relative_to(top).as_posix(), "not_allowed"))
        return
    for entry in inside:
        if entry.name.startswith(_PASSING):
            continue
        path = at / entry.name
        if entry.is_dir(follow_symlinks=False):
            yield from _below(path, problems, top)
        elif entry.is_symlink() and path.is_dir():
            problems.append(FileProblem(path.relative_to(top).as_posix(), "outside"))
        else:
            yield path


def _apart(files: list[Found], problems: list[FileProblem]) -> Folder:
    """Without those of which two would be one table: neither is guessed to be the right one."""
    owners: dict[str, dict[str, Found]] = {}
    for file in files:
        owner = file.name.partition("/")[0]
        owners.setdefault(file.table.lower(), {}).setdefault(owner, file)
    clashing = {table for table, of in owners.items() if len(of) > 1}
    for table in sorted(clashing):
        names = sorted(owners[table])
        problems.append(FileProblem(names[0], "same_name", {"other": names[1], "table": table}))
    kept = tuple(file for file in files if file.table.lower() not in clashing)
    return Folder(kept, tuple(problems))
