"""What a language model noticed in a question, kept as long as the question was not forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, select

from core.store.schema import answers


def keep(connection: Connection, row: Mapping[str, Any], source: str) -> bool:
    """Keeps it among the answers, unless the one of the id `source`, with which it was said, is
    gone meanwhile ("" where there was none); whether it did."""
    if source:
        # On Postgres whoever deletes it just now has to wait, or is waited for.
        there = select(answers.c.id).where(answers.c.id == source).with_for_update(read=True)
        if connection.execute(there).one_or_none() is None:
            return False
    connection.execute(insert(answers), dict(row))
    return True
