"""What was received is worked on once, by whoever is there, and never forgotten without a word."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.intake import MOST_ATTEMPTS, Intake, Job
from core.errors import SourceUnavailable
from core.store import Store
from tests.slack.conftest import Clock
from tests.slack.overheard import overheard

Work = Callable[[Job], Awaitable[None]]


class Bench:
    """An intake on a store of its own; `done` holds what was worked on."""

    def __init__(self, folder: Path) -> None:
        self.store = Store.open(f"sqlite:///{folder / 'andon.db'}")
        self.clock = Clock()
        self.done: list[tuple[str, int, bool]] = []

    def intake(self, work: Work | None = None, *, look: float = 0.05) -> Intake:
        return Intake("slack", self.store.inbox, self.clock, work or self.note, look=look)

    async def note(self, job: Job) -> None:
        assert await job.sending()
        self.done.append((job.claim.key, job.claim.attempt, job.claim.maybe_sent))

    async def until(self, *done: str) -> None:
        async with asyncio.timeout(20):
            while True:
                if sorted(key for key, *_ in self.done) == sorted(done):
                    return
                await asyncio.sleep(0.01)

    def states(self) -> list[tuple[str, str]]:
        with self.store._engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT key, state FROM inbox ORDER BY key").all()
        return [(row[0], row[1]) for row in rows]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_once(bench: Bench) -> None:
    async def run() -> None:
        intake = bench.intake()
        await asyncio.gather(*(intake.receive("a", {}) for _ in range(10)))
        await intake.receive("b", {})
        await intake.close(5)
        assert sorted(bench.done) == [("a", 1, False), ("b", 1, False)]
        assert bench.states() == [("a", "done"), ("b", "done")]
        assert intake.running == 0

    asyncio.run(run())


def test_a_defect_ends_it(bench: Bench) -> None:
    async def broken(_job: Job) -> None:
        raise ZeroDivisionError

    async def run() -> None:
        intake = bench.intake(broken)
        with overheard() as ears:
            await intake.receive("a", {})
            await intake.close(5)
        assert "ZeroDivisionError" in ears.whole
        assert bench.states() == [("a", "failed")]

    asyncio.run(run())


def test_what_is_not_ended_in_time_is_handed_back(bench: Bench) -> None:
    async def endless(_job: Job) -> None:
        await asyncio.Event().wait()

    async def run() -> None:
        first, second = bench.intake(endless), bench.intake()
        for n in range(40):  # more than are worked on at once
            await first.receive(f"k{n}", {})
        await first.close(0.05)
        second.open()
        await bench.until(*(f"k{n}" for n in range(40)))
        await second.close(5)
        assert {attempt for _, attempt, _ in bench.done} == {2}

    asyncio.run(run())


def test_a_lease_is_kept_while_the_work_goes_on(bench: Bench) -> None:
    go = asyncio.Event()

    async def slow(job: Job) -> None:
        await go.wait()
        await bench.note(job)

    async def run() -> None:
        first, second = bench.intake(slow), bench.intake()
        first.open()
        await first.receive("a", {})
        for _ in range(10):
            bench.clock.now += timedelta(seconds=20)
            await asyncio.sleep(0.3)  # the first extends its lease meanwhile
            assert await second.look() is False
        go.set()
        await first.close(5)
        await second.close(5)
        assert bench.done == [("a", 1, False)]

    asyncio.run(run())


def test_a_lease_is_kept_while_it_closes(bench: Bench) -> None:
    """What is ended within the grace is nobody else's meanwhile."""
    go = asyncio.Event()

    async def slow(job: Job) -> None:
        await go.wait()
        await bench.note(job)

    async def run() -> None:
        first, second = bench.intake(slow), bench.intake()
        first.open()
        await first.receive("a", {})
        await bench.store.inbox.receive("slack", "left", {}, bench.clock(), bench.clock())
        closing = asyncio.create_task(first.close(60))
        await asyncio.sleep(0)
        for _ in range(10):
            bench.clock.now += timedelta(seconds=20)
            await asyncio.sleep(0.3)
            await second.look()
        await bench.until("left")
        go.set()
        await closing
        await second.close(5)
        assert sorted(bench.done) == [("a", 1, False), ("left", 2, False)]

    asyncio.run(run())


def test_who_lost_it_sends_nothing(bench: Bench) -> None:
    go, sent = asyncio.Event(), []

    async def slow(job: Job) -> None:
        await go.wait()
        sent.append(await job.sending())

    async def run() -> None:
        first, second = bench.intake(slow), bench.intake()
        await first.receive("a", {})
        bench.clock.now += timedelta(seconds=61)
        await second.look()
        await bench.until("a")
        go.set()
        await first.close(5)
        await second.close(5)
        assert sent == [False]
        assert bench.states() == [("a", "done")]

    asyncio.run(run())


def test_given_up_after_some_attempts(bench: Bench) -> None:
    async def run() -> None:
        with overheard() as ears:
            await bench.store.inbox.receive("slack", "a", {}, bench.clock(), bench.clock())
            for _ in range(MOST_ATTEMPTS - 1):
                assert await bench.store.inbox.take_over("slack", bench.clock(), bench.clock())
            intake = bench.intake()
            await intake.look()
            await intake.close(5)
        assert bench.done == []
        assert bench.states() == [("a", "failed")]
        assert [line for line in ears.warnings if "given up" in line]

    asyncio.run(run())


def test_no_more_at_once_than_is_good(bench: Bench) -> None:
    """Acknowledging goes on in between; all are worked off in the end."""
    at_once = most = 0

    async def work(job: Job) -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.002)
        at_once -= 1
        await bench.note(job)

    async def run() -> None:
        intake = bench.intake(work)
        await asyncio.gather(*(intake.receive(f"k{n}", {}) for n in range(100)))
        await intake.close(20)
        assert len(bench.done) == 100
        assert most <= 16

    asyncio.run(run())


def test_nothing_is_received_that_cannot_be_kept(bench: Bench) -> None:
    async def run() -> None:
        intake = bench.intake()
        with bench.store._engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE inbox RENAME TO elsewhere")
        with pytest.raises(SourceUnavailable):
            await intake.receive("a", {})
        intake.open()  # and the watch goes on when it is back
        await asyncio.sleep(0.1)
        with bench.store._engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO inbox")
        await bench.store.inbox.receive("slack", "a", {}, bench.clock(), bench.clock())
        await bench.until("a")
        await intake.close(5)

    asyncio.run(run())
