"""Select statements for queries: one per query, sums made in the database.

A statement depends only on the query's `Shape`; what changes from question to question
(assets, times, spans) travels as parameters, so that a built statement is used again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    null,
    or_,
    select,
    table,
)

from core.data import zones
from core.data.columns import Columns, Expression, Moment
from core.data.dialects import PACKED, not_number, packed, unpacked
from core.data.mapping import FactMapping
from core.data.query import Condition, Query
from core.data.schema import SCHEMA
from core.errors import NoData

Parameters = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Physical:
    """A fact's place in one database."""

    mapping: FactMapping
    columns: Columns
    dialect: str

    @property
    def table(self) -> FromClause:
        schema, _, name = self.mapping.table.rpartition(".")
        return table(name, schema=schema or None)

    @property
    def own(self) -> list[ColumnElement[bool]]:
        """The administrator's standing filter."""
        return [literal_column(f"({self.mapping.where})")] if self.mapping.where else []

    def moment(self, logical: str) -> Moment:
        found = self.columns.moment(logical)
        if found is None:
            raise NoData("column_missing", column=logical, table=self.mapping.table)
        return found


def shape(query: Query, physical: Physical) -> object:
    """What the statement's text depends on; equal shapes share one statement."""
    return (
        query.fact,
        query.assets is None,
        query.interval is None,
        query.measures,
        query.group_by,
        tuple((c.column, c.operator) for c in query.where),
        len(query.cuts),
        bool(query.members),
        len(query.planned) > 1,
        query.until is None,
        query.order_by,
        query.limit is None,
        offsets_of(query, physical, "start") if query.fact == "downtime" else None,
    )


def is_constant(physical: Physical) -> bool:
    """Whether statements here carry no values of one question in their text."""
    return physical.dialect in PACKED


# --- filters ---------------------------------------------------------------------------------


def in_scope(query: Query, physical: Physical) -> list[ColumnElement[bool]]:
    """The assets, for facts that have them."""
    filters = list(physical.own)
    if query.assets is not None and "asset" in physical.columns:
        asset = physical.columns.plain("asset")
        filters.append(asset.in_(bindparam("assets", expanding=True)))
    return filters


def in_time(query: Query, physical: Physical) -> tuple[list[ColumnElement[bool]], Parameters]:
    """Rows that overlap the interval; an instant counts where it lies inside.

    A row's end may not be indexed, so its start is also bounded by the longest row.
    """
    fact = SCHEMA[query.fact]
    if query.interval is None or not fact.start:
        return [], {}
    interval = query.interval
    start = physical.moment(fact.start)
    filters = [start.native < bindparam("before", type_=start.kind)]
    values: Parameters = {"before": start.bound(interval.end)}
    fixed = physical.columns.length(fact.end) if fact.end else None
    end = physical.columns.moment(fact.end) if fact.end else None
    by_shift = physical.columns.shift_length()
    back = timedelta(0) if not fact.end else physical.mapping.longest
    if fixed is not None:
        filters.append(start.native > bindparam("back", type_=start.kind))
        values["back"] = start.bound(interval.start - fixed)
        return filters, values
    if end is not None:
        filters.append(end.native > bindparam("after", type_=end.kind))
        values["after"] = end.bound(interval.start)
    elif by_shift is not None:
        filters.append(start.reading + by_shift > bindparam("after", type_=BigInteger))
        values["after"] = _wall_seconds(interval.start, start.zone)
    else:
        back = timedelta(0)
    filters.append(start.native >= bindparam("back", type_=start.kind))
    values["back"] = start.bound(interval.start - back)
    return filters, values


def by_condition(
    conditions: Sequence[Condition], column_of: Any
) -> tuple[list[ColumnElement[bool]], Parameters]:
    """The query's own filters; `column_of(name)` gives the expression."""
    filters: list[ColumnElement[bool]] = []
    values: Parameters = {}
    for number, condition in enumerate(conditions):
        name = f"where_{number}"
        expression = column_of(condition.column)
        bind = bindparam(name, expanding=condition.operator == "in")
        match condition.operator:
            case "is null":
                filters.append(expression.is_(None))
                continue
            case "in":
                filters.append(expression.in_(bind))
            case "contains":
                filters.append(func.lower(expression).like(bind, escape="\\"))
            case operator:
                filters.append(expression.op(operator, is_comparison=True)(bind))
        values[name] = _condition_value(condition)
    return filters, values


def _condition_value(condition: Condition) -> object:
    if condition.operator == "contains":
        said = str(condition.value).lower()
        for special in ("\\", "%", "_"):
            said = said.replace(special, f"\\{special}")
        return f"%{said}%"
    return list(condition.value) if isinstance(condition.value, tuple) else condition.value


