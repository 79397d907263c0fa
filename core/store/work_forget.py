"""Forgets who did what with actions, handovers and notes; what was done stays."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select, update

from core.store.work_tables import actions, handovers, notes


def forget(connection: Connection, user_id: str) -> int:
    """Leaves what was done and written, without who did; how many rows."""
    count = connection.execute(
        update(notes).where(notes.c.user_id == user_id).values(user_id="", user_name="")
    ).rowcount
    for table, columns in ((actions, ("standing", "before")), (handovers, ("completed", "signed"))):
        for row in connection.execute(select(table)).all():
            kept = {name: _without(getattr(row, name), user_id) for name in columns}
            if any(kept[name] != getattr(row, name) for name in columns):
                connection.execute(update(table).where(table.c.id == row.id).values(kept))
                count += 1
    acted = update(actions).where(actions.c.changed_by == user_id).values(changed_by="")
    connection.execute(acted)
    return count


def _without(stored: Any, user_id: str) -> Any:
    """The JSON value with everything of that person replaced by nobody."""
    if not isinstance(stored, dict):
        return stored
    if stored.get("id") == user_id:
        return {**stored, "id": "", "name": ""}
    return {name: _without(value, user_id) for name, value in stored.items()}
