"""Whether a series changes or only varies: slope, XmR control limits and their signals.

Limits after W. A. Shewhart and D. J. Wheeler: mean ± 2.66 × mean moving range.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import fmean
from typing import Literal

BASELINE_POINTS = 20
RUN = 8
STEADY = 6
# 3 / d2, where d2 = 1.128 for ranges of two points.
XMR_FACTOR = 2.66

Points = Sequence[float | None]
SignalKind = Literal["above", "below", "run_above", "run_below", "rising", "falling"]
SIDES: tuple[tuple[SignalKind, int], ...] = (("run_above", 1), ("run_below", -1))
DIRECTIONS: tuple[tuple[SignalKind, int], ...] = (("rising", 1), ("falling", -1))


@dataclass(frozen=True, slots=True)
class Limits:
    """Natural process limits, from `points` values of a baseline that stays frozen."""

    center: float
    lower: float
    upper: float
    points: int


@dataclass(frozen=True, slots=True)
class Signal:
    """Points `first` to `last` (indices, inclusive) that do not look like normal variation."""

    kind: SignalKind
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Trend:
    """`slope` is the change per point (None with fewer than two points). Without limits nothing
    is said of signals; `normal` is None then."""

    slope: float | None
    limits: Limits | None
    signals: tuple[Signal, ...]

    @property
    def normal(self) -> bool | None:
        """Whether all is normal variation."""
        return None if self.limits is None else not self.signals


def slope(points: Points) -> float | None:
    """The least-squares change per point; a missing point (None) keeps its place."""
    known = [(float(x), y) for x, y in enumerate(points) if y is not None]
    if len(known) < 2:
        return None
    mean_x, mean_y = fmean(x for x, _ in known), fmean(y for _, y in known)
    spread = sum((x - mean_x) ** 2 for x, _ in known)
    return sum((x - mean_x) * (y - mean_y) for x, y in known) / spread


def xmr_limits(
    baseline: Points, least: float | None = None, most: float | None = None
) -> Limits | None:
    """Limits from comparable points; None for fewer than 20. `least` and `most` are what the
    measure cannot pass (0 for minutes, say); ranges over a missing point are left out."""
    known = [y for y in baseline if y is not None]
    if len(known) < BASELINE_POINTS:
        return None
    ranges = [abs(b - a) for a, b in pairwise(baseline) if a is not None and b is not None]
    if not ranges:
        return None
    center, reach = fmean(known), XMR_FACTOR * fmean(ranges)
    lower = center - reach if least is None else max(center - reach, least)
    upper = center + reach if most is None else min(center + reach, most)
    return Limits(center, lower, upper, len(known))


def signals(points: Points, limits: Limits) -> tuple[Signal, ...]:
    """Points beyond a limit, runs of 8 on one side of the center, 6 steadily rising or falling."""
    found: list[Signal] = []
    for index, y in enumerate(points):
        if y is not None and y > limits.upper:
            found.append(Signal("above", index, index))
        if y is not None and y < limits.lower:
            found.append(Signal("below", index, index))
    for kind, sign in SIDES:
        beyond = [y is not None and (y - limits.center) * sign > 0 for y in points]
        found += [Signal(kind, first, last) for first, last in _stretches(beyond, RUN)]
    for kind, sign in DIRECTIONS:
        steps = [
            a is not None and b is not None and (b - a) * sign > 0 for a, b in pairwise(points)
        ]
        # Six points make five steps.
        found += [Signal(kind, first, last + 1) for first, last in _stretches(steps, STEADY - 1)]
    return tuple(sorted(found, key=lambda signal: (signal.first, signal.last, signal.kind)))


def analyse(
    points: Points,
    limits: Limits | None = None,
    least: float | None = None,
    most: float | None = None,
) -> Trend:
    """The trend of `points`, oldest first, against frozen `limits`.

    Without limits the baseline is the points' own first 20 (of which all must be known).
    """
    limits = limits or xmr_limits(points[:BASELINE_POINTS], least, most)
    return Trend(slope(points), limits, signals(points, limits) if limits else ())


def _stretches(flags: Sequence[bool], least: int) -> Iterator[tuple[int, int]]:
    """First and last index of each stretch of at least that many True."""
    for flag, indices in groupby(range(len(flags)), key=lambda index: flags[index]):
        stretch = list(indices)
        if flag and len(stretch) >= least:
            yield stretch[0], stretch[-1]
