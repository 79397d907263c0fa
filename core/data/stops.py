"""Downtime statements: stops cut to planned busy time and summed in the database.

The rules are DOMAIN.md's, "Time and OEE": a stop counts with its part inside planned busy time;
overlapping stops of one asset count their minutes once, for the earlier start (of two that start
together, the longer); every stop is counted once, where it starts, or where planned time next
begins if it starts outside; an open stop runs to `until`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Float,
    FromClause,
    Integer,
    Select,
    String,
    Subquery,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.types import TypeEngine

from core.data.dialects import Expression, greatest, least, packed, scaled, unpacked
from core.data.filters import (
    Parameters,
    asset_keys,
    by_condition,
    ordered,
)
from core.data.physical import Physical
from core.data.query import Query, Span
from core.data.stop_events import DAY, ONE, ZERO, by_day, known

_SPAN: list[tuple[str, TypeEngine[Any]]] = [
    ("begins", BigInteger()),
    ("ends", BigInteger()),
    ("opens", BigInteger()),
    ("number", Integer()),
    ("grp", Integer()),
    ("leads", Integer()),
    ("day", BigInteger()),
]
_SHORT: list[Expression] = [literal_column("'breakdown'"), literal_column("'unclassified'")]


def stop_sums(query: Query, physical: Physical) -> Select[Any]:
    """Minutes, counts and the other measures of stops by group."""
    pieces = _pieces(query, physical)
    if "median" in query.measures:
        pieces = _ranked(query, pieces)
    keys = [pieces.c[name].label(name) for name in query.group_by]
    wanted = [_measure(name, pieces.c).label(name) for name in known(query, physical)]
    statement = select(
        *keys,
        *wanted,
        func.sum(
            case((or_(pieces.c.counted == ONE, pieces.c.leads == ONE), ONE), else_=ZERO)
        ).label("rows"),
        func.max(pieces.c.unreadable).label("not_time"),
    )
    if keys:
        statement = statement.group_by(*(key.element for key in keys))
    return ordered(statement, query)


def stop_values(query: Query, physical: Physical) -> Parameters:
    spans = span_rows(query)
    values: Parameters = {
        "until": _epoch(query.until or _interval_end(query)),
        "minor": query.minor_stop_seconds / 60,
        "long": query.long_stop_seconds / 60,
        "spans": packed(spans),
        "days": packed(_days(spans)),
    }
    if scoped(query):
        values["scope"] = packed(_scope_rows(query, physical))
    return values


def scoped(query: Query) -> bool:
    """Whether not all assets asked for share one list of spans."""
    if len(query.planned) == 1:
        return set(query.planned[0].assets) != set(query.assets or ())
    return bool(query.planned)


# --- pieces ----------------------------------------------------------------------------------


def _pieces(query: Query, physical: Physical) -> Subquery:
    """Stops cut to the spans: `seconds` not yet covered, `counted` 1 where the stop begins,
    `leads` 1 for the part in the first span."""
    rows = span_rows(query)
    event = by_day(query, physical, _days(rows))
    span = unpacked(physical.dialect, "spans", _SPAN, rows)
    meets = and_(
        event.c.day == span.c.day, event.c.begins < span.c.ends, event.c.reach > span.c.begins
    )
    source: FromClause = event
    if scoped(query):
        pairs = _scope_rows(query, physical)
        kind = String() if all(isinstance(asset, str) for asset, _ in pairs) else BigInteger()
        scope = unpacked(physical.dialect, "scope", [("asset", kind), ("grp", Integer())], pairs)
        source = event.join(scope, scope.c.asset == event.c.asset)
        meets = and_(meets, scope.c.grp == span.c.grp)
    free_from = greatest(event.c.covered, event.c.begins)
    begins, ends = greatest(free_from, span.c.begins), least(event.c.ends, span.c.ends)
    conditions = by_condition(query.where, lambda name: _attribute(name, event, physical))
    others = [c for c in event.c if c.name not in ("ends", "covered", "loss", "reach", "day")]
    return (
        select(
            *others,
            _loss(event).label("loss"),
            greatest(ends - begins, ZERO).label("seconds"),
            case((event.c.begins >= span.c.opens, ONE), else_=ZERO).label("counted"),
            span.c.leads.label("leads"),
            span.c.number.label("window"),
        )
        .select_from(source.join(span, meets))
        .where(*conditions)
        .subquery("piece")
    )


def _loss(event: Subquery) -> Expression:
    """Short breakdowns and unclassified stops are minor stops; an open one may yet grow."""
    short = and_(
        event.c.is_open == ZERO,
        event.c.loss.in_(_SHORT),
        event.c.whole < bindparam("minor", type_=Float),
    )
    return case((short, literal_column("'minor'")), else_=event.c.loss)


def _attribute(name: str, event: Subquery, physical: Physical) -> Expression:
    if name == "loss":
        return _loss(event)
    if name == "is_open":
        return event.c.is_open
    if name == "minutes":  # how long the whole stop lasted, wherever it is counted
        return event.c.whole
    if name not in physical.columns or name not in event.c:
        raise physical.columns.missing(name)
    return event.c[name]


def span_rows(query: Query) -> list[list[int]]:
    """The spans, cut at each midnight UTC; a later part counts what begins in it."""
    if not query.planned:
        if query.interval is None:
            raise ValueError("stops are counted in an interval")
        whole = Span(query.interval.start, query.interval.end, query.interval.start)
        return _cut(whole, 0, 1)
    return [
        row
        for number, planned in enumerate(query.planned)
        for place, span in enumerate(planned.spans)
        for row in _cut(span, number, int(place == 0))
    ]


def _cut(span: Span, number: int, leads: int) -> list[list[int]]:
    begins, end, opens = _epoch(span.start), _epoch(span.end), _epoch(span.opens)
    parts = []
    while begins < end:
        day = begins // DAY
        ends = min(end, (day + 1) * DAY)
        parts.append([begins, ends, opens, span.window, number, leads, day])
        begins, opens, leads = ends, ends, 0
    return parts


def _days(rows: list[list[int]]) -> list[list[int]]:
    return [[day] for day in sorted({row[-1] for row in rows})]


def _scope_rows(query: Query, physical: Physical) -> list[list[object]]:
    return [
        [asset, number]
        for number, planned in enumerate(query.planned)
        for asset in asset_keys(planned.assets, physical)
    ]


# --- measures --------------------------------------------------------------------------------


def _measure(name: str, piece: Any) -> Expression:
    first = piece.counted == ONE
    long = and_(first, piece.whole >= bindparam("long", type_=Float))
    match name:
        case "minutes":
            return scaled(func.sum(piece.seconds), "/ 60E0")
        case "stops":
            return func.sum(piece.counted)
        case "event_minutes":
            return func.sum(case((first, piece.whole), else_=ZERO))
        case "longest":
            return func.max(case((first, piece.whole)))
        case "repair_minutes":
            return func.sum(case((first, piece.repair)))
        case "repairs":
            repaired = and_(first, piece.repair.is_not(None))
            return func.sum(case((repaired, ONE), else_=ZERO))
        case "open":
            return func.max(piece.is_open)
        case "long_stops":
            return func.sum(case((long, ONE), else_=ZERO))
        case "long_minutes":
            return func.sum(case((long, piece.whole), else_=ZERO))
        case "median":
            middle = (piece.place * literal_column("2")).between(
                piece.many, piece.many + literal_column("2")
            )
            return func.avg(case((and_(first, middle), piece.whole)))
        case _:
            raise ValueError(f"downtime has no measure {name}")


def _ranked(query: Query, pieces: Subquery) -> Subquery:
    """The pieces with their place by length among the stops counted in their group."""
    partition = [*(pieces.c[name] for name in query.group_by), pieces.c.counted]
    place = func.row_number().over(partition_by=partition, order_by=pieces.c.whole)
    many = func.count().over(partition_by=partition)
    return select(pieces, place.label("place"), many.label("many")).subquery("ranked")


def _interval_end(query: Query) -> datetime:
    if query.interval is None:
        raise ValueError("stops are counted in an interval")
    return query.interval.end


def _epoch(at: datetime) -> int:
    return int(at.timestamp())
