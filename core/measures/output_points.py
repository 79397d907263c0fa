"""One output point in a shift: what it made, what was expected by then, where it will end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.context import ToolContext
from core.data.source import Row
from core.domain import targets
from core.domain.assets import Asset
from core.domain.periods import Interval, Period
from core.domain.shifts import ShiftCalendar
from core.domain.targets import Projection, Target
from core.measures.measurement import Measurement
from core.measures.plan import ShiftPlan
from core.measures.row_sums import number

ON_PLAN = 0.02
"""A gap smaller than this share of what is expected is no reason to call someone behind."""
_NEWER = timedelta(minutes=5)
_STANDING = frozenset({"stopped", "down", "fault", "breakdown"})


@dataclass(frozen=True, slots=True)
class Point:
    """One output point. `stale` is the time of its newest data where that is too old to compare
    with the plan. Units are the asset's own; None is unknown."""

    asset: Asset
    state: str
    since: datetime | None
    reason: str
    stale: datetime | None
    made: float | None
    expected: float | None
    target: Target | None
    projected: Projection | None

    @property
    def gap(self) -> float | None:
        return targets.gap(self.made, self.expected)

    @property
    def ahead(self) -> float | None:
        """The gap as a share of what is expected; negative is behind."""
        return None if self.gap is None or not self.expected else self.gap / self.expected

    @property
    def is_behind(self) -> bool:
        return self.ahead is not None and self.ahead < -ON_PLAN

    @property
    def stands(self) -> bool:
        return self.state in _STANDING


@dataclass(frozen=True, slots=True)
class Points:
    """What is known of a shift, as the points of its assets."""

    context: ToolContext
    calendar: ShiftCalendar
    period: Period
    whole: Interval | None
    found: Measurement
    plan: ShiftPlan

    def point(self, asset: Asset, lately: Row, live: Row, stop: Row, by_rows: Row) -> Point:
        updated = _time(live, "updated")
        stale = self._stale(asset, updated)
        made, until = self._made(asset, live, updated)
        target = self._target(asset, live)
        elapsed, whole = self._planned(asset, until)
        expected = targets.expected_so_far(target.units if target else None, elapsed, whole)
        if target is None:
            expected = number(by_rows, "target_units")
        return Point(
            asset=asset,
            state=_state(live, stop, is_known=stale is None),
            since=_time(live, "since") or _time(stop, "start"),
            reason=str(stop.get("reason") or "") if _stopped(live, stop) else "",
            stale=stale,
            made=made,
            expected=None if stale else expected,
            target=target,
            projected=None if stale else self._projected(asset, made, lately, until),
        )

    def _stale(self, asset: Asset, updated: datetime | None) -> datetime | None:
        if asset.id in self.found.stale and self.period.so_far:
            return self.found.stale[asset.id]
        minutes = self.context.installation.rules.stale_minutes
        limit = self.context.now - timedelta(minutes=minutes)
        return updated if updated is not None and updated < limit and self.period.so_far else None

    def _made(
        self, asset: Asset, live: Row, updated: datetime | None
    ) -> tuple[float | None, datetime]:
        """From the production rows, unless the live count is newer; and the time it is for."""
        made, until = self.found.parts[asset.id].total, self.found.covered.end
        counted = number(live, "shift_units")
        if counted is None or updated is None or not self.period.so_far:
            return made, until
        is_newer = made is None or updated > until + _NEWER
        if is_newer and self.period.interval.contains(updated - _NEWER):
            return counted, min(updated, self.context.now)
        return made, until

    def _target(self, asset: Asset, live: Row) -> Target | None:
        units = number(live, "shift_target")
        by_live = Target(units, "shift") if units and self.period.so_far else None
        return self.plan.targets.get(asset.id, by_live)

    def _planned(self, asset: Asset, until: datetime) -> tuple[float | None, float | None]:
        """Planned minutes up to `until` and in the whole shift, without stops that were planned."""
        start = self.period.start
        whole = self._busy(asset, self.whole)
        sofar = self._busy(asset, Interval(start, max(start, until)))
        measured = self._busy(asset, self.found.covered)
        pbt = self.found.parts[asset.id].pbt
        if whole is None or sofar is None or measured is None or pbt is None:
            return None, None
        return sofar - (measured - pbt), whole - (measured - pbt)

    def _projected(
        self, asset: Asset, made: float | None, lately: Row, until: datetime
    ) -> Projection | None:
        first, last = _time(lately, "first"), _time(lately, "last")
        if self.whole is None or first is None or last is None:
            return None
        begin = max(first, self.period.start)
        return targets.projection(
            made,
            number(lately, "total_units"),
            self._busy(asset, Interval(begin, max(begin, last))),
            (until - self.period.start) / timedelta(minutes=1),
            self._busy(asset, Interval(min(until, self.whole.end), self.whole.end)),
        )

    def _busy(self, asset: Asset, interval: Interval | None) -> float | None:
        if interval is None:
            return None
        busy = self.calendar.busy(interval, self.context.hierarchy.path(asset.id))
        return None if busy is None else sum(piece.minutes for piece in busy)


def _stopped(live: Row, stop: Row) -> bool:
    state = str(live.get("state") or "").lower()
    return bool(stop) and (not state or state in _STANDING)


def _state(live: Row, stop: Row, *, is_known: bool) -> str:
    """The live state, else "stopped" where a stop is open; empty where nothing tells."""
    if not is_known:
        return ""
    state = str(live.get("state") or "").lower()
    return state or ("stopped" if stop else "")


def _time(row: Row, name: str) -> datetime | None:
    value = row.get(name)
    return value if isinstance(value, datetime) else None