# --- rows ------------------------------------------------------------------------------------


def rows(query: Query, physical: Physical) -> Select[Any]:
    """The rows themselves under their logical names, the newest first unless ordered."""
    columns = physical.columns
    wanted = [_output(name, query, physical) for name in SCHEMA[query.fact].columns]
    in_time_filters, _ = in_time(query, physical)
    conditions, _ = by_condition(query.where, lambda name: _comparable(name, query, physical))
    statement = (
        select(*(column for column in wanted if column is not None))
        .select_from(physical.table)
        .where(*in_scope(query, physical), *in_time_filters, *conditions)
    )
    for name in query.order_by:
        expression = _comparable(name.lstrip("-"), query, physical)
        statement = statement.order_by(
            expression.desc() if name.startswith("-") else expression.asc()
        )
    start = columns.moment(SCHEMA[query.fact].start) if SCHEMA[query.fact].start else None
    if not query.order_by and query.limit is not None and start is not None:
        statement = statement.order_by(start.native.desc())
    if query.limit is not None:
        statement = statement.limit(bindparam("limit", type_=BigInteger)).offset(
            bindparam("offset", type_=BigInteger)
        )
    return statement


def _output(name: str, query: Query, physical: Physical) -> Any:
    columns = physical.columns
    if name == "loss" and query.fact == "downtime":
        return loss_of(physical).label(name)
    if name not in columns or columns.length(name) is not None:
        return None
    kind = SCHEMA[query.fact].columns[name]
    if kind == "time":
        return physical.moment(name).native.label(name)
    return (columns.number(name) if kind == "minutes" else columns.plain(name)).label(name)


def _comparable(name: str, query: Query, physical: Physical) -> Expression:
    if name == "loss" and query.fact == "downtime":
        return loss_of(physical)
    if name not in physical.columns:
        raise NoData("column_missing", column=name, table=physical.mapping.table)
    if SCHEMA[query.fact].columns[name] == "time":
        return physical.moment(name).native
    return physical.columns.number(name)


# --- sums of production and scrap ------------------------------------------------------------


def sums(query: Query, physical: Physical) -> Select[Any]:
    """Sums of whole rows by group, with the time that the rows really cover."""
    columns, fact = physical.columns, SCHEMA[query.fact]
    start = physical.moment(fact.start)
    source: FromClause = physical.table
    keys: list[Any] = []
    for name in query.group_by:
        if name == "window":
            spans = _windows(query, physical)
            inside = and_(start.native >= spans.c.begins, start.native < spans.c.ends)
            source = source.join(spans, inside)
            keys.append(spans.c.number.label("window"))
        elif name == "segment":
            keys.append(_segment(start, len(query.cuts)).label("segment"))
        else:
            keys.append(columns.plain(name).label(name))
    numbers = [name for name in query.measures if name in columns]
    totals = [func.sum(columns.number(name)).label(name) for name in numbers]
    if "row_min" in query.measures and fact.end:
        totals.append((func.sum(_row_seconds(physical)) / literal_column("60.0")).label("row_min"))
    in_time_filters, _ = in_time(query, physical)
    conditions, _ = by_condition(query.where, lambda name: _comparable(name, query, physical))
    statement = (
        select(
            *keys,
            *totals,
            func.count().label("rows"),
            func.min(start.native).label("first"),
            func.max(_last(query, physical)).label("last"),
            *_guard(numbers, physical),
            *_recorded(query, physical),
        )
        .select_from(source)
        .where(*in_scope(query, physical), *in_time_filters, *conditions)
    )
    # By position: a constant asset is no column to group by.
    groups = [key for name, key in zip(query.group_by, keys, strict=True) if _groups(name, columns)]
    return statement.group_by(*(g.element for g in groups)) if groups else statement


def _groups(name: str, columns: Columns) -> bool:
    return name in ("window", "segment") or not columns.is_constant(name)


def _guard(numbers: Sequence[str], physical: Physical) -> list[Any]:
    """SQLite adds text up as 0; a row that holds text in a number must not pass as one."""
    if physical.dialect != "sqlite" or not numbers:
        return []
    wrong = or_(*(not_number(physical.columns.plain(name)) for name in numbers))
    return [func.max(wrong).label("not_number")]


def _recorded(query: Query, physical: Physical) -> list[Any]:
    name = SCHEMA[query.fact].recorded
    found = physical.columns.moment(name) if name else None
    return [] if found is None else [func.max(found.native).label("recorded")]


