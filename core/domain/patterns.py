"""When a loss strikes: whether it grows, and whether it keeps to one shift or one weekday.

What is found is more than chance (XmR limits, see trend.py and contrast.py) and large enough to
matter: half as much again as at other times, and not only because of a few rare events.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean, quantiles

from core.domain.contrast import Figure, differ, reach, standing

MATTERS = 1.5
# Fewer days of one weekday than this are no pattern.
LEAST_WEEKDAYS = 3


@dataclass(frozen=True, slots=True)
class Peak:
    """`key` (a shift, a weekday 0–6, a product) loses `value` on average, the others `others`."""

    key: str
    value: float
    others: float


def peak_shift(rates: Mapping[str, Sequence[float | None]]) -> Peak | None:
    """The shift in which more is lost than in the others; `rates` are comparable losses of each
    of its occurrences."""
    means = {name: _mean(values) for name, values in rates.items()}
    figures = {
        name: Figure(means[name], reach(values, len(_known(values))))
        for name, values in rates.items()
        if means[name] is not None
    }
    worst = standing(figures, lower_is_better=True).worst
    if worst is None:
        return None
    others = fmean(mean for name, mean in means.items() if name != worst and mean is not None)
    return _large(worst, _known(rates[worst]), others)


def peak_weekday(days: Sequence[tuple[date, float | None]]) -> Peak | None:
    """The weekday (Monday is 0) on which more is lost than on the others."""
    known = [(day.weekday(), value) for day, value in days if value is not None]
    by_day = {d: [value for weekday, value in known if weekday == d] for d in range(7)}
    means = {d: fmean(values) for d, values in by_day.items() if len(values) >= LEAST_WEEKDAYS}
    if len(means) < 2:
        return None
    worst = max(means, key=lambda d: (means[d], -d))
    # What makes one weekday special must not widen the limits that it is judged by.
    others = [value for weekday, value in known if weekday != worst]
    single = reach(others, 1)
    if single is None:
        return None
    mine = Figure(means[worst], reach(others, len(by_day[worst])))
    if differ(mine, Figure(fmean(others), reach(others, len(others)))) is not True:
        return None
    return _large(str(worst), by_day[worst], fmean(others))


def peak_product(scrap: Mapping[str, float], made: Mapping[str, float]) -> Peak | None:
    """The product with the highest scrap ratio, where it makes most of the scrap."""
    ratios = {p: scrap.get(p, 0.0) / units for p, units in made.items() if units > 0}
    if len(ratios) < 2:
        return None
    worst = max(ratios, key=lambda p: (ratios[p], p))
    rest = sum(units for p, units in made.items() if p != worst)
    total = sum(scrap.values())
    if rest <= 0 or total <= 0 or scrap.get(worst, 0.0) < total / 2:
        return None
    return _large(worst, [ratios[worst]], (total - scrap.get(worst, 0.0)) / rest)


def _large(key: str, values: Sequence[float], others: float) -> Peak | None:
    """A peak, if three in four of its values stand out: a rare event moves only the mean."""
    lower = quantiles(values, n=4, method="inclusive")[0] if len(values) > 1 else values[0]
    if lower <= others * MATTERS:
        return None
    return Peak(key, fmean(values), others)


def _known(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _mean(values: Sequence[float | None]) -> float | None:
    known = _known(values)
    return fmean(known) if known else None
