"""Planned busy time of assets, as the query for their stops wants it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.context import ToolContext
from core.data.query import Planned, Span
from core.domain.assets import Asset
from core.domain.periods import Interval
from core.domain.shifts import Busy


@dataclass(frozen=True, slots=True)
class PlannedTime:
    """Planned busy pieces per window for each group of assets that share them.

    `busy` is None where no shifts are known: then the production rows tell the planned time.
    """

    windows: tuple[Interval, ...]
    groups: tuple[tuple[tuple[str, ...], tuple[tuple[Busy, ...], ...] | None], ...]
    _minutes: Mapping[str, tuple[float, ...] | None] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        minutes: dict[str, tuple[float, ...] | None] = {}
        for ids, busy in self.groups:
            sums = None if busy is None else tuple(sum(p.minutes for p in w) for w in busy)
            minutes |= dict.fromkeys(ids, sums)
        object.__setattr__(self, "_minutes", minutes)

    def minutes(self, asset: str, window: int) -> float | None:
        sums = self._minutes[asset]
        return None if sums is None else sums[window]

    def query_part(self) -> tuple[Planned, ...]:
        """Where no shifts are known, all of each window counts."""
        whole = tuple(Span(w.start, w.end, w.start, n) for n, w in enumerate(self.windows))
        return tuple(
            Planned(ids, whole if busy is None else _spans(busy)) for ids, busy in self.groups
        )


def planned_time(
    context: ToolContext,
    assets: Sequence[Asset],
    covered: Interval,
    windows: tuple[Interval, ...],
    stale: Mapping[str, datetime],
) -> PlannedTime:
    """In a period that still runs, an asset whose feed is stale has no plan beyond its data:
    what nobody knows is neither run time nor a stop."""
    groups: defaultdict[tuple[str, Any, datetime | None], list[Asset]] = defaultdict(list)
    for asset in assets:
        calendar = context.installation.calendar(asset)
        path = context.hierarchy.path(asset.id)
        groups[asset.plant, calendar.scope(path), stale.get(asset.id)].append(asset)
    planned = []
    for (_, _, data_end), members in groups.items():
        calendar = context.installation.calendar(members[0])
        path = context.hierarchy.path(members[0].id)
        ends = data_end or covered.end
        asked = [_until(window, ends) for window in windows or (covered,)]
        found = [calendar.busy(window, path) for window in asked]
        busy = None if any(f is None for f in found) else tuple(f for f in found if f is not None)
        planned.append((tuple(sorted(a.id for a in members)), busy))
    return PlannedTime(windows or (covered,), tuple(planned))


def _until(interval: Interval, end: datetime) -> Interval:
    return Interval(interval.start, max(interval.start, min(interval.end, end)))


def _spans(windows: Sequence[Sequence[Busy]]) -> tuple[Span, ...]:
    """Pieces as the query wants them; neighbours without a gap are joined to keep it short."""
    spans: list[Span] = []
    for number, pieces in enumerate(windows):
        for piece in pieces:
            last = spans[-1] if spans else None
            if last and last.window == number and last.end == piece.start == piece.opens:
                spans[-1] = Span(last.start, piece.end, last.opens, number)
            else:
                spans.append(Span(piece.start, piece.end, piece.opens, number))
    return tuple(spans)
