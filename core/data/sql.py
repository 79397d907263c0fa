"""SqlDataSource: any database that SQLAlchemy speaks to, through a plant.toml mapping."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import Engine, Select, column, event, select, table
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from core.data import statements, stops
from core.data.columns import Columns, ShiftTimes
from core.data.mapping import Column, FactMapping, PlantFile
from core.data.query import Fact, Query
from core.data.schema import SCHEMA
from core.data.source import Facts, Origin, Row
from core.data.statements import Parameters, Physical
from core.errors import AndonError, MisconfiguredError, NoData, SourceUnavailable

_THREADS = 4
T = TypeVar("T")


class SqlDataSource:
    """Reads one database. Its connections cannot write.

    Drivers block, so every call runs in a small pool of threads of its own. `keys` maps asset
    ids to what the plant's tables hold where these differ.
    """

    def __init__(self, plant: PlantFile, keys: Mapping[str, str] | None = None) -> None:
        self._url = _address(plant.source.url)
        self.name = plant.source.name or _shown(self._url)
        self._plant = plant
        self._timeout = plant.source.timeout_seconds
        self._engine = _engine(self._url, self._timeout)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="andon-sql")
        self._physical: dict[Fact, Physical | None] = {}
        self._statements: dict[object, Select[Any]] = {}
        self.use_keys(keys or {})

    def use_keys(self, keys: Mapping[str, str]) -> None:
        """Asset id → the id that the plant's tables hold, where they differ."""
        self._keys = dict(keys)
        self._ids = {key: asset for asset, key in self._keys.items()}

    async def fetch(self, query: Query) -> Facts:
        """Raises NoData where the mapping lacks the fact, SourceUnavailable on any failure."""
        return await self._run(lambda connection: self._fetch(connection, query))

    async def columns(self, fact: Fact) -> frozenset[str]:
        return await self._run(lambda connection: self._columns(connection, fact))

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._engine.dispose()

    def run(self, work: Callable[[Connection], T]) -> T:
        """Runs `work` on a connection in this thread; errors become ours."""
        try:
            with self._engine.connect() as connection:
                return work(connection)
        except AndonError:
            raise
        except (SQLAlchemyError, OSError, ImportError) as error:
            raise SourceUnavailable(self.name, problem_of(error)) from error

    async def _run(self, work: Callable[[Connection], T]) -> T:
        loop = asyncio.get_running_loop()
        running = loop.run_in_executor(self._threads, self.run, work)
        try:
            # The driver's own limit comes first; this one holds where a driver has none.
            return await asyncio.wait_for(running, self._timeout + 2)
        except TimeoutError:
            raise SourceUnavailable(self.name, "timeout") from None

    def _columns(self, connection: Connection, fact: Fact) -> frozenset[str]:
        physical = self._place(connection, fact)
        return physical.columns.names() if physical else frozenset()

    def _fetch(self, connection: Connection, query: Query) -> Facts:
        physical = self._place(connection, query.fact)
        if physical is None:
            raise NoData("fact_missing", fact=query.fact)
        query = self._with_keys(query)
        statement, values = self.statement(query, physical)
        found = connection.execute(statement, values).mappings().all()
        rows = tuple(self._row(row, query, physical) for row in found)
        return _facts(rows, query, self.name, physical)

    def statement(self, query: Query, physical: Physical) -> tuple[Select[Any], Parameters]:
        """The statement for a query and its values; built once per shape."""
        is_stops = query.fact == "downtime" and query.measures and "latest" not in query.measures
        values = (stops.stop_parameters if is_stops else statements.parameters)(query, physical)
        if not statements.is_constant(physical):
            return _build(query, physical), _used(values)
        key = statements.shape(query, physical)
        built = self._statements.get(key)
        if built is None:
            built = self._statements[key] = _build(query, physical)
        return built, values

    def _place(self, connection: Connection, fact: Fact) -> Physical | None:
        if fact not in self._physical:
            mapping = self._plant.facts.get(fact)
            self._physical[fact] = mapping and self._measure(connection, fact, mapping)
        return self._physical[fact]

    def _measure(self, connection: Connection, fact: Fact, mapping: FactMapping) -> Physical:
        """Looks at one row: which columns there are and how times are written."""
        schema, _, name = mapping.table.rpartition(".")
        source = table(name, schema=schema or None)
        found = connection.execute(select(column("*", is_literal=True)).select_from(source).limit(1))
        names = set(found.keys())
        first = found.mappings().first()
        known = dict(mapping.columns) or {
            logical: Column(column=logical)
            for logical in SCHEMA[fact].columns
            if logical in names
        }
        sample = dict(first or {})
        for logical, wanted in known.items():
            is_time = SCHEMA[fact].columns[logical] == "time" and wanted.column
            if wanted.column and wanted.column not in names:
                raise NoData("column_missing", column=wanted.column, table=mapping.table)
            if is_time and first is not None and sample.get(wanted.column) is None:
                value = column(wanted.column)
                seen = select(value).select_from(source).where(value.is_not(None)).limit(1)
                sample[wanted.column] = connection.execute(seen).scalar()
        columns = Columns(mapping, known, sample, _shift_times(self._plant))
        return Physical(mapping, columns, self._engine.dialect.name)

    def _with_keys(self, query: Query) -> Query:
        if not self._keys or query.fact in ("asset", "product", "calendar", "cost"):
            return query
        keys = self._keys
        named = lambda ids: tuple(keys.get(asset, asset) for asset in ids)  # noqa: E731
        return replace(
            query,
            assets=None if query.assets is None else named(query.assets),
            planned=tuple(replace(p, assets=named(p.assets)) for p in query.planned),
            members=tuple((keys.get(a, a), keys.get(b, b)) for a, b in query.members),
        )

    def _row(self, row: Mapping[str, Any], query: Query, physical: Physical) -> Row:
        if row.get("not_number"):
            raise NoData("text_in_number", table=physical.mapping.table)
        kinds = SCHEMA[query.fact].columns
        made: dict[str, object] = {}
        for name, value in row.items():
            if name == "not_number" or value is None:
                made[name] = None
            elif name in _TIMES:
                made[name] = _read(_TIMES[name](query, physical), value, physical)
            elif kinds.get(name) == "time" and not query.measures:
                made[name] = _read(name, value, physical)
            else:
                made[name] = self._value(name, value)
        made.pop("not_number", None)
        return made

    def _value(self, name: str, value: object) -> object:
        if isinstance(value, Decimal):
            return float(value)
        if name in ("asset", "cause_asset"):
            return self._ids.get(str(value), str(value))
        return value


