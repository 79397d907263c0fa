"""A figure per production day, shift or week: the windows, the values, and their limits."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from statistics import median
from typing import Literal

from core.domain import oee
from core.domain.oee import Kpis, Rules, Sums
from core.domain.periods import Interval, Period
from core.domain.reliability import reliability
from core.domain.shifts import ShiftCalendar
from core.domain.trend import (
    BASELINE_POINTS,
    Limits,
    Signal,
    Trend,
    analyse,
    xmr_limits,
)
from core.domain.waterfall import rated as rated_parts
from core.domain.waterfall import waterfall
from core.measures.measurement import Measurement

By = Literal["day", "shift", "week"]
Kpi = Literal[
    "oee",
    "availability",
    "effectiveness",
    "quality",
    "downtime",
    "output",
    "scrap_ratio",
    "mtbf",
]
LOWER_IS_BETTER: frozenset[str] = frozenset({"downtime", "downtime_rate", "scrap_ratio"})
# What grows with the time there was: days of unlike planned time do not compare.
EXTENSIVE: frozenset[str] = frozenset({"downtime", "output"})
_MOST: dict[str, float] = {"oee": 1.0, "availability": 1.0, "quality": 1.0, "scrap_ratio": 1.0}
_UP = frozenset({"above", "run_above", "rising"})
_DOWN = frozenset({"below", "run_below", "falling"})
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Slot:
    """`day` is the production day (of a week its Monday). `whole` is False for a slot that the
    asked interval cuts, as it does with the one that still runs."""

    interval: Interval
    day: date
    shift: str = ""
    whole: bool = True


def slots(calendar: ShiftCalendar, interval: Interval, by: By) -> tuple[Slot, ...]:
    """The days, shifts or weeks of `interval`, in order and disjoint, the outer ones cut to it."""
    pieces = _shifts(calendar, interval) if by == "shift" else _days(calendar, interval, by)
    return tuple(
        Slot(inside, day, shift, inside == whole)
        for whole, day, shift in pieces
        if (inside := whole.clip(interval)) is not None
    )


def earlier(calendar: ShiftCalendar, interval: Interval, by: By, least: int) -> Interval:
    """The look-back that ends where `interval` starts: at least so many days (6 weeks' worth;
    3 weeks of shifts, half a year of weeks) or slots, whichever is more."""
    days = {"day": max(42, least), "shift": max(21, least), "week": max(182, 7 * least)}[by]
    first = calendar.production_day(interval.start) - days * _DAY
    if by == "week":
        first -= first.weekday() * _DAY
    return Interval(min(calendar.day(first).start, interval.start), interval.start)


def _shifts(calendar: ShiftCalendar, interval: Interval) -> Iterator[tuple[Interval, date, str]]:
    for shift in calendar.shifts(interval):
        yield shift.interval, shift.day, shift.name


def _days(
    calendar: ShiftCalendar, interval: Interval, by: By
) -> Iterator[tuple[Interval, date, str]]:
    length = 7 if by == "week" else 1
    day = calendar.production_day(interval.start)
    if by == "week":
        day -= day.weekday() * _DAY
    while calendar.day(day).start < interval.end:
        last = calendar.day(day + (length - 1) * _DAY)
        yield Interval(calendar.day(day).start, last.end), day, ""
        day += length * _DAY


# --- values ----------------------------------------------------------------------------------


def value(kpi: str, parts: Mapping[str, Sums], rules: Rules, *, counted: bool) -> float | None:
    """One of `values`."""
    return values((kpi,), parts, rules, counted=counted)[kpi]


def values(
    kpis: Collection[str], parts: Mapping[str, Sums], rules: Rules, *, counted: bool
) -> dict[str, float | None]:
    """The figures of these assets together; None where one is unknown, withheld for its coverage,
    or where no time was planned. Ratios are ratios, downtime and MTBF minutes.

    `counted`: there are production rows to cover the time; without them stops speak alone.
    "downtime_rate" is minutes of stops per planned hour, "output_rate" units per planned hour.
    """
    found = oee.roll_up(parts, rules, kpis)
    pbt = planned_minutes(parts)
    if pbt == 0 or (counted and found.coverage_state == "withheld"):
        return dict.fromkeys(kpis)
    return {kpi: _value(kpi, found, parts, pbt) for kpi in kpis}


def _value(kpi: str, found: Kpis, parts: Mapping[str, Sums], pbt: float | None) -> float | None:
    match kpi:
        case "downtime":
            return known_sum(part.stopped for part in parts.values())
        case "downtime_rate":
            stopped = known_sum(part.stopped for part in parts.values())
            return None if stopped is None or not pbt else stopped / pbt * 60
        case "output":
            return _made(parts)
        case "output_rate":
            made = _made(parts)
            return None if made is None or not pbt else made / pbt * 60
        case "mtbf":
            return reliability(parts.values()).mtbf
    ratio: float | None = getattr(found, kpi)
    return ratio


def _made(parts: Mapping[str, Sums]) -> float | None:
    one_unit = len({part.unit for part in parts.values()}) == 1
    return known_sum(part.total for part in parts.values()) if one_unit else None


def of_period(
    found: Measurement, period: Period, parts: Mapping[str, Sums], *, rated: bool = True
) -> Measurement:
    """A measurement with a look-back as if of the period alone, for its caveats; those of the
    ideal rates only where figures rest on them."""
    return replace(
        found,
        asked=period.interval,
        covered=period.interval,
        parts=parts,
        unrated=found.unrated if rated else (),
    )


def planned_minutes(parts: Mapping[str, Sums]) -> float | None:
    return known_sum(part.pbt for part in parts.values())


def comparable(
    kpi: str, values: Sequence[float | None], planned: Sequence[float | None]
) -> list[float | None]:
    """The values, without those of slots with less than half the usual planned time where the
    figure grows with time."""
    usual = [minutes for minutes in planned if minutes]
    if kpi not in EXTENSIVE or not usual:
        return list(values)
    least = median(usual) / 2
    return [
        value if minutes is None or minutes >= least else None
        for value, minutes in zip(values, planned, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What can be said of points against frozen limits (None: too few points for any).

    The first `unjudged` points belong to the baseline themselves. `slope` is the change per
    point, None where it is no more than chance.
    """

    limits: Limits | None = None
    unjudged: int = 0
    signals: tuple[Signal, ...] = ()
    slope: float | None = None


