"""What an administrator tells everyone who gets anything unasked: a draft first, then sent once."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from core.store.admin_tables import notices


@dataclass(frozen=True, slots=True)
class Told:
    """`said` are the person's own words, `name` theirs. A draft where `sent_at` is None."""

    id: str
    at: datetime
    user_id: str
    name: str
    said: str
    sent_at: datetime | None = None


def draft(connection: Connection, told: Told) -> None:
    connection.execute(insert(notices), asdict(told))


def notice_of(connection: Connection, id: str) -> Told | None:
    columns = [notices.c[name] for name in Told.__dataclass_fields__]
    row = connection.execute(select(*columns).where(notices.c.id == id)).one_or_none()
    return None if row is None else Told(*row)


def sent(connection: Connection, id: str, at: datetime) -> bool:
    """Marks that it goes out; False where it went before."""
    own = (notices.c.id == id) & notices.c.sent_at.is_(None)
    return connection.execute(update(notices).where(own).values(sent_at=at)).rowcount == 1


def prune(connection: Connection, before: datetime) -> int:
    """Deletes what is older; how many rows."""
    return connection.execute(delete(notices).where(notices.c.at < before)).rowcount


def forget(connection: Connection, user_id: str) -> int:
    """Deletes the person's drafts; what was sent stays, without who said it. How many rows."""
    own = notices.c.user_id == user_id
    drafts = delete(notices).where(own, notices.c.sent_at.is_(None))
    gone = connection.execute(drafts).rowcount
    rest = update(notices).where(own).values(user_id="", name="")
    return gone + connection.execute(rest).rowcount
