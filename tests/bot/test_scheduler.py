"""The jobs by the clock: rows for what fell due, and nothing that holds others up."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

import core.data
from bot.clock import wall_clock
from bot.unasked.scheduler import Job, Scheduler, Tick
from core.data.cache import CachedSource
from core.data.mapping import load
from core.data.sql import SqlDataSource
from core.errors import MisconfiguredError, SourceUnavailable
from core.installation import Definitions
from core.request import Place
from core.store import Kind, Store, Subscription
from core.store.delivery_tables import subscriptions
from core.store.places import know
from core.store.subscriptions import KINDS, _row

START = datetime(2026, 3, 11, 11, tzinfo=UTC)  # 06:00 in Riverside
MINUTE = timedelta(minutes=1)


def subscription(number: int, *kinds: Kind) -> Subscription:
    place = Place("slack", f"T:C{number}", private=False)
    return Subscription(
        f"s{number}", place, ("riverside",), frozenset(kinds or KINDS), "slack:T:U", "en", "",
        None, START,
    )  # fmt: skip


@pytest.fixture
def definitions(sample_path: Path) -> Definitions:
    sample = Path(core.data.__path__[0]) / "sample.toml"
    file = load(sample, home=sample_path.parent)
    return Definitions(file, CachedSource(SqlDataSource(file), lambda: START))


def test_a_shift_start_is_briefed_once_by_several_processes(
    tmp_path: Path, definitions: Definitions
) -> None:
    url = f"sqlite:///{tmp_path / 'andon.db'}"

    async def run() -> None:
        stores = [Store.open(url) for _ in range(3)]
        ticks = [Tick(definitions, store) for store in stores]
        try:
            await ticks[0](START - MINUTE)
            await stores[0].subscriptions.save(subscription(1, "briefing"))
            for now in (START - MINUTE / 2, START, START + MINUTE / 3, START + MINUTE):
                await asyncio.gather(*(tick(now) for tick in ticks))
            listed = await stores[0].listing.of(("waiting",), 10)
        finally:
            for store in stores:
                store.close()
        assert [(one.command, one.due_at) for one in listed] == [
            ("/briefing riverside at 2026-03-11T11:00Z", START)
        ]

    asyncio.run(run())


def test_a_first_start_briefs_nobody_of_the_past_and_a_downtime_is_caught_up(
    tmp_path: Path, definitions: Definitions
) -> None:
    async def run() -> None:
        store = Store.open(f"sqlite:///{tmp_path / 'andon.db'}")
        tick = Tick(definitions, store)
        try:
            await store.subscriptions.save(subscription(1, "briefing"))
            await tick(START + 120 * MINUTE)
            assert await store.listing.counts() == {}
            await tick(START + 1440 * MINUTE + 180 * MINUTE)  # a day later: only the running one
            listed = await store.listing.of(("waiting",), 10)
        finally:
            store.close()
        assert [one.due_at for one in listed] == [START + 1440 * MINUTE]

    asyncio.run(run())


def test_a_clock_that_went_back_is_told(tmp_path: Path, definitions: Definitions) -> None:
    async def run() -> None:
        store = Store.open(f"sqlite:///{tmp_path / 'andon.db'}")
        tick = Tick(definitions, store)
        try:
            await tick(START)
            await tick(START - 4 * MINUTE)  # as clocks of several processes may differ
            with pytest.raises(MisconfiguredError, match="2026-03-11 11:00 UTC here already"):
                await tick(START - 6 * MINUTE)
        finally:
            store.close()

    asyncio.run(run())


def test_ten_thousand_at_once_do_not_hold_up_the_loop(
    tmp_path: Path, definitions: Definitions
) -> None:
    def many(connection: Connection) -> None:
        made = [subscription(n, "briefing") for n in range(10_000)]
        know(connection, [one.place for one in made], START)
        connection.execute(subscriptions.insert(), [_row(one) for one in made])

    async def run() -> tuple[float, int]:
        store = Store.open(f"sqlite:///{tmp_path / 'andon.db'}")
        tick, worst, over = Tick(definitions, store), 0.0, asyncio.Event()

        async def watch() -> None:
            nonlocal worst
            while not over.is_set():
                begun = time.thread_time()  # the loop's own work, not the machine's pauses
                await asyncio.sleep(0.005)
                worst = max(worst, time.thread_time() - begun)

        try:
            await definitions.load()
            await tick(START - MINUTE)
            await store.write(many)
            watching = asyncio.create_task(watch())
            await tick(START)
            over.set()
            await watching
            counts = await store.listing.counts()
        finally:
            store.close()
        return worst, counts["waiting"]

    worst, waiting = asyncio.run(run())
    print(f"the loop was at one thing for {worst * 1000:.0f} ms at most")
    assert waiting == 10_000
    assert worst < 0.1


def test_a_job_that_fails_says_so_and_runs_again(tmp_path: Path) -> None:
    async def run() -> None:
        outcomes: list[Exception | None] = [SourceUnavailable("store", "the disk is full"), None]
        seen: list[datetime] = []

        async def work(now: datetime) -> None:
            seen.append(now)
            error = outcomes.pop(0) if outcomes else None
            if error:
                raise error

        scheduler = Scheduler([Job("pulse", 0.1, work)], lambda: START, wall_clock)
        scheduler.open()
        try:
            async with asyncio.timeout(60):
                while not scheduler.health["pulse"].problem:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
                assert scheduler.health["pulse"].problem == "store: the disk is full"
                while scheduler.health["pulse"].problem:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
        finally:
            await scheduler.close()
        assert set(seen) == {START}

    asyncio.run(run())


def test_a_job_that_takes_long_is_not_run_twice(tmp_path: Path) -> None:
    async def run() -> None:
        running = most = 0

        async def work(_now: datetime) -> None:
            nonlocal running, most
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.3)
            running -= 1

        scheduler = Scheduler([Job("slow", 0.05, work)], lambda: START, wall_clock)
        scheduler.open()
        await asyncio.sleep(0.6)
        await scheduler.close()
        assert most == 1

    asyncio.run(run())