def judged(kpi: str, history: Sequence[float | None], points: Sequence[float | None]) -> Verdict:
    """Whether `points` change or only vary.

    The baseline is the history, so that it is older than what is judged; where that is too
    short, the first 20 known values of both.
    """
    limits, first = _frozen_limits(kpi, history, points)
    if limits is None:
        return Verdict()
    trend = analyse([None] * first + list(points[first:]), limits)
    slope = trend.slope if _is_sure(trend, limits, len(points) - first) else None
    return Verdict(limits, first, trend.signals, slope)


def _frozen_limits(
    kpi: str, history: Sequence[float | None], points: Sequence[float | None]
) -> tuple[Limits | None, int]:
    least, most = 0.0, _MOST.get(kpi)
    limits = xmr_limits(history, least, most)
    if limits is not None:
        return limits, 0
    series = [*history, *points]
    known = [index for index, value in enumerate(series) if value is not None]
    if len(known) <= BASELINE_POINTS:
        return None, 0
    after = known[BASELINE_POINTS - 1] + 1
    return xmr_limits(series[:after], least, most), max(0, after - len(history))


def _is_sure(trend: Trend, limits: Limits, points: int) -> bool:
    """Whether the slope is more than chance: there are signals in its direction, and over all
    the points it goes further than a single one does by chance."""
    if not trend.slope:
        return False
    reach = max(limits.upper - limits.center, limits.center - limits.lower)
    agreeing = _UP if trend.slope > 0 else _DOWN
    is_signalled = any(signal.kind in agreeing for signal in trend.signals)
    return is_signalled and abs(trend.slope) * (points - 1) >= reach


def known_sum(values: Iterable[float | None]) -> float | None:
    """The sum; None where one of them is unknown, or there is none."""
    total = None
    for value in values:
        if value is None:
            return None
        total = value + (total or 0.0)
    return total


# --- losses ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LossChange:
    """A loss of one slot in minutes, and how much more or less than usual that is."""

    name: str
    minutes: float
    extra: float


def loss_minutes(parts: Mapping[str, Sums], rules: Rules) -> dict[str, float]:
    """Minutes by name of the losses of the waterfall, as far as they are known."""
    whole, _ = rated_parts(parts, rules)
    sums = whole if whole is not None else oee.add_up(parts.values())
    steps = waterfall(sums, rules)
    if not steps:
        return {str(loss): minutes for loss, minutes in (sums.stops or {}).items()}
    return {step.name: step.minutes for step in steps if step.kind == "loss"}


def loss_changes(
    slot: Mapping[str, Sums], usual: Mapping[str, Sums], rules: Rules
) -> list[LossChange]:
    """The losses of a slot against the usual share of planned time, the largest increase first."""
    planned, whole = planned_minutes(slot), planned_minutes(usual)
    if not planned or not whole:
        return []
    mine, theirs = loss_minutes(slot, rules), loss_minutes(usual, rules)
    found = [
        LossChange(name, minutes, minutes - theirs.get(name, 0.0) / whole * planned)
        for name in {**mine, **theirs}
        for minutes in (mine.get(name, 0.0),)
    ]
    return sorted(found, key=lambda change: (-change.extra, change.name))
