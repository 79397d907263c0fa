"""What statements see instead of the plant's tables: rows in scope, under logical names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    BigInteger,
    String,
    case,
    cast,
    false,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy import literal_column as written
from sqlalchemy.dialects import postgresql, sqlite

from core.data import zones
from core.data.dialects import Expression
from core.data.filters import offsets_of, overlap_values, overlapping
from core.data.moments import Moment
from core.data.physical import Physical
from core.data.query import Fact, Query
from core.data.rows import comparable
from core.data.schema import SCHEMA

TABLES: Mapping[str, Fact] = {
    "assets": "asset",
    "production": "production",
    "downtime": "downtime",
    "scrap": "scrap",
    "orders": "order",
}
"""Name → fact. Neither money (rates, prices, margins) nor people nor accidents are among them."""
_WITHHELD = frozenset(
    {"comment", "description", "contact", "cost_center", "key", "crew", "aliases", "ideal_rate"}
)
_DAY, _HOUR = 86_400, 3_600


@dataclass(frozen=True, slots=True)
class View:
    """`select` gives the rows in scope with `columns`; its values are written into it."""

    columns: frozenset[str]
    select: str
    table: str


def view(physical: Physical, query: Query, keys: Mapping[str, str]) -> View:
    """The rows of `query.assets` that overlap its interval; times as text on the wall clock of
    the statement's zone, durations in minutes. `keys`: asset id → what the table holds."""
    query = replace(query, fact=physical.fact)
    keys = {} if physical.fact == "asset" else keys
    columns = dict(_columns(physical, query, keys))
    base = select(*(value.label(label) for label, value in columns.items()))
    base = base.select_from(physical.table).where(*physical.own, _in_scope(physical, query, keys))
    overlap = overlapping(query, physical)
    chosen = [base.where(*overlap.closed)]
    if overlap.still is not None:
        chosen.append(base.where(*overlap.still))
    found = union_all(*chosen)
    compiled = found.params(**overlap_values(query, physical)).compile(
        dialect=_dialect(physical.dialect), compile_kwargs={"literal_binds": True}
    )
    return View(frozenset(columns), str(compiled), physical.mapping.table)


def _dialect(name: str) -> Any:
    """With a style of parameters that leaves % as it is: there are none."""
    module: Any = sqlite if name == "sqlite" else postgresql
    return module.dialect(paramstyle="named")


def _in_scope(physical: Physical, query: Query, keys: Mapping[str, str]) -> Expression:
    """Only rows of the assets; none where rows do not say which asset they are of."""
    columns, own = physical.columns, "id" if physical.fact == "asset" else "asset"
    if own not in columns:
        return false()
    held = [columns.asset_key(keys.get(asset, asset)) for asset in query.assets or ()]
    texts = [literal(key, String) for key in held if isinstance(key, str)]
    numbers = [literal(key, BigInteger) for key in held if isinstance(key, int)]
    return columns.plain(own).in_(numbers or texts) if numbers or texts else false()


def _asset(name: str, physical: Physical, query: Query, keys: Mapping[str, str]) -> Expression:
    """The id of the asset, whatever the table holds for it."""
    held = physical.columns.text(name)
    own = {keys[asset]: asset for asset in query.assets or () if asset in keys}
    whens = [(held == literal(key, String), literal(asset, String)) for key, asset in own.items()]
    return case(*whens, else_=held) if whens else held


def _columns(
    physical: Physical, query: Query, keys: Mapping[str, str]
) -> Iterator[tuple[str, Expression]]:
    fact, zone = SCHEMA[physical.fact], query.statement.zone if query.statement else "UTC"
    for name, kind in fact.columns.items():
        if name in _WITHHELD:
            continue
        if kind == "time":
            moment = physical.end() if name == fact.end else physical.columns.moment(name)
            if moment is not None:
                yield name, _text(_wall(moment, physical, query, zone), physical.dialect)
        elif name == "minutes" or (name == "loss" and physical.fact == "downtime"):
            yield name, comparable(name, physical)
        elif name not in physical.columns:
            continue
        elif name in ("asset", "cause_asset"):
            yield name, _asset(name, physical, query, keys)
        else:
            number = kind in ("number", "minutes")
            yield name, physical.columns.number(name) if number else physical.columns.text(name)
    if fact.start:
        wall = _wall(physical.start(), physical, query, zone)
        days = cast(wall, BigInteger) // written(str(_DAY), BigInteger)
        yield "day", func.substr(_text(wall, physical.dialect), written("1"), written("10"))
        yield "hour", (wall - days * written(str(_DAY))) // written(str(_HOUR), BigInteger)
        yield "weekday", (days + written("3")) % written("7") + written("1")


def _wall(moment: Moment, physical: Physical, query: Query, zone: str) -> Expression:
    """Seconds since 1970 as the wall clock of the zone shows them."""
    utc = cast(moment.seconds(offsets_of(query, physical)), BigInteger)
    assert query.interval is not None
    margin = physical.longest
    *before, last = zones.offsets(zone, query.interval.start - margin, query.interval.end + margin)
    if not before:
        return utc + written(str(last.seconds))
    whens: list[tuple[Expression, Expression]] = [
        (utc < written(str(_turn(one, following))), written(str(one.seconds)))
        for one, following in pairwise((*before, last))
    ]
    return utc + case(*whens, else_=written(str(last.seconds)))


def _turn(one: zones.Offset, following: zones.Offset) -> int:
    """When the clocks change, in seconds since 1970; `until` is what they show of the two."""
    assert one.until is not None
    shown = int(one.until.replace(tzinfo=UTC).timestamp())
    return shown - max(one.seconds, following.seconds)


def _text(wall: Expression, dialect: str) -> Expression:
    if dialect == "sqlite":
        return func.strftime(written("'%Y-%m-%d %H:%M:%S'"), wall, written("'unixepoch'"))
    moment = func.to_timestamp(wall).op("AT TIME ZONE")(written("'UTC'"))
    return func.to_char(moment, written("'YYYY-MM-DD HH24:MI:SS'"))
