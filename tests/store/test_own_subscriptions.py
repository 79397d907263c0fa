"""What comes to a person alone goes with them and keeps their quiet hours; channels keep theirs."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from core.request import Place, direct
from core.store import Forgotten, Person, Store, Subscription, Wanted
from core.store.sending import Ending

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
ANA, BEN = "slack:T:ana", "slack:T:ben"
ALONE, CHANNEL = Place("slack", "T:D1"), Place("slack", "T:C1", private=False)
BENS = Place("slack", "T:D2")


def subscription(id: str, place: Place, owner: str) -> Subscription:
    kinds = frozenset({"alerts"})
    return Subscription(id, place, ("line-3",), kinds, owner, "en", "", None, AT)  # type: ignore[arg-type]


async def subscribed(store: Store) -> None:
    for one in (
        subscription("a", ALONE, ANA), subscription("b", CHANNEL, ANA), subscription("c", BENS, BEN)
    ):  # fmt: skip
        await store.subscriptions.save(one)


async def quiet(store: Store) -> dict[str, tuple[str, str] | None]:
    return {one.id: one.quiet for one in await store.subscriptions.all()}


def test_quiet_hours_reach_what_comes_to_the_person_alone(store: Store) -> None:
    async def check() -> None:
        await subscribed(store)
        await store.save_person(Person(ANA, quiet=("22:00", "06:00")), AT)
        assert await quiet(store) == {"a": ("22:00", "06:00"), "b": None, "c": None}
        await store.save_person(Person(ANA), AT)
        assert await quiet(store) == {"a": None, "b": None, "c": None}

    asyncio.run(check())


@pytest.mark.parametrize("ending", [None, "dead", "unknown"])
def test_who_is_forgotten_gets_nothing_more(store: Store, ending: Ending | None) -> None:
    """What was sent is known on, so that it cannot come twice; what others read stays."""

    async def check() -> None:
        await subscribed(store)
        at_home = direct(ANA)
        wanted = [
            Wanted(key, place, "alert", 1, f"/alert {key}", owner, "en", AT)
            for key, place, owner in (
                ("mine", ALONE, ANA), ("note", at_home, ANA), ("floor", CHANNEL, ANA),
                ("bens", BENS, BEN), ("sent", Place("slack", "T:D9"), ANA),
            )
        ]  # fmt: skip
        await store.write(lambda c: store.outbox.want(c, wanted[-1:], AT))
        from core.store import Now
        from core.store.pace import Pace

        now, free = Now(AT, AT), Pace(0.001, 0.001)
        [one] = await store.sending.claim("slack", now, AT, 9, free)
        assert await store.sending.sent(one, "m1", AT, AT)
        await store.write(lambda c: store.outbox.want(c, wanted[:-1], AT))
        if ending:
            claimed = await store.sending.claim("slack", now, AT, 9, free)
            [own] = [one for one in claimed if one.key == "mine"]
            assert await store.sending.end(own, ending, "why")
        gone = await store.forget(ANA)
        assert gone == Forgotten(subscriptions=1, deliveries=2)
        assert {one.id for one in await store.subscriptions.all()} == {"b", "c"}
        states = ("waiting", "sending", "sent", "dead", "unknown")
        left = await store.listing.of(states, 9)
        assert {one.command for one in left} == {"/alert floor", "/alert bens", "/alert sent"}

    asyncio.run(check())
