"""What was received is kept once, worked on by one, and found again when that one is gone."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.errors import SourceUnavailable
from core.store import Claim, Inbox, Store
from core.store.group_commit import GroupCommit

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=60)
AFTER = LATER + timedelta(seconds=60)


async def received(inbox: Inbox, key: str = "k", payload: dict[str, Any] | None = None) -> Claim:
    claim = await inbox.receive("slack", key, payload or {"text": "OEE?"}, NOW, LATER)
    assert claim is not None
    return claim


def on(store: Store, act: Callable[[Inbox], Awaitable[None]]) -> None:
    asyncio.run(_run(act(store.inbox)))


async def _run(work: Awaitable[None]) -> None:
    await work


def test_received_once(store: Store) -> None:
    async def act(inbox: Inbox) -> None:
        claim = await received(inbox)
        assert (claim.key, claim.payload, claim.attempt) == ("k", {"text": "OEE?"}, 1)
        assert not claim.maybe_sent
        for at in (NOW, AFTER):
            assert await inbox.receive("slack", "k", {}, at, at) is None
        assert await inbox.finish(claim, "done")
        assert await inbox.receive("slack", "k", {}, NOW, LATER) is None

    on(store, act)


def test_received_many_times_at_once_by_two(store: Store, store_url: str) -> None:
    """Two processes, each of which writes several things in one transaction."""
    other = Store.open(store_url)

    async def act(inbox: Inbox) -> None:
        keys = [f"k{n}" for n in range(20)] * 4
        claims = await asyncio.gather(
            *(
                each.receive("slack", key, {"n": key}, NOW, LATER)
                for key in keys
                for each in (inbox, other.inbox)
            )
        )
        assert sorted(c.key for c in claims if c) == sorted(set(keys))

    on(store, act)
    other.close()


def test_what_a_process_left_behind(store: Store) -> None:
    async def act(inbox: Inbox) -> None:
        await received(inbox, "first")
        late = await received(inbox, "second", {"text": "späť 😀"})
        assert await inbox.sending(late, LATER)
        assert await inbox.take_over("slack", LATER - timedelta(seconds=1), AFTER) is None
        assert await inbox.take_over("teams", LATER, AFTER) is None
        taken = [await inbox.take_over("slack", LATER, AFTER) for _ in range(3)]
        found = {c.key: c for c in taken if c}
        assert {k: (c.attempt, c.maybe_sent) for k, c in found.items()} == {
            "first": (2, False),
            "second": (2, True),
        }
        assert (found["second"].payload, found["second"].received_at) == (late.payload, NOW)

    on(store, act)


def test_who_was_taken_over_can_do_nothing_more(store: Store) -> None:
    async def act(inbox: Inbox) -> None:
        first = await received(inbox)
        second = await inbox.take_over("slack", LATER, AFTER)
        assert second is not None
        assert not await inbox.sending(first, AFTER)
        assert not await inbox.finish(first, "done")
        assert not await inbox.hand_back(first, NOW)
        await inbox.extend([first], AFTER + timedelta(days=1))
        third = await inbox.take_over("slack", AFTER, AFTER)  # the old one kept no lease
        assert third is not None
        assert await inbox.finish(third, "done")
        assert not await inbox.finish(third, "failed")

    on(store, act)


def test_leases_are_kept_and_handed_back(store: Store) -> None:
    async def act(inbox: Inbox) -> None:
        claims = [await received(inbox, key) for key in "abc"]
        await inbox.extend(claims[:2], AFTER)
        await inbox.extend([], AFTER)
        taken = await inbox.take_over("slack", LATER, AFTER)
        assert taken is not None
        assert taken.key == "c"
        assert await inbox.take_over("slack", LATER, AFTER) is None
        assert await inbox.hand_back(claims[0], NOW)
        back = await inbox.take_over("slack", NOW, LATER)
        assert back is not None
        assert (back.key, back.attempt) == ("a", 2)

    on(store, act)


def test_two_processes_never_take_the_same(store: Store, store_url: str) -> None:
    other = Store.open(store_url)

    async def act(inbox: Inbox) -> None:
        await asyncio.gather(*(received(inbox, f"k{n}") for n in range(30)))
        takes = [each.take_over("slack", LATER, AFTER) for each in (inbox, other.inbox) * 20]
        taken = [claim.key for claim in await asyncio.gather(*takes) if claim]
        assert sorted(taken) == sorted(f"k{n}" for n in range(30))

    on(store, act)
    other.close()


def test_what_is_done_says_nothing_any_more(store: Store) -> None:
    async def act(inbox: Inbox) -> None:
        for ending in ("done", "unknown", "failed"):
            claim = await received(inbox, ending)
            assert await inbox.finish(claim, ending)
        assert await inbox.take_over("slack", AFTER, AFTER) is None

    on(store, act)
    with store._engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT state, payload FROM inbox").all()
    assert sorted(tuple(row) for row in rows) == [
        ("done", None),
        ("failed", None),
        ("unknown", None),
    ]


def test_old_rows_are_forgotten(store: Store) -> None:
    async def act(inbox: Inbox) -> None:
        await inbox.finish(await received(inbox), "done")
        assert await inbox.prune(NOW) == 0
        assert await inbox.prune(LATER) == 1

    on(store, act)


@pytest.mark.parametrize(
    "text", ["\0", "\ud800", "x" * 100_000, "'; DROP TABLE inbox; --", "\u2028"]
)
def test_whatever_was_said(store: Store, text: str) -> None:
    async def act(inbox: Inbox) -> None:
        claim = await received(inbox, f"message:{text[:200]}", {"text": text, text[:50]: [text]})
        assert await inbox.sending(claim, LATER)
        taken = await inbox.take_over("slack", LATER, AFTER)
        assert taken is not None
        assert taken.payload == claim.payload
        assert await inbox.finish(taken, "done")

    on(store, act)


def test_one_that_cannot_be_written_costs_the_others_nothing(store: Store) -> None:
    async def act(inbox: Inbox) -> None:
        bad = inbox.receive("slack", "bad", {"n": float("nan")}, NOW, LATER)
        good = [inbox.receive("slack", f"good{n}", {}, NOW, LATER) for n in range(5)]
        results = await asyncio.gather(*good[:2], bad, *good[2:], return_exceptions=True)
        assert sum(isinstance(result, Claim) for result in results) == 5
        assert sum(isinstance(result, Exception) for result in results) == 1

    on(store, act)


def test_who_gave_up_waiting_has_written_nothing(store: Store) -> None:
    """The transaction before takes long; what was cancelled meanwhile is not begun."""
    commits = GroupCommit(store._engine)

    async def act() -> None:
        go = threading.Event()
        slow = asyncio.create_task(commits.run(lambda _c: go.wait(30)))
        await asyncio.sleep(0)
        begun: list[str] = []
        given_up = asyncio.create_task(commits.run(lambda _c: begun.append("given up")))
        waited = asyncio.create_task(commits.run(lambda _c: begun.append("waited")))
        await asyncio.sleep(0)
        given_up.cancel()
        go.set()
        await asyncio.gather(slow, waited)
        assert begun == ["waited"]

    asyncio.run(act())
    commits.close()


def test_a_database_that_is_gone(store: Store) -> None:
    with store._engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE inbox")

    async def act(inbox: Inbox) -> None:
        for work in (
            inbox.receive("slack", "k", {}, NOW, LATER),
            inbox.take_over("slack", NOW, LATER),
            inbox.prune(NOW),
        ):
            with pytest.raises(SourceUnavailable) as caught:
                await work
            assert caught.value.problem == "a table is missing or altered"

    on(store, act)
