"""A read-only look at a database: its tables and a bounded sample of their values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import column, func, inspect, select, table, types
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql.elements import ColumnElement

from core.data import engines, features
from core.data.mapping import PlantFile, SourceMapping
from core.data.sql import SqlDataSource

SAMPLE_ROWS = 2_000
DISTINCT_ROWS = 50_000
MOST_TABLES = 300
_MOST_DISTINCT = 500
_OWN_SCHEMAS = ("information_schema", "pg_", "sys", "db_", "guest", "mysql", "performance_schema")

Kind = Literal["text", "number", "time", "date", "flag", "other"]


@dataclass(frozen=True, slots=True)
class Look:
    """One column: what it holds and its sampled values, one per sampled row."""

    name: str
    kind: Kind
    values: tuple[object, ...]

    @property
    def known(self) -> tuple[object, ...]:
        return tuple(value for value in self.values if value is not None)

    @property
    def filled(self) -> float:
        """Share of the sampled rows with a value; an empty table counts as filled."""
        return len(self.known) / len(self.values) if self.values else 1.0

    @property
    def numbers(self) -> tuple[float | None, ...]:
        """The values as numbers, row by row; None for what is none."""
        return tuple(_number(value) for value in self.values)


@dataclass(frozen=True, slots=True)
class TableLook:
    """One table or view. `whole`: the sample is all there is."""

    name: str
    columns: Mapping[str, Look]
    rows: int
    whole: bool


class Surveyor:
    """Looks at one database; its connections cannot write.

    `unread` names tables that could not be looked at, `left_out` counts those not tried. Raises
    MisconfiguredError for a wrong address or a missing driver, SourceUnavailable where the
    database cannot be opened.
    """

    def __init__(self, url: str, timeout_seconds: float = 10) -> None:
        plant = PlantFile(source=SourceMapping(url=url, timeout_seconds=timeout_seconds))
        self._source = SqlDataSource(plant)
        self.name = self._source.name
        names, self.dialect = self._source.run(_names)
        # A connection each: one broken view must not end the look at the others.
        looks = {name: self._look(name) for name in names[:MOST_TABLES]}
        self.tables = tuple(look for look in looks.values() if look is not None)
        self.unread = tuple(name for name, look in looks.items() if look is None)
        self.left_out = max(0, len(names) - MOST_TABLES)
        self.problems = self._source.run(engines.problems)
        is_proven = self.dialect in features.PROVEN
        self.lacking = None if is_proven else self._source.run(features.lacking)

    def _look(self, name: str) -> TableLook | None:
        return self._source.run(lambda connection: _look(connection, name))

    def distinct(self, table_name: str, column_name: str) -> tuple[str, ...]:
        """The different values in the first rows, the most frequent first; at most 500."""
        return self._source.run(lambda c: _distinct(c, table_name, column_name))

    def quoted(self, *names: str) -> str:
        """Names as this database's SQL writes them, joined by dots."""
        return self._source.run(
            lambda c: ".".join(c.dialect.identifier_preparer.quote(name) for name in names)
        )


def _names(connection: Connection) -> tuple[list[str], str]:
    """Tables and views of the default schema by name, those of others with their schema.

    A name with a dot in it cannot be written in plant.toml and is left out.
    """
    looking = inspect(connection)
    default = looking.default_schema_name
    schemas: list[str | None] = [None]
    if connection.dialect.name in ("postgresql", "mssql"):
        schemas += [
            name
            for name in looking.get_schema_names()
            if name != default and not name.lower().startswith(_OWN_SCHEMAS)
        ]
    names: list[str] = []
    for schema in schemas:
        inside = [*looking.get_table_names(schema), *looking.get_view_names(schema)]
        prefix = f"{schema}." if schema else ""
        names += [f"{prefix}{name}" for name in sorted(inside) if "." not in name]
    return names, connection.dialect.name


def _look(connection: Connection, name: str) -> TableLook | None:
    schema, _, bare = name.rpartition(".")
    try:
        declared = {
            str(c["name"]): _declared(c["type"])
            for c in inspect(connection).get_columns(bare, schema or None)
        }
        names = [name for name, kind in declared.items() if kind != "other"]
        wanted: list[ColumnElement[Any]] = [column(name) for name in names]
        if not wanted:
            return TableLook(name, {}, 0, True)
        source = table(bare, schema=schema or None)
        query = select(*wanted).select_from(source).limit(SAMPLE_ROWS + 1)
        rows = connection.execute(query).all()
    except SQLAlchemyError:
        return None
    kept = rows[:SAMPLE_ROWS]
    columns = {
        name: _column(name, declared[name], tuple(row[i] for row in kept))
        for i, name in enumerate(names)
    }
    return TableLook(name, columns, len(kept), len(rows) <= SAMPLE_ROWS)


def _column(name: str, declared: Kind, values: tuple[Any, ...]) -> Look:
    known = [value for value in values if value is not None]
    return Look(name, _kind(known) if known else declared, values)


def _kind(values: list[Any]) -> Kind:
    """What the values are; SQLite's types promise little, so values go before types."""
    if all(isinstance(value, bool) for value in values):
        return "flag"
    if all(isinstance(value, datetime) for value in values):
        return "time"
    if all(isinstance(value, date) for value in values):
        return "date"
    if sum(isinstance(v, int | float | Decimal) for v in values) >= 0.9 * len(values):
        return "number"
    return "text" if all(isinstance(v, str | int | float) for v in values) else "other"


def _declared(kind: types.TypeEngine[Any]) -> Kind:
    match kind:
        case types.Boolean():
            return "flag"
        case types.DateTime() | types.TIMESTAMP():
            return "time"
        case types.Date():
            return "date"
        case types.Numeric() | types.Integer():
            return "number"
        case types.LargeBinary():
            return "other"
        case _:
            return "text"


def _distinct(connection: Connection, name: str, wanted: str) -> tuple[str, ...]:
    schema, _, bare = name.rpartition(".")
    value: ColumnElement[Any] = column(wanted)
    some = (
        select(value.label("value"))
        .select_from(table(bare, schema=schema or None))
        .where(value.is_not(None))
        .limit(DISTINCT_ROWS)
        .subquery("some")
    )
    grouped = select(some.c.value).group_by(some.c.value).order_by(func.count().desc())
    rows = connection.execute(grouped.limit(_MOST_DISTINCT)).scalars()
    return tuple(str(found) for found in rows)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float | Decimal) else None
