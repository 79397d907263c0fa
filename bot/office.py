"""What an administrator is told that lies outside core: sources, channels, jobs, cache, errors."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

from bot.cache_ledger import CacheLedger
from bot.health import Health
from bot.settings.log import OURS
from core.admin import Part, Wrong
from core.admin_sources import SourceHealth, look_at, newest_of
from core.answer_text import printable
from core.data.cache import CachedSource, Counts
from core.data.query import Fact
from core.data.source import System
from core.errors import SourceUnavailable

_KEPT, _LONGEST = 20, 300
_SECONDS = 5.0


class Watched(Protocol):
    """A channel, as far as its health goes."""

    @property
    def name(self) -> str: ...

    async def problem(self) -> str:
        """Why it cannot do its work, "" where it can."""


class Office:
    """A core.admin.House. `held` are the facts of each system; `secret_words` are struck out."""

    def __init__(
        self,
        systems: Mapping[str, System],
        held: Mapping[str, Collection[Fact]],
        cache: CachedSource,
        ledger: CacheLedger,
        secret_words: Iterable[str] = (),
    ) -> None:
        self._systems = systems
        self._held = held
        self._cache = cache
        self._ledger = ledger
        self._channels: Sequence[Watched] = ()
        self._health: Callable[[], Sequence[Health]] | None = None
        self._errors = LastErrors(secret_words)

    def open(self, channels: Sequence[Watched], health: Callable[[], Sequence[Health]]) -> None:
        """From now on this process serves these channels; `health` tells of its jobs."""
        self._channels = channels
        self._health = health
        logging.getLogger().addHandler(self._errors)

    def close(self) -> None:
        logging.getLogger().removeHandler(self._errors)

    @property
    def serving(self) -> bool:
        return self._health is not None

    async def sources(self, now: datetime) -> tuple[SourceHealth, ...]:
        """All at the same time."""
        found = (self._source(name, system, now) for name, system in self._systems.items())
        return tuple(await asyncio.gather(*found))

    async def _source(self, name: str, system: System, now: datetime) -> SourceHealth:
        seen = await look_at(name, system)
        if seen.problem:
            return seen
        fact, newest = await newest_of(system, self._held.get(name, ()), now)
        return replace(seen, fact=fact, newest=newest)

    async def channels(self) -> tuple[Part, ...]:
        return tuple(await asyncio.gather(*map(_seen, self._channels)))

    def jobs(self) -> tuple[Part, ...]:
        health = self._health() if self._health else ()
        return tuple(Part(one.name, one.problem, one.since) for one in health)

    def errors(self) -> tuple[Wrong, ...]:
        return tuple(reversed(self._errors.seen))

    def cache(self) -> Mapping[str, Counts]:
        """This process's counts and those of earlier ones on the same folder."""
        before = self._ledger.read()
        return {
            tier: before.get(tier, Counts()) + now for tier, now in self._cache.counts().items()
        }

    def clear_cache(self) -> int:
        self._ledger.clear()
        return self._cache.clear()


class LastErrors(logging.Handler):
    """Keeps the last errors that our own code logged: one line each, without secrets."""

    def __init__(self, secret_words: Iterable[str]) -> None:
        super().__init__(logging.ERROR)
        self._secrets = tuple(secret_words)
        self.seen: deque[Wrong] = deque(maxlen=_KEPT)

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.partition(".")[0] not in OURS:
            return  # what libraries say may hold anything
        text = record.getMessage()
        for word in self._secrets:
            text = text.replace(word, "***")
        at = datetime.fromtimestamp(record.created, UTC)
        self.seen.append(Wrong(at, printable(text)[:_LONGEST]))


async def _seen(channel: Watched) -> Part:
    try:
        async with asyncio.timeout(_SECONDS):
            return Part(channel.name, await channel.problem())
    except TimeoutError:
        return Part(channel.name, "timeout")
    except SourceUnavailable as error:
        return Part(channel.name, error.problem)