def _latest_column(query: Query, physical: Physical) -> str:
    fact = SCHEMA[query.fact]
    return next(n for n in (fact.recorded, fact.end, fact.start) if physical.columns.moment(n))


def _last_column(query: Query, physical: Physical) -> str:
    fact = SCHEMA[query.fact]
    return fact.end if fact.end and physical.columns.moment(fact.end) else fact.start


_TIMES: dict[str, Callable[[Query, Physical], str]] = {
    "first": lambda query, _: SCHEMA[query.fact].start,
    "last": _last_column,
    "recorded": lambda query, _: SCHEMA[query.fact].recorded,
    "latest": _latest_column,
}


def _read(name: str, value: Any, physical: Physical) -> datetime | None:
    moment = physical.moment(name)
    try:
        return moment.read(value)
    except (ValueError, TypeError, OverflowError, OSError):
        raise NoData("not_a_time", column=name, table=physical.mapping.table) from None


def _facts(rows: tuple[Row, ...], query: Query, source: str, physical: Physical) -> Facts:
    counted = sum(int(str(row.get("rows") or 0)) for row in rows) if query.measures else len(rows)
    newest = [row[n] for row in rows for n in ("recorded", "latest") if row.get(n) is not None]
    as_of = max((at for at in newest if isinstance(at, datetime)), default=None)
    return Facts(rows, Origin(source, physical.mapping.table, counted), as_of)


def _build(query: Query, physical: Physical) -> Select[Any]:
    if not query.measures:
        return statements.rows(query, physical)
    if query.measures == ("latest",):
        return statements.latest(query, physical)
    if query.fact == "downtime":
        return stops.stop_sums(query, physical)
    return statements.sums(query, physical)


