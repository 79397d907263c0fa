"""Writes a day's tiles and sums: all of it in one transaction, or nothing."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, and_, case, delete, func, insert, literal, select, update

from core.domain.periods import Interval
from core.rollup.groups import Group
from core.rollup.ledger import VERSION
from core.rollup.shape import SHAPES
from core.store.compiled_insert import insert_into
from core.store.rollup_tables import CELL, MONTH, rollup_groups, rollup_state, rollup_tiles

_T = rollup_tiles.c


@dataclass(frozen=True, slots=True)
class Summed:
    """What the tables gave for one cell: `rows` by the columns of the fact's sums."""

    interval: Interval
    planned: str
    rows: tuple[Mapping[str, Any], ...]
    doubts: tuple[str, ...] = ()
    reach: datetime | None = None
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        # A sum in another order may differ in its last digits.
        told = [{k: round(v, 6) if isinstance(v, float) else v for k, v in r.items()}
                for r in self.rows]  # fmt: skip
        text = json.dumps([told, self.doubts], sort_keys=True, default=str)
        object.__setattr__(self, "digest", sha256(text.encode()).hexdigest()[:32])


def group_id(connection: Connection, group: Group, now: datetime) -> int:
    """The group's number; it is written down the first time."""
    c, signature = rollup_groups.c, group.signature
    found = connection.execute(select(c.id).where(c.signature == signature)).scalar()
    if found is None:
        values: dict[str, object] = {
            "signature": signature,
            "fact": group.fact,
            "plant": group.plant,
        }
        values |= {"described": group.described}
        fresh = insert_into(rollup_groups, connection.dialect).values(**values, seen_at=now)
        connection.execute(fresh.on_conflict_do_nothing())
        found = connection.execute(select(c.id).where(c.signature == signature)).scalar_one()
    connection.execute(update(rollup_groups).where(c.id == found).values(seen_at=now))
    return int(found)


def write_day(
    connection: Connection, id: int, group: Group, cells: Sequence[Summed], read_at: datetime
) -> bool:
    """Replaces the day's tiles. False where nothing had changed, or another process has read the
    tables later than `read_at`."""
    _lock(connection)
    day = Interval(cells[0].interval.start, cells[-1].interval.end)
    within = and_(_T.group_id == id, _T.kind == CELL, _T.start < day.end, _T.end > day.start)
    stored = connection.execute(select(rollup_tiles).where(within).order_by(_T.start)).all()
    if any(row.made_at > read_at for row in stored):
        return False
    if _told(cells) == [(r.start, r.end, r.planned, r.digest) for r in stored]:
        connection.execute(update(rollup_tiles).where(within).values(made_at=read_at))
        return False
    _drop(connection, group, [row.id for row in stored])
    month = and_(_T.group_id == id, _T.kind == MONTH, _T.start < day.end, _T.end > day.start)
    _drop(connection, group, connection.execute(select(_T.id).where(month)).scalars().all())
    for cell in cells:
        _write(connection, id, group, cell, read_at)
    _changed(connection)
    return True


def write_month(
    connection: Connection, id: int, group: Group, month: Interval, read_at: datetime
) -> bool:
    """Adds the month's cells up, where all of it has been rolled up and no such tile stands."""
    _lock(connection)
    whole = and_(_T.group_id == id, _T.start >= month.start, _T.end <= month.end)
    rows = connection.execute(
        select(_T.kind, _T.id, _T.start, _T.end).where(whole).order_by(_T.start)
    ).all()
    cells = [row for row in rows if row.kind == CELL]
    edges = [month.start, *(cell.end for cell in cells)]
    tiled = [cell.start for cell in cells] == edges[:-1] and edges[-1] == month.end
    if not tiled or len(cells) < len(rows):
        return False
    tile = connection.execute(
        insert(rollup_tiles)
        .values(group_id=id, kind=MONTH, start=month.start, end=month.end, planned="", digest="",
                doubts=[], made_at=read_at)
        .returning(_T.id)
    ).scalar_one()  # fmt: skip
    _add_up(connection, group, tile, [cell.id for cell in cells])
    _changed(connection)
    return True


def forget_group(connection: Connection, id: int, group: Group, most: int = 200) -> bool:
    """Deletes some tiles of a group that nobody asks for any more; True once it is gone."""
    _lock(connection)
    some = select(_T.id).where(_T.group_id == id).limit(most)
    tiles = connection.execute(some).scalars().all()
    _drop(connection, group, tiles)
    if tiles:
        _changed(connection)
        return False
    connection.execute(delete(rollup_groups).where(rollup_groups.c.id == id))
    return True


# ---


def _told(cells: Sequence[Summed]) -> list[tuple[datetime, datetime, str, str]]:
    return [(c.interval.start, c.interval.end, c.planned, c.digest) for c in cells]


def _lock(connection: Connection) -> None:
    """One process at a time, from here to the commit."""
    fresh = insert_into(rollup_state, connection.dialect).values(name=VERSION, value=0)
    same = fresh.on_conflict_do_update(index_elements=["name"], set_={"name": VERSION})
    connection.execute(same)


def _changed(connection: Connection) -> None:
    c = rollup_state.c
    connection.execute(update(rollup_state).where(c.name == VERSION).values(value=c.value + 1))


def _drop(connection: Connection, group: Group, tiles: Sequence[int]) -> None:
    if tiles:
        sums = SHAPES[group.fact].table
        connection.execute(delete(sums).where(sums.c.tile.in_(tiles)))
        connection.execute(delete(rollup_tiles).where(_T.id.in_(tiles)))


def _write(connection: Connection, id: int, group: Group, cell: Summed, read_at: datetime) -> None:
    values = {
        "group_id": id,
        "kind": CELL,
        "start": cell.interval.start,
        "end": cell.interval.end,
        "planned": cell.planned,
        "digest": cell.digest,
        "reach": cell.reach,
        "doubts": list(cell.doubts),
        "made_at": read_at,
    }
    tile = connection.execute(insert(rollup_tiles).values(values).returning(_T.id)).scalar_one()
    numbers: defaultdict[str, int] = defaultdict(int)
    rows = []
    for row in cell.rows:
        number = numbers[row["asset"]]
        numbers[row["asset"]] += 1
        rows.append({**row, "tile": tile, "n": number})
    if rows:
        connection.execute(insert(SHAPES[group.fact].table), rows)


def _add_up(connection: Connection, group: Group, tile: int, cells: Sequence[int]) -> None:
    shape = SHAPES[group.fact]
    c = shape.table.c
    rows: Any = func.sum(c.rows)
    if group.fact == "downtime":
        # Only those that run on into the month: others run on from one of its cells to the next.
        rows = func.sum(case((c.tile == cells[0], c.rows), else_=0))
    columns = {
        "asset": c.asset,
        "n": func.row_number().over(partition_by=c.asset, order_by=[c[d] for d in shape.dims]) - 1,
        **{name: c[name] for name in shape.dims},
        **{name: func.sum(c[name]) for name in shape.sums},
        **{name: func.max(c[name]) for name in shape.tops},
        "rows": rows,
    }
    if shape.is_timed:
        columns |= {"first": func.min(c.first), "last": func.max(c.last)}
        columns |= {"recorded": func.max(c.recorded)} if "recorded" in c else {}
    chosen = (
        select(literal(tile).label("tile"), *(value.label(n) for n, value in columns.items()))
        .where(c.tile.in_(cells))
        .group_by(c.asset, *(c[dim] for dim in shape.dims))
    )
    connection.execute(insert(shape.table).from_select(["tile", *columns], chosen))
