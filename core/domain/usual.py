"""What is usual in shifts of one kind, and what is not: median and scaled median deviation.

After F. R. Hampel's identifier: beyond the median by three times 1.4826 × MAD, which is the
standard deviation where values are normal and is not moved by the odd bad shift.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, median
from typing import Literal

from core.domain.trend import xmr_limits

LEAST_SHIFTS = 8
"""Fewer shifts than this tell nothing of what is usual."""
_SCALE, _TIMES = 1.4826, 3.0
_LEAST_MORE = 15.0  # minutes: a smaller surplus is nobody's concern in a shift

Verdict = Literal["better", "worse", "same", "unknown"]


@dataclass(frozen=True, slots=True)
class Usual:
    """The median of shifts before, and from where on a value is unusual."""

    center: float
    limit: float
    shifts: int


def usual(before: Sequence[float], least_more: float = _LEAST_MORE) -> Usual | None:
    """Of values of like shifts (0 where nothing happened); None for fewer than 8."""
    if len(before) < LEAST_SHIFTS:
        return None
    center = median(before)
    spread = median(abs(value - center) for value in before) * _SCALE * _TIMES
    return Usual(center, center + max(spread, least_more), len(before))


@dataclass(frozen=True, slots=True)
class Effect:
    """A mean per shift before and after, and how far the latter may lie off by chance."""

    before: float
    after: float
    reach: float
    shifts_before: int
    shifts_after: int
    lower_is_better: bool = True

    @property
    def verdict(self) -> Verdict:
        """ "same": not to be told from how it varies anyway."""
        change = self.after - self.before
        if abs(change) <= self.reach:
            return "same"
        return "better" if (change < 0) == self.lower_is_better else "worse"


def effect(
    before: dict[str, list[float]],
    after: Sequence[tuple[str, float]],
    *,
    lower_is_better: bool = True,
) -> Effect | None:
    """Each shift after against the shifts of its own name before: a night against nights.

    The reach is that of an XmR chart (core/domain/trend.py) of each kind of shift: variances of
    the shifts after add up, and a mean of n of them reaches as far as the root of their sum
    through n. None where a kind has too few shifts before for limits.
    """
    means, variances = [], []
    for name, _ in after:
        limits = xmr_limits(before.get(name, ()))
        if limits is None:
            return None
        means.append(limits.center)
        variances.append((limits.upper - limits.center) ** 2)
    if not after:
        return None
    return Effect(
        fmean(means),
        fmean(value for _, value in after),
        sqrt(sum(variances)) / len(after),
        sum(len(before[name]) for name in dict(after)),
        len(after),
        lower_is_better,
    )
