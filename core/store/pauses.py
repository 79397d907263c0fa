"""Whether what is sent unasked is held back for a while. All processes share it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from core.store.admin_tables import pauses
from core.store.compiled_insert import insert_into

_UNASKED = "unasked"


@dataclass(frozen=True, slots=True)
class Pause:
    """From `since` until before `until`, by the plant's clock."""

    since: datetime
    until: datetime
    user_id: str
    why: str


def pause_at(connection: Connection, at: datetime) -> Pause | None:
    """The pause that holds then; None where there is none, or it is over."""
    columns = [pauses.c[name] for name in Pause.__dataclass_fields__]
    running = (pauses.c.what == _UNASKED) & (pauses.c.until > at)
    row = connection.execute(select(*columns).where(running)).one_or_none()
    return None if row is None else Pause(*row)


def pause(connection: Connection, wanted: Pause) -> None:
    """Holds back from now on; another pause is replaced."""
    values = {name: getattr(wanted, name) for name in Pause.__dataclass_fields__}
    statement = insert_into(pauses, connection.dialect).values(what=_UNASKED, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["what"], set_=values))


def resume(connection: Connection) -> None:
    connection.execute(delete(pauses).where(pauses.c.what == _UNASKED))


def forget(connection: Connection, user_id: str) -> int:
    """Leaves the pause, without who made it; how many rows."""
    own = pauses.c.user_id == user_id
    return connection.execute(update(pauses).where(own).values(user_id="")).rowcount
