"""What is to be said of a folder's files: beside figures, and in `andon check`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.data.files.folder import Folder
from core.data.files.ledger import Ledger
from core.data.files.part import Part
from core.data.files.problem import FileProblem
from core.data.source import Remark
from core.errors import NoData

_SHOWN = 3
_GONE = frozenset({"gone", "no_folder"})


@dataclass(frozen=True, slots=True)
class Told:
    """`old`: tables of which rows are there, though not of the files as they are now."""

    tables: frozenset[str]
    problems: tuple[FileProblem, ...]
    of_table: tuple[tuple[str, FileProblem], ...]
    old: frozenset[str]

    def remarks(self, table: str) -> tuple[Remark, ...]:
        """Caveats on figures of the table."""
        return tuple(_remark(problem, self.old) for problem in self._of(table)[:_SHOWN])

    def require(self, table: str) -> None:
        """Raises NoData that says what is wrong with its file, where there is no such table."""
        if table.lower() not in {known.lower() for known in self.tables}:
            for problem in self._of(table):
                raise NoData(f"files.{problem.key}", **problem.filled())

    def _of(self, table: str) -> list[FileProblem]:
        named = table.lower()
        return [p for of, p in self.of_table if of.lower() == named and p.refused]


def told_of(
    parts: Sequence[Part], problems: Sequence[FileProblem], known: Ledger, folder: Folder
) -> Told:
    tables_of = {name: {part.table for part in entry.parts} for name, entry in known.items()}
    old = frozenset(name for name, of in tables_of.items() if of)
    for file in folder.files:
        if not tables_of.get(file.name):
            tables_of[file.name] = {file.table}
    every = {table for of in tables_of.values() for table in of}
    of_table = tuple(
        (table, problem)
        for problem in problems
        for table in sorted(_tables(problem, tables_of, every))
    )
    return Told(frozenset(part.table for part in parts), tuple(problems), of_table, old)


def _tables(problem: FileProblem, tables_of: dict[str, set[str]], every: set[str]) -> set[str]:
    match problem.key:
        case "no_folder":
            return every
        case "same_name":
            return {str(problem.arguments["table"])}
        case _:
            return tables_of.get(problem.file, set())


def _remark(problem: FileProblem, old: frozenset[str]) -> Remark:
    if problem.key in _GONE:
        return Remark(f"file_{problem.key}", {"file": problem.file})
    key = "file_old" if problem.file in old else "file_missing"
    return Remark(key, {"file": problem.file})
