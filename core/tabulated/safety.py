"""Safety events by place, severity and status: never a description."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from core.context import ToolContext
from core.data.source import Row
from core.domain.assets import Asset
from core.domain.periods import Interval
from core.errors import NoData, UserError
from core.measures.row_sums import number, sum_of, total_of
from core.measures.safety_record import SafetyReader
from core.tabulated.reading import Found, Line
from core.tabulated.wanted import PLACES, Filter, Wanted, nearest


async def read_safety(
    context: ToolContext, wanted: Wanted, asked: Sequence[Asset], interval: Interval
) -> Found:
    """Counts of the events in `interval` at the places asked for. Raises as `read` does."""
    if not await context.has("safety"):
        raise NoData("safety_not_mapped")
    columns = await context.columns("safety")
    missing = [key for key in wanted.names if key not in (*PLACES, *columns)]
    if missing:
        raise NoData("data_query.not_recorded_at_all", column=", ".join(missing))
    reader = SafetyReader(context, asked, columns)
    rows, cites = await reader.counts(interval)
    held: dict[str, str] = {}
    for one in wanted.where:
        rows = _kept(rows, one)
        held |= {one.column: one.values[0]} if one.op == "=" else {}
    grouped: defaultdict[tuple[object, ...], list[Row]] = defaultdict(list)
    for row in rows:
        grouped[tuple(_key(row, key, reader, context) for key in wanted.group_by)].append(row)
    lines = [
        Line(keys, "", {name: _value(name, members) for name in wanted.measures})
        for keys, members in grouped.items()
    ]
    by = wanted.ordered_by
    if by in wanted.measures:
        lines.sort(key=lambda line: line.values[by] or 0.0, reverse=wanted.descends)
    else:
        at = wanted.group_by.index(by)
        lines.sort(key=lambda line: str(line.keys[at]), reverse=wanted.descends)
    return Found(tuple(lines[: wanted.limit]), (), len(lines), held, cites)


def _kept(rows: Sequence[Row], one: Filter) -> list[Row]:
    known = {str(row[one.column]) for row in rows if row.get(one.column) is not None}
    said = {value.strip().casefold() for value in one.values}
    if one.op == "contains":
        return [r for r in rows if one.values[0].casefold() in str(r.get(one.column)).casefold()]
    if rows and (wrong := said - {value.casefold() for value in known}):
        first = min(wrong)
        raise UserError(
            "data_query.no_value", said=first, column=one.column, known=nearest(first, known)
        )
    return [r for r in rows if (str(r.get(one.column)).casefold() in said) != (one.op == "<>")]


def _key(row: Row, key: str, reader: SafetyReader, context: ToolContext) -> object:
    if key not in PLACES:
        return row.get(key)
    place = reader.place(row)
    if place is None or key == "asset":
        return place.id if place else None
    if key == "plant":
        return place.plant
    path = context.hierarchy.path(place.id)
    return next((i for i in path if context.hierarchy[i].kind == "area"), None)


def _value(name: str, rows: list[Row]) -> float | None:
    if name == "events":
        return total_of(rows, lambda row: number(row, "rows"))
    return sum_of(rows, name)
