"""A Supabase project's part of a check: its tables are counted by a function of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

from core.data.check import definitions, rows, server
from core.data.check.definitions import KnownAsset
from core.data.check.part import Away, Found
from core.data.check.probe import ASKED
from core.data.check.report import Finding, finding
from core.data.mapping import PlantFile
from core.data.query import Fact, Query
from core.data.schema import FACTS, SCHEMA
from core.data.source import Row, Scope
from core.errors import NoData, SourceUnavailable

if TYPE_CHECKING:
    from core.data.supabase.source import SupabaseDataSource

_EVERYTHING = Scope()


class ProjectPart:
    """`open` makes the source; it is used in one thread, by one loop."""

    def __init__(
        self,
        plant: PlantFile,
        now: datetime,
        zone: str,
        open: Callable[[PlantFile], SupabaseDataSource],
    ) -> None:
        name = plant.source.name or "Supabase"
        self.found = Found(plant, now, zone, name, "supabase")
        self._open = open
        self._live: Sequence[Row] = ()

    def look(self) -> None:
        asyncio.run(self._look())

    def examine(self, known: Sequence[KnownAsset] | None) -> None:
        found = self.found
        if known is not None:
            found.held_against(known)
        for fact in ("production", "downtime"):
            if fact in found.states:
                found.add(rows.fresh(fact, found.states[fact].last, found.now))
        found.add(self._stale_live())
        found.add(server.rights(found.writable or ()))
        found.add(server.clock(found.skew))

    async def _look(self) -> None:
        source = self._open(self.found.plant)
        try:
            await self._pinged(source)
            await self._itself(source)
            for fact in FACTS:
                if fact in self.found.plant.facts:
                    await self._read(source, fact)
            await self._definitions(source)
        finally:
            await source.close()

    async def _pinged(self, source: SupabaseDataSource) -> None:
        spent = []
        try:
            for _ in range(ASKED + 1):
                began = perf_counter()
                await source.ping()
                spent.append((perf_counter() - began) * 1000)
        except SourceUnavailable as error:
            raise Away(error.problem) from None
        self.found.milliseconds = median(spent[1:])

    async def _itself(self, source: SupabaseDataSource) -> None:
        found = self.found
        try:
            told = await source.itself()
        except SourceUnavailable as error:
            if error.problem == "migrations_missing":
                found.add([finding("warning", "migrations_old", None)])
            else:
                found.note(None, error)
            return
        found.skew = server.skew(float(told["now"]), found.time)
        tables = {mapping.table for mapping in found.plant.facts.values()}
        found.writable = tuple(name for name in told["writable"] if name in tables)
        bare = [name for name in told["unguarded"] if name in tables]
        if bare:
            found.add([finding("error", "unguarded", None, n=len(bare), tables=", ".join(bare))])

    async def _read(self, source: SupabaseDataSource, fact: Fact) -> None:
        found, table = self.found, self.found.plant.facts[fact].table
        try:
            columns = await source.columns(fact)
            if not columns:
                raise SourceUnavailable(found.name, "table_missing")
            told = await source.survey(fact)
        except SourceUnavailable as error:
            if error.problem not in ("migrations_missing", "timeout"):
                found.note(fact, error)
                found.failed(fact)
                return
            # Questions are answered all the same; only nobody has counted.
            if error.problem == "timeout":
                found.add([finding("info", "uncounted", fact, table=table)])
            found.held(fact, table)
            found.values[fact] = columns
            return
        except NoData as error:
            found.note(fact, error)
            found.failed(fact)
            return
        self._told(fact, table, told or {})

    def _told(self, fact: Fact, table: str, told: Mapping[str, Any]) -> None:
        found, rows = self.found, int(told["rows"])
        first, last = (_instant(told[name]) for name in ("first", "last"))
        found.held(fact, table, rows, first, last)
        found.values[fact] = frozenset(name for name, n in told["held"].items() if n)
        if fact != "asset" and "asset" in SCHEMA[fact].required and rows:
            found.named[fact] = frozenset(map(str, told["assets"]))

    async def _definitions(self, source: SupabaseDataSource) -> None:
        """What other facts are held against."""
        found = self.found
        try:
            if found.is_filled("asset"):
                wanted = Query("asset", limit=definitions.MOST_ASSETS)
                listed = (await source.fetch(wanted, _EVERYTHING)).rows
                found.listed = tuple(map(definitions.known_asset, listed))
            if found.is_filled("cost"):
                priced = (await source.fetch(Query("cost"), _EVERYTHING)).rows
                found.centers = frozenset(str(row["cost_center"]) for row in priced)
            if found.is_filled("live"):
                self._live = (await source.fetch(Query("live"), _EVERYTHING)).rows
        except (NoData, SourceUnavailable) as error:
            found.note(None, error)

    def _stale_live(self) -> Iterator[Finding]:
        limit = self.found.now - timedelta(minutes=self.found.plant.rules.stale_minutes)
        times = [at for row in self._live if isinstance(at := row.get("updated"), datetime)]
        old = sum(at < limit for at in times)
        return definitions.stale(old, len(self._live), self.found.plant)


def _instant(written: str | None) -> datetime | None:
    if written is None:
        return None
    found = datetime.fromisoformat(written)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
