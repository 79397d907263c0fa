"""The assets of one plant that are looked at now, with the time of their data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from core.context import ToolContext
from core.domain.assets import Asset
from core.domain.periods import Interval
from core.domain.shifts import ShiftCalendar
from core.measures.counted import counted

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class View:
    """The assets of one plant that are looked at, at `context.now`. `times` are the newest times
    in their data."""

    context: ToolContext
    asked: tuple[Asset, ...]
    times: Mapping[str, datetime]

    @cached_property
    def equipment(self) -> tuple[Asset, ...]:
        """All lines and machines in what was asked, each once."""
        hierarchy = self.context.hierarchy
        found = {a.id: a for asset in self.asked for a in hierarchy.equipment(asset.id)}
        return tuple(a for a in found.values() if a.active)

    @cached_property
    def counted(self) -> tuple[Asset, ...]:
        """Those whose output counts, so that nothing is told twice."""
        return tuple(a for a in counted(self.context.hierarchy, self.asked) if a.active)

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(sorted(asset.id for asset in self.equipment))

    @property
    def now(self) -> datetime:
        return self.context.now

    @property
    def calendar(self) -> ShiftCalendar:
        return self.context.installation.calendar(self.asked[0])

    @property
    def until(self) -> datetime:
        """Where open stops end: min(now, time of the data)."""
        return min([self.now, max(self.times.values())]) if self.times else self.now

    def planned_minutes(self, asset: str, start: datetime, end: datetime) -> float:
        """Planned busy minutes from `start` to `end`; all of them where no shifts are known."""
        if end <= start:
            return 0.0
        busy = self.calendar.busy(Interval(start, end), self.context.hierarchy.path(asset))
        return (end - start) / _MINUTE if busy is None else sum(piece.minutes for piece in busy)
