"""The outbox's rows: wanted once, claimed by one, ended by whoever holds them."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest

from core.request import Place, direct, person_of
from core.store import Delivery, Now, Store, Subscription, Wanted
from core.store.listing import resend_one
from core.store.pace import Pace
from core.store.watermarks import advance, reached

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND, LEASE = timedelta(seconds=1), timedelta(seconds=60)
HERE = Place("slack", "T:C1", private=False)
THERE = Place("slack", "T:C2", private=False)
FREE = Pace(post=0.001, update=0.001)
T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


def wanted(key: str, place: Place = HERE, rank: int = 3, **more: Any) -> Wanted:
    given = Wanted(key, place, "briefing", rank, f"/briefing {key}", "slack:T:U", "en", AT)
    return replace(given, **more)


async def want(store: Store, *several: Wanted) -> int:
    return await store.write(lambda c: store.outbox.want(c, several, AT))


async def claim(store: Store, at: datetime = AT, most: int = 9) -> tuple[Delivery, ...]:
    return await store.sending.claim("slack", Now(at, at), at + LEASE, most, FREE)


async def counts(store: Store) -> dict[str, int]:
    return dict(await store.listing.counts())


def test_a_key_is_wanted_once(store: Store) -> None:
    async def check() -> None:
        assert await want(store, wanted("a"), wanted("b")) == 2
        assert await want(store, wanted("b"), wanted("c")) == 1
        assert await counts(store) == {"waiting": 3}

    run(check())


def test_of_a_place_only_one_is_sent_at_a_time_the_most_urgent_first(store: Store) -> None:
    async def check() -> None:
        await want(store, wanted("late", due_at=AT), wanted("alert", rank=1))
        await want(store, wanted("early", due_at=AT - SECOND), wanted("there", THERE))
        order = []
        while claimed := await claim(store):
            assert len({one.place.address for one in claimed}) == len(claimed)
            assert not await claim(store)  # the places are busy
            for one in claimed:
                order.append(one.key)
                assert await store.sending.sent(one, f"ts-{one.key}", AT, AT)
        assert order == ["alert", "there", "early", "late"]
        assert await counts(store) == {"sent": 4}

    run(check())


def test_what_is_not_due_or_too_late_is_not_claimed(store: Store) -> None:
    async def check() -> None:
        await want(
            store,
            wanted("tomorrow", due_at=AT + timedelta(days=1)),
            wanted("over", due_at=AT - LEASE, until=AT),
        )
        assert not await claim(store)
        assert await store.sending.expire(AT) == 1
        assert await counts(store) == {"waiting": 1, "expired": 1}

    run(check())


def test_a_lapsed_lease_is_taken_over_and_the_first_can_write_no_more(store: Store) -> None:
    async def check() -> None:
        await want(store, wanted("a"))
        (first,) = await claim(store)
        assert await store.sending.begin(first, AT + LEASE)
        assert not await claim(store, AT + LEASE - SECOND)
        (second,) = await claim(store, AT + LEASE)
        assert (second.attempt, second.begun, second.failures) == (2, True, 1)
        assert not await store.sending.begin(first, AT + 9 * LEASE)
        assert not await store.sending.sent(first, "ts1", AT, AT)
        assert await store.sending.extend([first, second], AT + 3 * LEASE) == {second.id}
        assert await store.sending.sent(second, "ts2", AT, AT)
        assert not await store.sending.end(second, "dead", "too late")

    run(check())


def test_what_is_handed_back_is_free_at_once_unless_it_was_begun(store: Store) -> None:
    async def check() -> None:
        await want(store, wanted("a"), wanted("b", THERE))
        a, b = await claim(store)
        await store.sending.begin(b, AT + LEASE)
        assert await store.sending.hand_back(a)
        assert not await store.sending.hand_back(b)
        (again,) = await claim(store)
        assert again.id == a.id

    run(check())


def test_a_place_that_cannot_be_reached_holds_all_that_is_for_it(store: Store) -> None:
    async def check() -> None:
        await want(store, wanted("a"), wanted("b"))
        (first,) = await claim(store)
        assert await store.sending.hold(first, AT + 5 * SECOND, "down", shown=True)
        assert not await claim(store, AT + 4 * SECOND)
        (again,) = await claim(store, AT + 5 * SECOND)
        assert (again.key, again.begun, again.unreachable) == ("a", True, 1)

    run(check())


def test_what_cannot_be_made_lets_others_go_first(store: Store) -> None:
    async def check() -> None:
        await want(store, wanted("a"), wanted("b"))
        (first,) = await claim(store)
        assert await store.sending.retry(first, AT + 5 * SECOND, "no data")
        (other,) = await claim(store)
        assert other.key == "b"

    run(check())


def test_what_changes_is_one_update_of_what_is_shown(store: Store) -> None:
    async def check() -> None:
        await want(store, wanted("a"), wanted("b", THERE))
        a, b = await claim(store)
        await store.sending.sent(a, "ts-a", AT, AT)
        renewed = [
            await store.write(lambda c: store.outbox.renew(c, ["a", "b", "none"], AT))
            for _ in range(3)
        ]
        assert renewed == [2, 2, 2]
        assert await store.sending.sent(b, "ts-b", AT, AT)  # it showed what was wanted before
        again = await claim(store)
        assert [(one.key, one.message, one.version) for one in again] == [
            ("a", "ts-a", 4),
            ("b", "ts-b", 4),
        ]
        for one in again:
            await store.sending.sent(one, one.message, AT, AT)
        assert not await claim(store)

    run(check())


def test_only_what_was_not_sent_is_called_off(store: Store) -> None:
    async def check() -> None:
        await want(store, wanted("a"), wanted("b"))
        (first,) = await claim(store)
        await store.sending.sent(first, "ts", AT, AT)
        await store.write(lambda c: store.outbox.renew(c, ["a"], AT))
        cancelled = await store.write(lambda c: store.outbox.cancel(c, ["a", "b"], AT))
        assert cancelled == 1
        assert await counts(store) == {"waiting": 1, "cancelled": 1}

    run(check())


def test_a_place_that_is_gone_takes_its_subscriptions_along_until_somebody_subscribes(
    store: Store,
) -> None:
    subscription = Subscription(
        "s1", HERE, ("packaging",), frozenset({"alerts"}), "slack:T:U", "de", "", None, AT
    )

    async def check() -> None:
        await store.subscriptions.save(subscription)
        assert await store.subscriptions.all("alerts") == (subscription,)
        assert await store.subscriptions.all("weekly") == ()
        await want(store, wanted("a"), wanted("b"))
        (first,) = await claim(store)
        told = wanted("told", direct("slack:T:U"))
        for expected in (True, False):
            done = await store.sending.lose(
                first, "is_archived", AT, lambda c: store.outbox.want(c, [told], AT)
            )
            assert done == expected
        assert await store.subscriptions.all() == ()
        assert await store.subscriptions.of(HERE) == (subscription,)
        assert await store.places.gone() == {"slack|T:C1": "is_archived"}
        assert await counts(store) == {"cancelled": 2, "waiting": 1}
        (word,) = await claim(store)
        assert (word.key, person_of(word.place), word.place.private) == ("told", "slack:T:U", True)
        await store.subscriptions.save(subscription)
        assert await store.subscriptions.all() == (subscription,)
        assert await store.subscriptions.remove("s1")
        assert not await store.subscriptions.remove("s1")

    run(check())


def test_all_processes_share_a_platforms_pace(store: Store) -> None:
    pace = Pace(post=1.0, update=5.0, burst=10.0)
    places = [Place("slack", f"T:C{n}", private=False) for n in range(30)]

    async def check() -> None:
        await want(store, *(wanted(f"k{n}", place) for n, place in enumerate(places)))

        async def take(at: datetime) -> int:
            claimed = await store.sending.claim("slack", Now(AT, at), at + LEASE, 99, pace)
            return len(claimed)

        assert [await take(AT), await take(AT)] == [10, 0]
        assert await take(AT + 4 * SECOND) == 4
        assert await take(AT + 30 * SECOND) == 10

    run(check())


def test_a_watermark_is_moved_by_one(store: Store) -> None:
    async def check() -> None:
        assert await store.read(lambda c: reached(c, "shifts")) is None
        assert await store.write(lambda c: advance(c, "shifts", AT, None))
        assert not await store.write(lambda c: advance(c, "shifts", AT, None))
        assert await store.write(lambda c: advance(c, "shifts", AT + SECOND, AT))
        assert not await store.write(lambda c: advance(c, "shifts", AT + SECOND, AT))
        assert await store.read(lambda c: reached(c, "shifts")) == AT + SECOND

    run(check())


def test_an_administrator_sees_dead_letters_and_may_send_them_again(store: Store) -> None:
    async def check() -> None:
        await want(store, wanted("a"), wanted("b", THERE))
        a, b = await claim(store)
        await store.sending.end(a, "dead", "invalid_blocks")
        await store.sending.sent(b, "ts", AT, AT)
        (listed,) = await store.listing.of(("dead", "unknown"), 10)
        assert (listed.id, listed.problem) == (a.id, "invalid_blocks")
        assert not await store.write(lambda c: resend_one(c, b.id, AT))
        assert await store.write(lambda c: resend_one(c, a.id, AT))
        (again,) = await claim(store)
        assert again.key == "a"
        assert await store.sending.prune(AT + LEASE) == 1

    run(check())


def test_two_stores_never_claim_the_same(store_url: str) -> None:
    async def check() -> None:
        stores = [Store.open(store_url, wait_seconds=20) for _ in range(4)]
        try:
            places = [Place("slack", f"T:C{n % 40}", private=False) for n in range(200)]
            await want(stores[0], *(wanted(f"k{n}", place) for n, place in enumerate(places)))
            taken: list[str] = []

            async def work(store: Store) -> None:
                empty = 0
                while empty < 8:
                    claimed = await claim(store, most=5)
                    empty = 0 if claimed else empty + 1
                    for one in claimed:
                        taken.append(one.id)
                        assert await store.sending.sent(one, "ts", AT, AT)

            await asyncio.gather(*(work(store) for store in stores))
            assert (len(taken), len(set(taken))) == (200, 200)
        finally:
            for store in stores:
                store.close()

    run(check())


@pytest.mark.parametrize("reference", [{"serviceUrl": "https://x", "id": 1}, None])
def test_what_a_platform_needs_for_a_place_is_kept(store: Store, reference: Any) -> None:
    async def check() -> None:
        assert await store.places.reference(HERE) is None
        await store.places.save(HERE, AT, reference)
        await store.places.save(HERE, AT)
        assert await store.places.reference(HERE) == reference

    run(check())
