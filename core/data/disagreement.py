"""Where two sources hold the same figure and do not agree: by how much, and probably why."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from core.data.query import Condition, Fact, Query
from core.data.source import Cause, DataSource, Difference, Facts, Row, Scope
from core.domain.periods import Interval
from core.errors import NoData, SourceUnavailable

# What adds up: a median or a longest stop of two sources says nothing about which row is missing.
_ADD_UP: dict[Fact, tuple[str, ...]] = {
    "production": (
        "total_units", "good_units", "scrap_units", "rework_units", "first_pass_units",
        "target_units", "planned_min", "run_min", "down_min",
    ),
    "downtime": ("minutes", "stops"),
    "scrap": ("units",),
    "order": ("planned_units",),
}  # fmt: skip
# Definitions, by what a row is about.
_KEYS: dict[Fact, tuple[str, ...]] = {
    "cost": ("cost_center", "currency", "valid_from"),
    "target": ("asset", "product", "shift", "valid_from"),
    "product": ("id", "currency"),
}
_VALUES: dict[Fact, tuple[str, ...]] = {
    "cost": ("per_hour",),
    "target": ("oee", "units"),
    "product": ("material_cost", "margin"),
}
_CLASSES = frozenset({"loss", "reason", "reason_code", "reason_group", "cause_asset"})
_NEARLY = 1e-6  # what sums added up in another order may differ by
_LATE = timedelta(minutes=10)
_HOUR = timedelta(hours=1)

Key = tuple[object, ...]


def is_comparable(query: Query) -> bool:
    """Whether two sources' answers can be held against each other."""
    if query.statement is not None or query.limit is not None:
        return False
    if query.measures:
        return bool(set(query.measures) & set(_ADD_UP.get(query.fact, ())))
    return query.fact in _KEYS


def differences(query: Query, ours: Facts, theirs: Facts, tolerance: float) -> list[Difference]:
    """Per measure and asset: of the whole where it differs, else of the group that differs most.
    `tolerance` is a ratio; a measure that one of them does not hold at all is no difference."""
    found: list[Difference] = []
    for measure in _measures(query):
        a, b = _by_key(query, ours.rows, measure), _by_key(query, theirs.rows, measure)
        if not any(v is not None for v in a.values()) or not any(v is not None for v in b.values()):
            continue
        for asset in sorted({key[0] for key in (*a, *b)}, key=str):
            mine = {key: (a.get(key), b.get(key)) for key in (*a, *b) if key[0] == asset}
            found += _of_asset(query, measure, str(asset or ""), mine, tolerance)
    return found


async def explained(
    found: Sequence[Difference],
    query: Query,
    scope: Scope | None,
    ours: tuple[DataSource, Facts],
    theirs: tuple[DataSource, Facts],
    zones: Sequence[str],
    tolerance: float,
) -> tuple[Difference, ...]:
    """The differences with their probable cause; it may take a few more questions to the sources.
    `zones` are those that a clock may have been read in by mistake."""
    cause = await _cause(query, scope, ours, theirs, zones, tolerance)
    return tuple(replace(one, cause=cause) for one in found)


def shifted(query: Query, by: timedelta) -> Query:
    """The same question, asked that much later."""
    move = lambda span: replace(  # noqa: E731
        span, start=span.start + by, end=span.end + by, opens=span.opens + by
    )
    return replace(
        query,
        interval=query.interval and _moved(query.interval, by),
        windows=tuple(_moved(window, by) for window in query.windows),
        cuts=tuple(cut + by for cut in query.cuts),
        until=query.until and query.until + by,
        planned=tuple(
            replace(planned, spans=tuple(map(move, planned.spans))) for planned in query.planned
        ),
    )


def _moved(interval: Interval, by: timedelta) -> Interval:
    return Interval(interval.start + by, interval.end + by)


def _measures(query: Query) -> tuple[str, ...]:
    if not query.measures:
        return _VALUES[query.fact]
    return tuple(name for name in query.measures if name in _ADD_UP[query.fact])


