"""What to do first, and how much an improvement may bring."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, quantiles

from core.domain.safety import Severity

# Fewer periods than this have no quartile worth the name.
GAIN_LEAST_POINTS = 8


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something to be done about an asset; `subject` says what it is about (a reason, a loss).

    `money` per period in `currency`, `minutes` lost and `gap` to target (units behind, ≥ 0) may
    be unknown. `evidence` are ids of what it rests on.
    """

    asset: str
    subject: str
    severity: Severity | None = None
    money: float | None = None
    currency: str | None = None
    minutes: float | None = None
    gap: float | None = None
    evidence: tuple[str, ...] = ()

    def merged(self, other: Candidate) -> Candidate:
        """Both as one: the larger of each measure, since they tell of the same loss."""
        priced = max((self, other), key=lambda c: -1.0 if c.money is None else c.money)
        return replace(
            self,
            severity=max((s for s in (self.severity, other.severity) if s), default=None),
            money=priced.money,
            currency=priced.currency,
            minutes=_larger(self.minutes, other.minutes),
            gap=_larger(self.gap, other.gap),
            evidence=tuple(dict.fromkeys(self.evidence + other.evidence)),
        )


def rank(candidates: Iterable[Candidate], most: int | None = None) -> list[Candidate]:
    """Merged by asset and subject, safety first, then money, then the gap to target.

    What has no price comes after what has one, by its gap and then by its minutes. Where there
    is no price at all, or prices are in several currencies and cannot be compared, lost minutes
    stand in for money.
    """
    merged: dict[tuple[str, str], Candidate] = {}
    for candidate in candidates:
        key = candidate.asset, candidate.subject
        merged[key] = merged[key].merged(candidate) if key in merged else candidate
    currencies = {c.currency for c in merged.values() if c.money is not None}
    by_money = len(currencies) == 1

    def order(c: Candidate) -> tuple[float, float, float, float, str, str]:
        loss = c.money if by_money else c.minutes
        least = -_or_last(loss), -_or_last(c.gap), -_or_last(c.minutes)
        return -(c.severity or 0), *least, c.asset, c.subject

    return sorted(merged.values(), key=order)[:most]


@dataclass(frozen=True, slots=True)
class Gain:
    """What reaching the best quarter would save per period, in the unit of the losses."""

    low: float
    high: float
    periods: int


def best_quartile_gain(losses: Sequence[float]) -> Gain | None:
    """The gain if the asset always lost no more than in the best quarter of its own periods.

    From the quartile's edge (low) to the mean of the best quarter (high), each against the mean
    of all. None for fewer than 8 periods.
    """
    if len(losses) < GAIN_LEAST_POINTS:
        return None
    edge = quantiles(losses, n=4, method="inclusive")[0]
    best = fmean(loss for loss in losses if loss <= edge)
    mean = fmean(losses)
    return Gain(max(0.0, mean - edge), max(0.0, mean - best), len(losses))


def _larger(first: float | None, second: float | None) -> float | None:
    return max((value for value in (first, second) if value is not None), default=None)


def _or_last(value: float | None) -> float:
    return -1.0 if value is None else value
