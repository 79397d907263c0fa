"""The few things that SQL dialects write differently; everything else is plain Core."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, TypeAlias

from sqlalchemy import (
    BigInteger,
    Column,
    FromClause,
    String,
    Unicode,
    bindparam,
    case,
    cast,
    column,
    false,
    func,
    literal,
    literal_column,
    null,
    select,
    union_all,
    values,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

Expression: TypeAlias = ColumnElement[Any]
PACKED = frozenset({"sqlite", "postgresql", "duckdb"})
"""Dialects that take a list as one JSON parameter, so that the statement's text is constant."""


class epoch(FunctionElement[int]):  # noqa: N801 - reads as the SQL function it is
    """Whole seconds since 1970 of a timestamp or date read as UTC, rounded down."""

    inherit_cache = True
    type = BigInteger()


class epoch_of_text(FunctionElement[int]):  # noqa: N801
    """The same of a time written as ISO text; null (SQLite) or an error where it is no time."""

    inherit_cache = True
    type = BigInteger()


class texts(FunctionElement[int]):  # noqa: N801
    """How many rows hold text in one of these number columns; only SQLite lets them in.

    It sorts text above all numbers. The plus keeps it from converting what is compared, and a
    filtered count is the cheapest way to look (about a sixth of the time of five sums).
    """

    inherit_cache = True
    type = BigInteger()


@compiles(texts, "sqlite")
def _texts(element: texts, compiler: Any, **kw: Any) -> str:
    tests = (f"+{compiler.process(clause, **kw)} >= ''" for clause in element.clauses)
    return f"count(*) FILTER (WHERE {' OR '.join(tests)})"


@compiles(epoch)
def _epoch(element: epoch, compiler: Any, **kw: Any) -> str:
    return _floored(compiler.process(element.clauses, **kw))


@compiles(epoch_of_text)
def _epoch_of_text(element: epoch_of_text, compiler: Any, **kw: Any) -> str:
    return _floored(f"CAST({compiler.process(element.clauses, **kw)} AS TIMESTAMP)")


@compiles(epoch_of_text, "postgresql")
def _epoch_of_text_postgresql(element: epoch_of_text, compiler: Any, **kw: Any) -> str:
    # Our sessions run in UTC, so text without an offset is read as UTC.
    return _floored(f"CAST({compiler.process(element.clauses, **kw)} AS TIMESTAMPTZ)")


@compiles(epoch, "sqlite")
@compiles(epoch_of_text, "sqlite")
def _epoch_sqlite(element: epoch, compiler: Any, **kw: Any) -> str:
    return f"CAST(strftime('%s', {compiler.process(element.clauses, **kw)}) AS INTEGER)"


@compiles(epoch, "mssql")
@compiles(epoch_of_text, "mssql")
def _epoch_mssql(element: epoch, compiler: Any, **kw: Any) -> str:
    return f"DATEDIFF_BIG(second, '1970-01-01', {compiler.process(element.clauses, **kw)})"


@compiles(epoch, "mysql")
@compiles(epoch, "mariadb")
@compiles(epoch_of_text, "mysql")
@compiles(epoch_of_text, "mariadb")
def _epoch_mysql(element: epoch, compiler: Any, **kw: Any) -> str:
    return f"TIMESTAMPDIFF(SECOND, '1970-01-01', {compiler.process(element.clauses, **kw)})"


def _floored(timestamp: str) -> str:
    return f"CAST(FLOOR(EXTRACT(EPOCH FROM {timestamp})) AS BIGINT)"


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
            func.json_extract(each.c.value, literal_column(f"'$[{i}]'")).label(label)
            for i, (label, _) in enumerate(columns)
        ]
        return select(*fields).cte(name).prefix_with("MATERIALIZED", dialect="sqlite")
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import JSONB  # slow, and rarely needed

        elements = func.jsonb_array_elements(cast(bindparam(name, type_=String), JSONB))
        value = elements.table_valued(column("value", JSONB), name=f"{name}_json").render_derived()
        cells = [
            cast(value.c.value.op("->>")(literal_column(str(i))), kind).label(label)
            for i, (label, kind) in enumerate(columns)
        ]
        return select(*cells).cte(name).prefix_with("MATERIALIZED", dialect="postgresql")
    if dialect == "duckdb":
        listed = func.from_json(bindparam(name, type_=String), literal_column("'[[\"VARCHAR\"]]'"))
        row = select(func.unnest(listed).label("cells")).subquery(f"{name}_list")
        fields = [
            cast(func.list_extract(row.c.cells, literal_column(str(i + 1))), kind).label(label)
            for i, (label, kind) in enumerate(columns)
        ]
        return select(*fields).cte(name).prefix_with("MATERIALIZED", dialect="duckdb")
    if not rows:
        empty = [cast(null(), kind).label(label) for label, kind in columns]
        return select(*empty).where(false()).cte(name)
    if dialect == "mssql":
        return _written_values(name, columns, rows)
    # As every database knows it: VALUES is written in many ways, and in some not at all.
    lines = union_all(
        *(
            select(
                *(
                    literal(value, kind, literal_execute=True).label(label)
                    for value, (label, kind) in zip(row, columns, strict=True)
                )
            )
            for row in rows
        )
    ).subquery(f"{name}_list")
    return select(*(cast(lines.c[label], kind).label(label) for label, kind in columns)).cte(name)


def _written_values(
    name: str, columns: Sequence[tuple[str, TypeEngine[Any]]], rows: Sequence[Sequence[object]]
) -> FromClause:
    """On SQL Server, whose varchar knows one code page, and joins badly without a length."""
    columns = [(n, Unicode(400) if isinstance(k, String) else k) for n, k in columns]
    shape = [Column(label, kind) for label, kind in columns]
    written = values(*shape, name=f"{name}_list", literal_binds=True)
    data = written.data([tuple(row) for row in rows])
    # What is written down as text does not compare with a timestamp.
    return select(*(cast(data.c[label], kind).label(label) for label, kind in columns)).cte(name)


def packed(rows: Sequence[Sequence[object]]) -> str:
    """The parameter's value for `unpacked` on a PACKED dialect."""
    return json.dumps(rows, separators=(",", ":"), default=str)


def least(a: Expression, b: Expression) -> Expression:
    """The smaller of two; LEAST is not in every dialect, CASE is."""
    return case((a < b, a), else_=b)


def greatest(a: Expression, b: Expression) -> Expression:
    """The greater of two; the second where the first is null."""
    return case((a > b, a), else_=b)


def scaled(value: Expression, by: str) -> Expression:
    """`value` times or through a number: "* 60E0", "/ 60E0". SQLAlchemy's own division would
    first be made safe against whole numbers, at a cost per row."""
    sign, number = by.split()
    return value.op(sign, precedence=8)(literal_column(number))