def _by_key(query: Query, rows: Sequence[Row], measure: str) -> dict[Key, float | None]:
    """(asset, other parts of the key…) → the value."""
    names = query.group_by if query.measures else _KEYS[query.fact]
    others = [name for name in names if name != "asset"]
    return {
        (row.get("asset"), *(row.get(name) for name in others)): _number(row.get(measure))
        for row in rows
    }


def _of_asset(
    query: Query,
    measure: str,
    asset: str,
    values: Mapping[Key, tuple[float | None, float | None]],
    tolerance: float,
) -> Iterator[Difference]:
    ours, theirs = _total(a for a, _ in values.values()), _total(b for _, b in values.values())
    if query.measures and _differ(ours, theirs, tolerance):
        yield Difference(measure, asset, "", ours, theirs, "unknown")
        return
    apart = {key: pair for key, pair in values.items() if _differ(*pair, tolerance)}
    if not apart:
        return
    key, (mine, other) = max(apart.items(), key=lambda item: _gap(*item[1]))
    group = ", ".join(
        f"{part:%Y-%m-%d}" if isinstance(part, datetime) else str(part)
        for part in key[1:]
        if part is not None
    )
    yield Difference(measure, asset, group, mine, other, "unknown")


def _total(values: Iterator[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _gap(ours: float | None, theirs: float | None) -> float:
    return abs((ours or 0.0) - (theirs or 0.0))


def _differ(ours: float | None, theirs: float | None, tolerance: float) -> bool:
    largest = max(abs(ours or 0.0), abs(theirs or 0.0))
    return _gap(ours, theirs) > max(tolerance * largest, _NEARLY)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


# --- causes ----------------------------------------------------------------------------------


async def _cause(
    query: Query,
    scope: Scope | None,
    ours: tuple[DataSource, Facts],
    theirs: tuple[DataSource, Facts],
    zones: Sequence[str],
    tolerance: float,
) -> Cause:
    if not query.measures or query.interval is None:
        return "unknown"
    if await _is_reclassified(query, scope, ours[0], theirs[0], tolerance):
        return "reclassified"
    for by in _offsets(query.interval.start, zones):
        moved = await _asked(theirs[0], shifted(query, by), scope)
        if moved is not None and not differences(query, ours[1], moved, tolerance):
            return "time_zone"
    if _is_late(ours[1], theirs[1]):
        return "late"
    return "rows" if ours[1].origin.rows != theirs[1].origin.rows else "unknown"


async def _is_reclassified(
    query: Query, scope: Scope | None, ours: DataSource, theirs: DataSource, tolerance: float
) -> bool:
    """Whether they agree as soon as nobody looks at losses and reasons."""
    plain = replace(
        query,
        where=tuple(one for one in query.where if not _classifies(one)),
        group_by=tuple(name for name in query.group_by if name not in _CLASSES),
        order_by=(),
        measures=tuple(name for name in query.measures if name in _ADD_UP[query.fact]),
    )
    if (plain.where, plain.group_by) == (query.where, query.group_by):
        return False
    a, b = await asyncio.gather(_asked(ours, plain, scope), _asked(theirs, plain, scope))
    return a is not None and b is not None and not differences(plain, a, b, tolerance)


def _classifies(condition: Condition) -> bool:
    return condition.column in _CLASSES


def _offsets(at: datetime, zones: Sequence[str]) -> list[timedelta]:
    """By how much times are off that were read in the wrong zone, or without daylight saving."""
    known = (at.astimezone(ZoneInfo(zone)).utcoffset() for zone in zones)
    apart = [one for offset in known if offset for one in (offset, -offset)]
    return list(dict.fromkeys((*apart, _HOUR, -_HOUR)))


def _is_late(ours: Facts, theirs: Facts) -> bool:
    """Whether the data of one of them ends earlier."""
    if ours.as_of is None or theirs.as_of is None:
        return False
    return abs(ours.as_of - theirs.as_of) >= _LATE


async def _asked(source: DataSource, query: Query, scope: Scope | None) -> Facts | None:
    """None where it cannot be asked: then this is not found out."""
    try:
        return await source.fetch(query, scope)
    except (SourceUnavailable, NoData):
        return None
