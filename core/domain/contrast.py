"""Whether figures side by side really differ, or only as the days of each differ anyway.

The spread of a figure is that of Shewhart's XmR chart (core/domain/trend.py): a mean over n days
reaches as far from its long-term level as a single day does, divided by √n.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import hypot, sqrt
from statistics import fmean

from core.domain.trend import Points, xmr_limits


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure over a period and how far it may lie off by chance; None is unknown."""

    value: float | None
    reach: float | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Who is best and who is worst beyond chance (keys). `known`: that could be told at all."""

    best: str | None = None
    worst: str | None = None
    known: bool = False


def reach(daily: Points, days: float) -> float | None:
    """How far a mean over `days` (usual days' worth of time) may lie off by chance; None for
    fewer than 20 daily values."""
    limits = xmr_limits(daily)
    return None if limits is None or days <= 0 else (limits.upper - limits.center) / sqrt(days)


def differ(first: Figure, second: Figure) -> bool | None:
    """Whether two figures differ by more than chance; None where that cannot be told."""
    if first.value is None or second.value is None:
        return None
    if first.reach is None or second.reach is None:
        return None
    return abs(first.value - second.value) > hypot(first.reach, second.reach)


def standing(figures: Mapping[str, Figure], *, lower_is_better: bool = False) -> Standing:
    """The best and the worst, each only if it differs from the mean of all the others by more
    than chance. Figures without a value or a reach stay out."""
    known = {k: f for k, f in figures.items() if f.value is not None and f.reach is not None}
    if len(known) < 2:
        return Standing()
    ranked = sorted(known, key=lambda key: (known[key].value or 0.0, key))
    if not lower_is_better:
        ranked.reverse()
    best, worst = ranked[0], ranked[-1]
    return Standing(
        best if _is_apart(best, known) else None,
        worst if _is_apart(worst, known) else None,
        known=True,
    )


def _is_apart(key: str, figures: Mapping[str, Figure]) -> bool:
    others = mean([figure for other, figure in figures.items() if other != key])
    return differ(figures[key], others) is True


def mean(figures: Sequence[Figure]) -> Figure:
    """The mean of figures that vary independently."""
    values = [figure.value for figure in figures if figure.value is not None]
    reaches = [figure.reach for figure in figures if figure.reach is not None]
    if not values or len(values) != len(figures) or len(reaches) != len(figures):
        return Figure(fmean(values) if values else None, None)
    return Figure(fmean(values), hypot(*reaches) / len(figures))


def overlap(first: Mapping[str, float], second: Mapping[str, float]) -> float | None:
    """What two mixes have in common, from 0 to 1: Σ of the smaller share; None for an empty one."""
    total, other = sum(first.values()), sum(second.values())
    if total <= 0 or other <= 0:
        return None
    return sum(min(first[key] / total, second.get(key, 0.0) / other) for key in first)
