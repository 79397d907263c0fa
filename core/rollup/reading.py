"""What the tables give for the cells of some days, by the very queries that tools ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.data.query import Planned, Query, Span
from core.data.schema import SCHEMA
from core.data.source import DataSource, Row, Scope
from core.domain.periods import Interval
from core.rollup.groups import Group, planned_text
from core.rollup.shape import SHAPES, Shape
from core.rollup.written import Summed

EVERYTHING = Scope()
"""On nobody's behalf: what each asker may see of it is asked when it is read."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A cell and its planned time; `spans` count for stops only."""

    interval: Interval
    spans: tuple[Span, ...]

    @property
    def planned(self) -> str:
        return planned_text(self.spans, self.interval.start)


class Unsure(Exception):
    """The source answered with older or with disputed figures."""


async def summed(
    source: DataSource, group: Group, cells: Sequence[Stretch], now: datetime
) -> list[Summed]:
    """The sums of each cell, in order. Raises as the source does, and Unsure."""
    columns = await source.columns(group.fact)
    facts = await source.fetch(_query(group, cells, now), EVERYTHING)
    if facts.stale is not None or facts.second is not None or facts.remarks:
        raise Unsure
    by_cell: list[list[Row]] = [[] for _ in cells]
    for row in facts.rows:
        by_cell[int(str(row["window"]))].append(row)
    shape = SHAPES[group.fact]
    together = zip(cells, by_cell, strict=True)
    if group.fact == "downtime":
        return [_of_stops(shape, cell, rows) for cell, rows in together]
    recorded = SCHEMA[group.fact].recorded in columns
    return [_of_rows(shape, cell, rows, recorded=recorded) for cell, rows in together]


def _query(group: Group, cells: Sequence[Stretch], now: datetime) -> Query:
    shape = SHAPES[group.fact]
    hull = Interval(cells[0].interval.start, cells[-1].interval.end)
    if group.fact != "downtime":
        windows = tuple(cell.interval for cell in cells)
        keys = ("asset", *shape.dims, "window")
        return Query(group.fact, group.assets, hull, shape.sums, keys, windows=windows)
    spans = tuple(
        Span(span.start, span.end, span.opens, number)
        for number, cell in enumerate(cells)
        for span in cell.spans
    )
    return Query(
        "downtime",
        group.assets,
        hull,
        shape.measures,
        # Stop by stop: so it is known which ones run on from before.
        ("asset", *shape.dims, "is_open", "event", "window"),
        planned=(Planned(group.assets, spans),),
        members=group.members,
        until=max(now, hull.end),
        minor_stop_seconds=group.minor_seconds,
        long_stop_seconds=group.long_seconds,
    )


def _of_rows(shape: Shape, cell: Stretch, rows: Iterable[Row], *, recorded: bool) -> Summed:
    names = ("asset", *shape.dims, *shape.sums, "rows", "first", "last")
    kept = [
        {name: row[name] for name in names} | ({"recorded": row["recorded"]} if recorded else {})
        for row in rows
    ]
    ends = [at for row in kept if isinstance(at := row["last"], datetime)]
    return Summed(cell.interval, "", _ordered(kept, shape), reach=max(ends, default=None))


def _of_stops(shape: Shape, cell: Stretch, rows: Iterable[Row]) -> Summed:
    found = list(rows)
    doubts = tuple(sorted({str(row["asset"]) for row in found if row["is_open"]}))
    sums: dict[tuple[object, ...], dict[str, Any]] = {}
    for row in found:
        if row["asset"] in doubts:
            continue
        key = tuple(row[name] for name in ("asset", *shape.dims))
        into = sums.setdefault(
            key,
            {"asset": row["asset"], **{n: row[n] for n in shape.dims}}
            | dict.fromkeys(shape.measures)
            | {"rows": 0},
        )
        for name in shape.measures:
            into[name] = _both(into[name], row[name], largest=name in shape.tops)
        into["rows"] += not row["stops"]
    return Summed(cell.interval, cell.planned, _ordered(sums.values(), shape), doubts)


def _both(a: Any, b: Any, *, largest: bool) -> Any:
    if a is None or b is None:
        return b if a is None else a
    return max(a, b) if largest else a + b


def _ordered(rows: Iterable[Mapping[str, Any]], shape: Shape) -> tuple[Mapping[str, Any], ...]:
    keys = ("asset", *shape.dims)
    return tuple(sorted(rows, key=lambda row: tuple(str(row[name]) for name in keys)))
