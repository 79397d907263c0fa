"""The tables that the parts make: one view each, whatever number of files it is of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.data.files.ledger import Ledger
from core.data.files.part import EMPTY, Part, quoted, text
from core.data.files.problem import FileProblem

_WIDER = (
    ({"BIGINT", "DOUBLE"}, "DOUBLE"),
    ({"DATE", "TIMESTAMP"}, "TIMESTAMP"),
    ({"INTEGER", "BIGINT"}, "BIGINT"),
    ({"FLOAT", "DOUBLE"}, "DOUBLE"),
)


def apart(known: Ledger) -> tuple[tuple[Part, ...], tuple[FileProblem, ...]]:
    """The parts without those of which two files make one table: a sheet's name may be another
    file's."""
    owners: dict[str, dict[str, str]] = {}
    for name, entry in known.items():
        for part in entry.parts:
            owners.setdefault(part.table.lower(), {}).setdefault(name.partition("/")[0], name)
    clashing = {table: sorted(of.values()) for table, of in owners.items() if len(of) > 1}
    problems = tuple(
        FileProblem(names[0], "same_name", {"other": names[1], "table": table})
        for table, names in clashing.items()
    )
    parts = (part for entry in known.values() for part in entry.parts)
    return tuple(part for part in parts if part.table.lower() not in clashing), problems


def tables(parts: Iterable[Part]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The views, and the files that they read."""
    by_name: dict[str, list[Part]] = {}
    for part in parts:
        by_name.setdefault(part.table, []).append(part)
    views = tuple(_view(name, by_name[name]) for name in sorted(by_name))
    return views, tuple(part.path for of in by_name.values() for part in of)


def _view(name: str, parts: Sequence[Part]) -> str:
    """Parts of the same columns are read together."""
    types: dict[str, set[str]] = {}
    for part in parts:
        for column, kind in part.columns:
            types.setdefault(column, set()).update({kind} - {EMPTY})
    wanted = {column: _type(kinds) for column, kinds in types.items()}
    alike: dict[tuple[tuple[str, str], ...], list[Part]] = {}
    for part in parts:
        alike.setdefault(tuple(sorted(part.columns)), []).append(part)
    selects = [_select(of, dict(columns), wanted) for columns, of in alike.items()]
    return f"CREATE VIEW {quoted(name)} AS {' UNION ALL '.join(selects)}"


def _type(kinds: set[str]) -> str:
    if len(kinds) <= 1:
        return next(iter(kinds), "VARCHAR")
    return next((wider for both, wider in _WIDER if kinds <= both), "VARCHAR")


def _select(parts: Sequence[Part], own: dict[str, str], wanted: dict[str, str]) -> str:
    cells = [
        quoted(column) if own.get(column) == kind
        else f"CAST({quoted(column) if column in own else 'NULL'} AS {kind}) AS {quoted(column)}"
        for column, kind in wanted.items()
    ]  # fmt: skip
    paths = ", ".join(text(part.path) for part in parts)
    return f"SELECT {', '.join(cells)} FROM read_parquet([{paths}], hive_partitioning = true)"
