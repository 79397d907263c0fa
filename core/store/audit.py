"""Who did what, when and from where: one row per change, written with the change itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, select, update

from core.store.alert_tables import audit

ADMIN = "admin."
"""What an administrator's acts begin with."""


@dataclass(frozen=True, slots=True)
class Entry:
    """`place` is where it was done (Place.key), `what` the act ("alert.take"), `subject` the id of
    what was changed, `detail` JSON values."""

    at: datetime
    user_id: str
    place: str
    what: str
    subject: str
    detail: Mapping[str, Any] = field(default_factory=dict)


def record(connection: Connection, entry: Entry) -> None:
    """Adds the row inside the caller's own transaction."""
    connection.execute(insert(audit), asdict(entry))


def entries(connection: Connection, subject: str) -> tuple[Entry, ...]:
    """What was done to one subject, the oldest first."""
    columns = [audit.c[name] for name in Entry.__dataclass_fields__]
    statement = select(*columns).where(audit.c.subject == subject).order_by(audit.c.id)
    return tuple(Entry(*row) for row in connection.execute(statement))


def recent(connection: Connection, since: datetime, most: int) -> tuple[Entry, ...]:
    """What was done since then, the newest `most`; the oldest of them first."""
    columns = [audit.c[name] for name in Entry.__dataclass_fields__]
    statement = select(*columns).where(audit.c.at >= since).order_by(audit.c.id.desc()).limit(most)
    return tuple(Entry(*row) for row in reversed(connection.execute(statement).all()))


def prune(connection: Connection, before: datetime) -> int:
    """Deletes what is older; how many rows."""
    return connection.execute(delete(audit).where(audit.c.at < before)).rowcount


def forget(connection: Connection, user_id: str) -> int:
    """Leaves what was done and when, without who did it; how many rows. An administrator's acts
    keep their name until they are pruned: who may erase the log's names needs no log."""
    own = and_(audit.c.user_id == user_id, audit.c.what.not_like(f"{ADMIN}%"))
    return connection.execute(update(audit).where(own).values(user_id="", place="")).rowcount
