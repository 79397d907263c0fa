"""One statement per query, kept by the query's shape.

A statement depends only on the shape; what changes from question to question (assets, times,
spans) travels as parameters, so that a built statement is used again.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select

from core.data.dialects import packed
from core.data.filters import (
    Parameters,
    condition_values,
    member_values,
    offsets_of,
    overlap_values,
    page_values,
    scope_values,
)
from core.data.physical import Physical
from core.data.query import Query
from core.data.rows import rows
from core.data.stops import scoped, stop_sums, stop_values
from core.data.sums import cut_values, latest, sums, window_rows

_LISTS = ("spans", "days", "scope", "windows")


def shape(query: Query, physical: Physical) -> object:
    """What the statement's text depends on; equal shapes share one statement."""
    return (
        query.fact,
        query.assets is None,
        query.interval is None,
        query.measures,
        query.group_by,
        tuple((condition.column, condition.operator) for condition in query.where),
        len(query.cuts),
        bool(query.members),
        scoped(query),
        query.order_by,
        query.limit is None,
        offsets_of(query, physical) if query.measures else None,
        frozenset(physical.columns.whole),
    )


def build(query: Query, physical: Physical) -> Select[Any]:
    """Raises NoData where the mapping lacks what the query needs."""
    if not query.measures:
        return rows(query, physical)
    if query.measures == ("latest",):
        return latest(query, physical)
    return stop_sums(query, physical) if _of_stops(query, physical) else sums(query, physical)


def parameters(query: Query, physical: Physical) -> Parameters:
    """The values for the statement that was built for this query's shape."""
    stops = _of_stops(query, physical)
    values = scope_values(query, physical) | condition_values(query, physical)
    values |= overlap_values(query, physical) | page_values(query)
    if not query.measures:
        return values
    values |= member_values(query, physical)
    if stops:
        values |= stop_values(query, physical)
    else:
        values |= cut_values(query, physical)
        if "window" in query.group_by:
            values["windows"] = packed(window_rows(query, physical))
    if not physical.is_constant:
        # These lists stand in the statement itself.
        return {name: value for name, value in values.items() if name not in _LISTS}
    return values


def _of_stops(query: Query, physical: Physical) -> bool:
    """Whether single stops are cut and counted; else whole rows are added up."""
    summed = query.fact == "downtime" and bool(query.measures) and query.measures != ("latest",)
    return summed and not physical.sums_only
