"""Answers kept for a while: one load for many askers, an older value when the source fails."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from operator import attrgetter
from typing import Literal

from cachetools import LRUCache, TTLCache

from core.data.query import Fact, Query
from core.data.source import DataSource, Facts, Scope
from core.errors import SourceUnavailable

Tier = Literal["live", "daily", "static"]
SECONDS: dict[Tier, int] = {"live": 60, "daily": 15 * 60, "static": 60 * 60}
_STATIC: frozenset[Fact] = frozenset(
    {"asset", "product", "product_rate", "calendar", "target", "cost"}
)
_Key = tuple[Query, Scope | None]
# What a tier and the older values may hold, about 50 MB each.
_ROWS = 50_000


@dataclass(slots=True)
class Counts:
    """`stale` counts answers from an older value because the source failed."""

    hits: int = 0
    misses: int = 0
    shared: int = 0
    stale: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.hits + other.hits,
            self.misses + other.misses,
            self.shared + other.shared,
            self.stale + other.stale,
        )

    @property
    def hit_rate(self) -> float | None:
        """Share of questions answered without a load of their own; None before the first."""
        asked = self.hits + self.shared + self.misses
        return (self.hits + self.shared) / asked if asked else None


def tier_of(query: Query, now: datetime) -> Tier:
    """Definitions change rarely; a period that ended hours ago is corrected only now and then."""
    if query.fact in _STATIC:
        return "static"
    settled = query.interval is not None and (now - query.interval.end).total_seconds() > 4 * 3600
    return "daily" if settled and "latest" not in query.measures else "live"


@dataclass(frozen=True, slots=True)
class _Kept:
    """Facts with the time at which they were read. The size counts rows and the query's spans,
    so that a few large answers cannot fill the memory."""

    facts: Facts
    at: datetime
    size: int


@dataclass(slots=True)
class _Shelf:
    """One tier."""

    seconds: int
    timer: Callable[[], float]
    counts: Counts = field(default_factory=Counts)
    fresh: TTLCache[object, _Kept] = field(init=False)

    def __post_init__(self) -> None:
        self.fresh = TTLCache(_ROWS, self.seconds, timer=self.timer, getsizeof=attrgetter("size"))


class CachedSource:
    """A DataSource in front of another. Used from one event loop only.

    `clock` gives aware UTC; it also drives the tiers' ages, so a test can move it. `scope` is
    part of the key: what one person may see is never served to another by way of the cache.
    """

    def __init__(self, source: DataSource, clock: Callable[[], datetime]) -> None:
        self._source = source
        self.name = source.name
        self._clock = clock
        seconds = lambda: clock().timestamp()  # noqa: E731
        self._shelves = {tier: _Shelf(limit, seconds) for tier, limit in SECONDS.items()}
        self._old: LRUCache[object, _Kept] = LRUCache(_ROWS, getsizeof=attrgetter("size"))
        self._loading: dict[_Key, asyncio.Task[Facts]] = {}
        self._columns: dict[Fact, frozenset[str]] = {}

    async def fetch(self, query: Query, scope: Scope | None = None) -> Facts:
        """Raises what the source raises, unless it failed and an older value is at hand."""
        key = (query, scope)
        shelf = self._shelves[tier_of(query, self._clock())]
        found = shelf.fresh.get(key)
        if found is not None:
            shelf.counts.hits += 1
            return found.facts
        task = self._loading.get(key)
        if task is None:
            shelf.counts.misses += 1
            task = self._loading[key] = asyncio.create_task(self._load(key, shelf))
            task.add_done_callback(lambda done: self._loaded(key, done))
        else:
            shelf.counts.shared += 1
        # One asker who gives up must not end the load for the others.
        return await asyncio.shield(task)

    async def _load(self, key: _Key, shelf: _Shelf) -> Facts:
        query, scope = key
        try:
            facts = await self._source.fetch(query, scope)
        except SourceUnavailable:
            kept = self._old.get(key)
            if kept is None:
                raise
            shelf.counts.stale += 1
            return replace(kept.facts, stale=kept.at)
        made = _Kept(facts, self._clock().astimezone(UTC), _size(query, facts))
        is_wanted = made.size <= _ROWS // 4 and self._loading.get(key) is asyncio.current_task()
        if is_wanted and not facts.remarks:  # what stands in for a source goes when that is back
            shelf.fresh[key] = self._old[key] = made
        return facts

    def _loaded(self, key: _Key, task: asyncio.Task[Facts]) -> None:
        if self._loading.get(key) is task:
            del self._loading[key]
        if not task.cancelled():
            task.exception()  # looked at, or asyncio complains where all askers have gone

    def use_keys(self, keys: Mapping[str, str]) -> None:
        self._source.use_keys(keys)

    async def columns(self, fact: Fact) -> frozenset[str]:
        """As they were last, when the source cannot tell them now."""
        try:
            self._columns[fact] = await self._source.columns(fact)
        except SourceUnavailable:
            if fact not in self._columns:
                raise
        return self._columns[fact]

    async def close(self) -> None:
        await self._source.close()

    def counts(self) -> dict[Tier, Counts]:
        return {tier: shelf.counts for tier, shelf in self._shelves.items()}

    def report(self) -> dict[Tier, dict[str, float | None]]:
        """Per tier the counts, the hit rate and what is kept: answers and their rows."""
        return {
            tier: {
                **asdict(shelf.counts),
                "hit_rate": shelf.counts.hit_rate,
                "answers": len(shelf.fresh),
                "rows": sum(len(kept.facts.rows) for kept in shelf.fresh.values()),
            }
            for tier, shelf in self._shelves.items()
        }

    def clear(self) -> int:
        """Forgets everything, also what is being loaded; how many answers were kept."""
        kept = sum(len(shelf.fresh) for shelf in self._shelves.values())
        for shelf in self._shelves.values():
            shelf.fresh.clear()
        self._old.clear()
        self._loading.clear()
        return kept


def _size(query: Query, facts: Facts) -> int:
    return 1 + len(facts.rows) + sum(len(planned.spans) for planned in query.planned)
