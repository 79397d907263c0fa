"""The rows themselves, under their logical names."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, literal_column, select, union_all

from core.data import zones
from core.data.dialects import Expression, scaled
from core.data.filters import by_condition, in_scope, limited, overlapping
from core.data.physical import Physical
from core.data.query import Query
from core.data.schema import SCHEMA

MOST_ROWS = 250_000
"""No answer needs more; more would fill the memory."""
# Drivers that take the whole result before the first row is looked at.
_READ_AT_ONCE = frozenset({"postgresql", "mysql", "mariadb"})


def rows(query: Query, physical: Physical) -> Select[Any]:
    """Rows that overlap the interval, open ones too; the newest first if there is a limit and no
    order of the query's own."""
    overlap = overlapping(query, physical)
    conditions = by_condition(query.where, lambda name: comparable(name, physical))
    order = _order(query, physical)
    outputs = [_output(name, physical) for name in SCHEMA[query.fact].columns]
    wanted = [column for column in outputs if column is not None]
    # What the order goes by travels along, since open and closed rows are two selects.
    wanted += [key.label(f"order_{n}") for n, (key, _) in enumerate(order)]
    wanted_rows = select(*wanted).select_from(physical.table)
    wanted_rows = wanted_rows.where(*in_scope(query, physical), *conditions, *_real(physical))
    chosen = [wanted_rows.where(*overlap.closed)]
    if overlap.still is not None:
        chosen.append(wanted_rows.where(*overlap.still))
    found = (union_all(*chosen) if len(chosen) > 1 else chosen[0]).subquery("found")
    statement = select(*(c for c in found.c if not c.name.startswith("order_")))
    for n, (_, descends) in enumerate(order):
        key = found.c[f"order_{n}"]
        statement = statement.order_by(key.desc() if descends else key.asc())
    if query.limit is None and physical.dialect in _READ_AT_ONCE:
        return statement.limit(MOST_ROWS + 1)
    return limited(statement, query)


def comparable(name: str, physical: Physical) -> Expression:
    """A logical column to compare with. Raises NoData "column_missing"."""
    columns = physical.columns
    if name == "loss" and physical.fact == "downtime":
        return columns.loss()
    if name not in columns:
        lasted = _lasted(physical) if (name, physical.fact) == ("minutes", "downtime") else None
        if lasted is None:
            raise columns.missing(name)
        return lasted
    match SCHEMA[physical.fact].columns[name]:
        case "time":
            return physical.moment(name).native
        case "text":
            return columns.text(name)
        case _:
            return columns.number(name)


def _lasted(physical: Physical) -> Expression | None:
    """How long a stop lasted in minutes, from its two times; unknown for an open one."""
    end = physical.end()
    if end is None:
        return None
    offsets = zones.everywhen(physical.mapping.time_zone)
    return scaled(end.seconds(offsets) - physical.start().seconds(offsets), "/ 60E0")


def _order(query: Query, physical: Physical) -> list[tuple[Expression, bool]]:
    if query.order_by:
        return [
            (comparable(name.lstrip("-"), physical), name.startswith("-"))
            for name in query.order_by
        ]
    if query.limit is not None and SCHEMA[query.fact].start:
        return [(physical.start().native, True)]
    return []


def _real(physical: Physical) -> list[Expression]:
    """A shift's row without downtime is no stop."""
    if not physical.sums_only or "minutes" not in physical.columns:
        return []
    return [physical.columns.number("minutes") > literal_column("0")]


def _output(name: str, physical: Physical) -> Any:
    columns, fact = physical.columns, SCHEMA[physical.fact]
    if name == "loss" and physical.fact == "downtime":
        return columns.loss().label(name)
    if name == fact.end and not (name in columns and columns.moment(name)):
        end = physical.end()
        return None if end is None else end.native.label(name)
    if name not in columns:
        return None
    if fact.columns[name] == "time":
        return physical.moment(name).native.label(name)
    minutes = fact.columns[name] == "minutes"
    return (columns.number(name) if minutes else columns.plain(name)).label(name)
