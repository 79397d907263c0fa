"""What a statement gave, under logical names: UTC times, minutes, numbers, ids."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CursorResult

from core.data.moments import Moment
from core.data.physical import Physical
from core.data.query import Query
from core.data.rows import MOST_ROWS
from core.data.schema import SCHEMA
from core.data.source import Facts, Origin, Row
from core.data.sums import latest_moment
from core.errors import NoData

Convert = Callable[[Any], object]
_NEWEST = ("recorded", "latest")
_UNKNOWN = frozenset({type(None)})
_TEXT = _UNKNOWN | {str}
_NUMBERS = _UNKNOWN | {int, float}
_BATCH = 5_000
_LOOKED_AT = 50
_MOST_BYTES = 64 * 2**20
_TRUE = frozenset({"1", "true", "t", "yes", "y", "x", "ja", "j"})


@dataclass(frozen=True, slots=True)
class Found:
    """A statement's rows, by column: converting a column at a time takes a third of the time."""

    columns: Mapping[str, Sequence[Any]]
    rows: int


def found_by(result: CursorResult[Any], table: str = "") -> Found:
    """Reads the whole result, unless it is more than any answer can need.

    Raises NoData "limits.rows" and "limits.bytes", which name the table; what was read by then is
    thrown away.
    """
    names, rows, size = tuple(result.keys()), list[Any](), 0
    while batch := result.fetchmany(_BATCH):
        rows += batch
        size += _bytes(batch)
        if len(rows) > MOST_ROWS or size > _MOST_BYTES:
            result.close()
            if len(rows) > MOST_ROWS:
                raise NoData("limits.rows", table=table, n=MOST_ROWS)
            raise NoData("limits.bytes", table=table, n=_MOST_BYTES // 2**20)
        if len(batch) < _BATCH:
            break
    columns = zip(*rows, strict=True) if rows else ((),) * len(names)
    return Found(dict(zip(names, columns, strict=True)), len(rows))


def _bytes(batch: Sequence[Sequence[Any]]) -> int:
    """How much text is in the rows, by the first of them."""
    some = batch[:_LOOKED_AT]
    found = sum(len(value) for row in some for value in row if isinstance(value, str | bytes))
    return found * len(batch) // len(some)


def facts(
    found: Found, query: Query, physical: Physical, ids: Mapping[str, str], source: str
) -> Facts:
    """Raises NoData "text_in_number" or "not_a_time" rather than to give a figure that is wrong.

    `ids`: what the table holds → asset id. Measures that the table cannot give are None.
    """
    rows = _rows(found, query, physical, ids)
    summed = bool(query.measures) and query.measures != ("latest",)
    if summed and query.group_by:
        # Grouped by nothing but constants, a sum of no rows is a row.
        rows = tuple(row for row in rows if row["rows"] or "first" not in row)
    counted = sum(int(str(row["rows"] or 0)) for row in rows) if summed else len(rows)
    recorded = SCHEMA[query.fact].recorded
    known = [name for name in (*_NEWEST, recorded) if name in found.columns]
    newest = [row[name] for row in rows for name in known]
    as_of = max((at for at in newest if isinstance(at, datetime)), default=None)
    return Facts(rows, Origin(source, physical.mapping.table, counted), as_of)


def in_doubt(found: Found, query: Query, physical: Physical) -> bool:
    """Whether sums of columns taken for whole numbers are not whole: they must be asked for
    again, now with a look at every row."""
    if physical.dialect != "sqlite":
        return False
    whole = [name for name in query.measures if name in physical.columns.whole]
    mixed = {name for name in whole if float in map(type, found.columns.get(name, ()))}
    physical.columns.whole -= mixed
    return bool(mixed)


def _rows(
    found: Found, query: Query, physical: Physical, ids: Mapping[str, str]
) -> tuple[Row, ...]:
    if any(found.columns.get("not_number", ())):
        raise NoData("text_in_number", table=physical.mapping.table, column=_wrong(query, physical))
    if any(found.columns.get("not_time", ())):
        raise NoData("not_a_time", table=physical.mapping.table, column=_times(physical))
    columns: dict[str, Sequence[object]] = {
        name: _converted(values, *_convert(name, query, physical, ids))
        for name, values in found.columns.items()
        if name not in ("not_number", "not_time")
    }
    unknown = (None,) * found.rows
    columns |= {n: unknown for n in query.measures if n not in columns and n != "latest"}
    names = tuple(columns)
    return tuple(
        dict(zip(names, values, strict=True)) for values in zip(*columns.values(), strict=True)
    )


def _converted(values: Sequence[Any], convert: Convert, right: frozenset[type]) -> Sequence[object]:
    """`right` are the types that need no conversion: most columns hold nothing else."""
    if right.issuperset(map(type, values)):
        return values
    return [None if value is None else convert(value) for value in values]


def _convert(
    name: str, query: Query, physical: Physical, ids: Mapping[str, str]
) -> tuple[Convert, frozenset[type]]:
    """How a column's values are converted, and the types that are right as they are."""
    fact = SCHEMA[query.fact]
    moment = _moment(name, query, physical)
    if moment is not None:
        return _reader(moment, name, physical), _UNKNOWN
    if name in ("asset", "cause_asset"):
        return lambda value: ids.get(str(value), str(value)), _UNKNOWN if ids else _TEXT
    kind = fact.columns.get(name) if not query.measures or name in query.group_by else None
    match kind:
        case "text":
            return str, _TEXT
        case "flag":
            return _flag, _UNKNOWN
        case "number" | "minutes":
            return lambda value: _number(value, name, physical), _NUMBERS
        case _:
            return lambda value: float(value) if isinstance(value, Decimal) else value, _NUMBERS


def _moment(name: str, query: Query, physical: Physical) -> Moment | None:
    """How a column of times is read; None where it holds something else."""
    fact = SCHEMA[query.fact]
    if query.measures:
        match name:
            case "first":
                return physical.start()
            case "last":
                return physical.end() or physical.start()
            case "recorded":
                return physical.columns.moment(fact.recorded)
            case "latest":
                return latest_moment(physical)
    if fact.columns.get(name) != "time" or (query.measures and name not in query.group_by):
        return None
    return physical.columns.moment(name) or (physical.end() if name == fact.end else None)


def _reader(moment: Moment, name: str, physical: Physical) -> Convert:
    known: dict[Any, datetime | None] = {}  # many rows of a result begin and end together

    def read(value: Any) -> datetime | None:
        try:
            if value not in known:
                known[value] = moment.read(value)
            return known[value]
        except (ValueError, TypeError, OverflowError, OSError, AttributeError):
            raise NoData("not_a_time", column=name, table=physical.mapping.table) from None

    return read


def _number(value: object, name: str, physical: Physical) -> float | None:
    if isinstance(value, int | float):
        return value
    try:
        return None if value == "" else float(str(value))
    except ValueError:
        raise NoData("text_in_number", column=name, table=physical.mapping.table) from None


def _flag(value: object) -> bool:
    return value.strip().lower() in _TRUE if isinstance(value, str) else bool(value)


def _wrong(query: Query, physical: Physical) -> str:
    """The columns among which the text is."""
    return ", ".join(name for name in query.measures if name in physical.columns)


def _times(physical: Physical) -> str:
    fact = SCHEMA[physical.fact]
    return f"{fact.start}, {fact.end}"
