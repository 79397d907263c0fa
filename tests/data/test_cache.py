"""The cache, with a clock that the test moves and a source that the test holds up or fails."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from core.data.cache import SECONDS, CachedSource, Tier
from core.data.query import Fact, Query
from core.data.source import Facts, Origin, Scope
from core.domain.periods import Interval
from core.errors import NoData, SourceUnavailable
from tests.data.databases import utc

START = utc("2026-03-02 12:00")
RUNNING = Query("production", ("a",), Interval(START - timedelta(hours=6), START))
SETTLED = Query("production", ("a",), Interval(utc("2026-03-01"), utc("2026-03-02")))
QUERIES: dict[Tier, Query] = {"live": RUNNING, "daily": SETTLED, "static": Query("asset")}


@dataclass
class Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Source:
    """Numbers its answers; `error` makes it fail, `gate` holds it up, `rows` is their size."""

    name: str = "plant"
    loads: int = 0
    rows: int = 1
    error: Exception | None = None
    gate: asyncio.Event | None = None
    asked: list[Query] = field(default_factory=list)

    async def fetch(self, query: Query, scope: Scope | None = None) -> Facts:
        self.loads += 1
        self.asked.append(query)
        number = self.loads
        if self.gate is not None:
            await self.gate.wait()
        if self.error is not None:
            raise self.error
        return Facts(({"load": number},) * self.rows, Origin("plant", "t", self.rows))

    async def columns(self, fact: Fact) -> frozenset[str]:
        return frozenset({"asset"})

    def use_keys(self, keys: Mapping[str, str]) -> None:
        pass

    async def close(self) -> None:
        pass


def number(facts: Facts) -> object:
    return facts.rows[0]["load"]


@pytest.mark.parametrize("tier", SECONDS)
def test_each_tier_keeps_for_its_time(tier: Tier) -> None:
    async def scenario() -> None:
        source, clock = Source(), Clock()
        cache, query = CachedSource(source, clock), QUERIES[tier]
        assert number(await cache.fetch(query)) == 1
        clock.forward(SECONDS[tier] - 1)
        assert number(await cache.fetch(query)) == 1
        clock.forward(2)
        assert number(await cache.fetch(query)) == 2
        counts = cache.counts()
        assert (counts[tier].hits, counts[tier].misses) == (1, 2)
        assert sum(c.hits + c.misses for c in counts.values()) == 3

    asyncio.run(scenario())


def test_the_times_of_the_tiers() -> None:
    assert SECONDS == {"live": 60, "daily": 900, "static": 3600}


def test_the_newest_time_is_always_live() -> None:
    async def scenario() -> None:
        source, clock = Source(), Clock()
        cache = CachedSource(source, clock)
        query = Query("production", ("a",), SETTLED.interval, ("latest",))
        await cache.fetch(query)
        clock.forward(61)
        assert number(await cache.fetch(query)) == 2

    asyncio.run(scenario())


def test_a_hundred_misses_make_one_load() -> None:
    async def scenario() -> None:
        source = Source(gate=asyncio.Event())
        cache = CachedSource(source, Clock())
        askers = [asyncio.create_task(cache.fetch(RUNNING)) for _ in range(100)]
        await asyncio.sleep(0)
        assert source.gate
        source.gate.set()
        assert {number(facts) for facts in await asyncio.gather(*askers)} == {1}
        assert source.loads == 1
        counts = cache.counts()["live"]
        assert (counts.misses, counts.shared, counts.hit_rate) == (1, 99, 0.99)

    asyncio.run(scenario())


def test_a_failure_serves_the_older_value_and_says_of_when() -> None:
    async def scenario() -> None:
        source, clock = Source(), Clock()
        cache = CachedSource(source, clock)
        await cache.fetch(RUNNING)
        clock.forward(600)
        source.error = SourceUnavailable("plant", "timeout")
        for _ in range(2):
            facts = await cache.fetch(RUNNING)
            assert (number(facts), facts.stale) == (1, START)
        source.error = None
        facts = await cache.fetch(RUNNING)
        assert (number(facts), facts.stale) == (4, None)
        assert cache.counts()["live"].stale == 2

    asyncio.run(scenario())


def test_a_failure_without_an_older_value_is_everybodys() -> None:
    async def scenario() -> None:
        source = Source(gate=asyncio.Event(), error=SourceUnavailable("plant", "timeout"))
        cache = CachedSource(source, Clock())
        askers = [asyncio.create_task(cache.fetch(RUNNING)) for _ in range(100)]
        await asyncio.sleep(0)
        assert source.gate
        source.gate.set()
        found = await asyncio.gather(*askers, return_exceptions=True)
        assert all(isinstance(error, SourceUnavailable) for error in found)
        assert source.loads == 1
        with pytest.raises(SourceUnavailable):
            await cache.fetch(RUNNING)
        assert source.loads == 2

    asyncio.run(scenario())


def test_what_the_data_cannot_tell_is_no_failure() -> None:
    async def scenario() -> None:
        source, clock = Source(), Clock()
        cache = CachedSource(source, clock)
        await cache.fetch(RUNNING)
        clock.forward(61)
        source.error = NoData("text_in_number", table="t")
        with pytest.raises(NoData):
            await cache.fetch(RUNNING)

    asyncio.run(scenario())


def test_scopes_share_nothing() -> None:
    async def scenario() -> None:
        source, clock = Source(), Clock()
        cache = CachedSource(source, clock)
        assert number(await cache.fetch(RUNNING, Scope(frozenset("a")))) == 1
        assert number(await cache.fetch(RUNNING, Scope(frozenset("b")))) == 2
        assert number(await cache.fetch(RUNNING, Scope(frozenset("a")))) == 1
        clock.forward(600)
        source.error = SourceUnavailable("plant", "timeout")
        with pytest.raises(SourceUnavailable):
            await cache.fetch(RUNNING, Scope(frozenset("c")))

    asyncio.run(scenario())


def test_an_asker_who_gives_up_does_not_end_the_load() -> None:
    async def scenario() -> None:
        source = Source(gate=asyncio.Event())
        cache = CachedSource(source, Clock())
        first = asyncio.create_task(cache.fetch(RUNNING))
        second = asyncio.create_task(cache.fetch(RUNNING))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        assert source.gate
        source.gate.set()
        assert number(await second) == 1
        assert first.cancelled()
        assert number(await cache.fetch(RUNNING)) == 1

    asyncio.run(scenario())


def test_a_load_that_nobody_waits_for_fails_in_silence() -> None:
    async def scenario() -> list[object]:
        problems: list[object] = []
        asyncio.get_running_loop().set_exception_handler(
            lambda _, context: problems.append(context)
        )
        source = Source(gate=asyncio.Event(), error=SourceUnavailable("plant", "timeout"))
        cache = CachedSource(source, Clock())
        asker = asyncio.create_task(cache.fetch(RUNNING))
        await asyncio.sleep(0)
        asker.cancel()
        assert source.gate
        source.gate.set()
        for _ in range(5):
            await asyncio.sleep(0)
        del asker
        gc.collect()
        return problems

    assert asyncio.run(scenario()) == []


def test_an_entry_that_ends_while_it_is_loaded_anew() -> None:
    async def scenario() -> None:
        source, clock = Source(), Clock()
        cache = CachedSource(source, clock)
        await cache.fetch(RUNNING)
        clock.forward(61)
        source.gate = asyncio.Event()
        asker = asyncio.create_task(cache.fetch(RUNNING))
        await asyncio.sleep(0)
        clock.forward(100)  # the load takes longer than the tier lasts
        source.gate.set()
        assert number(await asker) == 2
        clock.forward(59)
        assert number(await cache.fetch(RUNNING)) == 2

    asyncio.run(scenario())


def test_clearing_forgets_everything() -> None:
    async def scenario() -> None:
        source, clock = Source(), Clock()
        cache = CachedSource(source, clock)
        for query in QUERIES.values():
            await cache.fetch(query)
        assert cache.clear() == 3
        assert number(await cache.fetch(RUNNING)) == 4
        cache.clear()
        source.error = SourceUnavailable("plant", "timeout")
        with pytest.raises(SourceUnavailable):
            await cache.fetch(RUNNING)

    asyncio.run(scenario())


def test_what_was_asked_before_clearing_is_not_kept() -> None:
    async def scenario() -> None:
        source = Source(gate=asyncio.Event())
        cache = CachedSource(source, Clock())
        before = asyncio.create_task(cache.fetch(RUNNING))
        await asyncio.sleep(0)
        cache.clear()
        after = asyncio.create_task(cache.fetch(RUNNING))
        await asyncio.sleep(0)
        assert source.gate
        source.gate.set()
        assert (number(await before), number(await after)) == (1, 2)
        assert number(await cache.fetch(RUNNING)) == 2

    asyncio.run(scenario())


def test_it_is_bounded() -> None:
    async def scenario() -> None:
        source = Source(rows=10_000)
        cache = CachedSource(source, Clock())
        for day in range(20):
            await cache.fetch(Query("production", (f"asset-{day}",), RUNNING.interval))
        assert 0 < (cache.report()["live"]["answers"] or 0) < 20
        assert (cache.report()["live"]["rows"] or 0) <= 50_000
        source.rows = 15_000  # one that would push out everything else is not kept
        loads = source.loads
        for _ in range(2):
            await cache.fetch(Query("downtime", None, RUNNING.interval))
        assert source.loads == loads + 2

    asyncio.run(scenario())


def test_the_report() -> None:
    async def scenario() -> None:
        cache = CachedSource(Source(), Clock())
        for _ in range(4):
            await cache.fetch(RUNNING)
        assert cache.report()["live"] == {
            "hits": 3,
            "misses": 1,
            "shared": 0,
            "stale": 0,
            "answers": 1,
            "rows": 1,
            "hit_rate": 0.75,
        }
        assert cache.report()["static"]["hit_rate"] is None

    asyncio.run(scenario())
