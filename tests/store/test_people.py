"""What people chose is kept until they choose again."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from core.store import Person, Store

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
ANA = "slack:T1:U1"


def test_nobody_chose_anything_yet(store: Store) -> None:
    assert asyncio.run(store.person(ANA)) is None


def test_everything_chosen_and_taken_back(store: Store) -> None:
    chosen = Person(ANA, "riverside", ("line-3", "line-4"), "de", ("22:00", "06:00"))
    asyncio.run(store.save_person(chosen, NOW))
    assert asyncio.run(store.person(ANA)) == Person(
        ANA, "riverside", ("line-3", "line-4"), "de", ("22:00", "06:00"), NOW
    )
    later = NOW + timedelta(hours=1)
    asyncio.run(store.save_person(Person(ANA), later))
    assert asyncio.run(store.person(ANA)) == Person(ANA, updated_at=later)


def test_people_are_told_apart(store: Store) -> None:
    async def run() -> None:
        people = [Person(f"slack:T1:U{n}", areas=(f"line-{n}",)) for n in range(20)]
        await asyncio.gather(*(store.save_person(person, NOW) for person in people))
        for person in people:
            kept = await store.person(person.user_id)
            assert kept is not None
            assert kept.areas == person.areas

    asyncio.run(run())


def test_pruning_forgets_no_choice(store: Store) -> None:
    asyncio.run(store.save_person(Person(ANA, language="de"), NOW))
    asyncio.run(store.prune(NOW + timedelta(days=400)))
    assert asyncio.run(store.person(ANA)) is not None
