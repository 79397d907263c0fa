"""The few things that SQL dialects write differently; everything else is plain Core."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    FromClause,
    String,
    bindparam,
    cast,
    column,
    func,
    literal,
    select,
    values,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

PACKED = frozenset({"sqlite", "postgresql"})
"""Dialects that take a list as one JSON parameter, so that the statement's text is constant."""


class epoch(FunctionElement[int]):  # noqa: N801 - reads as the SQL function it is
    """Whole seconds since 1970 of a timestamp read as UTC."""

    inherit_cache = True
    type = BigInteger()


@compiles(epoch)
def _epoch(element: epoch, compiler: Any, **kw: Any) -> str:
    return f"CAST(EXTRACT(EPOCH FROM {compiler.process(element.clauses, **kw)}) AS BIGINT)"


@compiles(epoch, "sqlite")
def _epoch_sqlite(element: epoch, compiler: Any, **kw: Any) -> str:
    return f"CAST(strftime('%s', {compiler.process(element.clauses, **kw)}) AS INTEGER)"


@compiles(epoch, "mssql")
def _epoch_mssql(element: epoch, compiler: Any, **kw: Any) -> str:
    return f"DATEDIFF_BIG(second, '1970-01-01', {compiler.process(element.clauses, **kw)})"


@compiles(epoch, "mysql")
@compiles(epoch, "mariadb")
def _epoch_mysql(element: epoch, compiler: Any, **kw: Any) -> str:
    return f"TIMESTAMPDIFF(SECOND, '1970-01-01', {compiler.process(element.clauses, **kw)})"


class not_number(FunctionElement[int]):  # noqa: N801
    """1 where a value is text in a number's column. Only SQLite lets such a row in."""

    inherit_cache = True
    type = BigInteger()


@compiles(not_number)
def _not_number(element: not_number, compiler: Any, **kw: Any) -> str:
    return "0"


@compiles(not_number, "sqlite")
def _not_number_sqlite(element: not_number, compiler: Any, **kw: Any) -> str:
    return f"typeof({compiler.process(element.clauses, **kw)}) = 'text'"


def unpacked(
    dialect: str,
    name: str,
    columns: Sequence[tuple[str, TypeEngine[Any]]],
    rows: Sequence[Sequence[object]],
) -> FromClause:
    """A list of values as a table `name`, to be joined with.

    On PACKED dialects the rows travel as the parameter `name`, given by `packed(rows)` when the
    statement runs; elsewhere they stand in the statement, so it must not be kept for others.
    """
    if dialect == "sqlite":
        each = func.json_each(bindparam(name, type_=String)).table_valued("value")
        fields = [
            func.json_extract(each.c.value, f"$[{i}]").label(label)
            for i, (label, _) in enumerate(columns)
        ]
        return select(*fields).cte(name).prefix_with("MATERIALIZED", dialect="sqlite")
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import JSONB

        each = func.jsonb_array_elements(cast(bindparam(name, type_=String), JSONB))
        value = each.table_valued(column("value", JSONB), name=f"{name}_json").render_derived()
        cells = [
            cast(value.c.value.op("->>")(literal(i)), kind).label(label)
            for i, (label, kind) in enumerate(columns)
        ]
        return select(*cells).cte(name).prefix_with("MATERIALIZED", dialect="postgresql")
    shape = [Column(label, kind) for label, kind in columns]
    return values(*shape, name=name, literal_binds=True).data([tuple(row) for row in rows])


def packed(rows: Sequence[Sequence[object]]) -> str:
    """The parameter's value for `unpacked` on a PACKED dialect."""
    return json.dumps(rows, separators=(",", ":"), default=str)


def least(a: ColumnElement[Any], b: ColumnElement[Any]) -> ColumnElement[Any]:
    """The smaller of two; LEAST is not in every dialect, CASE is."""
    from sqlalchemy import case

    return case((a < b, a), else_=b)


def greatest(a: ColumnElement[Any], b: ColumnElement[Any]) -> ColumnElement[Any]:
    from sqlalchemy import case

    return case((a > b, a), else_=b)
