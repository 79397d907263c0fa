"""A figure slot by slot through a period, judged by the slots before it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from core.context import ToolContext
from core.domain import oee
from core.domain.oee import Sums
from core.domain.periods import Interval, Period
from core.domain.shifts import ShiftCalendar
from core.domain.trend import Signal
from core.measures.counted import is_comparable
from core.measures.measurement import Measurement, measure
from core.measures.pooling import pooled
from core.measures.series import (
    LOWER_IS_BETTER,
    By,
    Kpi,
    LossChange,
    Slot,
    Verdict,
    comparable,
    earlier,
    judged,
    known_sum,
    loss_changes,
    planned_minutes,
    slots,
    value,
)

_STOPS = frozenset(
    {"breakdown", "setup", "minor", "blocked", "starved", "no_order", "unclassified"}
)
# The losses that a figure's unusual slot is explained with; empty stands for all of them.
_LOSSES: dict[str, frozenset[str]] = {
    "oee": frozenset(),
    "output": frozenset(),
    "availability": _STOPS,
    "downtime": _STOPS,
}
_LONG = timedelta(days=93)
_SHORT = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Windows:
    """The slots that are measured; the first `history` of them lie before the period."""

    slots: tuple[Slot, ...]
    history: int

    @property
    def hull(self) -> Interval:
        return Interval(self.slots[0].interval.start, self.slots[-1].interval.end)

    @property
    def intervals(self) -> list[Interval]:
        return [slot.interval for slot in self.slots]

    @property
    def inside(self) -> tuple[Slot, ...]:
        return self.slots[self.history :]


@dataclass(frozen=True, slots=True)
class Unusual:
    """A point beyond the limits, and the loss that differs most from other slots."""

    slot: Slot
    value: float
    is_worse: bool
    loss: LossChange | None


@dataclass(frozen=True, slots=True)
class Course:
    """How a `kpi` went, in `unit` where it counts and all assets count alike, else "".

    `points` has one value per slot, None for a gap. The first `history` of them lie before
    the period: they are the baseline of the verdict, whose indices count from the period's first
    point. `left_out` are the slots that the period cuts: they compare with no whole one."""

    kpi: Kpi
    by: By
    unit: str
    slots: tuple[Slot, ...]
    points: tuple[float | None, ...]
    history: int
    verdict: Verdict
    left_out: tuple[Slot, ...]

    @property
    def shown(self) -> tuple[float | None, ...]:
        return self.points[self.history :]

    @property
    def known(self) -> int:
        """How many of the period's slots have a value."""
        return sum(point is not None for point in self.shown)

    @property
    def last_run(self) -> Signal | None:
        """The last stretch on one side of the center."""
        runs = [s for s in self.verdict.signals if s.kind in ("run_above", "run_below")]
        return max(runs, key=lambda signal: signal.last, default=None)

    def label(self, index: int) -> Slot:
        """The slot of the period's point `index`."""
        return self.slots[self.history + index]

    def drawn(self, least: int) -> list[tuple[Slot, float | None]]:
        """The period's points, and as many of those before it as make it `least`."""
        first = max(0, min(self.history, len(self.points) - least))
        points = [*zip(self.slots, self.points, strict=True)]
        return [(slot, point) for slot, point in points[first:] if slot not in self.left_out]


def fitting(kpi: Kpi, period: Period) -> By:
    """Days, unless there are too many or too few of them; days have too few failures for MTBF."""
    length = period.end - period.start
    if length < _SHORT:
        return "shift"
    return "week" if kpi == "mtbf" or length > _LONG else "day"


def windows_of(calendar: ShiftCalendar, period: Period, by: By) -> Windows:
    """The slots of the period and those before it that they are judged by."""
    inside = slots(calendar, period.interval, by) or slots(calendar, period.interval, "day")
    back = earlier(calendar, period.interval, by, len(inside))
    history = tuple(slot for slot in slots(calendar, back, by) if slot.whole)
    return Windows((*history, *inside), len(history))


