"""Up to when a job has done its work: several processes may run it, one moves the mark."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select, update

from core.store.compiled_insert import insert_into
from core.store.delivery_tables import watermarks


def reached(connection: Connection, name: str) -> datetime | None:
    """Up to when it is done; None where it never was."""
    statement = select(watermarks.c.at).where(watermarks.c.name == name)
    return connection.execute(statement).scalar()


def advance(connection: Connection, name: str, to: datetime, before: datetime | None) -> bool:
    """Moves the mark from `before` (what `reached` told) to a later time; False where another
    process was faster. In one transaction with what was done, that is done once."""
    if before is None:
        fresh = insert_into(watermarks, connection.dialect).values(name=name, at=to)
        made = fresh.on_conflict_do_nothing().returning(watermarks.c.name)
        return connection.execute(made).one_or_none() is not None
    own = (watermarks.c.name == name) & (watermarks.c.at == before) & (watermarks.c.at < to)
    return connection.execute(update(watermarks).where(own).values(at=to)).rowcount == 1
