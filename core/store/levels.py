"""How many alerts are open, over everyone: for who watches the bot."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import Connection, case, func, select

from core.store.alert_tables import alert_events, alerts

PRIORITIES = {1: "low", 2: "medium", 3: "high"}
STATES = ("unacknowledged", "acknowledged", "shelved", "returned")


def open_alerts(connection: Connection, now: datetime) -> Counter[tuple[str, str]]:
    """(priority, state) → how many, each of those there can be."""
    state = case(
        (alerts.c.shelved_until > now, "shelved"),
        (alerts.c.active.is_(False), "returned"),
        (alerts.c.acknowledged, "acknowledged"),
        else_="unacknowledged",
    )
    statement = (
        select(alerts.c.priority, state, func.count())
        .where(alerts.c.closed_at.is_(None))
        .group_by(alerts.c.priority, state)
    )
    found = Counter({(name, one): 0 for name in PRIORITIES.values() for one in STATES})
    for priority, one, count in connection.execute(statement):
        found[PRIORITIES[priority], one] += count
    return found


def raised_since(connection: Connection, since: datetime) -> int:
    """How often an alert came up, new or again."""
    came = (alert_events.c.kind.in_(("raised", "again")), alert_events.c.at > since)
    return connection.execute(select(func.count()).where(*came)).scalar_one()
