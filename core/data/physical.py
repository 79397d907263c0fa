"""A fact's place in one database, and the first look at its table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Connection,
    CursorResult,
    Float,
    Select,
    TableClause,
    cast,
    column,
    literal_column,
    select,
    table,
)

from core.data.columns import Columns, ShiftTimes
from core.data.dialects import PACKED, Expression
from core.data.mapping import Column, FactMapping, PlantFile
from core.data.moments import Moment, is_time
from core.data.query import Fact
from core.data.schema import SCHEMA
from core.errors import MisconfiguredError, NoData

_LOOKED_AT = 20
_WORKED_OUT = "andon_{}"
_TEXT = "2000-01-01 00:00:00"
# A value of the type that Postgres' type codes (pg_type.oid) or DuckDB's names stand for, for
# columns without any.
_EXAMPLES: dict[object, object] = {
    25: _TEXT,
    1043: _TEXT,
    1082: date(2000, 1, 1),
    1114: datetime(2000, 1, 1),  # noqa: DTZ001 - a timestamp without time zone
    1184: datetime(2000, 1, 1, tzinfo=UTC),
    # DuckDB's names of its types
    "VARCHAR": _TEXT,
    "DATE": date(2000, 1, 1),
    "TIMESTAMP": datetime(2000, 1, 1),  # noqa: DTZ001
    "TIMESTAMP WITH TIME ZONE": datetime(2000, 1, 1, tzinfo=UTC),
}


@dataclass(frozen=True, slots=True)
class Physical:
    """Where and how one database holds a fact. `settled` once the table had rows to learn from."""

    fact: Fact
    mapping: FactMapping
    columns: Columns
    dialect: str
    settled: bool = True

    @property
    def table(self) -> TableClause:
        return self.columns.table

    @property
    def is_constant(self) -> bool:
        """Whether statements here carry no values of one question in their text."""
        return self.dialect in PACKED

    @property
    def own(self) -> list[Expression]:
        """The administrator's standing filter."""
        return [literal_column(f"({self.mapping.where})")] if self.mapping.where else []

    @property
    def sums_only(self) -> bool:
        """Whether a downtime row is a sum of stops, so that no stop is known by itself."""
        return self.fact == "downtime" and self.mapping.rows_are == "sums"

    @property
    def longest(self) -> timedelta:
        return self.mapping.longest or SCHEMA[self.fact].longest

    def moment(self, logical: str) -> Moment:
        """Raises NoData "column_missing" where the time is not mapped."""
        found = self.columns.moment(logical)
        if found is None:
            raise self.columns.missing(logical)
        return found

    def start(self) -> Moment:
        return self.moment(SCHEMA[self.fact].start)

    def end(self) -> Moment | None:
        """None where rows are instants."""
        fact = SCHEMA[self.fact]
        return self.columns.end(fact.start, fact.end)

    def number(self, logical: str) -> Expression:
        """Raises NoData "text_in_number" where the database would refuse to add."""
        if self.dialect != "sqlite" and self.columns.holds_text(logical):
            raise NoData("text_in_number", table=self.mapping.table, column=logical)
        return self.columns.number(logical)

    def addend(self, logical: str) -> Expression:
        """The same to be added up: SQL Server's sum of an int is an int, which a year overflows."""
        value = self.number(logical)
        return cast(value, Float) if self.dialect == "mssql" else value


def look(connection: Connection, fact: Fact, plant: PlantFile) -> Physical | None:
    """Reads a few rows: which columns there are and how times are written. None: not mapped.

    Raises NoData "column_missing" naming what the table lacks.
    """
    mapping = plant.facts.get(fact)
    if mapping is None:
        return None
    schema, _, name = mapping.table.rpartition(".")
    bare = table(name, schema=schema or None)
    # Not by SQLAlchemy's cache, which would remember the columns of a table that has changed.
    found = connection.execute(
        _first_rows(bare, mapping), execution_options={"compiled_cache": None}
    )
    names = list(found.keys())
    types = _types(found, connection.dialect.name)
    rows = found.mappings().all()
    known = _known(fact, mapping, names)
    source = table(name, *(column(n) for n in names), schema=schema or None)
    sample = {logical: _sample(fact, logical, wanted, rows) for logical, wanted in known.items()}
    if rows:
        _fill(connection, source, fact, known, sample)
    dialect = connection.dialect.name
    times = [name for name in known if SCHEMA[fact].columns[name] == "time"]
    usual = next((sample[name] for name in times if sample[name] is not None), None)
    if usual is None and dialect == "sqlite":
        usual = _TEXT
    for name in times:
        if sample[name] is None:
            sample[name] = types.get(known[name].column or known[name].date, usual)
    if dialect == "duckdb":
        known = _as_numbers(fact, known, sample)
    columns = Columns(source, mapping, known, sample, shift_times(plant))
    return Physical(fact, mapping, columns, dialect, settled=bool(rows))


