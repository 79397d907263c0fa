"""Where the planned busy time went: the waterfall, and the six big losses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from core.domain.losses import Loss
from core.domain.oee import DEFAULT_RULES, SLACK, Rules, Sums, add_up

UNCLASSIFIED = "unclassified_stops"
# What a stop is without anybody saying so: its length alone makes it a minor one.
_UNTOLD = frozenset({Loss.UNCLASSIFIED, Loss.MINOR, Loss.PLANNED})
NEEDED = ("pbt", "total", "good", "ideal", "good_ideal")


@dataclass(frozen=True, slots=True)
class Step:
    """A bar of the waterfall in minutes: a level that is reached, or a loss from one to the next.

    A loss may be negative: more was made than the ideal rate allows, or the run time exceeds
    planned time − stops. Such a bar points up; nothing is made to fit.
    """

    name: str
    minutes: float
    kind: Literal["level", "loss"]


def rated(parts: Mapping[str, Sums], rules: Rules = DEFAULT_RULES) -> tuple[Sums | None, list[str]]:
    """The sum of the assets for which a whole waterfall can be drawn, and the others' names."""
    out = [
        name
        for name, part in parts.items()
        if part.apt(rules) is None or any(getattr(part, need) is None for need in NEEDED)
    ]
    complete = [part for name, part in parts.items() if name not in out]
    return (add_up(complete) if complete else None), out


def waterfall(sums: Sums, rules: Rules = DEFAULT_RULES) -> tuple[Step, ...]:
    """Planned busy time → actual production time → net → fully productive, as far as known.

    The losses between two levels are exactly their difference; "no_data" is planned time without
    data, "unexplained" what no stop accounts for.
    """
    if sums.pbt is None:
        return ()
    steps = [Step("pbt", sums.pbt, "level")]
    apt = sums.apt(rules)
    if apt is None:
        return tuple(steps)
    in_performance = rules.minor_stops == "performance"
    stops = {loss: sums.lost(loss) or 0.0 for loss in Loss if loss is not Loss.PLANNED}
    minor = stops.pop(Loss.MINOR) if in_performance else 0.0
    steps += _losses({loss.value: minutes for loss, minutes in stops.items()})
    dark = sums.dark or 0.0
    steps += _losses({"no_data": dark})
    if sums.run is not None:
        unexplained = sums.pbt - sum(stops.values()) - dark - apt
        steps.append(Step("unexplained", unexplained, "loss"))
    steps.append(Step("apt", apt, "level"))
    if sums.ideal is None:
        return tuple(steps)
    steps += _losses({Loss.MINOR.value: minor})
    steps.append(Step("reduced_speed", apt - minor - sums.ideal, "loss"))
    steps.append(Step("net", sums.ideal, "level"))
    if sums.good_ideal is None:
        return tuple(steps)
    startup, production = reject_minutes(sums)
    steps += _losses({"startup_rejects": startup or 0.0})
    steps.append(Step("production_rejects", production or 0.0, "loss"))
    steps.append(Step("fully_productive", sums.good_ideal, "level"))
    return tuple(steps)


@dataclass(frozen=True, slots=True)
class LossRates:
    """What losses are priced with; None is unknown. `material` is per scrapped unit."""

    currency: str
    per_hour: float | None = None
    material: float | None = None


@dataclass(frozen=True, slots=True)
class BigLoss:
    """One of the six big losses; None is unknown. `money` is in the currency of the rates."""

    name: str
    minutes: float | None
    units: float | None
    money: float | None


def is_classified(parts: Iterable[Sums]) -> bool:
    """Whether any stop says what it was, or there is none: else nobody knows which of them were
    breakdowns or setup."""
    told = [part.stops for part in parts if part.stops is not None]
    found = {loss for stops in told for loss, minutes in stops.items() if minutes}
    return Loss.UNCLASSIFIED not in found or not found <= _UNTOLD


def six_big_losses(
    sums: Sums,
    rates: LossRates | None = None,
    ideal_rate: float | None = None,
    classified: bool | None = None,
) -> tuple[BigLoss, ...]:
    """The six in Nakajima's order, in minutes, units and money, and the stops that are in none
    of them because nobody said what they were.

    Units are minutes × ideal rate (per minute; by default the average of what was made). Lost
    time is priced per hour, rejects by the material of what was scrapped, so that every minute
    is priced once. Without the phase of rejects the start-up ones are unknown and all of them
    stand with production. `classified` is by default `is_classified` of `sums`.
    """
    if ideal_rate is None and sums.total and sums.ideal:
        ideal_rate = sums.total / sums.ideal
    if classified is None:
        classified = is_classified([sums])
    lost_time = {
        "breakdowns": sums.lost(Loss.BREAKDOWN) if classified else None,
        "setup": sums.lost(Loss.SETUP) if classified else None,
        "minor_stops": sums.lost(Loss.MINOR),
        "reduced_speed": _minus(sums.apt(), sums.ideal),
    }
    per_minute = rates.per_hour / 60 if rates and rates.per_hour is not None else None
    startup, production = reject_minutes(sums)
    startup_units = _startup_rejects(sums)
    production_units = _minus(_minus(sums.total, sums.good), startup_units or 0.0)
    scrap = _minus(sums.scrap, startup_units or 0.0)
    material = rates.material if rates else None
    return (
        *_timed(lost_time, ideal_rate, per_minute),
        BigLoss("startup_rejects", startup, startup_units, _times(startup_units, material)),
        BigLoss("production_rejects", production, production_units, _times(scrap, material)),
        *_timed({UNCLASSIFIED: sums.lost(Loss.UNCLASSIFIED)}, ideal_rate, per_minute),
    )


def _timed(
    minutes: Mapping[str, float | None], ideal_rate: float | None, per_minute: float | None
) -> list[BigLoss]:
    return [
        BigLoss(name, lost, _times(lost, ideal_rate), _times(lost, per_minute))
        for name, lost in minutes.items()
    ]


def _startup_rejects(sums: Sums) -> float | None:
    """Units rejected at start-up; unknown where they would be more than all rejects."""
    rejects = _minus(sums.total, sums.good)
    if sums.startup_scrap is None or rejects is None or sums.startup_scrap > rejects:
        return None
    return sums.startup_scrap


def reject_minutes(sums: Sums) -> tuple[float | None, float | None]:
    """Minutes spent on start-up and on production rejects (scrap and rework); those of start-up
    at the rate of what was rejected, else shared out by units."""
    lost, rejects = _minus(sums.ideal, sums.good_ideal), _minus(sums.total, sums.good)
    if lost is None:
        return None, None
    startup = sums.startup_ideal
    units = _startup_rejects(sums)
    if startup is None and units is not None:
        startup = lost * (units / rejects) if rejects else 0.0
    if startup is None or startup > lost + SLACK:
        return None, lost
    return startup, lost - startup


def _losses(minutes: Mapping[str, float]) -> list[Step]:
    return [Step(name, value, "loss") for name, value in minutes.items() if value]


def _times(value: float | None, rate: float | None) -> float | None:
    return None if value is None or rate is None else value * rate


def _minus(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else first - second