def _last(query: Query, physical: Physical) -> Expression:
    fact = SCHEMA[query.fact]
    end = physical.columns.moment(fact.end) if fact.end else None
    return physical.moment(fact.start).native if end is None else end.native


def _row_seconds(physical: Physical) -> Expression:
    start, end = physical.moment("start"), physical.columns.moment("end")
    if end is not None:
        return end.reading - start.reading
    fixed = physical.columns.length("end")
    if fixed is not None:
        return literal_column(str(int(fixed.total_seconds())))
    by_shift = physical.columns.shift_length()
    return by_shift if by_shift is not None else null()


def _windows(query: Query, physical: Physical) -> FromClause:
    start = physical.moment(SCHEMA[query.fact].start)
    columns = [("begins", start.kind), ("ends", start.kind), ("number", BigInteger())]
    return unpacked(physical.dialect, "windows", columns, _window_rows(query, start))


def _window_rows(query: Query, start: Moment) -> list[list[object]]:
    return [
        [start.bound(w.start), start.bound(w.end), number]
        for number, w in enumerate(query.windows)
    ]


def _segment(start: Moment, cuts: int) -> Expression:
    """How many cuts lie at or before the row's start."""
    if not cuts:
        return literal_column("0")
    whens = [
        (start.native >= bindparam(f"cut_{n}", type_=start.kind), literal_column(str(n + 1)))
        for n in reversed(range(cuts))
    ]
    return case(*whens, else_=literal_column("0"))


# --- the time of the data --------------------------------------------------------------------


def latest(query: Query, physical: Physical) -> Select[Any]:
    """Per asset the newest time that the fact holds."""
    fact = SCHEMA[query.fact]
    name = next(
        n for n in (fact.recorded, fact.end, fact.start) if n and physical.columns.moment(n)
    )
    filters = in_scope(query, physical)
    if query.interval is not None and fact.start:
        start = physical.moment(fact.start)
        filters.append(start.native >= bindparam("back", type_=start.kind))
    newest = func.max(physical.moment(name).native).label("latest")
    keys = [physical.columns.plain("asset").label("asset")]
    statement = select(*keys, newest).select_from(physical.table).where(*filters)
    return statement if physical.columns.is_constant("asset") else statement.group_by(keys[0])


# --- parameters ------------------------------------------------------------------------------


def parameters(query: Query, physical: Physical) -> Parameters:
    """The values for the statement that was built for this query's shape."""
    values: Parameters = {}
    if query.assets is not None and "asset" in physical.columns:
        values["assets"] = list(query.assets)
    values |= in_time(query, physical)[1]
    values |= _condition_values(query, physical)
    start = physical.columns.moment(SCHEMA[query.fact].start) if SCHEMA[query.fact].start else None
    if start is not None:
        values |= {f"cut_{n}": start.bound(at) for n, at in enumerate(query.cuts)}
    if query.limit is not None and not query.measures:
        values |= {"limit": query.limit, "offset": query.offset}
    if "window" in query.group_by and query.fact != "downtime" and start is not None:
        values["windows"] = packed(_window_rows(query, start))
    return values


def _condition_values(query: Query, physical: Physical) -> Parameters:
    found = by_condition(query.where, lambda name: _comparable(name, query, physical))[1]
    for number, condition in enumerate(query.where):
        if isinstance(condition.value, datetime):
            moment = physical.moment(condition.column)
            found[f"where_{number}"] = moment.bound(condition.value)
    return found


def _wall_seconds(at: datetime, zone: str) -> int:
    return round(zones.wall(at, zone).replace(tzinfo=UTC).timestamp())


def offsets_of(query: Query, physical: Physical, name: str) -> tuple[zones.Offset, ...]:
    """The zone's offsets that the query's rows can meet."""
    zone = physical.moment(name).zone
    if zone == "UTC" or query.interval is None:
        return (zones.Offset(None, 0),)
    back = query.interval.start - physical.mapping.longest - timedelta(days=2)
    return zones.offsets(zone, back, query.interval.end + timedelta(days=2))


def loss_of(physical: Physical) -> Expression:
    """The loss category of a stop: by reason code where the mapping lists it, else the column."""
    columns, mapping = physical.columns, physical.mapping
    default: Expression = literal_column(f"'{mapping.default_loss}'")
    fallback = func.coalesce(columns.plain("loss"), default) if "loss" in columns else default
    if not mapping.losses:
        return fallback
    code = next((n for n in ("reason_code", "reason", "loss") if n in columns), None)
    if code is None:
        return fallback
    whens = {key: literal_column(f"'{loss}'") for key, loss in mapping.losses.items()}
    return case(whens, value=cast(columns.plain(code), String), else_=fallback)