def _used(values: Parameters) -> Parameters:
    """Without the lists that stand in the statement itself on other dialects."""
    return {name: v for name, v in values.items() if name not in ("spans", "scope", "windows")}


def _shift_times(plant: PlantFile) -> dict[str, ShiftTimes]:
    times: dict[str, ShiftTimes] = {}
    for name, site in plant.plants.items():
        for shift in site.shifts:
            made = ShiftTimes.of(
                shift.start, shift.end, named_after_end=site.day_named_after == "end"
            )
            if times.setdefault(shift.name, made) != made:
                raise MisconfiguredError(
                    f"plants.{name}", f"shift {shift.name} has other times at another plant"
                )
    return times


# --- connecting ------------------------------------------------------------------------------


def _address(url: str) -> URL:
    try:
        return make_url(url)
    except ArgumentError:
        raise MisconfiguredError(
            "source.url", "is no database address, such as sqlite:///plant.db"
        ) from None


def _shown(url: URL) -> str:
    """What may be shown of an address: the kind of database and its name."""
    name = (url.database or "").replace("\\", "/").rpartition("/")[2].partition("?")[0]
    return f"{name or url.host or 'database'} ({url.get_backend_name()})"


def _engine(url: URL, timeout: float) -> Engine:
    from sqlalchemy import create_engine

    try:
        if url.get_backend_name() == "sqlite":
            return _sqlite(url, timeout)
        engine = create_engine(
            url,
            pool_pre_ping=True,
            pool_size=_THREADS,
            max_overflow=0,
            pool_timeout=timeout,
            connect_args=_connect_arguments(url, timeout),
        )
    except (NoSuchModuleError, ModuleNotFoundError, ArgumentError):
        raise MisconfiguredError(
            "source.url", f"no driver for {url.drivername} is installed"
        ) from None
    if url.get_backend_name() in ("mysql", "mariadb"):
        event.listen(engine, "connect", _read_only_session)
    return engine


def _sqlite(url: URL, timeout: float) -> Engine:
    """A file opened read-only; sqlite would otherwise make an empty one where none is."""
    import sqlite3
    from pathlib import Path

    from sqlalchemy import create_engine

    path = Path(url.database or "").absolute()

    def connect() -> sqlite3.Connection:
        if not path.is_file():
            raise FileNotFoundError("no such file")
        connection = sqlite3.connect(
            f"{path.as_uri()}?mode=ro", uri=True, timeout=timeout, check_same_thread=False
        )
        connection.execute("PRAGMA query_only = ON")
        return connection

    from sqlalchemy.pool import QueuePool

    return create_engine(
        "sqlite://", creator=connect, poolclass=QueuePool, pool_size=_THREADS, max_overflow=0
    )


def _connect_arguments(url: URL, timeout: float) -> dict[str, object]:
    match url.get_backend_name():
        case "postgresql":
            limit = f"-c default_transaction_read_only=on -c statement_timeout={timeout * 1000:.0f}"
            return {"options": limit, "connect_timeout": max(2, round(timeout))}
        case "mysql" | "mariadb":
            return {"connect_timeout": max(2, round(timeout))}
        case "duckdb":
            return {"read_only": True}
        case _:
            return {}


def _read_only_session(connection: Any, _record: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION TRANSACTION READ ONLY")


_PROBLEMS = (
    ("unable to open database file", "cannot_open"),
    ("no such file", "missing_file"),
    ("file is not a database", "corrupt"),
    ("malformed", "corrupt"),
    ("database is locked", "locked"),
    ("no such table", "table_missing"),
    ("undefinedtable", "table_missing"),
    ("does not exist", "table_missing"),
    ("no such column", "column_wrong"),
    ("password", "refused"),
    ("permission denied", "not_allowed"),
    ("read-only", "not_allowed"),
    ("timeout", "timeout"),
    ("connection", "unreachable"),
)


def problem_of(error: Exception) -> str:
    """A key of the catalogue for a driver's error; the driver's own text is never shown."""
    original = error.orig if isinstance(error, DBAPIError) else error
    said = f"{type(original).__name__} {original}".lower()
    return next((key for part, key in _PROBLEMS if part in said), "failed")


