"""What has been rolled up, for an administrator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from core.store.rollup_tables import CELL, rollup_groups, rollup_tiles


@dataclass(frozen=True, slots=True)
class Kept:
    """One plant's and fact's sums: `shifts` of time, in `doubtful` of which a stop was open."""

    plant: str
    fact: str
    start: datetime
    end: datetime
    shifts: int
    doubtful: int
    read_at: datetime


def kept(connection: Connection) -> list[Kept]:
    """By plant and fact; groups of the same are counted together."""
    g, t = rollup_groups.c, rollup_tiles.c
    statement = (
        select(
            g.plant,
            g.fact,
            func.min(t.start, type_=t.start.type),
            func.max(t.end, type_=t.end.type),
            func.count(t.start.distinct()),
            func.max(t.made_at, type_=t.made_at.type),
        )
        .join(rollup_tiles, t.group_id == g.id)
        .where(t.kind == CELL)
        .group_by(g.plant, g.fact)
        .order_by(g.plant, g.fact)
    )
    doubts = (
        select(g.plant, g.fact, t.doubts)
        .join(rollup_tiles, t.group_id == g.id)
        .where(t.kind == CELL, g.fact == "downtime")
    )
    counted: dict[tuple[str, str], int] = {}
    for row in connection.execute(doubts):
        counted[row.plant, row.fact] = counted.get((row.plant, row.fact), 0) + bool(row.doubts)
    return [
        Kept(plant, fact, start, end, shifts, counted.get((plant, fact), 0), read_at)
        for plant, fact, start, end, shifts, read_at in connection.execute(statement)
    ]
