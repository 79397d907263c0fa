"""The first wall: the whole tree of a statement is held against lists of what it may contain.

What is not listed is refused, whatever it is. What was checked is written anew and only that is
run, so that the parser and the database cannot read one text in two ways.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from core.errors import UserError

LONGEST = 4_000
_MOST_NODES = 600
_MOST_TABLES = 6
_LONGEST_HEAD = 80
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")
_TEXT = re.compile(r"[\w \-.:,/%()+#&°]{0,60}")
_ADDRESS = re.compile(r"//|www\.|[^\W\d]\.[^\W\d]{2}", re.IGNORECASE)
_NAMED = 20  # how many names an error lists
Tables = Mapping[str, frozenset[str]]

# It logs what it cannot read, and a statement is as private as the question.
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)

_STRUCTURE = (
    exp.Select, exp.From, exp.Where, exp.Group, exp.Having, exp.Order, exp.Ordered, exp.Limit,
    exp.Offset, exp.Join, exp.Alias, exp.TableAlias, exp.Identifier, exp.Column, exp.Table,
    exp.Star, exp.Distinct, exp.Subquery, exp.With, exp.CTE, exp.Window, exp.Tuple, exp.Exists,
    exp.Paren, exp.Literal, exp.Boolean, exp.Null, exp.DataType, exp.DataTypeParam,
)  # fmt: skip
_OPERATORS = (
    exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is, exp.In,
    exp.Between, exp.Like, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg,
)  # fmt: skip
_COMPARING = (
    exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.In, exp.Between, exp.Like,
)  # fmt: skip
FUNCTIONS: dict[type[exp.Expr], str] = {
    exp.Count: "count", exp.Sum: "sum", exp.Avg: "avg", exp.Min: "min", exp.Max: "max",
    exp.Round: "round", exp.Abs: "abs", exp.Coalesce: "coalesce", exp.Nullif: "nullif",
    exp.Lower: "lower", exp.Upper: "upper", exp.Length: "length", exp.Trim: "trim",
    exp.Substring: "substr", exp.Case: "case", exp.If: "case", exp.Cast: "cast",
    exp.RowNumber: "row_number", exp.Rank: "rank", exp.DenseRank: "dense_rank", exp.Lag: "lag",
    exp.Lead: "lead",
}  # fmt: skip
_TYPES = frozenset(
    {"INT", "BIGINT", "SMALLINT", "FLOAT", "DOUBLE", "DECIMAL", "TEXT", "VARCHAR", "BOOLEAN"}
)
_ALLOWED = frozenset({*_STRUCTURE, *_OPERATORS, *FUNCTIONS})


def check(statement: str, tables: Tables, dialect: str) -> exp.Select:
    """The tree of one SELECT on `tables` (name → columns). Raises UserError "data_query.sql_…"
    naming what is not allowed, and the names that are."""
    tree = parsed(statement, dialect)
    nodes = [*tree.walk()]
    if len(nodes) > _MOST_NODES:
        raise UserError("data_query.sql_too_long")
    for node in nodes:
        _check_node(node)
    ctes = [cte.alias for cte in tree.find_all(exp.CTE)]
    if set(ctes) & set(tables) or len(ctes) != len(set(ctes)):
        raise UserError("data_query.sql_form", said="WITH " + ", ".join(ctes)[:60])
    _check_names(tree, tables, frozenset(ctes))
    _check_aliases(tree, {name for columns in tables.values() for name in columns})
    for one in tree.selects:
        if not any(one.find_all(exp.Column, exp.Count)):
            raise UserError("data_query.sql_form", said=one.sql()[:40])
    return tree


def parsed(statement: str, dialect: str) -> exp.Select:
    """One SELECT without comments, as a tree. Raises UserError."""
    if len(statement) > LONGEST:
        raise UserError("data_query.sql_too_long")
    if not statement.isprintable() and set(statement) - set(" \t\r\n") - {
        char for char in statement if char.isprintable()
    }:
        raise UserError("data_query.sql_form", said="\\x")
    try:
        tokens = sqlglot.tokenize(statement, read=dialect)
        trees = sqlglot.parse(statement, read=dialect)
    except (SqlglotError, RecursionError, ValueError) as error:
        raise UserError("data_query.sql_unreadable") from error
    if any(token.comments for token in tokens) or "/*" in statement or "--" in statement:
        raise UserError("data_query.sql_form", said="--, /*")
    if len(trees) != 1 or not isinstance(trees[0], exp.Select) or not trees[0].selects:
        raise UserError("data_query.sql_one_select")
    return trees[0]


def written(tree: exp.Expr, dialect: str) -> str:
    """The statement anew: every name in quotes, nothing of the original text but its values."""
    return tree.sql(dialect=dialect, identify=True, comments=False)


def _check_node(node: exp.Expr) -> None:
    match node:
        case exp.Anonymous() | exp.AnonymousAggFunc():
            raise _no_function(str(node.this))
        case exp.Func() if type(node) not in _ALLOWED:
            raise _no_function(node.sql_name())
        case _ if type(node) not in _ALLOWED:
            raise UserError("data_query.sql_form", said=type(node).__name__.upper())
        case exp.With() if node.args.get("recursive"):
            raise UserError("data_query.sql_form", said="WITH RECURSIVE")
        case exp.Star() if not isinstance(node.parent, exp.Count):
            raise UserError("data_query.sql_star")
        case exp.DataType() if _type(node) not in _TYPES:
            raise UserError("data_query.sql_form", said=_type(node))
        case exp.Literal() if node.is_string and not _may_stand(node):
            raise UserError("data_query.sql_form", said=f"'{str(node.this)[:40]}'")
        case exp.Limit() | exp.Offset() if not isinstance(node.expression, exp.Literal):
            raise UserError("data_query.sql_form", said="LIMIT")
        case exp.Join() if node.args.get("method") or node.args.get("hint"):
            raise UserError("data_query.sql_form", said=str(node.args.get("method")))
        case _:
            pass


def _may_stand(text: exp.Literal) -> bool:
    """Text is compared with, and never given out: no way to say something in a table's cell."""
    is_compared = isinstance(text.parent, _COMPARING)
    return is_compared and bool(_TEXT.fullmatch(text.this)) and not _ADDRESS.search(text.this)


