"""The second wall: a connection that can read the mapped tables, and nothing else.

On SQLite the file is opened read-only and an authorizer asks for each table and function. On
Postgres it is a login of its own, named in the settings; one that could write, or is anything more
than a plain login, is refused.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from typing import Any

from core.errors import NoData

# What the statements may use (checked.FUNCTIONS), and what the views are made of.
_FUNCTIONS = frozenset(
    {"count", "sum", "avg", "min", "max", "round", "abs", "coalesce", "nullif", "lower", "upper"}
    | {"length", "trim", "substr", "substring", "row_number", "rank", "dense_rank", "lag", "lead"}
    | {"strftime", "like", "ifnull", "iif", "ltrim", "rtrim", "total"}
)
_STRONG = """
SELECT bool_or(r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication
               OR r.rolbypassrls)
    OR EXISTS (SELECT 1 FROM pg_auth_members m JOIN pg_roles me ON me.oid = m.member
               WHERE me.rolname = session_user)
    OR EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT LIKE 'pg\\_%'
               AND n.nspname <> 'information_schema'
               AND (pg_get_userbyid(c.relowner) = session_user
                    OR has_table_privilege(session_user, c.oid,
                                           'INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER')))
FROM pg_roles r WHERE r.rolname = session_user
"""


def guard_sqlite(connection: sqlite3.Connection, tables: Collection[str]) -> None:
    """Lets the connection read `tables` (as the file names them) until `release_sqlite`."""
    readable = {table.lower() for table in tables}
    connection.set_authorizer(None)
    found = connection.execute("SELECT name FROM sqlite_master").fetchall()
    present = {"sqlite_master", "sqlite_schema", "sqlite_temp_master", *(name for (name,) in found)}

    def authorize(
        action: int, first: str | None, second: str | None, _base: str | None, _by: str | None
    ) -> int:
        match action:
            case sqlite3.SQLITE_SELECT:
                return sqlite3.SQLITE_OK
            case sqlite3.SQLITE_READ if not second and first not in (None, *readable):
                # Rows that are counted, of a view of ours or a subquery: there is no such table.
                return sqlite3.SQLITE_OK if first not in present else sqlite3.SQLITE_DENY
            case sqlite3.SQLITE_READ if (first or "").lower() in readable:
                return sqlite3.SQLITE_OK
            case sqlite3.SQLITE_FUNCTION if (second or "").lower() in _FUNCTIONS:
                return sqlite3.SQLITE_OK
            case _:
                return sqlite3.SQLITE_DENY

    connection.set_authorizer(authorize)


def release_sqlite(connection: sqlite3.Connection) -> None:
    connection.set_authorizer(None)


def check_postgres(connection: Any) -> None:
    """Raises NoData "data_query.sql_login" where the login can do more than read."""
    with connection.cursor() as cursor:
        strong = cursor.execute(_STRONG).fetchone()
        read_only = cursor.execute("SHOW default_transaction_read_only").fetchone()
    if strong is None or strong[0] is not False or read_only != ("on",):
        raise NoData("data_query.sql_login")
