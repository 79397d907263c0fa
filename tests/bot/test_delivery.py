"""The outbox's worker with a channel that does what a test tells it."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters import Door, Gone, MaybeSent, NotSent, Progress, Unsupported
from adapters.fence import may_send
from bot.clock import wall_clock
from bot.unasked.delivery import Delivering
from bot.unasked.times import DeliveryTimes
from core.answer import Answer, Outcome, Text
from core.request import Place, Request, User, person_of
from core.store import Store, Subscription, Wanted
from core.store.pace import Pace
from tests import stores
from tests.fakes.loop import in_loop, skip

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
HERE = Place("fake", "one", private=False)
SOON = 60.0  # the machine may stand still for seconds, and what is waited for returns at once
QUICK = DeliveryTimes(
    lease=60.0, margin=0.3, look=0.02, pace=0.0, first_pause=0.02, longest_pause=0.05,
    platform=Pace(0.0001, 0.0001),
)  # fmt: skip


@dataclass
class Fake:
    """Remembers what it shows: (place, text) by message. `trouble` is raised, one each time;
    what comes with True was shown all the same."""

    name: str = "fake"
    shown: dict[str, tuple[str, str]] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)
    trouble: list[tuple[Exception, bool]] = field(default_factory=list)
    can_find: bool = True
    calls: list[str] = field(default_factory=list)

    def mount(self, door: Door) -> None:
        raise NotImplementedError

    async def send(self, place: Place, answer: Answer, delivery: str = "") -> str:
        assert may_send()
        self.calls.append("send")
        error, shown = self.trouble.pop(0) if self.trouble else (None, True)
        message = f"m{len(self.shown)}"
        if shown:
            self.shown[message] = (place.address, _text(answer))
            self.marks[delivery] = message
        if error is not None:
            raise error
        return message

    async def send_private(self, place: Place, user: User, answer: Answer) -> str:
        raise NotImplementedError

    async def update(self, place: Place, message: str, answer: Answer) -> None:
        self.calls.append("update")
        if self.trouble:
            raise self.trouble.pop(0)[0]
        self.shown[message] = (place.address, _text(answer))

    def stream(self, place: Place) -> Progress:
        raise NotImplementedError

    async def who(self, user: str) -> User:
        return User(user, groups=("fake:group",))

    async def find(self, place: Place, delivery: str) -> str | None:
        self.calls.append("find")
        if not self.can_find:
            raise Unsupported("nothing can be looked up")
        return self.marks.get(delivery)

    @property
    def texts(self) -> list[str]:
        return [text for _, text in self.shown.values()]


def _text(answer: Answer) -> str:
    (part,) = answer.parts
    assert isinstance(part, Text)
    return part.text


@dataclass
class Post:
    """A worker on its store; `answers` are the outcomes that the door gives next."""

    store: Store
    channel: Fake
    requests: list[Request] = field(default_factory=list)
    answers: list[Outcome] = field(default_factory=list)

    async def door(self, request: Request, _progress: Progress | None) -> Answer:
        self.requests.append(request)
        outcome = self.answers.pop(0) if self.answers else "answer"
        return Answer(outcome, (Text(f"{request.text} {len(self.requests)}"),))

    async def want(self, *keys: str, **more: Any) -> None:
        rows = [
            replace(Wanted(key, HERE, "briefing", 3, f"/{key}", "fake:u", "de", AT, None), **more)
            for key in keys
        ]
        await self.store.write(lambda c: self.store.outbox.want(c, rows, AT))

    async def until(self, **states: int) -> None:
        async with asyncio.timeout(SOON):
            while dict(await self.store.listing.counts()) != states:  # noqa: ASYNC110
                await asyncio.sleep(0.02)


@asynccontextmanager
async def working(tmp: Path, times: DeliveryTimes = QUICK) -> AsyncIterator[Post]:
    store = stores.opened(tmp / "andon.db")
    post = Post(store, Fake())
    worker = Delivering(
        store, {"fake": post.channel}, post.door, lambda: AT, wall_clock, times=times
    )
    worker.open()
    try:
        yield post
    finally:
        await worker.close(1.0)
        store.close()


def work(check: Callable[[Post], Coroutine[Any, Any, None]], tmp: Path) -> None:
    async def run() -> None:
        async with working(tmp) as post:
            await check(post)

    asyncio.run(run())


def test_the_door_is_asked_with_the_owners_rights_in_that_place(tmp_path: Path) -> None:
    async def check(post: Post) -> None:
        await post.want("briefing")
        await post.until(sent=1)
        (request,) = post.requests
        assert request.user == User("fake:u", groups=("fake:group",))
        assert (request.place, request.text) == (HERE, "/briefing")
        assert (request.language, request.typed, request.now) == ("de", False, AT)
        assert post.channel.shown == {"m0": ("one", "/briefing 1")}

    work(check, tmp_path)


def test_what_was_not_shown_is_sent_again(tmp_path: Path) -> None:
    async def check(post: Post) -> None:
        post.channel.trouble = [(NotSent("down"), False), (NotSent("slow down", 0.1), False)]
        await post.want("a")
        await post.until(sent=1)
        assert post.channel.calls == ["send", "send", "send"]
        assert post.channel.texts == ["/a 3"]

    work(check, tmp_path)


@pytest.mark.parametrize("shown", [True, False])
def test_what_may_have_been_shown_is_looked_for_first(tmp_path: Path, shown: bool) -> None:
    async def check(post: Post) -> None:
        post.channel.trouble = [(MaybeSent("reset"), shown)]
        await post.want("a")
        await post.until(sent=1)
        assert post.channel.calls == ["send", "find"] + ["send"] * (not shown)
        assert len(post.channel.shown) == 1

    work(check, tmp_path)


def test_where_nothing_can_be_looked_for_it_is_unknown_and_never_sent_again(
    tmp_path: Path,
) -> None:
    async def check(post: Post) -> None:
        post.channel.can_find = False
        post.channel.trouble = [(MaybeSent("reset"), True)]
        await post.want("a", "b")
        await post.until(unknown=1, sent=1)
        assert post.channel.calls == ["send", "find", "send"]

    work(check, tmp_path)


def test_what_the_platform_does_not_take_is_a_dead_letter(tmp_path: Path) -> None:
    async def check(post: Post) -> None:
        post.channel.trouble = [(Unsupported("invalid_blocks"), False)]
        await post.want("a", "b")
        await post.until(dead=1, sent=1)
        (dead,) = await post.store.listing.of(("dead",), 5)
        assert dead.problem == "invalid_blocks"

    work(check, tmp_path)


def test_without_anything_to_say_nothing_is_sent(tmp_path: Path) -> None:
    async def check(post: Post) -> None:
        post.answers = ["no_data", "unknown_asset", "answer"]
        await post.want("a", "b", "c")
        await post.until(cancelled=2, sent=1)
        assert post.channel.texts == ["/c 3"]

    work(check, tmp_path)


def test_an_answer_that_cannot_be_made_is_tried_a_few_times(tmp_path: Path) -> None:
    async def check(post: Post) -> None:
        post.answers = ["error"] * 2
        await post.want("a")
        await post.until(sent=1)
        post.answers = ["error"] * 60
        await post.want("b")
        await post.until(sent=1, dead=1)

    work(check, tmp_path)


def test_what_would_look_the_same_is_not_updated(tmp_path: Path) -> None:
    """Renewed though nothing has changed; the process knows, as long as nobody showed another."""

    async def check(post: Post) -> None:
        said = ["one"]

        async def door(_request: Request, _progress: Progress | None) -> Answer:
            return Answer("answer", (Text(said[0]),))

        worker = Delivering(
            post.store, {"fake": post.channel}, door, lambda: AT, wall_clock, times=QUICK
        )
        worker.open()
        try:
            await post.want("alert")
            await post.until(sent=1)
            for expected, text in ((0, "one"), (1, "two"), (1, "two"), (2, "one")):
                said[0] = text
                await post.store.write(lambda c: post.store.outbox.renew(c, ["alert"], AT))
                await post.until(sent=1)
                assert post.channel.calls.count("update") == expected
            assert delivery_shown(tmp_path) == (5, 5)
        finally:
            await worker.close(1.0)

    async def run() -> None:
        store = stores.opened(tmp_path / "andon.db")
        try:
            await check(Post(store, Fake()))
        finally:
            store.close()

    asyncio.run(run())


def delivery_shown(folder: Path) -> tuple[int, int]:
    with closing(sqlite3.connect(folder / "andon.db")) as store:
        row: tuple[int, int] = store.execute("SELECT version, shown FROM deliveries").fetchone()
        return row


def test_many_changes_are_one_update_in_place(tmp_path: Path) -> None:
    async def check(post: Post) -> None:
        await post.want("alert")
        await post.until(sent=1)
        for _ in range(5):
            await post.store.write(lambda c: post.store.outbox.renew(c, ["alert"], AT))
        await post.until(sent=1)
        assert list(post.channel.shown) == ["m0"]
        assert 1 <= post.channel.calls.count("update") <= 5
        assert post.channel.texts == [f"/alert {len(post.requests)}"]

    work(check, tmp_path)


def test_an_owner_is_told_once_that_a_place_is_gone(tmp_path: Path) -> None:
    async def check(post: Post) -> None:
        for number in (1, 2):
            await post.store.subscriptions.save(
                Subscription(
                    f"s{number}",
                    HERE,
                    ("packaging",),
                    frozenset({"briefing"}),
                    "fake:u",
                    "de",
                    "",
                    None,
                    AT,
                )
            )
        post.channel.trouble = [(Gone("is_archived"), False)]
        await post.want("a", "b")
        await post.until(cancelled=2, sent=1)
        assert post.channel.texts == ["/andon farewell s1 2"]
        assert person_of(post.requests[-1].place) == "fake:u"
        assert await post.store.subscriptions.all() == ()

    work(check, tmp_path)


@in_loop
async def test_what_is_being_made_is_kept_beyond_its_lease_and_handed_back_at_the_end(
    tmp_path: Path,
) -> None:
    begun = asyncio.get_running_loop().time()

    def wall() -> datetime:
        return AT + timedelta(seconds=asyncio.get_running_loop().time() - begun)

    def until() -> str:
        with closing(sqlite3.connect(tmp_path / "andon.db")) as store:
            (found,) = store.execute("SELECT lease_until FROM deliveries").fetchone()
        return str(found)

    async def slowly(request: Request, progress: Progress | None) -> Answer:
        await asyncio.Event().wait()
        raise AssertionError("never made")

    store = stores.opened(tmp_path / "andon.db")
    post = Post(store, Fake())
    worker = Delivering(store, {"fake": post.channel}, slowly, lambda: AT, wall, times=QUICK)
    await post.want("a")
    worker.open()
    try:
        await post.until(sending=1)
        for _ in range(6):  # together it is two leases
            before = until()
            skip(QUICK.lease / 3)
            while until() == before:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        (held,) = await store.listing.of(("sending",), 5)
        assert held.attempt == 1
        await worker.close(0.1)
        assert await store.listing.counts() == {"waiting": 1}
    finally:
        await worker.close(0.1)
        store.close()


def test_who_has_lost_its_lease_sends_nothing(tmp_path: Path) -> None:
    """The clock jumps before the message is on its way, as it does for a process that froze."""

    async def run() -> None:
        store = stores.opened(tmp_path / "andon.db")
        jump, refused = timedelta(0), list[bool]()

        class Frozen(Fake):
            async def send(self, place: Place, answer: Answer, delivery: str = "") -> str:
                nonlocal jump
                jump = timedelta(hours=1)
                refused.append(not may_send())
                if refused[-1]:
                    raise NotSent("another process has taken over")
                return await super().send(place, answer, delivery)

        post = Post(store, Frozen())
        worker = Delivering(
            store, {"fake": post.channel}, post.door, lambda: AT, lambda: wall_clock() + jump,
            times=QUICK,
        )  # fmt: skip
        try:
            await post.want("a")
            worker.open()
            await post.until(sent=1)
        finally:
            await worker.close(1.0)
            store.close()
        assert refused == [True, False]
        assert len(post.channel.shown) == 1

    asyncio.run(run())


def test_a_database_that_is_gone_for_a_while_loses_nothing(tmp_path: Path) -> None:
    """Its tables are away while the worker is at it, and come back."""

    async def run() -> None:
        store = stores.opened(tmp_path / "andon.db")
        post = Post(store, Fake())
        worker = Delivering(
            store, {"fake": post.channel}, post.door, lambda: AT, wall_clock, times=QUICK
        )
        try:
            await post.want("a", "b")
            await _rename(store, "deliveries", "away")
            worker.open()
            async with asyncio.timeout(SOON):
                while not worker.health.problem:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            assert worker.health.since is not None
            await _rename(store, "away", "deliveries")
            await post.until(sent=2)
            async with asyncio.timeout(SOON):
                while worker.health.problem:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
        finally:
            await worker.close(1.0)
            store.close()

    asyncio.run(run())


@pytest.mark.parametrize("trouble", ["locked", "full"])
def test_a_lock_or_a_full_disk_is_waited_for(tmp_path: Path, trouble: str) -> None:
    file = tmp_path / "andon.db"

    async def run() -> None:
        store = Store.open(f"sqlite:///{file}", wait_seconds=0.1)
        post = Post(store, Fake())
        worker = Delivering(
            store, {"fake": post.channel}, post.door, lambda: AT, wall_clock, times=QUICK
        )
        try:
            await post.want(*(f"k{n}" for n in range(5)))
            with closing(sqlite3.connect(file, isolation_level=None)) as other:
                if trouble == "locked":
                    other.execute("BEGIN IMMEDIATE")
                else:
                    _let_files_grow_to(file.with_name("andon.db-wal").stat().st_size)
                worker.open()
                async with asyncio.timeout(SOON):
                    while not worker.health.problem:  # noqa: ASYNC110
                        await asyncio.sleep(0.01)
                said = "another process holds its lock" if trouble == "locked" else "the disk"
                assert worker.health.problem.startswith(said)
                if trouble == "locked":
                    other.execute("ROLLBACK")
                else:
                    _let_files_grow_to(resource.RLIM_INFINITY)
                await post.until(sent=5)
        finally:
            _let_files_grow_to(resource.RLIM_INFINITY)
            await worker.close(1.0)
            store.close()
        assert len(post.channel.shown) == 5

    asyncio.run(run())


def _let_files_grow_to(most: int) -> None:
    """What a full disk does, to this process alone."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))


async def _rename(store: Store, old: str, new: str) -> None:
    await store.write(lambda c: c.exec_driver_sql(f"ALTER TABLE {old} RENAME TO {new}"))


def test_two_workers_share_the_work(tmp_path: Path) -> None:
    async def run() -> None:
        async with working(tmp_path) as post:
            worker = Delivering(
                post.store, {"fake": post.channel}, post.door, lambda: AT, wall_clock, times=QUICK
            )
            worker.open()
            places = [replace(HERE, address=f"a{n}") for n in range(10)]
            for n in range(100):
                await post.want(f"k{n:02}", place=places[n % 10])
            await post.until(sent=100)
            await worker.close()
            assert len(post.channel.shown) == 100
            for place in places:
                texts = [t for a, t in post.channel.shown.values() if a == place.address]
                assert [t.split()[0] for t in texts] == sorted(t.split()[0] for t in texts)

    asyncio.run(run())
