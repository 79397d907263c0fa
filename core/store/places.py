"""Where the bot may write unasked, what the platform needs for it, and whether it still can.

A place here is a channel or a conversation; its threads share it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Dialect, select, update

from core.request import Place
from core.store.compiled_insert import insert_into
from core.store.delivery_tables import deliveries, places

T = TypeVar("T")
Run = Callable[[Callable[[Connection], T]], Awaitable[T]]


def place_id(place: Place) -> str:
    """What stands for the place in the store, whatever the thread."""
    return f"{place.channel}|{place.address}"


def know(connection: Connection, found: Collection[Place], at: datetime) -> None:
    """Makes a row for each place that has none yet."""
    rows = {
        place_id(place): {
            "key": place_id(place),
            "channel": place.channel,
            "address": place.address,
            "private": place.private,
            "failures": 0,
            "updated_at": at,
        }
        for place in sorted(found, key=place_id)  # two at once must not wait for each other
    }
    if rows:
        statement = insert_into(places, connection.dialect).on_conflict_do_nothing()
        connection.execute(statement, list(rows.values()))


def lose(connection: Connection, key: str, why: str, at: datetime) -> bool:
    """Marks that nobody can write there any more and calls off what waits for it; False where
    that was known already."""
    lost = update(places).where(places.c.key == key, places.c.gone_at.is_(None))
    if connection.execute(lost.values(gone_at=at, gone_why=why)).rowcount != 1:
        return False
    waiting = (deliveries.c.place == key) & (deliveries.c.state == "waiting")
    connection.execute(
        update(deliveries).where(waiting).values(state="cancelled", problem="the place is gone")
    )
    return True


class Places:
    """Every method raises SourceUnavailable where the database does not answer."""

    def __init__(self, write: Run[Any], read: Run[Any], dialect: Dialect) -> None:
        self._write = write
        self._read = read
        self._dialect = dialect

    async def save(
        self, place: Place, at: datetime, reference: Mapping[str, Any] | None = None
    ) -> None:
        """Knows the place, and that one can write there (again). `reference` is what the platform
        needs for it, a JSON object; without one the last stays."""
        given = {} if reference is None else {"reference": dict(reference)}
        fresh = {"gone_at": None, "gone_why": None, "updated_at": at, **given}
        row = {
            "key": place_id(place),
            "channel": place.channel,
            "address": place.address,
            "private": place.private,
            "failures": 0,
            **fresh,
        }
        statement = insert_into(places, self._dialect).values(row)
        upsert = statement.on_conflict_do_update(index_elements=["key"], set_=fresh)
        await self._write(lambda c: c.execute(upsert))

    async def reference(self, place: Place) -> Mapping[str, Any] | None:
        """What the platform needs in order to write there; None where nothing is kept."""
        statement = select(places.c.reference).where(places.c.key == place_id(place))
        found: Mapping[str, Any] | None = await self._read(lambda c: c.execute(statement).scalar())
        return found

    async def lose(self, place: Place, why: str, at: datetime) -> bool:
        """Marks that nobody can write there any more: its subscriptions rest until `save`.

        False where that was known already."""
        lost: bool = await self._write(lambda c: lose(c, place_id(place), why, at))
        return lost

    async def gone(self) -> Mapping[str, str]:
        """The ids of the places where nobody can write any more, and why."""
        statement = select(places.c.key, places.c.gone_why).where(places.c.gone_at.is_not(None))
        rows = await self._read(lambda c: c.execute(statement).all())
        return {row.key: row.gone_why or "" for row in rows}
