"""The tables behind the fake, in DuckDB, and the few things a driver or SQLAlchemy asks of a
server before it asks for data."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from tests.fakes.tds.translate import Refused, translated

_ASKED = (
    (r"SERVERPROPERTY\('ProductVersion'\)", "VARCHAR", "16.0.4165.4"),
    (r"^SELECT schema_name\(\)", "VARCHAR", "dbo"),
    (r"test max support", "VARCHAR", "test max support"),
    (r"^SELECT name FROM sys\.system_views", "VARCHAR", "dm_exec_sessions"),
    (r"transaction_isolation_level", "VARCHAR", "READ COMMITTED"),
    (r"fn_listextendedproperty", "INTEGER", 1),
    (r"snapshot_isolation_state", "INTEGER", 1),
)
_SAID = (
    ("does not exist!", 208, "Invalid object name."),
    ("does not have a column", 207, "Invalid column name."),
    ("not found in FROM clause", 207, "Invalid column name."),
    ("must appear in the GROUP BY", 8120, "Column is invalid in the select list."),
    ("Conversion Error", 245, "Conversion failed when converting a value to another type."),
    ("Could not convert", 245, "Conversion failed when converting a value to another type."),
    ("Out of Range", 8115, "Arithmetic overflow error."),
)


@dataclass(frozen=True, slots=True)
class Table:
    """A result: its columns, DuckDB's names of their types, its rows."""

    names: Sequence[str] = ()
    kinds: Sequence[str] = ()
    rows: Sequence[Sequence[object]] = ()


class Database:
    """Tables that can be read, and by an account with the right also be written."""

    def __init__(self) -> None:
        self._duck = duckdb.connect()
        self._duck.execute("SET TimeZone = 'UTC'")
        self.may_write = False
        self.denied: set[str] = set()

    def load(self, path: Path) -> None:
        """Copies the tables of a SQLite file, times of ISO text as datetime2."""
        import sqlite3

        with sqlite3.connect(path) as source:
            names = source.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            for (name,) in names:
                columns = source.execute(f'PRAGMA table_info("{name}")').fetchall()
                kinds = {c[1]: _kind(source, name, c[1], c[2]) for c in columns}
                shape = ", ".join(f'"{column}" {kind}' for column, kind in kinds.items())
                self._duck.execute(f'CREATE TABLE "{name}" ({shape})')
                self._fill(source.execute(f'SELECT * FROM "{name}"').fetchall(), name, kinds)

    def _fill(self, rows: list[Any], name: str, kinds: dict[str, str]) -> None:
        import csv
        import tempfile

        with tempfile.NamedTemporaryFile("w", suffix=".csv", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([["\\N" if v is None else v for v in row] for row in rows])
            file.flush()
            form = "FORMAT csv, HEADER false, DELIM ',', QUOTE '\"', ESCAPE '\"', NULLSTR '\\N'"
            self._duck.execute(f"COPY \"{name}\" FROM '{file.name}' ({form})")

    def execute(self, sql: str) -> None:
        """Runs DuckDB's own SQL, to set something up."""
        self._duck.execute(sql)

    def answer(self, sql: str, values: Sequence[object]) -> Table:
        """Raises Refused with SQL Server's number."""
        for pattern, kind, value in _ASKED:
            if re.search(pattern, sql, re.IGNORECASE):
                return Table(("",), (kind,), ((value,),))
        if "HAS_PERMS_BY_NAME" in sql.upper():
            return Table(("writes",), ("INTEGER",), ((int(self.may_write),),))
        if re.match(r"\s*(SET|IF|USE)\b", sql, re.IGNORECASE):
            return Table()
        if not re.match(r"\s*(SELECT|WITH)\b", sql, re.IGNORECASE) and not self.may_write:
            raise Refused(229, "The permission was denied on the object.")
        return self._read(sql, values)

    def _read(self, sql: str, values: Sequence[object]) -> Table:
        made, names = translated(sql)
        for table in self.denied:
            if re.search(rf'\b"?{table}"?\b', made):
                raise Refused(229, f"The SELECT permission was denied on the object '{table}'.")
        given = {f"P{n}": value for n, value in enumerate(values, 1) if f"P{n}" in names}
        cursor = self._duck.cursor()
        try:
            found = cursor.execute(made, given) if given else cursor.execute(made)
            described = found.description or ()
            return Table(
                [c[0] for c in described], [str(c[1]) for c in described], found.fetchall()
            )
        except duckdb.Error as error:
            said = str(error)
            for part, number, text in _SAID:
                if part in said:
                    raise Refused(number, text) from None
            raise Refused(50_000, said[:200]) from None
        finally:
            cursor.close()

    def close(self) -> None:
        self._duck.close()


def _kind(source: Any, table: str, column: str, declared: str) -> str:
    sample = source.execute(
        f'SELECT "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL LIMIT 1'
    ).fetchone()
    value = sample[0] if sample else None
    if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d", value):
        return "TIMESTAMP"
    match declared.upper():
        case "INTEGER" | "INT" | "BIGINT":
            return "BIGINT"
        case "REAL" | "FLOAT" | "NUMERIC":
            return "DOUBLE"
        case _:
            return "VARCHAR"
