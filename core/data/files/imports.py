"""Reads files in when they have changed, and never half of one.

A file counts as changed when its stamp is another; it is read once it has lain still for SETTLE
seconds, and what was read is thrown away if it changed meanwhile. Until then, and where the new
version cannot be read, the version before stays.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from core.data.files import ledger
from core.data.files.address import SETTLE
from core.data.files.folder import Folder, Found, Stamp, look, stamp_of, table_name
from core.data.files.ledger import Entry, Ledger
from core.data.files.part import Part, Read, copied, reader
from core.data.files.problem import FileProblem, FileRefused
from core.data.files.table import table
from core.data.files.text import in_utf8, shape_of

if TYPE_CHECKING:
    import duckdb

WITHIN_A_LINE = 5
"""So many times as long a file must lie still that ends within a line."""
Progress = Callable[[str, int, int], None]
"""Told before each file: its name, and of how many bytes in all how many are done."""


@dataclass(slots=True)
class Imports:
    """One folder and what was read of it. `in_place`: Parquet files are asked where they lie, for
    data that is too large to be copied and is never written anew. Not for several threads."""

    folder: Path
    cache: Path
    in_place: bool = False
    settle: float = SETTLE
    _seen: dict[str, tuple[Stamp, float]] = field(default_factory=dict)

    def known(self) -> Ledger:
        """What was read in before, by this process or another."""
        return ledger.load(self.cache)

    def looked(self) -> Folder:
        """Raises OSError where the folder cannot be read."""
        return look(self.folder)

    def changed(self, folder: Folder, known: Ledger) -> list[Found]:
        """Files of which another version lies there than was tried last."""
        return [f for f in folder.files if f.name not in known or known[f.name].stamp != f.stamp]

    def still(self, changed: list[Found]) -> list[Found]:
        """Those that nobody is writing to. A writer that pauses stops within a line, mostly: so a
        file that ends within one must lie still for longer."""
        now, stamps = time.monotonic(), {file.name: file.stamp for file in changed}
        self._seen = {
            name: self._seen[name] if self._seen.get(name, ((), 0))[0] == stamp else (stamp, now)
            for name, stamp in stamps.items()
        }
        clock = self._clock()

        def is_still(file: Found) -> bool:
            settle = self.settle * (WITHIN_A_LINE if _ends_within_a_line(file) else 1)
            since = now - self._seen[file.name][1]
            return file.stamp[1] <= clock - round(settle * 1e9) or since >= settle

        return [file for file in changed if is_still(file)]

    def read(
        self, folder: Folder, known: Ledger, files: list[Found], progress: Progress | None = None
    ) -> dict[str, Entry]:
        """The ledger after `files` were read. Raises OSError where the cache cannot be written."""
        made = self._without_gone(folder, known)
        total, done = sum(file.stamp[0] for file in files), 0
        for file in files:
            if progress is not None:
                progress(file.name, done, total)
            before = made.get(file.name, Entry(file.stamp))
            made[file.name] = self._entry(file, before)
            done += file.stamp[0]
        if made != known:
            ledger.save(self.cache, made)
            ledger.sweep(self.cache, made)
        if progress is not None:
            progress("", total, total)
        return made

    def _without_gone(self, folder: Folder, known: Ledger) -> dict[str, Entry]:
        """A table stays when its only file is gone: an export may delete before it writes."""
        there = {file.name for file in folder.files} | {p.file for p in folder.problems}
        tables = {file.table for file in folder.files}
        kept: dict[str, Entry] = {}
        for name, entry in known.items():
            if name in there:
                kept[name] = entry
            elif entry.parts and not {part.table for part in entry.parts} & tables:
                gone = FileProblem(name, "gone")
                kept[name] = Entry((0, 0, 0), entry.parts, (gone,))
        return kept

    def _entry(self, file: Found, before: Entry) -> Entry:
        spare = Path(mkdtemp(prefix="reading-", dir=self.cache))
        try:
            found = self._parts(file, spare)
            if stamp_of(file.path) != file.stamp:
                raise FileRefused("being_written")
            kept = tuple(self._keep(part) for part in found.parts)
        except FileRefused as error:
            problem = FileProblem(file.name, error.key, error.arguments)
            return Entry(file.stamp, before.parts, (problem,))
        except (OSError, ImportError, MemoryError) as error:
            problem = FileProblem(file.name, _meaning(error))
            return Entry(file.stamp, before.parts, (problem,))
        finally:
            shutil.rmtree(spare, ignore_errors=True)
        return Entry(file.stamp, kept, found.problems)

    def _keep(self, part: Part) -> Part:
        """The part under its lasting name."""
        made = Path(part.path)
        if not made.is_relative_to(self.cache):
            return part
        target = self.cache / made.name
        made.replace(target)
        return Part(part.table, str(target), part.columns, part.rows)

    def _parts(self, file: Found, spare: Path) -> Read:
        raw = reader([self.folder.resolve(), self.folder, spare], spare / "memory")
        try:
            match file.kind:
                case "parquet":
                    target = None if self.in_place else spare / self._name(file, 0)
                    return Read((copied(raw, file.path, file.table, target),))
                case "csv":
                    utf8 = in_utf8(file.path, spare / "utf8.csv")
                    target = spare / self._name(file, 0)
                    return table(raw, utf8, shape_of(utf8), file.table, target, file.name)
                case "xlsx":
                    return self._workbook(raw, file, spare)
        finally:
            raw.close()

    def _workbook(self, raw: duckdb.DuckDBPyConnection, file: Found, spare: Path) -> Read:
        from core.data.files.workbook import sheets

        found, problems = sheets(file.path, spare, file.name)
        parts: list[Part] = []
        for number, sheet in enumerate(found):
            alone = len(found) == 1
            name = file.table if alone else f"{file.table}_{table_name(sheet.name)}"
            called = file.name if alone else f"{file.name}, {sheet.name}"
            target = spare / self._name(file, number)
            made = table(raw, sheet.path, sheet.shape, name, target, called, sheet.first)
            parts += made.parts
            problems += made.problems
        return Read(tuple(parts), tuple(problems))

    def _name(self, file: Found, number: int) -> str:
        return ledger.part_name(str(self.folder / file.name), file.stamp, number)

    def _clock(self) -> int:
        """The file system's time, in nanoseconds: that of a file just written."""
        mark = self.cache / "now"
        mark.write_bytes(b"")
        mark.touch()
        return mark.stat().st_mtime_ns


def _ends_within_a_line(file: Found) -> bool:
    if file.kind != "csv":
        return False  # of others a part cannot be read
    try:
        with file.path.open("rb") as opened:
            opened.seek(max(0, file.stamp[0] - 2))  # two: one sign of UTF-16
            return not set(opened.read()) & set(b"\r\n")
    except OSError:
        return False  # which reading it says


def _meaning(error: Exception) -> str:
    match error:
        case PermissionError():
            return "not_allowed"
        case FileNotFoundError():
            return "being_written"  # deleted, to be written anew
        case ImportError():
            return "no_reader"
        case _:
            return "unreadable"


def said(entries: Mapping[str, Entry], folder: Folder) -> tuple[FileProblem, ...]:
    """All that is to be said of the files."""
    return (*folder.problems, *(p for entry in entries.values() for p in entry.problems))
