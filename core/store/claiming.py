"""Which of the outbox's rows are to be sent next: the most urgent of each place that is free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, func, or_, select

from core.request import Language, Place
from core.store.delivery_tables import deliveries, places

# A pause holds back no safety, no administrator's notice, no change of what is shown already, and
# nothing that may be shown.
_NEVER_HELD = or_(
    deliveries.c.rank == 0,
    deliveries.c.kind == "notice",
    deliveries.c.message.is_not(None),
    deliveries.c.begun.is_(True),
)


@dataclass(frozen=True, slots=True)
class Now:
    """`plant` is the time by which things fall due, `wall` that of leases and pauses: the first
    may be set, and stand still. `paused`: an administrator holds back what is sent unasked."""

    plant: datetime
    wall: datetime
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """A claimed row. `version` is what is wanted, `shown` what was shown last; `message` is what
    the platform shows already and is to be updated. `begun`: an earlier attempt had begun to send
    it. `failures` are attempts in a row to make the answer that failed, `unreachable` those to
    reach the place."""

    id: str
    key: str
    place: Place
    kind: str
    rank: int
    command: str
    owner: str
    language: Language
    due_at: datetime
    until: datetime | None
    attempt: int
    version: int
    shown: int
    message: str
    begun: bool
    failures: int
    unreachable: int


def takeable(now: Now) -> ColumnElement[bool]:
    """Left behind by another process, or due and still worth sending."""
    abandoned = and_(deliveries.c.state == "sending", deliveries.c.lease_until <= now.wall)
    worth = or_(
        deliveries.c.until.is_(None),
        deliveries.c.until > now.plant,
        deliveries.c.message.is_not(None),
        deliveries.c.begun,
    )
    rested = or_(deliveries.c.next_at.is_(None), deliveries.c.next_at <= now.wall)
    due = and_(deliveries.c.state == "waiting", deliveries.c.due_at <= now.plant)
    return or_(abandoned, and_(due, rested, worth, *((_NEVER_HELD,) if now.paused else ())))


def heads(connection: Connection, channel: str, now: Now, most: int) -> list[str]:
    """What is to be sent next in each place that is free, the most urgent first."""
    other = deliveries.alias("other")
    busy = exists().where(
        other.c.place == deliveries.c.place,
        other.c.state == "sending",
        other.c.lease_until > now.wall,
    )
    first = (
        deliveries.c.state == "sending"
    ).desc()  # what was left behind, before its place goes on
    urgency = (deliveries.c.rank, deliveries.c.due_at, deliveries.c.created_at, deliveries.c.key)
    ready = (
        select(
            deliveries.c.id,
            func.row_number()
            .over(partition_by=deliveries.c.place, order_by=(first, *urgency))
            .label("turn"),
        )
        .join(places, places.c.key == deliveries.c.place)
        .where(places.c.channel == channel, places.c.gone_at.is_(None))
        .where(or_(places.c.held_until.is_(None), places.c.held_until <= now.wall))
        .where(takeable(now), ~busy)
        .subquery()
    )
    first_of_all = select(ready.c.id).where(ready.c.turn == 1)
    statement = (
        select(deliveries.c.id).where(deliveries.c.id.in_(first_of_all), takeable(now))
        .order_by(*urgency).limit(most)
    )  # fmt: skip
    if connection.dialect.name != "sqlite":
        statement = statement.with_for_update(skip_locked=True)
    return list(connection.execute(statement).scalars())


def claimed_rows(connection: Connection, rows: Sequence[Row[Any]]) -> tuple[Delivery, ...]:
    keys = {row.place for row in rows}
    found = connection.execute(select(places).where(places.c.key.in_(keys)))
    known = {place.key: place for place in found}
    claimed = [_delivery(row, known[row.place]) for row in rows]
    return tuple(sorted(claimed, key=lambda one: (one.rank, one.due_at, one.key)))


def _delivery(row: Row[Any], place: Row[Any]) -> Delivery:
    return Delivery(
        row.id,
        row.key,
        Place(place.channel, place.address, row.thread, private=place.private),
        row.kind,
        row.rank,
        row.command,
        row.owner,
        row.language,
        row.due_at,
        row.until,
        row.attempt,
        row.version,
        row.shown,
        row.message or "",
        row.begun,
        row.failures,
        place.failures,
    )
