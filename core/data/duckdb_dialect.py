"""DuckDB for SQLAlchemy: what Andon's statements need of a dialect, and no more.

Decision 21 says why it is our own.
"""

from __future__ import annotations

import atexit
import gc
from functools import lru_cache
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, types
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.engine.interfaces import ReflectedColumn
from sqlalchemy.sql.compiler import GenericTypeCompiler, IdentifierPreparer, SQLCompiler

_COLUMNS = (
    "SELECT column_name, data_type FROM duckdb_columns() "
    "WHERE database_name = current_database() AND schema_name = current_schema() "
    "AND table_name = $1 ORDER BY column_index"
)
_NAMES = (
    "SELECT {kind}_name FROM duckdb_{kind}s() "
    "WHERE database_name = current_database() AND schema_name = current_schema() AND NOT internal"
)


@lru_cache
def driver() -> ModuleType:
    """DuckDB's own module. Raises ImportError."""
    import duckdb

    # What is frozen is not cleared away at the end, of which DuckDB would complain on the screen.
    atexit.register(gc.unfreeze)
    return duckdb


class _Types(GenericTypeCompiler):
    def visit_FLOAT(self, type_: Any, **kw: Any) -> str:  # noqa: N802 - SQLAlchemy's name
        return "DOUBLE"  # DuckDB's FLOAT has 32 bits

    def visit_DATETIME(self, type_: Any, **kw: Any) -> str:  # noqa: N802
        return "TIMESTAMPTZ" if type_.timezone else "TIMESTAMP"


class _Names(IdentifierPreparer):
    def _requires_quotes(self, value: str) -> bool:
        return True  # a file's columns may have any name, and DuckDB has words of its own


class _Statements(SQLCompiler):
    def visit_floordiv_binary(self, binary: Any, operator: Any, **kw: Any) -> str:
        return f"{self.process(binary.left, **kw)} // {self.process(binary.right, **kw)}"


class DuckDBDialect(DefaultDialect):
    """Reads only: it knows no transactions. Names are looked up in the default schema."""

    name = "duckdb"
    driver = "duckdb"
    default_paramstyle = "numeric_dollar"  # a value that occurs twice is one parameter
    type_compiler_cls = _Types
    statement_compiler = _Statements
    preparer = _Names
    supports_statement_cache = True
    supports_native_boolean = True
    supports_sane_rowcount = False
    default_schema_name = "main"
    max_identifier_length = 1000

    @classmethod
    def import_dbapi(cls) -> ModuleType:
        return driver()

    def initialize(self, connection: Connection) -> None:
        """Nothing to ask: there is one version, the one that is installed."""

    def do_begin(self, dbapi_connection: Any) -> None: ...
    def do_commit(self, dbapi_connection: Any) -> None: ...
    def do_rollback(self, dbapi_connection: Any) -> None: ...

    def is_disconnect(self, e: Any, connection: Any, cursor: Any) -> bool:
        return "connection" in str(e).lower() and "closed" in str(e).lower()

    def get_table_names(self, connection: Connection, schema: Any = None, **kw: Any) -> list[str]:
        return self._names(connection, "table")

    def get_view_names(self, connection: Connection, schema: Any = None, **kw: Any) -> list[str]:
        return self._names(connection, "view")

    def get_columns(
        self, connection: Connection, table_name: str, schema: Any = None, **kw: Any
    ) -> list[ReflectedColumn]:
        found = connection.exec_driver_sql(_COLUMNS, (table_name,)).all()
        return [
            {"name": name, "type": _kind(declared), "nullable": True, "default": None}
            for name, declared in found
        ]

    def _names(self, connection: Connection, kind: str) -> list[str]:
        return list(connection.exec_driver_sql(_NAMES.format(kind=kind)).scalars())


def _kind(declared: str) -> types.TypeEngine[Any]:
    match declared.partition("(")[0]:
        case "BOOLEAN":
            return types.Boolean()
        case "DATE":
            return types.Date()
        case "VARCHAR":
            return types.String()
        case kind if kind.startswith("TIMESTAMP"):
            return types.DateTime()
        case "FLOAT" | "DOUBLE" | "DECIMAL":
            return types.Float()
        case kind if "INT" in kind and "[" not in declared and kind != "INTERVAL":
            return types.BigInteger()
        case _:
            return types.LargeBinary()  # lists, structs: nothing of a plant's figures
