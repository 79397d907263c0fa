"""Stops as events: one row each, in epoch seconds, with what their sums are made of."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Float,
    FromClause,
    Select,
    String,
    Subquery,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    null,
    or_,
    select,
    union_all,
)

from core.data.dialects import Expression, greatest, scaled, unpacked
from core.data.filters import in_scope, offsets_of, overlapping, own_losses
from core.data.physical import Physical
from core.data.query import Query

ZERO: Expression = literal_column("0")
ONE: Expression = literal_column("1")
DAY = 86_400
_TEXTS = ("reason_code", "reason", "reason_group", "cause_asset")


def known(query: Query, physical: Physical) -> list[str]:
    """The measures that the table can give; the others are unknown, not 0."""
    columns = physical.columns
    repaired = "repair_start" in columns and "repair_end" in columns
    return [name for name in query.measures if repaired or not name.startswith("repair")]


def by_day(query: Query, physical: Physical, days: list[list[int]]) -> Subquery:
    """The stops once for each (UTC) `day` that they touch: stops and spans meet by an equality,
    where comparing each with each would take most of the time."""
    event = events(query, physical)
    # A stop without length is met where it begins.
    reach = greatest(event.c.ends, event.c.begins + ONE)
    first, last = _day_of(event.c.begins), _day_of(reach - ONE)
    day = unpacked(physical.dialect, "days", [("day", BigInteger())], days)
    columns = [*event.c, reach.label("reach")]
    on_first = select(*columns, first.label("day"))
    # The few that last over midnight are set apart first: met with all of a year's days, all
    # stops would take most of the time.
    late = (
        select(*columns, first.label("first"), last.label("last"))
        .where(last > first)
        .cte("late")
        .prefix_with("MATERIALIZED", dialect="sqlite")
    )
    later = and_(day.c.day > late.c.first, day.c.day <= late.c.last)
    kept = [late.c[column.name] for column in columns]
    on_later = select(*kept, day.c.day).select_from(late.join(day, later))
    return union_all(on_first, on_later).subquery("touched")


def _day_of(seconds: Expression) -> Expression:
    return cast(seconds, BigInteger) // literal_column(str(DAY), BigInteger)


def events(query: Query, physical: Physical) -> FromClause:
    """The stops that touch the interval, with `covered`: until when earlier ones reach."""
    overlap = overlapping(query, physical, touching=True)
    filters = in_scope(query, physical) + own_losses(query, physical)
    chosen = [_recorded(query, physical, is_open=False).where(*filters, *overlap.closed)]
    if overlap.still is not None:
        chosen.append(_recorded(query, physical, is_open=True).where(*filters, *overlap.still))
    raw = (union_all(*chosen) if len(chosen) > 1 else chosen[0]).subquery("stop")
    begins = func.coalesce(raw.c.begins, raw.c.ends, ZERO)
    ends = func.coalesce(raw.c.ends, bindparam("until", type_=BigInteger))
    covered = func.max(ends).over(
        partition_by=raw.c.asset,
        order_by=(begins, ends.desc(), raw.c.event),
        rows=(None, -1),
    )
    length = scaled(greatest(ends - begins, ZERO), "/ 60E0")
    unreadable = case((or_(raw.c.begins.is_(None), raw.c.ends.is_(None)), ONE), else_=ZERO)
    others = [c for c in raw.c if c.name not in ("begins", "ends", "whole")]
    return (
        select(
            *others,
            begins.label("begins"),
            ends.label("ends"),
            func.coalesce(raw.c.whole, length).label("whole"),
            covered.label("covered"),
            unreadable.label("unreadable"),
        )
        .cte("event")
        .prefix_with("MATERIALIZED", dialect="sqlite")
    )


def _recorded(query: Query, physical: Physical, *, is_open: bool) -> Select[Any]:
    columns = physical.columns
    offsets = offsets_of(query, physical)
    begins = physical.start().seconds(offsets)
    end = physical.end()
    if end is None:
        raise columns.missing("end")
    ends = bindparam("until", type_=BigInteger) if is_open else end.seconds(offsets)
    is_recorded = "minutes" in columns and not is_open
    whole: Expression = columns.number("minutes") if is_recorded else cast(null(), Float)
    used = {*query.group_by, *(condition.column for condition in query.where)}
    return select(
        (columns.plain("id") if "id" in columns else begins).label("event"),
        columns.plain("asset").label("asset"),
        begins.label("begins"),
        ends.label("ends"),
        whole.label("whole"),
        (ONE if is_open else ZERO).label("is_open"),
        columns.loss().label("loss"),
        *(_text(name, physical).label(name) for name in _TEXTS if name in used),
        *([_repair(physical, offsets).label("repair")] if _repairs(query, physical) else []),
    ).select_from(physical.table)


def _text(name: str, physical: Physical) -> Expression:
    return physical.columns.text(name) if name in physical.columns else cast(null(), String)


def _repairs(query: Query, physical: Physical) -> bool:
    return any(name.startswith("repair") for name in known(query, physical))


def _repair(physical: Physical, offsets: Any) -> Expression:
    start, end = physical.moment("repair_start"), physical.moment("repair_end")
    return scaled(end.seconds(offsets) - start.seconds(offsets), "/ 60E0")
