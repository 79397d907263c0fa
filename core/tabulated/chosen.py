"""Filters as conditions: the words of the asker become values as they are recorded."""

from __future__ import annotations

from core.context import ToolContext
from core.data.query import Condition, Query
from core.data.schema import LOSSES
from core.domain.shifts import ShiftCalendar
from core.errors import NoData, UserError
from core.tabulated.wanted import Filter, Wanted, nearest

UNPLANNED = Condition("loss", "<>", "planned")
_MOST_VALUES = 500


async def conditions(
    wanted: Wanted, context: ToolContext, query: Query, calendar: ShiftCalendar
) -> tuple[tuple[Condition, ...], dict[str, str]]:
    """The conditions on attributes, and for each column that is held to one value that value.

    `query` tells where values are looked up. Planned stops are left out unless the question is
    about losses. Raises UserError for a value that is not recorded there, NoData for a column
    that is not mapped.
    """
    columns = await context.columns(wanted.shape.fact)
    found: list[Condition] = []
    held: dict[str, str] = {}
    for one in wanted.where:
        if one.column in wanted.shape.lengths:
            assert isinstance(one.value, int | float)
            found.append(Condition(one.column, one.op, one.value))
        elif one.column in wanted.shape.attributes:
            if one.column not in columns and one.column != "loss":
                raise NoData("data_query.not_recorded_at_all", column=one.column)
            condition, value = await _attribute(one, context, query)
            found.append(condition)
            held |= {one.column: value} if value else {}
        elif one.column == "shift" and one.op == "=":
            held["shift"] = calendar.named(one.values[0]) or one.values[0]
    if wanted.shape.fact == "downtime" and "loss" not in wanted.names:
        found.append(UNPLANNED)
    return tuple(found), held


async def _attribute(one: Filter, context: ToolContext, query: Query) -> tuple[Condition, str]:
    if one.op == "contains":
        return Condition(one.column, "contains", one.values[0]), ""
    known = await recorded(one.column, context, query)
    values = tuple(_value(said, one.column, known) for said in one.values)
    if one.op == "<>":
        return Condition(one.column, "<>", values[0]), ""
    if one.op == "=" or len(values) == 1:
        return Condition(one.column, "=", values[0]), values[0]
    return Condition(one.column, "in", values), ""


async def recorded(column: str, context: ToolContext, query: Query) -> tuple[str, ...]:
    """The values that are recorded of the assets and in the time of `query`."""
    if column == "loss":
        return LOSSES
    measure = "stops" if query.fact == "downtime" else "rows"
    limited = Query(
        query.fact,
        query.assets,
        query.interval,
        (measure,),
        (column,),
        until=query.until,
        limit=_MOST_VALUES,
    )
    rows = await context.look_up(limited)
    return tuple(str(row[column]) for row in rows if row.get(column) is not None)


def _value(said: str, column: str, known: tuple[str, ...]) -> str:
    wanted = said.strip().casefold()
    for value in known:
        if value.casefold() == wanted:
            return value
    if not known:
        return said
    raise UserError(
        "data_query.no_value", said=said[:60], column=column, known=nearest(said, known)
    )
