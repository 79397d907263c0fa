"""A DataSource that takes sums of complete days from the rollup, and the rest from the tables."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import Connection

from core.data.mapping import PlantFile
from core.data.query import Fact, Query
from core.data.schema import SCHEMA
from core.data.source import DataSource, Facts, Origin, Remark, Row, Scope
from core.errors import SourceUnavailable
from core.rollup.cover import Cover, cover, may_cover
from core.rollup.groups import Group, mapping_mark
from core.rollup.ledger import Ledger, Tiles, read_ledger, version
from core.rollup.lots import placed
from core.rollup.reading import EVERYTHING
from core.rollup.shape import SHAPES
from core.rollup.sums import in_seconds, joined, newest, renumbered, tile_rows
from core.store import Store

_LOGGER = logging.getLogger(__name__)
WHOLE, PARTLY = "whole", "partly"
"""Notes of an Origin, words of the topic `rollup`: all of it, or what is complete of it, comes from
the rollup."""


class RolledSource:
    """In front of the source whose rows were rolled up.

    What cannot be told from whole shifts, is not rolled up or in doubt is asked of the source
    itself; so is everything where the store does not answer.
    """

    def __init__(self, source: DataSource, store: Store, plant_file: PlantFile) -> None:
        self._source = source
        self.name = source.name
        self._store = store
        self._facts = plant_file.facts
        self._places = placed(plant_file)
        self._mapping = mapping_mark(plant_file)
        self._keys: Mapping[str, str] = {}
        self._ledgers: dict[Fact, Ledger] = {}

    async def fetch(self, query: Query, scope: Scope | None = None) -> Facts:
        if (
            self._may_be_kept(query.fact, scope)
            and may_cover(query)
            and await self._is_mapped(query)
        ):
            try:
                found = await self._rolled(query, scope)
            except SourceUnavailable as error:
                if error.system != "store":
                    raise
                _LOGGER.warning("the rollup cannot be read: %s", error.problem)
                found = None
            if found is not None:
                return found
        return await self._source.fetch(query, scope)

    async def columns(self, fact: Fact) -> frozenset[str]:
        return await self._source.columns(fact)

    def use_keys(self, keys: Mapping[str, str]) -> None:
        self._keys = dict(keys)
        self._source.use_keys(keys)

    async def close(self) -> None:
        await self._source.close()

    # ---

    def _may_be_kept(self, fact: Fact, scope: Scope | None) -> bool:
        """Two sources are compared anew each time; and where the database decides who sees a row,
        it is asked for everybody who may not see all of them (docs/decisions/0022)."""
        place = self._places.get(fact)
        if place is None or place.is_compared:
            return False
        return not place.is_guarded or scope == EVERYTHING

    async def _is_mapped(self, query: Query) -> bool:
        """Whether the table has what the conditions go by; else it says what it lacks."""
        wanted = {one.column for one in query.where} - {"loss"}
        return not wanted or wanted <= await self._source.columns(query.fact)

    async def _rolled(self, query: Query, scope: Scope | None) -> Facts | None:
        recorded = SCHEMA[query.fact].recorded in await self._source.columns(query.fact)

        def read(connection: Connection) -> tuple[Cover, list[Row]] | None:
            # What changes while it is read is found out at the end, by the version.
            for _ in range(3):
                ledger = self._ledgers.get(query.fact)
                if ledger is None or not ledger.version:
                    ledger = read_ledger(connection, query.fact, self._mapping)
                    self._ledgers[query.fact] = ledger
                fits = _Fits(query, scope, self._keys)
                covered = cover(query, ledger, fits, self._longest(query.fact))
                rows = tile_rows(connection, query, covered, recorded) if covered else []
                if version(connection) == ledger.version:
                    return None if covered is None else (covered, rows)
                del self._ledgers[query.fact]
            return None

        found = await self._store.read(read)
        return None if found is None else await self._with_rest(query, scope, *found)

    async def _with_rest(
        self, query: Query, scope: Scope | None, covered: Cover, rows: list[Row]
    ) -> Facts | None:
        rest = await asyncio.gather(*(self._source.fetch(one.query, scope) for one in covered.rest))
        if any(facts.second is not None or facts.stale is not None for facts in rest):
            return None  # which of two sources to believe is for the whole to say
        for one, facts in zip(covered.rest, rest, strict=True):
            rows += renumbered(one, facts.rows)
        if rest:
            rows = list(joined(query, SHAPES[query.fact], rows))
        rows = in_seconds(query, rows)
        counted = sum(int(str(row["rows"] or 0)) for row in rows)
        remarks: tuple[Remark, ...] = ()
        for facts in rest:
            remarks += tuple(remark for remark in facts.remarks if remark not in remarks)
        note = PARTLY if rest else WHOLE
        origin = Origin(*self._place(query.fact, rest), counted, note)
        return Facts(tuple(rows), origin, newest(rows), remarks=remarks)

    def _place(self, fact: Fact, rest: list[Facts]) -> tuple[str, str]:
        """The source's and the table's name."""
        if rest:
            return rest[0].origin.source, rest[0].origin.table
        place = self._places[fact]
        return place.source or self.name, place.table

    def _longest(self, fact: Fact) -> timedelta:
        mapping = self._facts.get(fact)
        return (mapping.longest if mapping else None) or SCHEMA[fact].longest


class _Fits:
    """Whether a group's sums of an asset are what a query means, for whom it is asked."""

    def __init__(self, query: Query, scope: Scope | None, keys: Mapping[str, str]) -> None:
        self._query = query
        self._scope = scope
        self._keys = keys
        self._members: dict[str, set[str]] = {}
        for line, inner in query.members:
            self._members.setdefault(line, set()).add(inner)
        self._known: dict[int, dict[str, tuple[str, str]]] = {}
        self._lines: dict[int, dict[str, set[str]]] = {}

    def __call__(self, tiles: Tiles, asset: str) -> bool:
        group = tiles.group
        if group.fact == "downtime" and not self._is_counted_alike(group, asset):
            return False
        key, area = self._places(group)[asset]
        return key == self._keys.get(asset, asset) and self._may_see({area, group.plant})

    def _is_counted_alike(self, group: Group, asset: str) -> bool:
        query = self._query
        if group.minor_seconds != query.minor_stop_seconds:
            return False
        asks_long = bool({"long_stops", "long_minutes"} & set(query.measures))
        if asks_long and group.long_seconds != query.long_stop_seconds:
            return False
        return self._inside(group).get(asset, set()) == self._members.get(asset, set())

    def _inside(self, group: Group) -> dict[str, set[str]]:
        if id(group) not in self._lines:
            lines = self._lines[id(group)] = {}
            for line, inner in group.members:
                lines.setdefault(line, set()).add(inner)
        return self._lines[id(group)]

    def _places(self, group: Group) -> dict[str, tuple[str, str]]:
        if id(group) not in self._known:
            self._known[id(group)] = {asset: (key, area) for asset, key, area in group.keys}
        return self._known[id(group)]

    def _may_see(self, places: set[str]) -> bool:
        """What a scope does not plainly allow is left to the source that checks it."""
        if self._scope is None:
            return True
        asked = (self._scope.places, self._scope.audience)
        return all(allowed is None or allowed & places for allowed in asked)
