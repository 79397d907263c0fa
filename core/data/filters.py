"""Which rows a query is about: assets, time, its own conditions. Values travel as parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Select,
    and_,
    asc,
    bindparam,
    desc,
    false,
    func,
    literal_column,
    or_,
    tuple_,
)

from core.data import zones
from core.data.dialects import Expression
from core.data.moments import Moment
from core.data.physical import Physical
from core.data.query import Condition, Query
from core.data.schema import SCHEMA

Parameters = dict[str, Any]
_LARGEST = 2**63 - 1
_SHIFT_AND_ZONE = timedelta(days=2)
_HELD_UP: list[Expression] = [literal_column("'blocked'"), literal_column("'starved'")]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Filters for rows that overlap the interval: `closed` for those with an end, `still` for
    those without (None where every row has one)."""

    closed: list[Expression]
    still: list[Expression] | None = None


def in_scope(query: Query, physical: Physical) -> list[Expression]:
    """The administrator's filter and the assets, for facts that have them."""
    filters = physical.own
    if query.assets is not None and "asset" in physical.columns:
        asset = physical.columns.plain("asset")
        filters.append(asset.in_(bindparam("assets", expanding=True)))
    return filters


def scope_values(query: Query, physical: Physical) -> Parameters:
    if query.assets is None or "asset" not in physical.columns:
        return {}
    return {"assets": asset_keys(query.assets, physical)}


def asset_keys(assets: Sequence[str], physical: Physical) -> list[str | int]:
    keys = (physical.columns.asset_key(_sendable(asset)) for asset in assets)
    return [key for key in keys if key is not None]


def overlapping(query: Query, physical: Physical, *, touching: bool = False) -> Overlap:
    """Rows that overlap the interval; an instant counts where it lies inside.

    A row's end may not be indexed, so its start is bounded too, by the longest row. `touching`
    takes in rows that end where the interval starts.
    """
    fact = SCHEMA[query.fact]
    if query.interval is None or not fact.start:
        return Overlap([])
    start, end, day = physical.start(), physical.end(), physical.columns.day(fact.start)
    before = start.native < bindparam("before", type_=start.kind)
    filters = [before, start.native >= bindparam("back", type_=start.kind)]
    if end is not None:
        after = bindparam("after", type_=end.kind)
        filters.append(end.native >= after if touching else end.native > after)
    if day is not None:
        # The start is worked out, so only its day can be found by an index.
        filters.append(day.native < bindparam("day_before", type_=day.kind))
        filters.append(day.native >= bindparam("day_back", type_=day.kind))
    absent = None if end is None else physical.columns.absent(fact.end)
    return Overlap(filters, None if absent is None else [before, absent])


def overlap_values(query: Query, physical: Physical) -> Parameters:
    """The values for the filters of `overlapping`."""
    fact, interval = SCHEMA[query.fact], query.interval
    if interval is None or not fact.start:
        return {}
    start, end, day = physical.start(), physical.end(), physical.columns.day(fact.start)
    back = interval.start if end is None else interval.start - physical.longest
    values = {"before": start.bound(interval.end, True), "back": start.bound(back, True)}
    if end is not None:
        values["after"] = end.bound(interval.start, False)
    if day is not None:
        values["day_before"] = day.bound(interval.end + _SHIFT_AND_ZONE, True)
        values["day_back"] = day.bound(back - _SHIFT_AND_ZONE, True)
    return values


def by_condition(
    conditions: Sequence[Condition], column_of: Callable[[str], Expression]
) -> list[Expression]:
    """The query's own filters; `column_of(name)` gives the expression."""
    filters: list[Expression] = []
    for number, condition in enumerate(conditions):
        expression = column_of(condition.column)
        bind: BindParameter[Any] = bindparam(
            f"where_{number}", expanding=condition.operator == "in"
        )
        match condition.operator:
            case "is null":
                filters.append(expression.is_(None))
            case "in":
                filters.append(expression.in_(bind))
            case "contains":
                filters.append(func.lower(expression).like(bind, escape="\\"))
            case operator:
                filters.append(expression.op(operator, is_comparison=True)(bind))
    return filters


def condition_values(query: Query, physical: Physical) -> Parameters:
    return {
        f"where_{number}": _condition_value(condition, physical)
        for number, condition in enumerate(query.where)
        if condition.operator != "is null"
    }


def _condition_value(condition: Condition, physical: Physical) -> object:
    match condition.value:
        case datetime() as at:
            moment: Moment = physical.moment(condition.column)
            return moment.bound(at, condition.operator in ("<", ">=", "="))
        case tuple() as several:
            return [_sendable(value) for value in several]
        case str() as said if condition.operator == "contains":
            said = _sendable(said).lower()
            # In T-SQL alone a bracket begins a set of characters.
            for special in ("\\", "%", "_", *("[" if physical.dialect == "mssql" else "")):
                said = said.replace(special, f"\\{special}")
            return f"%{said}%"
        case str() as said:
            return _sendable(said)
        case int() as number:
            return max(-_LARGEST, min(number, _LARGEST))
        case other:
            return other


def _sendable(value: str) -> str:
    """Without what no database text can hold (NUL, half of a surrogate pair): it matches none."""
    return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def ordered(statement: Select[Any], query: Query) -> Select[Any]:
    """Sums in the query's order, by the names of groups and measures, and its first ones only."""
    for name in query.order_by:
        statement = statement.order_by(desc(name[1:]) if name.startswith("-") else asc(name))
    return limited(statement, query)


def limited(statement: Select[Any], query: Query) -> Select[Any]:
    if query.limit is None:
        return statement
    limit, offset = bindparam("limit", type_=BigInteger), bindparam("offset", type_=BigInteger)
    return statement.limit(limit).offset(offset)


def page_values(query: Query) -> Parameters:
    return {} if query.limit is None else {"limit": query.limit, "offset": query.offset}


def own_losses(query: Query, physical: Physical) -> list[Expression]:
    """A line is not held up by its own machines twice: leaves such rows out."""
    columns = physical.columns
    if not query.members or "cause_asset" not in columns:
        return []
    asset, cause = columns.plain("asset"), columns.plain("cause_asset")
    if physical.is_constant:
        own: Expression = tuple_(asset, cause).in_(bindparam("members", expanding=True))
    else:  # not every dialect compares pairs
        inside: dict[object, list[object]] = {}
        for line, machine in _members(query, physical):
            inside.setdefault(line, []).append(machine)
        own = or_(false(), *(and_(asset == a, cause.in_(inside[a])) for a in inside))
    return [or_(cause.is_(None), ~and_(own, columns.loss().in_(_HELD_UP)))]


def member_values(query: Query, physical: Physical) -> Parameters:
    if not query.members or "cause_asset" not in physical.columns or not physical.is_constant:
        return {}
    return {"members": _members(query, physical)}


def _members(query: Query, physical: Physical) -> list[tuple[str | int, ...]]:
    """The pairs of line and machine; a line that is its own cause is held up by itself, too."""
    pairs = {*query.members, *((line, line) for line, _ in query.members)}
    keyed = (asset_keys(pair, physical) for pair in sorted(pairs))
    return [tuple(pair) for pair in keyed if len(pair) == 2]


def offsets_of(query: Query, physical: Physical) -> tuple[zones.Offset, ...]:
    """The offsets of the table's zone that the query's rows can meet."""
    zone = physical.mapping.time_zone
    if zone == "UTC" or query.interval is None:
        return zones.everywhen(zone)
    back = query.interval.start - physical.longest - timedelta(days=2)
    return zones.offsets(zone, back, query.interval.end + timedelta(days=2))
