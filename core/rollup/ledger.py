"""What has been rolled up: the tiles of each group, as one version of the store holds them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import Connection, select

from core.data.query import Fact
from core.domain.periods import Interval
from core.rollup.groups import Group, described_group
from core.store.rollup_tables import CELL, MONTH, rollup_groups, rollup_state, rollup_tiles

VERSION = "version"


@dataclass(frozen=True, slots=True)
class Cell:
    """A tile of a shift's length. `doubts` are assets without sums in it."""

    id: int
    interval: Interval
    planned: str
    reach: datetime | None
    doubts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Month:
    """A tile that stands for the cells [first, last) of its group."""

    id: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Tiles:
    """One group's tiles, its cells in order of time."""

    group: Group
    cells: tuple[Cell, ...]
    months: tuple[Month, ...]
    starts: tuple[datetime, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "starts", tuple(cell.interval.start for cell in self.cells))

    def inside(self, interval: Interval) -> range:
        """The numbers of the cells that lie in the interval as a whole."""
        first = bisect_left(self.starts, interval.start)
        last = bisect_left(self.starts, interval.end)
        if last > first and self.cells[last - 1].interval.end > interval.end:
            last -= 1
        return range(first, last)

    def holding(self, at: datetime) -> int | None:
        """The number of the cell that holds the instant."""
        number = bisect_right(self.starts, at) - 1
        is_held = number >= 0 and self.cells[number].interval.contains(at)
        return number if is_held else None

    def ends_before(self, at: datetime, longest: timedelta) -> bool:
        """Whether it is known that no row which starts before `at` reaches beyond it."""
        first = self.holding(at - longest)
        last = bisect_left(self.starts, at)
        if first is None or self.cells[last - 1].interval.end != at:
            return False
        before = self.cells[first:last]
        gapless = all(a.interval.end == b.interval.start for a, b in pairwise(before))
        return gapless and all(c.reach is None or c.reach <= at for c in before)


@dataclass(frozen=True, slots=True)
class Ledger:
    """The tiles of one fact under one mapping; `of` finds those that hold an asset, the newest
    group first."""

    version: int
    tiles: tuple[Tiles, ...]
    _by_asset: Mapping[str, tuple[Tiles, ...]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        found: defaultdict[str, list[Tiles]] = defaultdict(list)
        for tiles in self.tiles:
            for asset in tiles.group.assets:
                found[asset].append(tiles)
        object.__setattr__(self, "_by_asset", {a: tuple(t) for a, t in found.items()})

    def of(self, asset: str) -> tuple[Tiles, ...]:
        return self._by_asset.get(asset, ())


def version(connection: Connection) -> int:
    """Changes with every change of a tile or its sums; 0 where nothing was ever rolled up."""
    statement = select(rollup_state.c.value).where(rollup_state.c.name == VERSION)
    return int(connection.execute(statement).scalar() or 0)


def read_ledger(connection: Connection, fact: Fact, mapping: str) -> Ledger:
    """The version is read first: what changes meanwhile is found out when the sums are read."""
    at = version(connection)
    if not at:
        return Ledger(0, ())
    wanted = select(rollup_groups.c.id, rollup_groups.c.described).where(
        rollup_groups.c.fact == fact
    )
    rows = connection.execute(wanted.order_by(rollup_groups.c.id.desc())).all()
    groups = {row.id: described_group(row.described) for row in rows}
    own = {id: group for id, group in groups.items() if group.mapping == mapping}
    return Ledger(at, tuple(tiles_of(connection, id, group) for id, group in own.items()))


def tiles_of(connection: Connection, group_id: int, group: Group) -> Tiles:
    c = rollup_tiles.c
    statement = (
        select(c.id, c.kind, c.start, c.end, c.planned, c.reach, c.doubts)
        .where(c.group_id == group_id)
        .order_by(c.start)
    )
    rows = connection.execute(statement).all()
    cells = tuple(
        Cell(r.id, Interval(r.start, r.end), r.planned, r.reach, frozenset(r.doubts))
        for r in rows
        if r.kind == CELL
    )
    starts = [cell.interval.start for cell in cells]
    months = tuple(
        Month(r.id, bisect_left(starts, r.start), bisect_left(starts, r.end))
        for r in rows
        if r.kind == MONTH
    )
    return Tiles(group, cells, months)


def gaps(whole: Interval, taken: Iterable[Interval]) -> list[Interval]:
    """What of `whole` no interval of `taken`, which are in order, covers."""
    found, at = [], whole.start
    for one in taken:
        if one.start > at:
            found.append(Interval(at, one.start))
        at = max(at, one.end)
    if at < whole.end:
        found.append(Interval(at, whole.end))
    return found


def runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """[first, last) of each stretch of successive numbers."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and found[-1][1] == number:
            found[-1] = (found[-1][0], number + 1)
        else:
            found.append((number, number + 1))
    return found
