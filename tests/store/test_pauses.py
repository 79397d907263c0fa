"""A pause holds back what is sent unasked, and nothing that must not wait; notices go out once."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection

from core.request import Place
from core.store import Delivery, Now, Store, StoredAnswer, Wanted, audit, notices, pauses
from core.store.glance import Used, alert_counts, used
from core.store.notices import Told
from core.store.pace import Pace
from core.store.pauses import Pause

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FREE = Pace(post=0.001, update=0.001)
HELD = Pause(AT, AT + 4 * HOUR, "slack:T:ADMIN", "line trials")
TOLD = Told("n1", AT, "slack:T:ADMIN", "Ada", "canteen closed")
T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


def wanted(key: str, rank: int = 3, **more: Any) -> Wanted:
    place = Place("slack", f"T:{key}", private=False)
    given = Wanted(key, place, "briefing", rank, f"/briefing {key}", "slack:T:U", "en", AT)
    return replace(given, **more)


async def want(store: Store, *several: Wanted) -> None:
    await store.write(lambda c: store.outbox.want(c, several, AT))


async def claim(store: Store, at: datetime = AT) -> tuple[Delivery, ...]:
    return await store.sending.claim("slack", Now(at, at), at + HOUR, 9, FREE)


async def keys(store: Store, at: datetime = AT) -> list[str]:
    return sorted(one.key for one in await claim(store, at))


async def pause(store: Store) -> None:
    await store.write(lambda c: pauses.pause(c, HELD))


def test_only_what_must_not_wait_goes_out_in_a_pause(store: Store) -> None:
    async def check() -> None:
        await pause(store)
        await want(
            store,
            wanted("briefing"),
            wanted("alert", 1, kind="alert"),
            wanted("safety", 0, kind="safety"),
            wanted("notice", 4, kind="notice"),
        )
        assert await keys(store) == ["notice", "safety"]
        assert await keys(store, AT + 4 * HOUR) == ["alert", "briefing", "notice", "safety"]

    run(check())


def test_it_ends_when_it_is_resumed(store: Store) -> None:
    async def check() -> None:
        await pause(store)
        await want(store, wanted("a"))
        assert await keys(store) == []
        await store.write(pauses.resume)
        assert await keys(store) == ["a"]

    run(check())


def test_what_is_shown_is_kept_up_to_date(store: Store) -> None:
    async def check() -> None:
        await want(store, wanted("a"))
        (one,) = await claim(store)
        await store.sending.sent(one, "ts1", AT, AT)
        await pause(store)
        await store.write(lambda c: store.outbox.renew(c, ["a"], AT))
        assert await keys(store) == ["a"]

    run(check())


def test_what_may_have_been_shown_is_looked_for(store: Store) -> None:
    async def check() -> None:
        await want(store, wanted("a"))
        (one,) = await claim(store)
        await store.sending.begin(one, AT + HOUR)
        await pause(store)
        assert await keys(store, AT + HOUR) == ["a"]

    run(check())


def test_what_is_too_late_then_expires_as_ever(store: Store) -> None:
    async def check() -> None:
        await pause(store)
        await want(store, wanted("a", until=AT + HOUR), wanted("b"))
        assert await store.sending.expire(AT + HOUR) == 1
        assert await keys(store, AT + 5 * HOUR) == ["b"]

    run(check())


def test_a_second_pause_replaces_the_first(store: Store) -> None:
    async def check() -> None:
        await pause(store)
        longer = replace(HELD, until=AT + 9 * HOUR, why="still")
        await store.write(lambda c: pauses.pause(c, longer))
        assert await store.read(lambda c: pauses.pause_at(c, AT + 8 * HOUR)) == longer
        assert await store.read(lambda c: pauses.pause_at(c, AT + 9 * HOUR)) is None

    run(check())


def test_a_notice_is_sent_once_whoever_presses(store: Store) -> None:
    async def check() -> None:
        await store.write(lambda c: notices.draft(c, TOLD))
        sent = (store.write(lambda c: notices.sent(c, "n1", AT)) for _ in range(9))
        assert sorted(await asyncio.gather(*sent)) == [False] * 8 + [True]
        assert await store.read(lambda c: notices.notice_of(c, "n1")) == replace(TOLD, sent_at=AT)

    run(check())


def test_who_forgets_leaves_no_name_but_in_an_administrators_acts(store: Store) -> None:
    user = "slack:T:ADMIN"

    def acts(connection: Connection) -> None:
        for what in ("admin.pause", "alert.take", "door.refused"):
            audit.record(connection, audit.Entry(AT, user, "slack|T:D", what, ""))

    async def check() -> None:
        await pause(store)
        draft = replace(TOLD, id="n2", said="never sent")
        await store.write(lambda c: notices.draft(c, TOLD))
        await store.write(lambda c: notices.sent(c, "n1", AT))
        await store.write(lambda c: notices.draft(c, draft))
        await store.write(acts)
        await store.forget(user)
        kept = await store.read(lambda c: notices.notice_of(c, "n1"))
        assert kept == replace(TOLD, user_id="", name="", sent_at=AT)
        assert await store.read(lambda c: notices.notice_of(c, "n2")) is None
        held = await store.read(lambda c: pauses.pause_at(c, AT))
        assert held == replace(HELD, user_id="")
        found = await store.read(lambda c: audit.recent(c, AT, 9))
        assert [(one.what, one.user_id) for one in found] == [
            ("admin.pause", user), ("alert.take", ""), ("door.refused", ""),
        ]  # fmt: skip

    run(check())


def test_the_audit_log_tells_the_newest_in_order(store: Store) -> None:
    def acts(connection: Connection) -> None:
        for hour in range(5):
            audit.record(connection, audit.Entry(AT + hour * HOUR, "u", "p", f"act.{hour}", ""))

    async def check() -> None:
        await store.write(acts)
        found = await store.read(lambda c: audit.recent(c, AT + HOUR, 3))
        assert [one.what for one in found] == ["act.2", "act.3", "act.4"]
        assert len(await store.read(lambda c: audit.recent(c, AT + HOUR, 9))) == 4

    run(check())


def answered(id: str, user: str, at: datetime, tool: str) -> StoredAnswer:
    return StoredAnswer(id, at, user, "slack|T:D|", "oee", tool, {}, {}, ())


def test_usage_is_counted_by_days_in_utc_and_never_per_person(store: Store) -> None:
    async def check() -> None:
        await store.save_answer(answered("a", "u1", AT, "oee_query"))
        await store.save_answer(answered("b", "u1", AT, "oee_query"))
        await store.save_answer(answered("c", "u2", AT.replace(hour=0, minute=0), "trend_analysis"))
        await store.save_answer(answered("d", "u2", AT - timedelta(hours=13), "oee_query"))
        await store.save_answer(answered("e", "u3", AT, "remember"))  # told, not asked
        await store.spend("u1", "2026-11-23", 100, 0.25)
        await store.spend("u2", "2026-11-23", 20, 0.5)
        days = [date(2026, 11, 22), date(2026, 11, 23)]
        assert await store.read(lambda c: used(c, days)) == (
            Used(days[0], 1, 1, 0, 0.0),
            Used(days[1], 3, 2, 120, 0.75),
        )
        counted = await store.read(lambda c: alert_counts(c, AT))
        assert (counted.open, counted.waiting, counted.raised, counted.floods) == (0, 0, 0, 0)

    run(check())
