"""Whether what is kept is still what the tables give, to the unit."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, func, select

from core.data.query import Fact
from core.data.source import DataSource
from core.rollup.ledger import Cell, Tiles, tiles_of
from core.rollup.lots import Lot, Lots, by_month, chunks
from core.rollup.reading import Stretch, summed
from core.rollup.shape import SHAPES, Shape
from core.rollup.written import Summed
from core.store import Store
from core.store.rollup_tables import rollup_tiles

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Difference:
    """A sum that is not what the tables give: of a day, or (`is_month`) of the month that begins
    then. None: no such row."""

    fact: Fact
    plant: str
    day: date
    asset: str
    measure: str
    rolled: float | None
    tables: float | None
    is_month: bool = False


@dataclass(frozen=True, slots=True)
class Verified:
    """`days` were compared, `absent` ones are not rolled up, or for other shifts than now."""

    days: int
    absent: int
    differences: tuple[Difference, ...]


async def verify(
    lots: Lots,
    source: DataSource,
    store: Store,
    now: datetime,
    since: date | None = None,
    progress: Progress | None = None,
) -> Verified:
    """Compares every shift of every asset. Raises as the source does."""
    found: list[Difference] = []
    days = absent = before = 0
    if since is None:
        wanted = await lots.last(0, now)
    else:
        wanted = await lots.since(await lots.begin(since, now), now)
    total = sum(len(lot.days) for lot in wanted)
    for lot in wanted:
        stored = await store.read(partial(tiles_of, group_id=lot.id, group=lot.group))
        for month in by_month(lot.days):
            for chunk in chunks(month, lot):
                have = [day for day in chunk if _is_rolled(lot, stored, day)]
                absent += len(chunk) - len(have)
                days += len(have)
                if have:
                    cells = [cell for day in have for cell in lot.cells(day)]
                    found += await _compared(lot, stored, cells, source, store, now)
            before += len(month)
            if progress is not None:
                progress(before, total)
        found += await store.read(partial(_months, lot=lot, stored=stored))
    return Verified(days, absent, tuple(found))


def _is_rolled(lot: Lot, stored: Tiles, day: date) -> bool:
    known = {(cell.interval, cell.planned) for cell in stored.cells}
    return all((cell.interval, cell.planned) in known for cell in lot.cells(day))


async def _compared(
    lot: Lot,
    stored: Tiles,
    cells: Sequence[Stretch],
    source: DataSource,
    store: Store,
    now: datetime,
) -> list[Difference]:
    by_start = {cell.interval.start: cell for cell in stored.cells}
    tiles = [by_start[cell.interval.start] for cell in cells]
    reading = partial(_sums, shape=SHAPES[lot.group.fact], tiles=[tile.id for tile in tiles])
    kept = await store.read(reading)
    found: list[Difference] = []
    for one, tile in zip(await summed(source, lot.group, cells, now), tiles, strict=True):
        day = lot.calendar.production_day(one.interval.start)
        found += _differences(lot, day, kept.get(tile.id, {}), _by_key(lot, one, tile))
    return found


_Sums = Mapping[tuple[str, ...], Mapping[str, Any]]


def _by_key(lot: Lot, one: Summed, tile: Cell) -> _Sums:
    shape = SHAPES[lot.group.fact]
    return {_key(row, shape): row for row in one.rows if row["asset"] not in tile.doubts}


def _sums(connection: Connection, shape: Shape, tiles: Sequence[int]) -> Mapping[int, _Sums]:
    """By tile."""
    found: dict[int, dict[tuple[str, ...], Mapping[str, Any]]] = {}
    rows = connection.execute(select(shape.table).where(shape.table.c.tile.in_(tiles)))
    for row in rows.mappings():
        found.setdefault(row["tile"], {})[_key(row, shape)] = dict(row)
    return found


def _key(row: Mapping[Any, Any], shape: Shape) -> tuple[str, ...]:
    return tuple(str(row[name]) for name in ("asset", *shape.dims))


def _differences(lot: Lot, day: date, kept: _Sums, tables: _Sums) -> Iterator[Difference]:
    shape, group = SHAPES[lot.group.fact], lot.group
    for key in sorted({*kept, *tables}):
        ours, theirs = kept.get(key, {}), tables.get(key, {})
        for name in (*shape.measures, "rows"):
            a, b = ours.get(name), theirs.get(name)
            if not _same(a, b):
                yield Difference(group.fact, group.plant, day, key[0], name, a, b)


def _same(a: float | None, b: float | None) -> bool:
    if a is None or b is None:
        return a is b
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-6)


def _months(connection: Connection, lot: Lot, stored: Tiles) -> list[Difference]:
    """Months whose sums are not those of their cells."""
    shape = SHAPES[lot.group.fact]
    found: list[Difference] = []
    for month in stored.months:
        cells = [cell.id for cell in stored.cells[month.first : month.last]]
        start = select(rollup_tiles.c.start).where(rollup_tiles.c.id == month.id)
        at = connection.execute(start).scalar()
        if at is None:  # made anew meanwhile
            continue
        whole, parts = (_totals(connection, shape, tiles) for tiles in ([month.id], cells))
        for asset in sorted({*whole, *parts}):
            ours, theirs = whole.get(asset, {}), parts.get(asset, {})
            for name in shape.sums:
                a, b = ours.get(name), theirs.get(name)
                if not _same(a, b):
                    day = lot.calendar.production_day(at)
                    told = (lot.group.fact, lot.group.plant, day, asset, name, a, b)
                    found.append(Difference(*told, is_month=True))
    return found


def _totals(
    connection: Connection, shape: Shape, tiles: Sequence[int]
) -> dict[str, Mapping[str, Any]]:
    c = shape.table.c
    sums = [func.sum(c[name]).label(name) for name in shape.sums]
    statement = select(c.asset, *sums).where(c.tile.in_(tiles)).group_by(c.asset)
    return {row["asset"]: dict(row) for row in connection.execute(statement).mappings()}
