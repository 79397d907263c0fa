"""T-SQL for DuckDB. What SQL Server would refuse and DuckDB takes is refused here."""

from __future__ import annotations

from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.annotate_types import annotate_types


class Refused(Exception):
    """An error of SQL Server: its number and text."""

    def __init__(self, number: int, said: str) -> None:
        super().__init__(said)
        self.number = number


@lru_cache(500)
def translated(sql: str) -> tuple[str, frozenset[str]]:
    """DuckDB's SQL and the names of its parameters. Raises Refused as SQL Server's parser would.

    sqlglot is no validator of T-SQL: these are the rules that our statements have met.
    """
    try:
        tree = sqlglot.parse_one(sql, dialect="tsql")
    except sqlglot.ParseError as error:
        raise Refused(102, f"Incorrect syntax near '{str(error)[:60]}'.") from None
    for node in tree.walk():
        _check(node)
    for called in list(tree.find_all(exp.Anonymous)):
        if called.name.upper() == "SYSUTCDATETIME":
            called.replace(exp.cast(exp.CurrentTimestamp(), "timestamp"))
    for kind in list(tree.find_all(exp.DataType)):
        if kind.this == exp.DataType.Type.FLOAT:  # T-SQL's has 53 bits
            kind.replace(exp.DataType.build("double"))
        elif any(str(size).upper() == "MAX" for size in kind.expressions):
            kind.set("expressions", [])
    names = frozenset(found.name for found in tree.find_all(exp.Parameter))
    # Typed, so that whole numbers are divided as whole numbers.
    return annotate_types(tree, dialect="tsql").sql(dialect="duckdb"), names


def _check(node: exp.Expr) -> None:
    match node:
        case exp.In(this=exp.Tuple()):
            raise Refused(4145, "An expression of non-boolean type specified near ','.")
        case exp.Group() if node.find(exp.Parameter):
            # Each mark is a parameter of its own, so what is grouped is not what is selected.
            raise Refused(8120, "Column is invalid in the select list because it is in neither an "
                                "aggregate function nor the GROUP BY clause.")  # fmt: skip
        case exp.Group(expressions=[*keys]) if any(isinstance(key, exp.Literal) for key in keys):
            raise Refused(164, "Each GROUP BY expression must contain at least one column.")
        case exp.Filter():
            raise Refused(102, "Incorrect syntax near 'FILTER'.")
        case exp.Ordered() if node.args.get("nulls_first") is False and _written(node):
            raise Refused(102, "Incorrect syntax near 'NULLS'.")
        case exp.With() if isinstance(node.find_ancestor(exp.Subquery), exp.Subquery):
            raise Refused(156, "Incorrect syntax near the keyword 'WITH'.")
        case exp.Boolean():
            raise Refused(207, f"Invalid column name '{node}'.")
        case exp.Offset() if node.parent is not None and not node.parent.args.get("order"):
            raise Refused(102, "Incorrect syntax near 'OFFSET'.")


def _written(node: exp.Ordered) -> bool:
    """Nulls come first by default in T-SQL, ascending; only what differs was written."""
    return not node.args.get("desc")
