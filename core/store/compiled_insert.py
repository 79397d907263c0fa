"""An INSERT that every acknowledgement waits for, compiled once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Dialect, Table

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite


class CompiledInsert:
    """Inserts whole rows, unless there is one with that key. SQLAlchemy finds a statement in its
    cache and binds the values in twice the time that SQLite takes to write the row; this does
    only the second, by the columns' own types."""

    def __init__(self, table: Table, dialect: Dialect) -> None:
        first = next(iter(table.primary_key))
        # Not the count of rows: for an INSERT no driver needs to know it, and psycopg does not.
        statement = insert_into(table, dialect).on_conflict_do_nothing().returning(first)
        compiled: Any = statement.compile(dialect=dialect)
        self._sql = str(compiled)
        self._names: tuple[str, ...] | None = compiled.positiontup and tuple(compiled.positiontup)
        self._bound = {
            column.name: column.type.dialect_impl(dialect).bind_processor(dialect)
            for column in table.columns
        }

    def __call__(self, connection: Connection, row: Mapping[str, Any]) -> bool:
        """Whether it is new."""
        values = {
            name: bound(row[name]) if bound else row[name] for name, bound in self._bound.items()
        }
        given: Any = tuple(values[n] for n in self._names) if self._names else values
        return connection.exec_driver_sql(self._sql, given).one_or_none() is not None


def insert_into(table: Table, dialect: Dialect) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT, which each dialect has on its own."""
    if dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert as sqlite_insert

        return sqlite_insert(table)
    from sqlalchemy.dialects.postgresql import insert as postgresql_insert

    return postgresql_insert(table)
