"""Everything that is sent unasked is a row here first.

A row holds no message but a command: what is shown is made when it is sent, so it is the newest,
with the rights that its owner has then. `Outbox` is for whoever wants something sent; what the
worker does with the rows is in `sending.py`.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, null, update

from core.request import Language, Place
from core.store.compiled_insert import insert_into
from core.store.delivery_tables import deliveries
from core.store.places import know, place_id

_AT_ONCE = 500  # a statement takes a limited number of values


@dataclass(frozen=True, slots=True)
class Wanted:
    """`key` is unique for ever: "briefing:<subscription>:<shift start>". Of what is due, a lower
    `rank` goes first: 0 safety, 1 alert, 2 handover, 3 briefing, 4 the rest. `command` is asked of
    the door as `user`, in the place; after `until` it is no longer worth sending."""

    key: str
    place: Place
    kind: str
    rank: int
    command: str
    user: str
    language: Language
    due_at: datetime
    until: datetime | None = None


class Outbox:
    """Works inside the caller's own transaction (`Store.write`), so that an alert and its
    delivery are written together or not at all."""

    def want(self, connection: Connection, wanted: Sequence[Wanted], at: datetime) -> int:
        """How many are new; a key that is there is left alone."""
        if not wanted:
            return 0
        know(connection, [one.place for one in wanted], at)
        statement = insert_into(deliveries, connection.dialect).on_conflict_do_nothing()
        rows = [_row(one, at) for one in sorted(wanted, key=lambda one: one.key)]
        made = connection.execute(statement.returning(deliveries.c.id), rows)
        return len(made.all())

    def renew(self, connection: Connection, keys: Collection[str], _at: datetime) -> int:
        """What these show has changed: a message that was sent is updated in place with what its
        command gives now, one that is not sent yet shows the newest anyhow. How many there are."""
        sent = deliveries.c.state == "sent"
        values = {
            "version": deliveries.c.version + 1,
            "state": case((sent, "waiting"), else_=deliveries.c.state),
            "next_at": case((sent, null()), else_=deliveries.c.next_at),
            "failures": case((sent, 0), else_=deliveries.c.failures),
        }
        living = deliveries.c.state.in_(("waiting", "sending", "sent"))
        return _update(connection, keys, living, values)

    def cancel(self, connection: Connection, keys: Collection[str], _at: datetime) -> int:
        """Calls off what was not sent yet, and nothing else. How many."""
        unsent = (deliveries.c.state == "waiting") & deliveries.c.message.is_(None)
        return _update(connection, keys, unsent, {"state": "cancelled"})


def _update(
    connection: Connection,
    keys: Collection[str],
    where: ColumnElement[bool],
    values: dict[str, Any],
) -> int:
    statements = (
        update(deliveries).where(deliveries.c.key.in_(some), where).values(values)
        for some in _batches(list(keys))
    )
    return sum(connection.execute(statement).rowcount for statement in statements)


def _batches(keys: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(keys), _AT_ONCE):
        yield keys[start : start + _AT_ONCE]


def _row(one: Wanted, at: datetime) -> dict[str, Any]:
    return {
        "id": secrets.token_hex(6),
        "key": one.key,
        "place": place_id(one.place),
        "thread": one.place.thread,
        "kind": one.kind,
        "rank": one.rank,
        "command": one.command,
        "owner": one.user,
        "language": one.language,
        "due_at": one.due_at,
        "until": one.until,
        "state": "waiting",
        "attempt": 0,
        "failures": 0,
        "begun": False,
        "version": 1,
        "shown": 0,
        "created_at": at,
    }
