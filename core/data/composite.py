"""CompositeDataSource: several sources as one, each fact from where it lies."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from core.data.breaker import Breaker
from core.data.disagreement import differences, explained, is_comparable
from core.data.query import Fact, Query
from core.data.routing import Route
from core.data.source import DataSource, Facts, Remark, Scope
from core.errors import NoData, SourceUnavailable

# What one source does not let somebody see, no other is asked for instead.
_REFUSED = "not_allowed"


class CompositeDataSource:
    """Asks the sources that a fact is routed to, at the same time where there are two.

    What came from elsewhere than usual, or is not the same in both, is said with the facts
    (`remarks`, `second`, `differences`); the figures are always those of one source. Each source
    has a Breaker. `zones` are the plants' time zones, `clock` gives aware UTC.
    """

    def __init__(
        self,
        sources: Mapping[str, DataSource],
        routes: Mapping[Fact, Route],
        main: str,
        clock: Callable[[], datetime],
        zones: Sequence[str] = (),
    ) -> None:
        self._sources = {name: Breaker(source, clock) for name, source in sources.items()}
        self._routes = routes
        self._main = self._sources[main]
        self._zones = zones
        self.name = " + ".join(dict.fromkeys(source.name for source in self._sources.values()))

    async def fetch(self, query: Query, scope: Scope | None = None) -> Facts:
        """Raises what the first source raises where no other can stand in for it."""
        if query.statement is not None:  # SQL runs where the plant's own database is
            return await self._main.fetch(query, scope)
        route = self._routes.get(query.fact)
        if route is None:
            raise NoData("fact_missing", fact=query.fact)
        if route.also and is_comparable(query):
            return await self._compared(query, scope, route)
        return await self._or_instead(query, scope, route)

    async def columns(self, fact: Fact) -> frozenset[str]:
        """Those of the first source; of the one that stands in for it where it does not answer."""
        route = self._routes.get(fact)
        if route is None:
            return frozenset()
        try:
            return await self._sources[route.first].columns(fact)
        except SourceUnavailable:
            other = route.also or route.fallback
            if not other:
                raise
            return await self._sources[other].columns(fact)

    def use_keys(self, keys: Mapping[str, str]) -> None:
        for source in self._sources.values():
            source.use_keys(keys)

    async def close(self) -> None:
        await asyncio.gather(*(source.close() for source in self._sources.values()))

    async def _or_instead(self, query: Query, scope: Scope | None, route: Route) -> Facts:
        first, other = self._sources[route.first], route.also or route.fallback
        try:
            return await first.fetch(query, scope)
        except SourceUnavailable as error:
            if not other or error.problem == _REFUSED:
                raise
            try:
                found = await self._sources[other].fetch(query, scope)
            except (SourceUnavailable, NoData):
                raise error from None
            return _instead(found, error)

    async def _compared(self, query: Query, scope: Scope | None, route: Route) -> Facts:
        first, second = self._sources[route.first], self._sources[route.also]
        ours, theirs = await asyncio.gather(
            _tried(first, query, scope), _tried(second, query, scope)
        )
        match ours, theirs:
            case Facts(), Facts():
                found = differences(query, ours, theirs, route.tolerance)
                if not found:
                    return ours
                told = await explained(
                    found,
                    query,
                    scope,
                    (first, ours),
                    (second, theirs),
                    self._zones,
                    route.tolerance,
                )
                return replace(ours, second=theirs, differences=told)
            case Facts(), SourceUnavailable() as error:
                remark = Remark("not_compared", {"source": first.name, "other": error.system})
                return replace(ours, remarks=(*ours.remarks, remark))
            case Facts(), NoData():  # the second does not hold this; nothing to compare
                return ours
            case SourceUnavailable() as error, Facts() if error.problem != _REFUSED:
                return _instead(theirs, error)
            case error, _:
                assert isinstance(error, Exception)
                raise error


async def _tried(
    source: DataSource, query: Query, scope: Scope | None
) -> Facts | SourceUnavailable | NoData:
    try:
        return await source.fetch(query, scope)
    except (SourceUnavailable, NoData) as error:
        return error


def _instead(found: Facts, error: SourceUnavailable) -> Facts:
    """What another source gives, and that it does."""
    remark = Remark("instead", {"source": error.system, "other": found.origin.source})
    return replace(found, remarks=(*found.remarks, remark))
