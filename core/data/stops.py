"""Downtime statements: stops cut to planned busy time and summed in the database.

The rules are DOMAIN.md's, "Time and OEE": a stop counts with its part inside planned busy time;
overlapping stops of one asset count once, for the earlier start; a stop is counted where it
starts, or where planned time next begins if it starts outside; an open stop runs to `until`.
core/domain/losses.py holds the same rules as a pure function, and tests compare the two.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    null,
    or_,
    select,
    tuple_,
    union_all,
)

from core.data.columns import Expression
from core.data.dialects import greatest, least, packed, unpacked
from core.data.query import Query
from core.data.statements import (
    Parameters,
    Physical,
    by_condition,
    in_scope,
    in_time,
    loss_of,
    offsets_of,
)
from core.errors import NoData

_SPAN = [
    ("begins", BigInteger()),
    ("ends", BigInteger()),
    ("opens", BigInteger()),
    ("number", Integer()),
    ("grp", Integer()),
]
_SCOPE = [("asset", String()), ("grp", Integer())]
_ZERO, _ONE, _SIXTY = literal_column("0"), literal_column("1"), literal_column("60.0")
_PRIVATE = frozenset({"blocked", "starved"})
_SHORT = frozenset({"breakdown", "unclassified"})


def stop_sums(query: Query, physical: Physical) -> Select[Any]:
    """Minutes, counts and the other measures of stops by group."""
    pieces = _pieces(query, physical)
    if "median" in query.measures:
        return _median(query, pieces)
    keys = [_key(name, pieces).label(name) for name in query.group_by]
    totals = [_measure(name, pieces.c).label(name) for name in query.measures]
    extra = [func.count(pieces.c.event.distinct()).label("rows")]
    statement = select(*keys, *totals, *extra).where(*_conditions(query, pieces))
    return statement.group_by(*(key.element for key in keys)) if keys else statement


def stop_parameters(query: Query, physical: Physical) -> Parameters:
    values: Parameters = in_time(query, physical)[1]
    if query.assets is not None:
        values["assets"] = list(query.assets)
    values |= by_condition(query.where, lambda name: literal_column(name))[1]
    values |= {
        "until": _seconds_of(query.until or _end(query)),
        "minor": query.minor_stop_seconds,
        "spans": packed(_span_rows(query)),
    }
    if len(query.planned) > 1:
        values["scope"] = packed(_scope_rows(query))
    if query.members:
        values["members"] = list(query.members)
    if {"long_stops", "long_minutes"} & set(query.measures):
        values["long"] = query.long_stop_seconds
    return values


# --- events ----------------------------------------------------------------------------------


def _events(query: Query, physical: Physical) -> Any:
    """The stops that touch the interval, with `covered`: until when earlier ones reach."""
    columns = physical.columns
    filters = in_scope(query, physical) + _own_losses(query, physical)
    closed = [*filters, *in_time(query, physical)[0]]
    chosen = [_select(query, physical, is_open=False).where(*closed)]
    if "end" in columns and columns.length("end") is None:
        start = physical.moment("start")
        still = [
            start.native < bindparam("before", type_=start.kind),
            columns.plain("end").is_(None),
        ]
        chosen.append(_select(query, physical, is_open=True).where(*filters, *still))
    raw = (union_all(*chosen) if len(chosen) > 1 else chosen[0]).subquery("stop")
    covered = func.max(raw.c.ends).over(
        partition_by=raw.c.asset, order_by=(raw.c.begins, raw.c.event), rows=(None, -1)
    )
    return select(raw, covered.label("covered")).subquery("event")


def _select(query: Query, physical: Physical, *, is_open: bool) -> Select[Any]:
    columns = physical.columns
    offsets = offsets_of(query, physical, "start")
    begins = physical.moment("start").seconds(offsets)
    recorded = columns.number("minutes") if "minutes" in columns else None
    ends = bindparam("until", type_=BigInteger) if is_open else _ends(physical, begins, offsets)
    length = (ends - begins) / _SIXTY
    whole = length if is_open or recorded is None else func.coalesce(recorded, length)
    repair_start, repair_end = columns.moment("repair_start"), columns.moment("repair_end")
    repair: Expression = null()
    if repair_start is not None and repair_end is not None:
        repair = (repair_end.seconds(offsets) - repair_start.seconds(offsets)) / _SIXTY
    event = columns.plain("id") if "id" in columns else begins
    return select(
        event.label("event"),
        columns.plain("asset").label("asset"),
        begins.label("begins"),
        ends.label("ends"),
        whole.label("whole"),
        repair.label("repair"),
        (_ONE if is_open else _ZERO).label("is_open"),
        _with_minor(loss_of(physical), whole, is_open=is_open).label("loss"),
        *(
            (columns.plain(name) if name in columns else null()).label(name)
            for name in ("reason_code", "reason", "reason_group", "cause_asset")
        ),
    ).select_from(physical.table)


def _ends(physical: Physical, begins: Expression, offsets: Any) -> Expression:
    columns = physical.columns
    end = columns.moment("end")
    if end is not None:
        return end.seconds(offsets)
    fixed = columns.length("end")
    if fixed is not None:
        return begins + literal_column(str(int(fixed.total_seconds())))
    if "minutes" in columns:
        return begins + columns.number("minutes") * literal_column("60")
    raise NoData("column_missing", column="end", table=physical.mapping.table)


def _with_minor(loss: Expression, whole: Expression, *, is_open: bool) -> Expression:
    """Short breakdowns and unclassified stops are minor stops; an open one may yet grow."""
    if is_open:
        return loss
    short = whole < bindparam("minor", type_=BigInteger) / _SIXTY
    minor = literal_column("'minor'")
    return case((and_(loss.in_(sorted(_SHORT)), short), minor), else_=loss)


def _own_losses(query: Query, physical: Physical) -> list[Any]:
    """A line is not held up by its own machines twice: leaves such rows out."""
    columns = physical.columns
    if not query.members or "cause_asset" not in columns:
        return []
    pair = tuple_(columns.plain("asset"), columns.plain("cause_asset"))
    inner = pair.in_(bindparam("members", expanding=True))
    held_up = loss_of(physical).in_(sorted(_PRIVATE))
    return [or_(columns.plain("cause_asset").is_(None), ~and_(inner, held_up))]


# --- pieces ----------------------------------------------------------------------------------


def _pieces(query: Query, physical: Physical) -> Any:
    """Stops cut to the spans: `seconds` not yet covered, `counted` 1 where the stop begins."""
    events = _events(query, physical)
    spans = unpacked(physical.dialect, "spans", _SPAN, _span_rows(query))
    meets = [events.c.begins < spans.c.ends, events.c.ends > spans.c.begins]
    source = events.join(spans, and_(*meets))
    if len(query.planned) > 1:
        scope = unpacked(physical.dialect, "scope", _SCOPE, _scope_rows(query))
        source = source.join(
            scope, and_(scope.c.asset == events.c.asset, scope.c.grp == spans.c.grp)
        )
    free_from = func.coalesce(greatest(events.c.covered, events.c.begins), events.c.begins)
    begins, ends = greatest(free_from, spans.c.begins), least(events.c.ends, spans.c.ends)
    seconds = case((ends > begins, ends - begins), else_=_ZERO)
    counted = case((events.c.begins >= spans.c.opens, _ONE), else_=_ZERO)
    return (
        select(
            events,
            seconds.label("seconds"),
            counted.label("counted"),
            spans.c.number.label("window"),
        )
        .select_from(source)
        .subquery("piece")
    )


def _span_rows(query: Query) -> list[list[int]]:
    if not query.planned:
        if query.interval is None:
            raise ValueError("stops are counted in an interval")
        start, end = _seconds_of(query.interval.start), _seconds_of(query.interval.end)
        return [[start, end, start, 0, 0]]
    return [
        [_seconds_of(s.start), _seconds_of(s.end), _seconds_of(s.opens), s.window, number]
        for number, planned in enumerate(query.planned)
        for s in planned.spans
    ]


def _scope_rows(query: Query) -> list[list[object]]:
    return [
        [asset, number] for number, planned in enumerate(query.planned) for asset in planned.assets
    ]


# --- measures --------------------------------------------------------------------------------


def _measure(name: str, piece: Any) -> Expression:
    first = piece.counted == _ONE
    long = and_(first, piece.whole >= bindparam("long", type_=BigInteger) / _SIXTY)
    repaired = and_(first, piece.repair.is_not(None))
    match name:
        case "minutes":
            return func.sum(piece.seconds) / _SIXTY
        case "stops":
            return func.sum(piece.counted)
        case "event_minutes":
            return func.sum(case((first, piece.whole), else_=_ZERO))
        case "longest":
            return func.max(case((first, piece.whole)))
        case "repair_minutes":
            return func.sum(case((repaired, piece.repair)))
        case "repairs":
            return func.sum(case((repaired, _ONE), else_=_ZERO))
        case "open":
            return func.max(piece.is_open)
        case "long_stops":
            return func.sum(case((long, _ONE), else_=_ZERO))
        case "long_minutes":
            return func.sum(case((long, piece.whole), else_=_ZERO))
        case _:
            raise ValueError(f"downtime has no measure {name}")


def _median(query: Query, pieces: Any) -> Select[Any]:
    """The middle length of the stops counted here, in minutes, by group."""
    keys = [_key(name, pieces).label(name) for name in query.group_by]
    partition = [key.element for key in keys] or None
    place = func.row_number().over(partition_by=partition, order_by=pieces.c.whole)
    many = func.count().over(partition_by=partition)
    ranked = (
        select(*keys, pieces.c.whole, place.label("place"), many.label("many"))
        .where(pieces.c.counted == _ONE, *_conditions(query, pieces))
        .subquery("ranked")
    )
    middle = (ranked.c.place * 2).between(ranked.c.many, ranked.c.many + 2)
    groups = [ranked.c[name] for name in query.group_by]
    statement = select(
        *groups, func.avg(ranked.c.whole).label("median"), func.max(ranked.c.many).label("rows")
    ).where(middle)
    return statement.group_by(*groups) if groups else statement


def _key(name: str, pieces: Any) -> Any:
    return pieces.c[name]


def _conditions(query: Query, pieces: Any) -> list[Any]:
    return by_condition(query.where, lambda name: pieces.c[name])[0]


def _end(query: Query) -> Any:
    if query.interval is None:
        raise ValueError("stops are counted in an interval")
    return query.interval.end


def _seconds_of(at: Any) -> int:
    return int(at.timestamp())
