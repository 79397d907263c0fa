"""A Query as the question that the database's functions take (supabase/migrations)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.data.mapping import FactMapping
from core.data.query import Condition, Fact, Query
from core.data.schema import SCHEMA
from core.data.stops import scoped, span_rows
from core.data.sums import windows_of_spans
from core.errors import MisconfiguredError, NoData

Json = dict[str, Any]
_ORDER: dict[Fact, tuple[str, ...]] = {
    "product_rate": ("asset", "product", "valid_from"),
    "calendar": ("start", "end", "kind", "shift", "plant", "area", "asset"),
    "production": ("asset", "start"),
    "downtime": ("asset", "start", "id"),
    "scrap": ("asset", "time", "product", "reason"),
    "live": ("asset",),
    "target": ("asset", "shift", "product", "valid_from"),
    "cost": ("cost_center", "valid_from"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A fact's table there: logical → physical columns."""

    fact: Fact
    table: str
    columns: Mapping[str, str]
    longest: timedelta

    def timed(self) -> Json:
        """The table, its columns and those that place a row in time."""
        fact = SCHEMA[self.fact]
        return {
            "table": self.table,
            "columns": dict(self.columns),
            "start": self.columns.get(fact.start),
            "end": self.columns.get(fact.end),
            "recorded": self.columns.get(fact.recorded),
        }


def place(fact: Fact, mapping: FactMapping, there: Mapping[str, list[str]]) -> Place | None:
    """Where the fact lies; `there` are the readable tables with their columns. None: no such
    table. Raises NoData "column_missing" naming what the table lacks."""
    if mapping.table not in there:
        return None
    held, schema = there[mapping.table], SCHEMA[fact]
    columns = {name: given.column for name, given in mapping.columns.items()} or {
        name: name for name in schema.columns if name in held
    }
    for logical in (*schema.required, *columns):
        if columns.get(logical) not in held:
            wanted = columns.get(logical, logical)
            raise NoData("column_missing", column=wanted, table=mapping.table)
    return Place(fact, mapping.table, columns, mapping.longest or schema.longest)


def check(fact: Fact, mapping: FactMapping, where: str) -> None:
    """Raises MisconfiguredError for a mapping that only SQL could follow."""
    plain = all(
        given.column and not given.format and given.unit == "min"
        for given in mapping.columns.values()
    )
    usual = mapping.rows_are == "events" and mapping.time_zone == "UTC"
    if not plain or not usual or mapping.where or mapping.losses:
        raise MisconfiguredError(
            f"{where}, facts.{fact}",
            "on Supabase a table and its columns are named, nothing else; make a view for the rest",
        )


def rows(query: Query, at: Place, limit: int, offset: int) -> Json:
    """One page of the rows themselves, in an order that lasts from page to page."""
    fact = SCHEMA[query.fact]
    order = query.order_by
    if not order and query.limit is not None and fact.start in at.columns:
        order = (f"-{fact.start}",)
    named = {name.lstrip("-") for name in order}
    lasting = _ORDER.get(query.fact, ("id",))
    order += tuple(name for name in lasting if name in at.columns and name not in named)
    asked = _filtered(query, at) | {"order_by": order, "limit": limit, "offset": offset}
    return asked | _in_time(query, at)


def sums(query: Query, at: Place) -> Json:
    """Sums of whole rows; also the newest times ("latest")."""
    windows = query.windows
    if "window" in query.group_by and not windows:
        windows = tuple(windows_of_spans(query))
    return (
        _filtered(query, at)
        | {
            "measures": query.measures,
            "group_by": query.group_by,
            "windows": [[_iso(window.start), _iso(window.end)] for window in windows],
            "cuts": [_iso(cut) for cut in query.cuts],
            "order_by": query.order_by,
            "limit": query.limit,
            "offset": query.offset,
        }
        # The windows lie in the interval.
        | ({} if "window" in query.group_by else _in_time(query, at))
    )


def latest(query: Query, at: Place) -> Json:
    """Per asset the newest time that the fact holds."""
    by = ("asset",) if "asset" in at.columns else ()
    asked = _filtered(query, at) | {"measures": ("latest",), "group_by": by}
    if query.interval is None or not SCHEMA[query.fact].start:
        return asked
    back = query.interval.start - (at.longest if SCHEMA[query.fact].end in at.columns else _NONE)
    return asked | {"back": _iso(back)}


def stops(query: Query, at: Place) -> Json:
    """Sums of single stops, cut to planned time: the rules of core/data/stops.py."""
    if query.interval is None:
        raise ValueError("stops are counted in an interval")
    lines = {*query.members, *((line, line) for line, _ in query.members)}
    groups = enumerate(query.planned)
    scope = [[asset, n] for n, planned in groups for asset in planned.assets]
    until = query.until or query.interval.end
    return (
        _filtered(query, at)
        | _in_time(query, at)
        | {
            "measures": query.measures,
            "group_by": query.group_by,
            "spans": span_rows(query),
            "scope": scope if scoped(query) else None,
            "members": sorted(lines),
            "now": int(until.timestamp()),
            "minor": query.minor_stop_seconds / 60,
            "long": query.long_stop_seconds / 60,
            "order_by": query.order_by,
            "limit": query.limit,
            "offset": query.offset,
        }
    )


_NONE = timedelta()


def _filtered(query: Query, at: Place) -> Json:
    assets = query.assets if "asset" in at.columns else None
    for condition in query.where:
        _known(condition, at)
    return at.timed() | {
        "assets": assets,
        "where": [
            {"column": one.column, "operator": one.operator, "value": _value(one.value)}
            for one in query.where
        ],
    }


def _known(condition: Condition, at: Place) -> None:
    of_stops = at.fact == "downtime" and condition.column in ("minutes", "is_open", "loss")
    if condition.column not in at.columns and not of_stops:
        raise NoData("column_missing", column=condition.column, table=at.table)


def _in_time(query: Query, at: Place) -> Json:
    """Rows that overlap the interval; an instant counts where it lies inside. A row's end may not
    be indexed, so its start is bounded too, by the longest row."""
    fact, interval = SCHEMA[query.fact], query.interval
    if interval is None or fact.start not in at.columns:
        return {}
    back = interval.start - (at.longest if fact.end in at.columns else _NONE)
    return {"since": _iso(interval.start), "until": _iso(interval.end), "back": _iso(back)}


def _value(value: object) -> object:
    match value:
        case datetime():
            return _iso(value)
        case str():
            return _sendable(value)
        case tuple():
            return [_value(one) for one in value]
        case _:
            return value


def _sendable(value: str) -> str:
    """Without what no database text can hold (NUL, half of a surrogate pair): it matches none."""
    return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def _iso(at: datetime) -> str:
    return at.isoformat()
