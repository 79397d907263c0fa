"""The third wall: every table of a statement is a view on what the asker may see.

The names of tables are taken from the tree, not from the text, and each is replaced: also in
subqueries, and where a WITH of the statement's own bears the same name.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from core.data.freeform.checked import written
from core.data.freeform.views import View
from core.errors import UserError

PREFIX = "andon_scope_"


def scoped(tree: exp.Select, views: Mapping[str, View], dialect: str) -> str:
    """The statement on views only. Raises UserError "data_query.sql_table" for any other table."""
    tree = tree.copy()
    own = [cte.copy() for cte in tree.ctes]
    defined = {cte.alias for cte in tree.find_all(exp.CTE)}
    used: dict[str, View] = {}
    for table in [*tree.find_all(exp.Table)]:
        name = table.name
        is_plain = isinstance(table.this, exp.Identifier) and not (table.db or table.catalog)
        if not is_plain or name.startswith(PREFIX) or name not in (*views, *defined):
            known = ", ".join(sorted(views))
            raise UserError("data_query.sql_table", said=table.sql()[:40], known=known)
        if name in views:
            used[name] = views[name]
            table.set("this", exp.to_identifier(PREFIX + name, quoted=True))
            if not table.alias:
                table.set("alias", exp.TableAlias(this=exp.to_identifier(name, quoted=True)))
    ours = [f'"{PREFIX}{name}" AS ({view.select})' for name, view in used.items()]
    theirs = [written(cte, dialect) for cte in tree.ctes] if own else []
    tree.set("with_", None)
    tree.set("with", None)
    parts = ", ".join((*ours, *theirs))
    return f"WITH {parts} {written(tree, dialect)}" if parts else written(tree, dialect)
