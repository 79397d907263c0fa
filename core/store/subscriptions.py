"""What is sent unasked, where, and with whose rights."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Dialect, Row, delete, select, update

from core.request import Language, Place
from core.store.compiled_insert import insert_into
from core.store.delivery_tables import deliveries, places, subscriptions
from core.store.places import Run, know, place_id

Kind = Literal["briefing", "alerts", "handover", "weekly", "monthly"]
KINDS: tuple[Kind, ...] = ("briefing", "alerts", "handover", "weekly", "monthly")


@dataclass(frozen=True, slots=True)
class Subscription:
    """`scope` are ids of plants, areas or assets; `owner` is the chat identity whose rights it
    has. `quiet` are two local times ("22:00", "06:00") between which only safety is pushed, on the
    clock of `zone`; "" is the plant's."""

    id: str
    place: Place
    scope: tuple[str, ...]
    kinds: frozenset[Kind]
    owner: str
    language: Language
    zone: str
    quiet: tuple[str, str] | None
    created_at: datetime


_COLUMNS = (
    *subscriptions.c,
    places.c.channel,
    places.c.address,
    places.c.private,
)
_JOINED = select(*_COLUMNS).join(places, places.c.key == subscriptions.c.place)
_ORDER = (subscriptions.c.created_at, subscriptions.c.id)
_ALONE = select(places.c.key).where(places.c.private)


def keep_quiet(connection: Connection, owner: str, quiet: tuple[str, str] | None) -> None:
    """Gives the person's quiet hours to what they subscribed for themselves alone."""
    quiet_from, quiet_to = quiet or (None, None)
    own = (subscriptions.c.owner == owner) & subscriptions.c.place.in_(_ALONE)
    connection.execute(
        update(subscriptions).where(own).values(quiet_from=quiet_from, quiet_to=quiet_to)
    )


def forget(connection: Connection, owner: str) -> tuple[int, int]:
    """Ends what comes to the person alone, and deletes what has not been sent there; how many
    subscriptions and how many deliveries. What was sent is known on: its key is what keeps it from
    coming twice."""
    mine = (subscriptions.c.owner == owner) & subscriptions.c.place.in_(_ALONE)
    unsent = (deliveries.c.owner == owner) & (deliveries.c.state != "sent")
    ended = connection.execute(delete(subscriptions).where(mine)).rowcount
    gone = delete(deliveries).where(unsent, deliveries.c.place.in_(_ALONE))
    return ended, connection.execute(gone).rowcount


class Subscriptions:
    """Every method raises SourceUnavailable where the database does not answer."""

    def __init__(self, write: Run[Any], read: Run[Any], dialect: Dialect) -> None:
        self._write = write
        self._read = read
        self._dialect = dialect

    async def all(self, kind: Kind | None = None) -> tuple[Subscription, ...]:
        """Those of places where one can still write, the oldest first; of one kind or of all."""
        statement = _JOINED.where(places.c.gone_at.is_(None)).order_by(*_ORDER)

        def read(connection: Connection) -> tuple[Subscription, ...]:
            found = (_subscription(row) for row in connection.execute(statement))
            return tuple(s for s in found if kind is None or kind in s.kinds)

        result: tuple[Subscription, ...] = await self._read(read)
        return result

    async def of(self, place: Place) -> tuple[Subscription, ...]:
        """Those of the place, whatever the thread, the oldest first."""
        own = _JOINED.where(subscriptions.c.place == place_id(place)).order_by(*_ORDER)
        rows = await self._read(lambda c: c.execute(own).all())
        return tuple(_subscription(row) for row in rows)

    async def owned(self, owner: str) -> tuple[Subscription, ...]:
        """Those that the person made, wherever they are."""
        own = _JOINED.where(subscriptions.c.owner == owner).order_by(*_ORDER)
        rows = await self._read(lambda c: c.execute(own).all())
        return tuple(_subscription(row) for row in rows)

    async def save(self, s: Subscription) -> None:
        """Keeps it; one of the same id is replaced. Its place counts as reachable from now on."""
        values = _row(s)
        statement = insert_into(subscriptions, self._dialect).values(values)
        upsert = statement.on_conflict_do_update(index_elements=["id"], set_=values)
        reachable = (
            places.update()
            .where(places.c.key == place_id(s.place), places.c.gone_at.is_not(None))
            .values(gone_at=None, gone_why=None)
        )

        def write(connection: Connection) -> None:
            know(connection, (s.place,), s.created_at)
            connection.execute(reachable)
            connection.execute(upsert)

        await self._write(write)

    async def remove(self, id: str) -> bool:
        """Whether there was one."""
        statement = delete(subscriptions).where(subscriptions.c.id == id)
        gone: bool = await self._write(lambda c: c.execute(statement).rowcount == 1)
        return gone


def _row(s: Subscription) -> dict[str, Any]:
    quiet_from, quiet_to = s.quiet or (None, None)
    return {
        "id": s.id,
        "place": place_id(s.place),
        "thread": s.place.thread,
        "scope": list(s.scope),
        "kinds": _ordered(s.kinds),
        "owner": s.owner,
        "language": s.language,
        "zone": s.zone,
        "quiet_from": quiet_from,
        "quiet_to": quiet_to,
        "created_at": s.created_at,
    }


def _ordered(kinds: Collection[Kind]) -> list[Kind]:
    return [kind for kind in KINDS if kind in kinds]


def _subscription(row: Row[Any]) -> Subscription:
    return Subscription(
        row.id,
        Place(row.channel, row.address, row.thread, private=row.private),
        tuple(row.scope),
        frozenset(row.kinds),
        row.owner,
        row.language,
        row.zone,
        (row.quiet_from, row.quiet_to) if row.quiet_from else None,
        row.created_at,
    )
