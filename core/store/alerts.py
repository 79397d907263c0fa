"""Alerts that last: what holds, who is on it, and what became of it.

The functions work inside a caller's transaction, so that an alert, its history and what is sent
of it are written together or not at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from core.domain.alarms import Alarm, AlarmState, Priority
from core.store.alert_tables import alert_events, alert_floods, alerts


@dataclass(frozen=True, slots=True)
class StoredAlert:
    """One occurrence of a condition. `key` names the condition; `since` is when it began by the
    plant's data, `raised_at` when it was noticed. `version` counts the changes of its state.
    `facts` are the figures of the last look, as JSON (core/alerts/snapshot.py)."""

    id: str
    version: int
    key: str
    plant: str
    area: str
    asset: str
    rule: str
    priority: Priority
    active: bool
    acknowledged: bool
    since: datetime
    raised_at: datetime
    gone_since: datetime | None = None
    ended_at: datetime | None = None
    closed_at: datetime | None = None
    acknowledged_at: datetime | None = None
    taken_by: str | None = None
    taken_name: str | None = None
    taken_at: datetime | None = None
    shelved_until: datetime | None = None
    shelved_because: str | None = None
    suppressed_by: str | None = None
    escalated_at: datetime | None = None
    shown_at: datetime | None = None
    activations: int = 1
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def alarm(self) -> Alarm:
        return Alarm(
            self.active,
            self.acknowledged,
            self.raised_at if self.active else None,
            shelved_until=self.shelved_until,
            shelved_because=self.shelved_because,
            suppressed=self.suppressed_by is not None,
            out_of_service=self.closed_at is not None and self.active,
        )

    def state(self, now: datetime) -> AlarmState:
        return self.alarm.state(now)

    def is_over(self, now: datetime) -> bool:
        """Nothing of it is to be shown any more."""
        return self.closed_at is not None or self.state(now) is AlarmState.NORMAL


@dataclass(frozen=True, slots=True)
class Event:
    """Something that became of an alert; `user_id` is empty where it happened by itself."""

    alert_id: str
    at: datetime
    kind: str
    user_id: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


_COLUMNS = [alerts.c[f.name] for f in fields(StoredAlert)]


def alert_of(connection: Connection, alert_id: str, *, lock: bool = False) -> StoredAlert | None:
    """`lock`: nobody else changes it before the transaction ends (SQLite has one writer anyway)."""
    statement = select(*_COLUMNS).where(alerts.c.id == alert_id)
    row = connection.execute(statement.with_for_update() if lock else statement).one_or_none()
    return None if row is None else _stored(row)


def alerts_of(connection: Connection, ids: Collection[str]) -> dict[str, StoredAlert]:
    """Those of the ids that are there."""
    rows = connection.execute(select(*_COLUMNS).where(alerts.c.id.in_(list(ids))))
    return {row.id: _stored(row) for row in rows}


def known_alerts(
    connection: Connection, plants: Collection[str], ended_after: datetime, *, lock: bool = False
) -> tuple[StoredAlert, ...]:
    """Those that are active, those that returned and nobody acknowledged, and those that ended
    lately; the oldest first. `lock` as in `alert_of`."""
    wanted = or_(alerts.c.active, ~alerts.c.acknowledged, alerts.c.ended_at >= ended_after)
    statement = select(*_COLUMNS).where(alerts.c.plant.in_(list(plants)), wanted)
    statement = statement.order_by(alerts.c.raised_at, alerts.c.id)
    rows = connection.execute(statement.with_for_update() if lock else statement)
    return tuple(_stored(row) for row in rows)


def add_alerts(connection: Connection, new: Iterable[StoredAlert]) -> None:
    rows = [_row(alert) for alert in new]
    if rows:
        connection.execute(insert(alerts), rows)


def change_alert(connection: Connection, seen: int, alert: StoredAlert) -> bool:
    """Writes it where it still has the version that was `seen`."""
    own = (alerts.c.id == alert.id) & (alerts.c.version == seen)
    return connection.execute(update(alerts).where(own).values(_row(alert))).rowcount == 1


def free_id(connection: Connection, ids: Iterable[str]) -> str:
    """The first of the ids that no alert has."""
    return next(i for i in ids if alert_of(connection, i) is None)


def note(connection: Connection, happened: Iterable[Event]) -> None:
    rows = [asdict(event) for event in happened]
    if rows:
        connection.execute(insert(alert_events), rows)


def history(connection: Connection, alert_id: str) -> tuple[Event, ...]:
    """What became of it, the oldest first."""
    columns = [alert_events.c[f.name] for f in fields(Event)]
    statement = select(*columns).where(alert_events.c.alert_id == alert_id)
    return tuple(Event(*row) for row in connection.execute(statement.order_by(alert_events.c.id)))


def prune(connection: Connection, before: datetime) -> int:
    """Deletes what is over since then, with its history; how many alerts."""
    over = (~alerts.c.active) & (alerts.c.raised_at < before)
    connection.execute(delete(alert_floods).where(alert_floods.c.started_at < before))
    return connection.execute(delete(alerts).where(over)).rowcount


def forget(connection: Connection, user_id: str) -> int:
    """Leaves what was done, without who did it; how many rows."""
    acted = update(alert_events).where(alert_events.c.user_id == user_id).values(user_id="")
    taken = update(alerts).where(alerts.c.taken_by == user_id).values(taken_by="", taken_name="")
    return connection.execute(acted).rowcount + connection.execute(taken).rowcount


def _row(alert: StoredAlert) -> dict[str, Any]:
    values = {f.name: getattr(alert, f.name) for f in fields(StoredAlert)}
    return values | {"priority": int(alert.priority), "facts": dict(alert.facts)}


def _stored(row: Row[Any]) -> StoredAlert:
    values = dict(row._mapping)
    return StoredAlert(**values | {"priority": Priority(values["priority"])})
