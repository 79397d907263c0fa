"""A source that keeps failing is left alone for a while: its askers are told at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import TypeVar

from core.data.query import Fact, Query
from core.data.source import DataSource, Facts, Scope
from core.errors import SourceUnavailable

T = TypeVar("T")
FAILURES = 3
REST = timedelta(seconds=30)
# What says that the whole system is away; the others are about one table, or about us.
_AWAY = frozenset(
    {"timeout", "unreachable", "overloaded", "failed", "certificate", "project_paused"}
)


class Breaker:
    """A DataSource in front of another. `clock` gives aware UTC.

    After FAILURES failures one after the other it raises SourceUnavailable "resting" without
    asking, for REST; then one question is let through, and its outcome holds for all.
    """

    def __init__(self, source: DataSource, clock: Callable[[], datetime]) -> None:
        self.name = source.name
        self._source = source
        self._clock = clock
        self._failures = 0
        self._rests_until: datetime | None = None
        self._probing = False

    async def fetch(self, query: Query, scope: Scope | None = None) -> Facts:
        return await self._asked(lambda: self._source.fetch(query, scope))

    async def columns(self, fact: Fact) -> frozenset[str]:
        return await self._asked(lambda: self._source.columns(fact))

    def use_keys(self, keys: Mapping[str, str]) -> None:
        self._source.use_keys(keys)

    async def close(self) -> None:
        await self._source.close()

    async def _asked(self, ask: Callable[[], Awaitable[T]]) -> T:
        probing = self._rests_until is not None
        if self._rests_until is not None:
            if self._probing or self._clock() < self._rests_until:
                raise SourceUnavailable(self.name, "resting")
            self._probing = True
        try:
            found = await ask()
        except SourceUnavailable as error:
            self._note(failed=error.problem in _AWAY, probing=probing)
            raise
        except Exception:
            self._note(failed=False, probing=probing)  # it answers, if not what was hoped for
            raise
        finally:
            if probing:
                self._probing = False
        self._note(failed=False, probing=probing)
        return found

    def _note(self, *, failed: bool, probing: bool) -> None:
        if not failed:
            # An answer that was asked for before the rest began says nothing of now.
            if probing or self._rests_until is None:
                self._failures, self._rests_until = 0, None
            return
        self._failures += 1
        if probing or self._failures >= FAILURES:
            self._rests_until = self._clock() + REST
