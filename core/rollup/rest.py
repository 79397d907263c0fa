"""What tiles leave over, as queries of the tables themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.data.query import Planned, Query, Span
from core.domain.periods import Interval

# What lies nearer together is asked for together.
_APART = timedelta(days=2)
# More statements than this cost more than what the tiles save.
_MOST = 8
Pieces = tuple[tuple[Interval, int], ...]


@dataclass(frozen=True, slots=True)
class Rest:
    """`windows` are the numbers that the windows of `query` have in the one that was asked; None
    where they are the same. `is_added`: the query has windows where the one asked has none."""

    query: Query
    windows: tuple[int, ...] | None = None
    is_added: bool = False


def rest_of_rows(query: Query, left: Mapping[Pieces, Sequence[str]]) -> tuple[Rest, ...] | None:
    """None where that were too many."""
    assert query.interval is not None
    found: list[Rest] = []
    for pieces, assets in left.items():
        own = replace(query, assets=tuple(sorted(assets)))
        if "window" not in query.group_by and pieces[0][0].start == query.interval.start:
            # Rows that start before the period but reach into it count in this one.
            found.append(Rest(replace(own, interval=pieces[0][0])))
            pieces = pieces[1:]
        found += (_windowed(own, some) for some in _near(pieces))
    return tuple(found) if len(found) <= _MOST else None


def _windowed(query: Query, pieces: Pieces) -> Rest:
    windows = tuple(interval for interval, _ in pieces)
    is_added = "window" not in query.group_by
    asking = replace(
        query,
        interval=Interval(windows[0].start, max(window.end for window in windows)),
        windows=windows,
        group_by=(*query.group_by, "window") if is_added else query.group_by,
    )
    return Rest(asking, tuple(number for _, number in pieces), is_added)


def _near(pieces: Pieces) -> list[Pieces]:
    found: list[list[tuple[Interval, int]]] = []
    for piece in sorted(pieces, key=lambda one: one[0]):
        if found and piece[0].start - found[-1][-1][0].end <= _APART:
            found[-1].append(piece)
        else:
            found.append([piece])
    return [tuple(some) for some in found]


def rest_of_stops(
    query: Query, left: Sequence[tuple[tuple[str, ...], tuple[Span, ...], bool]]
) -> tuple[Rest, ...] | None:
    """`left` are assets, their spans in order, and whether the first of these is the first that
    the query tells. None where that were too many."""
    assert query.interval is not None
    until = query.until or query.interval.end
    clusters: list[tuple[datetime, datetime, list[Planned]]] = []
    pieces = [
        (run[0].start, run[-1].end, _planned(assets, run, is_first=leads and not number))
        for assets, spans, leads in left
        for number, run in enumerate(_runs(spans))
    ]
    for start, end, planned in sorted(pieces, key=lambda piece: piece[0]):
        if clusters and start - clusters[-1][1] <= _APART:
            first, last, together = clusters.pop()
            clusters.append((first, max(last, end), [*together, planned]))
        else:
            clusters.append((start, end, [planned]))
    if len(clusters) > _MOST:
        return None
    return tuple(
        Rest(
            replace(
                query,
                assets=tuple(sorted({asset for one in planned for asset in one.assets})),
                interval=Interval(start, end),
                planned=tuple(planned),
                until=until,
            )
        )
        for start, end, planned in clusters
    )


def _planned(assets: tuple[str, ...], spans: tuple[Span, ...], *, is_first: bool) -> Planned:
    """Stops that run on into the first span count among the rows; where that is not the query's
    own first, an empty one stands before it."""
    if is_first:
        return Planned(assets, spans)
    at = spans[0].start
    return Planned(assets, (Span(at, at, at, spans[0].window), *spans))


def _runs(spans: tuple[Span, ...]) -> list[tuple[Span, ...]]:
    found: list[list[Span]] = []
    for span in spans:
        if found and span.start - found[-1][-1].end <= _APART:
            found[-1].append(span)
        else:
            found.append([span])
    return [tuple(run) for run in found]
