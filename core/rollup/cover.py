"""Which tiles answer a query, and what is left to ask the plant's own tables for.

A tile is used where it gives what those would: it lies in one window and between two cuts as a
whole, and of stops the planned time that the query tells for it is the one it was made with.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.data.query import Condition, Planned, Query, Span
from core.data.schema import SCHEMA
from core.domain.periods import Interval
from core.rollup.groups import planned_text
from core.rollup.ledger import Ledger, Tiles, gaps, runs
from core.rollup.rest import Rest, rest_of_rows, rest_of_stops
from core.rollup.shape import SHAPES, Shape

# Below this much the tables themselves are as fast.
_LEAST = timedelta(hours=20)
_OPERATORS = frozenset({"=", "<>", "in", "is null"})
# Assets with doubtful tiles of their own, each a statement more.
_MOST_CLASSES = 8
Fits = Callable[[Tiles, str], bool]


@dataclass(frozen=True, slots=True)
class Use:
    """`leads`: stops that run on from before it are among the rows."""

    tile: int
    window: int
    segment: int
    leads: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """Sums of `assets` from the tiles of one group; `turn` counts the parts of that group."""

    turn: int
    assets: tuple[str, ...]
    uses: tuple[Use, ...]


@dataclass(frozen=True, slots=True)
class Cover:
    parts: tuple[Part, ...]
    rest: tuple[Rest, ...]


def may_cover(query: Query) -> bool:
    """Whether sums of whole shifts can answer it at all."""
    shape = SHAPES.get(query.fact)
    if shape is None or query.interval is None or not query.assets or query.statement is not None:
        return False
    if query.interval.end - query.interval.start < _LEAST:
        return False
    if query.order_by or query.limit is not None or not query.group_by or not query.measures:
        return False
    keys = set(query.group_by) - {"window", "segment"}
    if not (keys <= shape.keys and set(query.measures) <= set(shape.measures)):
        return False
    if query.fact != "downtime" and "window" in query.group_by and not query.windows:
        return False
    return all(_is_plain(condition, shape) for condition in query.where)


def _is_plain(condition: Condition, shape: Shape) -> bool:
    known = condition.column == "asset" or condition.column in shape.dims
    return known and condition.operator in _OPERATORS


def cover(query: Query, ledger: Ledger, fits: Fits, longest: timedelta) -> Cover | None:
    """None where no tile is of use. `fits(tiles, asset)` says whether the group's sums of an asset
    are what this query means; `longest` is how long a row may last."""
    assert query.assets is not None
    by_tiles: defaultdict[int, list[str]] = defaultdict(list)
    known: dict[int, Tiles] = {}
    without: list[str] = []
    for asset in query.assets:
        tiles = next((t for t in ledger.of(asset) if fits(t, asset)), None)
        if tiles is None:
            without.append(asset)
        else:
            known[id(tiles)] = tiles
            by_tiles[id(tiles)].append(asset)
    covering = _Stops(query) if query.fact == "downtime" else _Rows(query, longest)
    for number, assets in by_tiles.items():
        tiles = known[number]
        for own, doubtful in _classes(tiles, assets, query):
            covering.take(tiles, own, doubtful)
        covering.turns = 0
    if without:
        covering.leave(tuple(without))
    rest = covering.rest()
    return Cover(tuple(covering.parts), rest) if covering.parts and rest is not None else None


def _classes(
    tiles: Tiles, assets: Sequence[str], query: Query
) -> Iterable[tuple[tuple[str, ...], frozenset[int] | None]]:
    """The assets, those with the same doubtful cells together; None: all of its cells are."""
    assert query.interval is not None
    doubtful: defaultdict[str, set[int]] = defaultdict(set)
    for number in tiles.inside(query.interval):
        for asset in tiles.cells[number].doubts:
            doubtful[asset].add(number)
    classes: defaultdict[frozenset[int], list[str]] = defaultdict(list)
    for asset in assets:
        classes[frozenset(doubtful.get(asset, ()))].append(asset)
    if len(classes) <= _MOST_CLASSES:
        return [(tuple(own), cells) for cells, own in classes.items()]
    sure = tuple(classes.pop(frozenset(), ()))
    others = tuple(asset for own in classes.values() for asset in own)
    return [(sure, frozenset()), (others, None)] if sure else [(others, None)]


class _Rows:
    """Facts whose rows are added up whole: each belongs to where it starts."""

    def __init__(self, query: Query, longest: timedelta) -> None:
        assert query.interval is not None
        self._query = query
        self._longest = longest
        self._is_windowed = "window" in query.group_by
        self._windows = query.windows if self._is_windowed else (query.interval,)
        self.parts: list[Part] = []
        self.turns = 0
        self._left: defaultdict[tuple[tuple[Interval, int], ...], list[str]] = defaultdict(list)

    def take(self, tiles: Tiles, assets: tuple[str, ...], doubtful: frozenset[int] | None) -> None:
        used: list[tuple[int, Use]] = []
        left: list[tuple[Interval, int]] = []
        for number, window in enumerate(self._windows):
            inside = [] if doubtful is None else self._inside(tiles, window, doubtful)
            for cell in inside:
                segment = self._segment(tiles.cells[cell].interval)
                used.append((cell, Use(tiles.cells[cell].id, number, segment)))
            left += [
                (gap, number)
                for gap in gaps(window, (tiles.cells[cell].interval for cell in inside))
            ]
        if used:
            self.parts.append(Part(self.turns, assets, _with_months(tiles, used)))
            self.turns += 1
        if left:
            self._left[tuple(left)] += assets

    def leave(self, assets: tuple[str, ...]) -> None:
        self._left[tuple((w, n) for n, w in enumerate(self._windows))] += assets

    def rest(self) -> tuple[Rest, ...] | None:
        return rest_of_rows(self._query, self._left)

    def _inside(self, tiles: Tiles, window: Interval, doubtful: frozenset[int]) -> list[int]:
        cells = [
            n
            for n in tiles.inside(window)
            if n not in doubtful and not self._is_cut(tiles.cells[n].interval)
        ]
        # Without windows a row that reaches into the period counts as well: where there may be
        # one, the first cell is asked of the tables.
        if self._is_windowed or not cells or not SCHEMA[self._query.fact].end:
            return cells
        first = tiles.cells[cells[0]].interval
        is_open = first.start == window.start and not tiles.ends_before(first.start, self._longest)
        return cells[1:] if is_open else cells

    def _is_cut(self, cell: Interval) -> bool:
        return any(cell.start < cut < cell.end for cut in self._query.cuts)

    def _segment(self, cell: Interval) -> int:
        return sum(cut <= cell.start for cut in self._query.cuts)


class _Stops:
    """Stops, which are cut to planned time."""

    def __init__(self, query: Query) -> None:
        assert query.interval is not None
        assert query.assets is not None
        whole = query.interval
        everything = (Planned(query.assets, (Span(whole.start, whole.end, whole.start),)),)
        self._query = query
        self._planned = query.planned or everything
        self.parts: list[Part] = []
        self.turns = 0
        self._left: list[tuple[tuple[str, ...], tuple[Span, ...], bool]] = []

    def take(self, tiles: Tiles, assets: tuple[str, ...], doubtful: frozenset[int] | None) -> None:
        for planned in self._planned:
            own = tuple(asset for asset in assets if asset in frozenset(planned.assets))
            if own and doubtful is None:
                self._left.append((own, planned.spans, True))
            elif own and doubtful is not None:
                self._take(tiles, own, planned.spans, doubtful)

    def leave(self, assets: tuple[str, ...]) -> None:
        for planned in self._planned:
            own = tuple(asset for asset in assets if asset in frozenset(planned.assets))
            if own:
                self._left.append((own, planned.spans, True))

    def rest(self) -> tuple[Rest, ...] | None:
        return rest_of_stops(self._query, self._left)

    def _take(
        self,
        tiles: Tiles,
        assets: tuple[str, ...],
        spans: tuple[Span, ...],
        doubtful: frozenset[int],
    ) -> None:
        by_cell, outside = _in_cells(spans, tiles)
        first = spans[0].start if spans else None
        used: list[tuple[int, Use]] = []
        left = outside
        for number, own in by_cell.items():
            cell = tiles.cells[number]
            windows = {span.window for span in own}
            is_same = planned_text(own, cell.interval.start) == cell.planned
            if number in doubtful or len(windows) > 1 or not is_same:
                left += own
                continue
            used.append((number, Use(cell.id, own[0].window, 0, own[0].start == first)))
        if used:
            self.parts.append(Part(self.turns, assets, _with_months(tiles, used)))
            self.turns += 1
        if left:
            ordered = tuple(sorted(left, key=lambda span: span.start))
            self._left.append((assets, ordered, ordered[0].start == first))


def _in_cells(spans: Sequence[Span], tiles: Tiles) -> tuple[dict[int, list[Span]], list[Span]]:
    """The spans cut where cells begin: by the cell's number, and what lies in none."""
    by_cell: dict[int, list[Span]] = {}
    outside: list[Span] = []
    for span in spans:
        at, opens = span.start, span.opens
        while at < span.end:
            number = tiles.holding(at)
            end = _edge(tiles, number, at, span.end)
            piece = Span(at, end, opens, span.window)
            if number is None:
                outside.append(piece)
            else:
                by_cell.setdefault(number, []).append(piece)
            at = opens = end
    return by_cell, outside


