"""What Andon's statements need of a database, asked of one that is not among the proven."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    DateTime,
    Select,
    String,
    bindparam,
    case,
    func,
    literal,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.types import TypeEngine

from core.data.dialects import epoch, unpacked
from core.data.stop_events import ONE, ZERO

PROVEN = frozenset({"sqlite", "postgresql", "mssql", "duckdb"})
"""The whole tool contract suite runs on these."""


def lacking(connection: Connection) -> tuple[str, ...]:
    """The features by name that a small statement of each kind does not get from the database.
    A connection that is lost meanwhile lacks them all."""
    return tuple(name for name, wanted in _features().items() if not _has(connection, wanted))


def _has(connection: Connection, wanted: Select[Any]) -> bool:
    try:
        return [int(row[0]) for row in connection.execute(wanted)] == [1]
    except (SQLAlchemyError, ArithmeticError, TypeError, ValueError):
        connection.rollback()
        return False


def _features() -> Mapping[str, Select[Any]]:
    """Each gives one row with a 1."""
    number = literal_column("1", BigInteger)
    two = union_all(select(number.label("n")), select((number + ONE).label("n"))).subquery("two")
    before = func.sum(two.c.n).over(order_by=two.c.n, rows=(None, -1)).label("before")
    ranked = select(two.c.n, before).subquery("ranked")
    named = select(number.label("n")).cte("named")
    moment = literal(datetime(1970, 1, 1, 0, 0, 1), DateTime)  # noqa: DTZ001
    columns: list[tuple[str, TypeEngine[Any]]] = [("begins", BigInteger()), ("word", String())]
    listed = unpacked("", "listed", columns, [[1, "a"], [2, "b"]])
    return {
        "WITH … AS": select(named.c.n),
        "OVER (… ROWS BETWEEN)": select(ranked.c.before).where(ranked.c.n == literal_column("2")),
        "UNION ALL": select(func.min(two.c.n)),
        "CASE … IN": select(case((number.in_(bindparam("a", [1], expanding=True)), ONE),
                                 else_=ZERO)),
        "EXTRACT(EPOCH …)": select(epoch(moment)),
        "LIKE … ESCAPE": select(number).where(literal("a_").like(literal("a\\_"), escape="\\")),
        "LIMIT": select(two.c.n).order_by(two.c.n).limit(1),
        "SELECT … UNION ALL SELECT": select(listed.c.begins).where(listed.c.word == literal("a")),
    }  # fmt: skip
