"""What the worker does with the outbox's rows: claims them, sends, and ends them.

A row in state `sending` belongs to the attempt that claimed it, until its lease ends; every later
write names that attempt and does nothing where another has taken over. At most one row of a place
is being sent, which the database itself guarantees.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, and_, case, delete, func, or_, update
from sqlalchemy.exc import IntegrityError

from core.store.claiming import Delivery, Now, claimed_rows, heads, takeable
from core.store.delivery_tables import deliveries, places
from core.store.pace import Pace, allowance, spend
from core.store.pauses import pause_at
from core.store.places import Run, lose, place_id

Ending = Literal["unknown", "dead", "expired", "cancelled"]


class Sending:
    """Every method raises SourceUnavailable where the database does not answer; those that take
    a Delivery tell False where another process has taken it over."""

    def __init__(self, write: Run[Any]) -> None:
        self._write = write

    async def claim(
        self, channel: str, now: Now, lease_until: datetime, most: int, pace: Pace
    ) -> tuple[Delivery, ...]:
        """The most urgent of what can be sent, one of a place, as this process's own: what is due,
        and before it what another process left behind. No more than the platform's pace allows,
        which all processes share. In a pause only what no pause holds back."""

        def take(connection: Connection) -> tuple[Delivery, ...]:
            at = replace(now, paused=pause_at(connection, now.plant) is not None)
            allowed = min(most, allowance(connection, channel, now.wall, pace))
            found = heads(connection, channel, at, allowed) if allowed > 0 else []
            if not found:
                return ()
            taken = (
                update(deliveries)
                .where(deliveries.c.id.in_(found), takeable(at))
                .values(
                    state="sending",
                    attempt=deliveries.c.attempt + 1,
                    lease_until=lease_until,
                    # An attempt whose process is gone counts as one that failed.
                    failures=case(
                        (deliveries.c.state == "sending", deliveries.c.failures + 1),
                        else_=deliveries.c.failures,
                    ),
                )
                .returning(*deliveries.c)
            )
            claimed = claimed_rows(connection, connection.execute(taken).all())
            spend(connection, channel, now.wall, pace, claimed)
            return claimed

        try:
            claimed: tuple[Delivery, ...] = await self._write(take)
        except IntegrityError:  # another process took one of the same place just now
            return ()
        return claimed

    async def begin(self, delivery: Delivery, lease_until: datetime) -> bool:
        """Marks that the platform is asked now."""
        return await self._set(delivery, {"begun": True, "lease_until": lease_until})

    async def extend(self, held: Sequence[Delivery], until: datetime) -> frozenset[str]:
        """Keeps the leases of what is being worked on; the ids of those that it still held."""
        if not held:
            return frozenset()
        statement = (
            update(deliveries)
            .where(or_(*(and_(*_own(one)) for one in held)))
            .values(lease_until=until)
            .returning(deliveries.c.id)
        )
        kept = await self._write(lambda c: list(c.execute(statement).scalars()))
        return frozenset(kept)

    async def sent(
        self, delivery: Delivery, message: str, at: datetime, held_until: datetime
    ) -> bool:
        """The platform shows it. What changed meanwhile is due again at once; the place rests."""
        newer = deliveries.c.version > delivery.version
        values = {
            "state": case((newer, "waiting"), else_="sent"),
            "next_at": None,
            "shown": delivery.version,
            "message": message,
            "sent_at": func.coalesce(deliveries.c.sent_at, at),
            **_AFRESH,
        }
        return await self._set(delivery, values, {"held_until": held_until, "failures": 0})

    async def retry(self, delivery: Delivery, next_at: datetime, why: str) -> bool:
        """The answer could not be made: this one waits, others of the place do not."""
        failures = delivery.failures + 1
        values = {"state": "waiting", "next_at": next_at, "failures": failures, "problem": why}
        return await self._set(delivery, values)

    async def hold(
        self, delivery: Delivery, held_until: datetime, why: str, *, shown: bool = False
    ) -> bool:
        """The place could not be reached: everything for it waits, in its order. `shown`: nobody
        knows whether it went out, so the next attempt has to look."""
        values = {"state": "waiting", "begun": shown, "problem": why}
        place = {"held_until": held_until, "failures": delivery.unreachable + 1}
        return await self._set(delivery, values, place)

    async def end(self, delivery: Delivery, state: Ending, why: str) -> bool:
        """It is not sent (any more)."""
        return await self._set(delivery, {"state": state, "problem": why, "lease_until": None})

    async def lose(
        self, delivery: Delivery, why: str, at: datetime, then: Callable[[Connection], object]
    ) -> bool:
        """Nobody can write to the place any more: it and what waits for it is called off.

        Who was first to find that out does `then`, in the same transaction.
        """

        def write(connection: Connection) -> bool:
            values = {"state": "cancelled", "problem": why, "lease_until": None}
            if not _update(connection, delivery, values):
                return False
            if lose(connection, place_id(delivery.place), why, at):
                then(connection)
            return True

        lost: bool = await self._write(write)
        return lost

    async def hand_back(self, delivery: Delivery) -> bool:
        """Leaves what has not begun to whoever looks next; the rest waits for its lease."""
        statement = (
            update(deliveries)
            .where(*_own(delivery), deliveries.c.begun.is_(False))
            .values(state="waiting", lease_until=None)
        )
        done: bool = await self._write(lambda c: c.execute(statement).rowcount == 1)
        return done

    async def expire(self, at: datetime) -> int:
        """Ends what is no longer worth sending; how many."""
        statement = (
            update(deliveries)
            .where(deliveries.c.state == "waiting", deliveries.c.message.is_(None))
            .where(deliveries.c.begun.is_(False), deliveries.c.until <= at)
            .values(state="expired")
        )
        ended: int = await self._write(lambda c: c.execute(statement).rowcount)
        return ended

    async def prune(self, before: datetime) -> int:
        """Forgets what ended before, dead letters as well; how many rows."""
        ended = deliveries.c.state.not_in(("waiting", "sending"))
        statement = delete(deliveries).where(ended, deliveries.c.created_at < before)
        gone: int = await self._write(lambda c: c.execute(statement).rowcount)
        return gone

    async def _set(
        self,
        delivery: Delivery,
        values: Mapping[str, Any],
        place: Mapping[str, Any] | None = None,
    ) -> bool:
        def write(connection: Connection) -> bool:
            if not _update(connection, delivery, values):
                return False
            if place:
                own = places.c.key == place_id(delivery.place)
                connection.execute(update(places).where(own).values(dict(place)))
            return True

        done: bool = await self._write(write)
        return done


_AFRESH: Mapping[str, Any] = {"begun": False, "failures": 0, "problem": None, "lease_until": None}


def _own(delivery: Delivery) -> tuple[ColumnElement[bool], ...]:
    """The fence: the row while it belongs to this attempt."""
    return (
        deliveries.c.id == delivery.id,
        deliveries.c.attempt == delivery.attempt,
        deliveries.c.state == "sending",
    )


def _update(connection: Connection, delivery: Delivery, values: Mapping[str, Any]) -> bool:
    statement = update(deliveries).where(*_own(delivery)).values(dict(values))
    return connection.execute(statement).rowcount == 1