def _edge(tiles: Tiles, number: int | None, at: datetime, end: datetime) -> datetime:
    """Where the cell ends, or where the next one begins."""
    if number is not None:
        return min(end, tiles.cells[number].interval.end)
    following = tiles.inside(Interval(at, max(at, end))).start
    starts = tiles.starts[following : following + 1]
    return min(end, starts[0]) if starts and starts[0] > at else end


def _with_months(tiles: Tiles, used: Sequence[tuple[int, Use]]) -> tuple[Use, ...]:
    """The same, with months in place of all of their cells where these are used alike."""
    by_cell: Mapping[int, Use] = dict(used)
    alike: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for number in sorted(by_cell):
        use = by_cell[number]
        alike[use.window, use.segment].append(number)
    found: list[Use] = []
    for numbers in alike.values():
        for first, last in runs(numbers):
            found += _run(tiles, by_cell, first, last)
    return tuple(found)


def _run(tiles: Tiles, by_cell: Mapping[int, Use], first: int, last: int) -> list[Use]:
    found: list[Use] = []
    at = first
    inside = (m for m in tiles.months if m.first >= first and m.last <= last)
    for month in (m for m in inside if m.first < m.last):
        found += (by_cell[n] for n in range(at, month.first))
        found.append(replace(by_cell[month.first], tile=month.id))
        at = month.last
    return [*found, *(by_cell[n] for n in range(at, last))]
