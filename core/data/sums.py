"""Sums of whole rows: production, scrap, and downtime where a row is a shift's sum."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    BigInteger,
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
    select,
)

from core.data.dialects import Expression, scaled, texts, unpacked
from core.data.filters import by_condition, in_scope, offsets_of, ordered, overlapping, own_losses
from core.data.moments import Moment
from core.data.physical import Physical
from core.data.query import Query
from core.data.rows import comparable
from core.data.schema import SCHEMA
from core.domain.periods import Interval

_OF_A_STOP = frozenset({"loss", "reason", "reason_code", "reason_group", "cause_asset"})


def sums(query: Query, physical: Physical) -> Select[Any]:
    """Sums of whole rows by group, with the time that the rows really cover (first, last).

    By window a row belongs to the one in which it starts. Measures that are not mapped are left
    out.
    """
    source: FromClause = physical.table
    in_time = overlapping(query, physical).closed
    if "window" in query.group_by:
        # The windows lie in the interval; without its bounds the planner starts from them.
        windows, start = _windows(query, physical), physical.start().native
        source = source.join(windows, and_(start >= windows.c.begins, start < windows.c.ends))
        in_time = []
    keys = {name: _key(name, query, physical, source) for name in query.group_by}
    conditions = by_condition(query.where, lambda name: comparable(name, physical))
    statement = (
        select(
            *(key.label(name) for name, key in keys.items()),
            *_totals(query, physical),
            func.count().label("rows"),
            *_covered(physical),
        )
        .select_from(source)
        .where(*in_scope(query, physical), *in_time, *conditions, *own_losses(query, physical))
    )
    groups = [key for name, key in keys.items() if _varies(name, physical)]
    if groups:
        statement = statement.group_by(*groups)
    if physical.sums_only and _OF_A_STOP & set(query.group_by) and "minutes" in physical.columns:
        statement = statement.having(func.sum(physical.number("minutes")) > literal_column("0"))
    return ordered(statement, query)


def window_rows(query: Query, physical: Physical) -> list[list[object]]:
    """The query's windows in the table's own form of time."""
    start = physical.start()
    return [
        [start.bound(w.start, True), start.bound(w.end, True), number]
        for number, w in enumerate(query.windows or windows_of_spans(query))
    ]


def windows_of_spans(query: Query) -> list[Interval]:
    """The windows that the planned spans tell: each from where its first span opens."""
    opens: dict[int, datetime] = {}
    for planned in query.planned:
        firsts = {span.window: span.opens for span in reversed(planned.spans)}
        opens |= {n: max(at, opens.get(n, at)) for n, at in firsts.items()}
    if query.interval is None or not opens:
        raise ValueError("sums by window need windows or planned spans in an interval")
    begins = [*(opens[n] for n in sorted(opens)), query.interval.end]
    number = dict(zip(sorted(opens), pairwise(begins), strict=True))
    empty = (query.interval.end, query.interval.end)
    return [Interval(*number.get(n, empty)) for n in range(max(opens) + 1)]


def cut_values(query: Query, physical: Physical) -> dict[str, object]:
    if not query.cuts:
        return {}
    start = physical.start()
    return {f"cut_{n}": start.bound(at, True) for n, at in enumerate(query.cuts)}


def latest(query: Query, physical: Physical) -> Select[Any]:
    """Per asset the newest time that the fact holds."""
    columns = physical.columns
    filters = in_scope(query, physical)
    if query.interval is not None and SCHEMA[query.fact].start:
        start = physical.start()
        filters.append(start.native >= bindparam("back", type_=start.kind))
    newest = func.max(latest_moment(physical).native).label("latest")
    if "asset" not in columns:
        return select(newest).select_from(physical.table).where(*filters)
    asset = columns.plain("asset")
    statement = select(asset.label("asset"), newest).select_from(physical.table).where(*filters)
    return statement if columns.is_constant("asset") else statement.group_by(asset)


def latest_moment(physical: Physical) -> Moment:
    """When rows were recorded, else ended, else started."""
    recorded = physical.columns.moment(SCHEMA[physical.fact].recorded)
    return recorded or physical.end() or physical.start()


def _key(name: str, query: Query, physical: Physical, source: FromClause) -> Expression:
    columns = physical.columns
    if name == "window":
        return source.c["windows_number"]
    if name == "segment":
        return _segment(physical, len(query.cuts))
    if name == "loss" and physical.fact == "downtime":
        return columns.loss()
    # Not mapped is unknown, and still a group.
    return columns.plain(name) if name in columns else cast(null(), String)


def _varies(name: str, physical: Physical) -> bool:
    """Whether it can be grouped by: a constant is no column."""
    if name in ("window", "segment") or (name == "loss" and physical.fact == "downtime"):
        return True
    return name in physical.columns and not physical.columns.is_constant(name)


def _totals(query: Query, physical: Physical) -> list[Any]:
    columns = physical.columns
    numbers = [name for name in query.measures if name in columns]
    if physical.sums_only:
        numbers = [name for name in numbers if name == "minutes"]
    totals: list[Any] = [func.sum(physical.addend(name)).label(name) for name in numbers]
    ends = physical.end()
    if "row_min" in query.measures and ends is not None:
        offsets = offsets_of(query, physical)
        seconds = ends.seconds(offsets) - physical.start().seconds(offsets)
        totals.append(scaled(func.sum(seconds), "/ 60E0").label("row_min"))
    doubtful = [columns.plain(name) for name in numbers if name not in columns.whole]
    if physical.dialect == "sqlite" and doubtful:
        # It would add text up as 0.
        totals.append(texts(*doubtful).label("not_number"))
    return totals


def _covered(physical: Physical) -> list[Any]:
    start, end = physical.start(), physical.end()
    last = start if end is None else end
    covered = [func.min(start.native).label("first"), func.max(last.native).label("last")]
    recorded = physical.columns.moment(SCHEMA[physical.fact].recorded)
    if recorded is not None:
        covered.append(func.max(recorded.native).label("recorded"))
    return covered


def _windows(query: Query, physical: Physical) -> FromClause:
    kind = physical.start().kind
    columns = [("begins", kind), ("ends", kind), ("number", BigInteger())]
    return unpacked(physical.dialect, "windows", columns, window_rows(query, physical))


def _segment(physical: Physical, cuts: int) -> Expression:
    """How many cuts lie at or before the row's start."""
    if not cuts:
        return literal_column("0")
    start = physical.start()
    # Where each mark is a parameter of its own, what is grouped by would differ from what is
    # selected: there the cuts stand in the statement.
    written = not physical.is_constant
    whens: list[tuple[Expression, Expression]] = []
    for n in reversed(range(cuts)):
        cut = bindparam(f"cut_{n}", type_=start.kind, literal_execute=written)
        whens.append((start.native >= cut, literal_column(str(n + 1))))
    return case(*whens, else_=literal_column("0"))