def course_of(kpi: Kpi, by: By, found: Measurement, asked: Windows, *, counted: bool) -> Course:
    """The points with their limits; slots that the period cuts are left out, unless there are
    no others."""
    cut_off = tuple(slot for slot in asked.inside if not slot.whole)
    left_out = cut_off if len(cut_off) < len(asked.inside) else ()
    points = tuple(
        None if slot in left_out else value(kpi, window, found.rules, counted=counted)
        for slot, window in zip(asked.slots, found.windows, strict=True)
    )
    planned = [planned_minutes(window) for window in found.windows]
    alike = comparable(kpi, points, planned)
    verdict = judged(kpi, alike[: asked.history], alike[asked.history :])
    units = {asset.unit for asset in found.assets}
    unit = units.pop() if len(units) == 1 else ""
    return Course(kpi, by, unit, asked.slots, points, asked.history, verdict, left_out)


async def sums_before(
    context: ToolContext,
    found: Measurement,
    now: Measurement,
    asked: Windows,
    period: Period,
    reference: Period | None,
) -> tuple[Mapping[str, Sums], tuple[int, ...]]:
    """The sums of the period before: from the slots already at hand, where they make it up; none
    where `now`, what is measured of the period, cannot be compared with it."""
    if reference is None:
        return {}, ()
    span = reference.interval
    inside = [n for n, slot in enumerate(asked.slots) if slot.interval.clip(span) == slot.interval]
    if inside and span == Windows(tuple(asked.slots[n] for n in inside), 0).hull:
        return pooled([found.windows[n] for n in inside]), ()
    before = await measure(context, found.assets, span)
    if not is_comparable(period, now, before):
        return {}, ()
    return before.parts, before.cites


def unusual_points(found: Measurement, course: Course) -> tuple[Unusual, ...]:
    """The points beyond the limits, the furthest from the center first; their losses are
    compared with those of the baseline."""
    usual = pooled(found.windows[: course.history + course.verdict.unjudged])
    listed = []
    for signal in course.verdict.signals:
        point = course.shown[signal.first]
        if signal.kind not in ("above", "below") or point is None:
            continue
        is_worse = (signal.kind == "above") == (course.kpi in LOWER_IS_BETTER)
        window = found.windows[course.history + signal.first]
        loss = _main_loss(course.kpi, window, usual, found, is_worse=is_worse)
        listed.append(Unusual(course.label(signal.first), point, is_worse, loss))
    center = course.verdict.limits.center if course.verdict.limits else 0.0
    return tuple(sorted(listed, key=lambda u: -abs(u.value - center)))


def _main_loss(
    kpi: Kpi,
    window: Mapping[str, Sums],
    usual: Mapping[str, Sums],
    found: Measurement,
    *,
    is_worse: bool,
) -> LossChange | None:
    """What was lost beyond the usual (on a good day: least of it)."""
    if kpi not in _LOSSES:
        return None
    wanted = _LOSSES[kpi]
    changes = [
        change
        for change in loss_changes(window, usual, found.rules)
        if not wanted or change.name in wanted
    ]
    if not changes:
        return None
    first = changes[0] if is_worse else changes[-1]
    return first if (first.extra > 0) == is_worse else None


def gaps_by_cause(found: Measurement, course: Course) -> dict[str, int]:
    """The period's points without a value, counted by cause: "idle", "no_failure", "no_data",
    "unknown"."""
    counts: Counter[str] = Counter()
    inside = zip(course.slots, course.points, found.windows, strict=True)
    for slot, point, window in [*inside][course.history :]:
        if slot not in course.left_out and point is None:
            counts[_gap(course.kpi, window, found)] += 1
    return dict(counts)


def _gap(kpi: Kpi, window: Mapping[str, Sums], found: Measurement) -> str:
    if planned_minutes(window) == 0:
        return "idle"
    if kpi == "mtbf" and known_sum(part.failures for part in window.values()) == 0:
        return "no_failure"
    if oee.roll_up(window, found.rules).coverage_state == "withheld":
        return "no_data"
    return "unknown"