def shift_times(plant: PlantFile) -> dict[str, ShiftTimes]:
    """By lower-case name and alias. Raises MisconfiguredError where two plants differ in one."""
    times: dict[str, ShiftTimes] = {}
    for name, site in plant.plants.items():
        for shift in site.shifts:
            made = ShiftTimes.of(
                shift.start, shift.end, named_after_end=site.day_named_after == "end"
            )
            for word in (shift.name, *shift.aliases):
                if times.setdefault(word.lower(), made) != made:
                    raise MisconfiguredError(
                        f"plants.{name}", f"shift {word} has other times at another plant"
                    )
    return times


def _first_rows(source: TableClause, mapping: FactMapping) -> Select[Any]:
    worked_out: list[Any] = [
        literal_column(f"({wanted.expression})").label(_WORKED_OUT.format(logical))
        for logical, wanted in mapping.columns.items()
        if wanted.expression
    ]
    everything: Expression = column("*", is_literal=True)
    statement = select(everything, *worked_out).select_from(source).limit(_LOOKED_AT)
    return statement.where(literal_column(f"({mapping.where})")) if mapping.where else statement


def _types(found: CursorResult[Any], dialect: str) -> dict[str, object]:
    """An example of each column's type, where the driver tells the type."""
    if dialect not in ("postgresql", "duckdb"):
        return {}
    described = [(c[0], str(c[1]) if dialect == "duckdb" else c[1])
                 for c in found.cursor.description or ()]  # fmt: skip
    return {name: _EXAMPLES[code] for name, code in described if code in _EXAMPLES}


def _as_numbers(
    fact: Fact, known: Mapping[str, Column], sample: Mapping[str, object]
) -> dict[str, Column]:
    """Number columns of files in which the first rows hold nothing: the whole file may hold
    nothing there, and then the column is one of text, which cannot be added up."""
    made = dict(known)
    for logical, wanted in known.items():
        is_number = SCHEMA[fact].columns[logical] in ("number", "minutes")
        if is_number and wanted.column and sample[logical] is None:
            name = wanted.column.replace('"', '""')
            read = {"column": "", "expression": f'TRY_CAST("{name}" AS DOUBLE)'}
            made[logical] = wanted.model_copy(update=read)
    return made


def _known(fact: Fact, mapping: FactMapping, names: Sequence[str]) -> dict[str, Column]:
    """The mapped columns under the names that the table really has, whatever their case."""
    actual = {name.lower(): name for name in names} | {name: name for name in names}
    wanted = dict(mapping.columns) or {
        logical: Column(column=logical) for logical in SCHEMA[fact].columns if logical in actual
    }
    for logical in SCHEMA[fact].required:
        if logical not in wanted:
            raise NoData("column_missing", column=logical, table=mapping.table)
    known: dict[str, Column] = {}
    for logical, given in wanted.items():
        changed: dict[str, str] = {}
        for part in ("column", "date", "shift"):
            name = getattr(given, part)
            if name and name not in names:
                if name.lower() not in actual:
                    raise NoData("column_missing", column=name, table=mapping.table)
                changed[part] = actual[name.lower()]
        known[logical] = given.model_copy(update=changed)
    return known


def _sample(
    fact: Fact, logical: str, wanted: Column, rows: Sequence[Mapping[Any, object]]
) -> object:
    """A value of the column, for a time one that can be read if there is any."""
    if wanted.constant is not None:
        return wanted.constant
    name = wanted.column or wanted.date or _WORKED_OUT.format(logical)
    values = [value for row in rows if (value := row.get(name)) not in (None, "")]
    if SCHEMA[fact].columns[logical] == "time":
        readable = (value for value in values if is_time(value, wanted.format))
        return next(readable, values[0] if values else None)
    return values[0] if values else None


def _fill(
    connection: Connection,
    source: TableClause,
    fact: Fact,
    known: Mapping[str, Column],
    sample: dict[str, object],
) -> None:
    """Looks further down for times that the first rows leave empty."""
    empty = [
        logical
        for logical, wanted in known.items()
        if SCHEMA[fact].columns[logical] == "time" and wanted.column and sample[logical] is None
    ]
    if not empty:
        return
    firsts = []
    for logical in empty:
        value = source.c[known[logical].column]
        firsts.append(
            select(value).where(value.is_not(None)).limit(1).scalar_subquery().label(logical)
        )
    sample |= dict(connection.execute(select(*firsts)).mappings().one())
