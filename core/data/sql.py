"""SqlDataSource: any database that SQLAlchemy speaks to, through a plant.toml mapping."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Select, literal, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from core.data import engines, statements
from core.data.filters import Parameters
from core.data.mapping import PlantFile
from core.data.parts import in_parts, joined
from core.data.physical import Physical, look, shift_times
from core.data.problems import problem_of
from core.data.query import Condition, Fact, Query
from core.data.results import Found, facts, found_by, in_doubt
from core.data.source import Facts, Scope
from core.errors import AndonError, NoData, SourceUnavailable
from core.statement_log import watch
from core.trace import along

if TYPE_CHECKING:
    from core.data.freeform.statements import Statements

_KEPT_STATEMENTS = 500
_KEYLESS: frozenset[Fact] = frozenset({"asset", "product", "calendar", "cost"})
T = TypeVar("T")


class SqlDataSource:
    """Reads one database. Its connections cannot write.

    Drivers block, so every call runs in a small pool of threads of its own. `keys` maps asset
    ids to what the plant's tables hold where these differ. `statements` runs what a language model
    wrote, where that is switched on. Raises MisconfiguredError for an
    address or mapping that cannot work.
    """

    def __init__(
        self,
        plant: PlantFile,
        keys: Mapping[str, str] | None = None,
        statements: Statements | None = None,
    ) -> None:
        url = engines.address(plant.source.url)
        shift_times(plant)
        self.name = plant.source.name or engines.shown(url)
        self._plant = plant
        self._timeout = plant.source.timeout_seconds
        self._engine = engines.connect(url, self._timeout)
        watch(self._engine, self.name)
        self._threads = ThreadPoolExecutor(engines.THREADS, thread_name_prefix="andon-sql")
        self._free = statements
        self._physical: dict[Fact, Physical | None] = {}
        self._statements: dict[object, Select[Any]] = {}
        self._version: object = None
        self.use_keys(keys or {})

    def use_keys(self, keys: Mapping[str, str]) -> None:
        """Asset id → the id that the plant's tables hold, where they differ."""
        self._keys = dict(keys)
        self._ids = {key: asset for asset, key in self._keys.items()}

    async def fetch(self, query: Query, scope: Scope | None = None) -> Facts:
        """Raises NoData where the mapping lacks the fact or the table a column, or holds what is
        no number or time; SourceUnavailable on any failure (problems.PROBLEMS)."""
        first, *others = await asyncio.gather(
            *(self._run(partial(self._fetch, query=part)) for part in in_parts(query))
        )
        return joined(first, others) if others else first

    async def columns(self, fact: Fact) -> frozenset[str]:
        """The logical columns that are mapped; the table is looked at once."""
        if fact not in self._plant.facts:
            return frozenset()
        known = self._physical.get(fact)
        if known is None:
            return await self._run(lambda connection: self._columns(connection, fact))
        return known.columns.names()

    async def ping(self) -> None:
        """Raises SourceUnavailable where the database does not answer."""
        await self._run(lambda connection: connection.execute(select(literal(1))).all())

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._engine.dispose()
        if self._free is not None:
            self._free.close()

    def run(self, work: Callable[[Connection], T]) -> T:
        """Runs `work` on a connection in this thread; errors become ours.

        `work` only reads, so it is done again, once, where the connection was lost meanwhile or
        others held the tables.
        """
        try:
            try:
                return self._once(work)
            except DBAPIError as error:
                if not error.connection_invalidated and problem_of(error) != "busy":
                    raise
                return self._once(work)
        except AndonError:
            raise
        except (SQLAlchemyError, OSError, ImportError) as error:
            # The tables may have changed: the next question looks at them anew.
            self._physical.clear()
            self._statements.clear()
            raise SourceUnavailable(self.name, problem_of(error)) from error

    def _once(self, work: Callable[[Connection], T]) -> T:
        with self._engine.connect() as connection:
            engines.limit(connection, self._timeout)
            self._notice(engines.version(connection))
            return work(connection)

    def _notice(self, version: object) -> None:
        """Files that were read in anew may have other columns than those before."""
        if version != self._version:
            self._version = version
            self._physical.clear()
            self._statements.clear()

    async def _run(self, work: Callable[[Connection], T]) -> T:
        loop = asyncio.get_running_loop()
        running = loop.run_in_executor(self._threads, along(self.run), work)
        try:
            # The driver's own limit comes first; this one holds where a driver has none.
            async with asyncio.timeout(self._timeout + 2):
                return await running
        except TimeoutError:
            raise SourceUnavailable(self.name, "timeout") from None

    def _columns(self, connection: Connection, fact: Fact) -> frozenset[str]:
        physical = self._place(connection, fact)
        return physical.columns.names() if physical else frozenset()

    def _fetch(self, connection: Connection, query: Query) -> Facts:
        if query.statement is not None:
            return self._written(connection, query)
        physical = self._place(connection, query.fact)
        if physical is None:
            raise NoData("fact_missing", fact=query.fact)
        query = self._with_keys(query)
        found = self._found(connection, query, physical)
        if in_doubt(found, query, physical):
            found = self._found(connection, query, physical)
        made = facts(found, query, physical, self._ids, self.name)
        remarks = engines.remarks(connection, physical.mapping.table)
        return replace(made, remarks=(*made.remarks, *remarks)) if remarks else made

    def _found(self, connection: Connection, query: Query, physical: Physical) -> Found:
        result = connection.execute(*self.statement(query, physical))
        return found_by(result, physical.mapping.table)

    def _written(self, connection: Connection, query: Query) -> Facts:
        """What a language model's statement gives, by a connection of its own."""
        if self._free is None:
            raise NoData("data_query.sql_off")
        from core.data.freeform.views import TABLES

        placed = {name: self._place(connection, fact) for name, fact in TABLES.items()}
        tables = {name: physical for name, physical in placed.items() if physical is not None}
        return self._free.fetch(query, tables, self._keys, self.name)

    def statement(self, query: Query, physical: Physical) -> tuple[Select[Any], Parameters]:
        """The statement for a query and its values; built once per shape."""
        values = statements.parameters(query, physical)
        if not physical.is_constant:
            return statements.build(query, physical), values
        key = statements.shape(query, physical)
        built = self._statements.get(key)
        if built is None:
            if len(self._statements) >= _KEPT_STATEMENTS:
                self._statements.clear()
            built = self._statements[key] = statements.build(query, physical)
        return built, values

    def _place(self, connection: Connection, fact: Fact) -> Physical | None:
        if fact not in self._physical:
            engines.require(connection, self._plant.facts.get(fact))
            physical = look(connection, fact, self._plant)
            if physical is not None and not physical.settled:
                return physical
            self._physical[fact] = physical
        return self._physical[fact]

    def _with_keys(self, query: Query) -> Query:
        if not self._keys or query.fact in _KEYLESS:
            return query
        return replace(
            query,
            assets=None if query.assets is None else self._keyed(query.assets),
            where=tuple(self._keyed_condition(condition) for condition in query.where),
            planned=tuple(replace(p, assets=self._keyed(p.assets)) for p in query.planned),
            members=tuple((self._key(a), self._key(b)) for a, b in query.members),
        )

    def _key(self, asset: str) -> str:
        return self._keys.get(asset, asset)

    def _keyed(self, assets: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(self._key, assets))

    def _keyed_condition(self, condition: Condition) -> Condition:
        if condition.column not in ("asset", "cause_asset"):
            return condition
        match condition.value:
            case str() as asset:
                return replace(condition, value=self._key(asset))
            case tuple() as assets:
                return replace(condition, value=self._keyed(assets))
            case _:
                return condition
