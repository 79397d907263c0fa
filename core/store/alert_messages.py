"""Which message shows which alert, and the floods in which one message stands for many.

The functions work inside a caller's transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, delete, func, insert, or_, select, update

from core.store.alert_tables import alert_floods, alert_messages
from core.store.compiled_insert import insert_into
from core.store.delivery_tables import deliveries

Shown = Literal["push", "safety", "digest", "flood"]
_CANCELLED = select(deliveries.c.key).where(deliveries.c.state == "cancelled")


@dataclass(frozen=True, slots=True)
class Message:
    """An alert in a message: `delivery` is the outbox's key, `place` its place's id."""

    alert_id: str
    delivery: str
    place: str
    kind: Shown
    at: datetime


@dataclass(frozen=True, slots=True)
class Flood:
    """So many alerts at once that one message stands for them; per subscription, since each
    reader sees another part of the plant."""

    id: str
    subscription: str
    plant: str
    first_out: str
    count: int
    started_at: datetime
    ended_at: datetime | None = None


def messages_of(
    connection: Connection, alert_ids: Collection[str]
) -> dict[str, tuple[Message, ...]]:
    """Alert → the messages in which it is shown, the oldest first."""
    columns = [alert_messages.c[f.name] for f in fields(Message)]
    wanted = alert_messages.c.alert_id.in_(list(alert_ids))
    found: defaultdict[str, list[Message]] = defaultdict(list)
    for row in connection.execute(select(*columns).where(wanted).order_by(alert_messages.c.at)):
        found[row.alert_id].append(Message(*row))
    return {alert: tuple(listed) for alert, listed in found.items()}


def shown_in(connection: Connection, delivery: str) -> tuple[str, ...]:
    """The ids of the alerts in one message, in the order in which they came."""
    own = alert_messages.c.delivery == delivery
    order = (alert_messages.c.at, alert_messages.c.alert_id)
    return tuple(connection.scalars(select(alert_messages.c.alert_id).where(own).order_by(*order)))


def pushed(connection: Connection, place: str, since: datetime) -> int:
    """How many messages of the kind that counts were meant for a place since then: alerts that
    came singly, and floods; neither safety nor digests."""
    statement = select(func.count(func.distinct(alert_messages.c.delivery))).where(
        alert_messages.c.place == place,
        alert_messages.c.at >= since,
        alert_messages.c.kind.in_(("push", "flood")),
        alert_messages.c.delivery.not_in(_CANCELLED),
    )
    return int(connection.execute(statement).scalar_one())


def drop_cancelled(connection: Connection, keys: Collection[str]) -> None:
    """What was called off before it was sent has shown nothing."""
    off = alert_messages.c.delivery.in_(list(keys)) & alert_messages.c.delivery.in_(_CANCELLED)
    connection.execute(delete(alert_messages).where(off))


def add_messages(connection: Connection, meant: Iterable[Message]) -> None:
    """One that is there stays as it is."""
    rows = [asdict(message) for message in meant]
    if rows:
        statement = insert_into(alert_messages, connection.dialect).on_conflict_do_nothing()
        connection.execute(statement, rows)


def floods_since(
    connection: Connection, plant: str, ended_after: datetime
) -> dict[str, tuple[Flood, ...]]:
    """Subscription → its floods that go on or ended lately."""
    wanted = or_(alert_floods.c.ended_at.is_(None), alert_floods.c.ended_at >= ended_after)
    statement = select(*_FLOOD).where(alert_floods.c.plant == plant, wanted)
    found: defaultdict[str, list[Flood]] = defaultdict(list)
    for row in connection.execute(statement.order_by(alert_floods.c.started_at)):
        found[row.subscription].append(_flood(row))
    return {subscription: tuple(listed) for subscription, listed in found.items()}


def flood_of(connection: Connection, flood_id: str) -> Flood | None:
    row = connection.execute(select(*_FLOOD).where(alert_floods.c.id == flood_id)).one_or_none()
    return None if row is None else _flood(row)


def save_flood(connection: Connection, flood: Flood) -> None:
    """Adds it, or replaces what is known of it."""
    own = alert_floods.c.id == flood.id
    if not connection.execute(update(alert_floods).where(own).values(asdict(flood))).rowcount:
        connection.execute(insert(alert_floods), asdict(flood))


_FLOOD = [alert_floods.c[f.name] for f in fields(Flood)]


def _flood(row: Row[Any]) -> Flood:
    return Flood(**dict(row._mapping))