def _no_function(said: str) -> UserError:
    known = ", ".join(sorted(set(FUNCTIONS.values())))
    return UserError("data_query.sql_function", said=said[:40], known=known)


def _type(node: exp.DataType) -> str:
    kind = node.this
    return kind.name if isinstance(kind, exp.DataType.Type) else str(kind)


def _check_names(tree: exp.Select, tables: Tables, ctes: frozenset[str]) -> None:
    used = [*tree.find_all(exp.Table)]
    if len(used) > _MOST_TABLES:
        raise UserError("data_query.sql_too_long")
    for table in used:
        is_plain = isinstance(table.this, exp.Identifier) and not (table.db or table.catalog)
        if not is_plain or table.name not in (*tables, *ctes):
            said = table.sql()[:40]
            raise UserError("data_query.sql_table", said=said, known=", ".join(sorted(tables)))
    columns = {name for table in used for name in tables.get(table.name, ())}
    known = columns | set(_aliases(tree))
    for column in tree.find_all(exp.Column):
        if column.name not in known or column.db or column.catalog:
            said = column.sql()[:40]
            raise UserError("data_query.sql_column", said=said, known=_near(column.name, columns))


def _check_aliases(tree: exp.Select, columns: set[str]) -> None:
    """A name that the statement gives stands for one thing, and never for what is no column of
    that name: otherwise anything could be called good units."""
    given: list[str] = []
    for select in tree.find_all(exp.Select):
        for one in select.selects:
            inner = one.unalias()
            name, is_same = one.alias_or_name, isinstance(inner, exp.Column)
            is_same = is_same and inner.name == one.alias_or_name
            if not _NAME.fullmatch(name) or (name in columns and not is_same):
                raise UserError("data_query.sql_unnamed", said=one.sql()[:60])
            given += [] if is_same else [name]
        here = [one.alias_or_name for one in select.selects]
        if len(here) != len(set(here)):
            raise UserError("data_query.sql_unnamed", said=", ".join(here)[:60])
    for table in tree.find_all(exp.TableAlias):
        if not _NAME.fullmatch(table.name) or table.args.get("columns"):
            raise UserError("data_query.sql_form", said=table.sql()[:40])
    twice = [name for name, n in Counter(given).items() if n > 1]
    if twice:
        raise UserError("data_query.sql_unnamed", said=", ".join(twice)[:60])


def meanings(tree: exp.Select) -> tuple[str, ...]:
    """What each column of a checked statement's result is, in terms of the tables' columns: a
    name of the statement's own says only what its author calls it."""
    inner = {
        one.alias: one.unalias()
        for select in tree.find_all(exp.Select)
        for one in select.selects
        if isinstance(one, exp.Alias)
    }
    said = []
    for one in tree.selects:
        whole = _expanded(one.unalias(), inner)
        text = whole.sql(comments=False)
        said.append(text if len(text) <= _LONGEST_HEAD else f"{text[:_LONGEST_HEAD]}…")
    return tuple(
        f"{text} ({n})" if said.count(text) > 1 else text for n, text in enumerate(said, 1)
    )


def _expanded(value: exp.Expr, inner: Mapping[str, exp.Expr], deep: int = 0) -> exp.Expr:
    def plain(node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Column):
            return node
        own = inner.get(node.name)
        is_same = isinstance(own, exp.Column) and own.name == node.name
        if own is None or is_same or deep > _MOST_TABLES:
            return exp.column(node.name)
        made = _expanded(own.copy(), inner, deep + 1)
        return made if isinstance(made, exp.Func | exp.Column) else exp.paren(made)

    return value.copy().transform(plain)


def _aliases(tree: exp.Select) -> Iterator[str]:
    for alias in tree.find_all(exp.Alias):
        yield alias.alias


def _near(said: str, known: set[str]) -> str:
    like = get_close_matches(said, known, n=3, cutoff=0.5)
    return ", ".join([*like, *sorted(known - set(like))][:_NAMED])
