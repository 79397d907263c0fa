"""Reads the sums of tiles, and joins them with what was asked of the tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, Integer, Select, bindparam, case, cast, func, select

from core.data.dialects import packed, unpacked
from core.data.query import Condition, Query
from core.data.source import Row
from core.rollup.cover import Cover, Part
from core.rollup.rest import Rest
from core.rollup.shape import SHAPES, Shape
from core.store.schema import Instant

_IN_SECONDS = frozenset({"minutes", "event_minutes", "repair_minutes", "long_minutes", "row_min"})
_COLUMNS = [("tile", BigInteger()), ("win", Integer()), ("seg", Integer()), ("leads", Integer())]


def tile_rows(connection: Connection, query: Query, cover: Cover, recorded: bool) -> list[Row]:
    """One row per group, measures as in the tables' own rows. `recorded`: those tell when they
    were recorded."""
    shape = SHAPES[query.fact]
    dialect = connection.dialect.name
    found: list[Mapping[str, object]] = []
    turns: defaultdict[int, list[Part]] = defaultdict(list)
    for part in cover.parts:
        turns[part.turn].append(part)  # of different groups: their tiles have none in common
    for parts in turns.values():
        assets = tuple(asset for part in parts for asset in part.assets)
        values: dict[str, Any] = {"uses": packed(_listed(parts)), "assets": assets}
        if dialect == "postgresql":
            values["tiles"] = [use.tile for part in parts for use in part.uses]
        values |= {f"where_{n}": one.value for n, one in enumerate(query.where)}
        statement = _statement(query, shape, dialect, recorded)
        names = tuple(statement.selected_columns.keys())
        rows = connection.execute(statement, values).all()
        found += [dict(zip(names, row, strict=True)) for row in rows]
    return list(joined(query, shape, found)) if len(turns) > 1 else list(found)


def _listed(parts: Iterable[Part]) -> list[list[object]]:
    return [
        [use.tile, use.window, use.segment, int(use.leads)] for part in parts for use in part.uses
    ]


def _statement(query: Query, shape: Shape, dialect: str, recorded: bool) -> Select[Any]:
    table = shape.table
    use = unpacked(dialect, "uses", _COLUMNS, ())
    keys = [_key(name, shape, use) for name in query.group_by]
    rows: Any = table.c.rows
    if query.fact == "downtime":
        leading = case((use.c.leads == 1, table.c.rows), else_=0)
        rows = cast(func.coalesce(table.c.stops, 0), Integer) + leading
    statement = (
        select(
            *keys,
            *(_measure(name, shape).label(name) for name in query.measures),
            func.sum(rows).label("rows"),
            *(_times(shape, recorded) if shape.is_timed else ()),
        )
        .select_from(use.join(table, table.c.tile == use.c.tile))
        .where(table.c.asset.in_(bindparam("assets", expanding=True)))
    )
    if dialect == "postgresql":
        # It cannot tell how few tiles the list holds, and would read the whole table.
        statement = statement.where(table.c.tile.in_(bindparam("tiles", expanding=True)))
    for number, condition in enumerate(query.where):
        statement = statement.where(_meets(condition, number, shape))
    varying = [key.element for key in keys if key.name not in shape.constants]
    return statement.group_by(*varying) if varying else statement


def _key(name: str, shape: Shape, use: Any) -> Any:
    if name in shape.constants:
        return bindparam(None, shape.constants[name]).label(name)
    given = {"window": use.c.win, "segment": use.c.seg}
    return (given[name] if name in given else shape.table.c[name]).label(name)


def _measure(name: str, shape: Shape) -> Any:
    column = shape.table.c[name]
    return func.max(column) if name in shape.tops else func.sum(column)


def _times(shape: Shape, recorded: bool) -> list[Any]:
    c = shape.table.c
    found: list[Any] = [func.min(c.first, type_=Instant), func.max(c.last, type_=Instant)]
    labelled = [found[0].label("first"), found[1].label("last")]
    if recorded:
        labelled.append(func.max(c.recorded, type_=Instant).label("recorded"))
    return labelled


def _meets(condition: Condition, number: int, shape: Shape) -> Any:
    column = shape.table.c[condition.column]
    bind: Any = bindparam(f"where_{number}", expanding=condition.operator == "in")
    match condition.operator:
        case "is null":
            return column.is_(None)
        case "in":
            return column.in_(bind)
        case operator:
            return column.op(operator, is_comparison=True)(bind)


# --- joining ---------------------------------------------------------------------------------


def renumbered(rest: Rest, rows: Iterable[Row]) -> Iterable[Row]:
    """The rest's rows with the windows of the query that was asked."""
    for row in rows:
        if rest.windows is None:
            yield row
            continue
        own = dict(row)
        number = int(str(own.pop("window")))
        yield own if rest.is_added else {**own, "window": rest.windows[number]}


def joined(query: Query, shape: Shape, rows: Iterable[Row]) -> Iterable[Row]:
    """One row for each group: sums added, and of the others the largest (of `first` the
    smallest)."""
    keys = query.group_by
    groups: dict[tuple[object, ...], dict[str, object]] = {}
    for row in rows:
        key = tuple(row[name] for name in keys)
        into = groups.get(key)
        if into is None:
            groups[key] = dict(row)
            continue
        for name, value in row.items():
            if name not in keys and value is not None:
                into[name] = _both(name, into.get(name), value, shape)
    return groups.values()


def _both(name: str, a: Any, b: Any, shape: Shape) -> object:
    if a is None:
        return b
    if name == "first":
        return min(a, b)
    if name in ("last", "recorded") or name in shape.tops:
        return max(a, b)
    return a + b


def in_seconds(query: Query, rows: Sequence[Row]) -> list[Row]:
    """The rows with times as the tables give them: whole seconds, to the last digit. A sum of
    sums in minutes may be off by so little that it is still said as another minute."""
    times = [name for name in query.measures if name in _IN_SECONDS]
    return [
        {**row, **{n: round(v * 60, 6) / 60 for n in times if isinstance(v := row[n], float)}}
        for row in rows
    ]


def newest(rows: Sequence[Row]) -> datetime | None:
    """The time of the data, as the tables' own sums tell it."""
    return max(
        (at for row in rows if isinstance(at := row.get("recorded"), datetime)), default=None
    )
