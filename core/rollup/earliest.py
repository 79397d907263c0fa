"""Since when a source has rows: there is nothing to roll up before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from core.data.query import Fact, Query
from core.data.schema import SCHEMA
from core.data.source import DataSource, Row
from core.domain.periods import DAY, Interval
from core.errors import SourceUnavailable
from core.rollup.reading import EVERYTHING

_YEAR = 366 * DAY


async def earliest(
    source: DataSource, facts: Iterable[Fact], assets: tuple[str, ...], within: Interval
) -> datetime | None:
    """When the first row of any of the facts starts; None where there is no row. Earlier where
    the source takes too long to tell. Raises as the source does.

    It asks for one row in stretches of time, twice as long each, and then halves the first that
    has one: an index answers that, where the smallest time of all would be a look at every row.
    """
    found: datetime | None = None
    for fact in facts:
        at = await _first(source, fact, assets, Interval(within.start, found or within.end))
        # A row that reaches into the interval starts before it.
        found = found if at is None else max(at, within.start)
    return found


async def _first(
    source: DataSource, fact: Fact, assets: tuple[str, ...], within: Interval
) -> datetime | None:
    start, length = within.start, DAY
    while start < within.end:
        stretch = Interval(start, min(within.end, start + length))
        if await _has_rows(source, fact, assets, stretch):
            return await _halved(source, fact, assets, stretch)
        start, length = stretch.end, min(_YEAR, 2 * length)
    return None


async def _halved(
    source: DataSource, fact: Fact, assets: tuple[str, ...], stretch: Interval
) -> datetime:
    while stretch.end - stretch.start > DAY:
        middle = stretch.start + (stretch.end - stretch.start) // (2 * DAY) * DAY
        first = Interval(stretch.start, max(middle, stretch.start + DAY))
        is_there = await _has_rows(source, fact, assets, first)
        stretch = first if is_there else Interval(first.end, stretch.end)
    rows = await _rows(source, Query(fact, assets, stretch, order_by=(_start(fact),), limit=1))
    starts = [at for row in rows or () if isinstance(at := row[_start(fact)], datetime)]
    return min(starts, default=stretch.start)


async def _has_rows(
    source: DataSource, fact: Fact, assets: tuple[str, ...], stretch: Interval
) -> bool:
    rows = await _rows(source, Query(fact, assets, stretch, limit=1))
    return rows is None or bool(rows)  # so long a look is one at many rows


async def _rows(source: DataSource, query: Query) -> Sequence[Row] | None:
    """None where the source takes too long."""
    try:
        return (await source.fetch(query, EVERYTHING)).rows
    except SourceUnavailable as error:
        if error.problem != "timeout":
            raise
        return None


def _start(fact: Fact) -> str:
    start = SCHEMA[fact].start
    assert start is not None  # what is rolled up has times
    return start
