"""What less of a loss would bring in a week: as the best quarter of the asset's own days shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from core.domain.assets import LINE, Asset
from core.domain.money import Price
from core.domain.periods import Period
from core.domain.ranking import Gain, best_quartile_gain
from core.measures.evidence import Evidence, evidence_of
from core.measures.lost_by import ByProduct, ByReason
from core.measures.measurement import Measurement
from core.measures.prices import Prices
from core.measures.series import Slot
from core.measures.worked_days import REJECTS, WorkedDay, by_day, worked_day

# A gain below this is not worth an answer's line.
LEAST_MINUTES = 10.0
# Holes in the records: nobody knows what was lost in them.
_NOT_IMPROVED = frozenset({"unexplained", "no_data"})
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Range:
    low: float
    high: float

    def times(self, factor: float) -> Range:
        return Range(self.low * factor, self.high * factor)

    @property
    def middle(self) -> float:
        return (self.low + self.high) / 2


@dataclass(frozen=True, slots=True)
class Idea:
    """A loss of an asset and what less of it would bring per week.

    `minutes` is None where there are too few days for a range; `units` are given only where they
    are output (at a line or its constraint), of rejects as units that become good.
    """

    asset: Asset
    loss: str
    lost_per_week: float
    minutes: Range | None
    units: Range | None
    money: Range | None
    currency: str
    evidence: Evidence

    @property
    def key(self) -> tuple[str, str]:
        return self.asset.id, self.loss


class Potential:
    """Finds ideas; gains are per week, of as many worked days as a week of the period had.

    The first `history` of the windows lie before the period.
    """

    def __init__(
        self,
        found: Measurement,
        windows: Sequence[Slot],
        history: int,
        period: Period,
        products: ByProduct,
        reasons: ByReason,
        rates: Prices,
    ) -> None:
        self._found, self._windows, self._history = found, windows, history
        self._weeks = (period.end - period.start) / _WEEK
        self._products, self._reasons, self._rates = products, reasons, rates
        self.days = 0

    def ideas(self, asset: Asset) -> list[Idea]:
        before = self._worked(asset, range(self._history))
        shifts = self._worked(asset, range(self._history, len(self._windows)))
        days = by_day(shifts)
        self.days = max(self.days, len(days))
        losses = {name for day in days for name in day.losses} - _NOT_IMPROVED
        made = [self._idea(asset, loss, before, days, shifts) for loss in sorted(losses)]
        return [idea for idea in made if idea is not None]

    def _worked(self, asset: Asset, numbers: range) -> list[WorkedDay]:
        days = [worked_day(self._found, asset.id, n, self._windows[n]) for n in numbers]
        return [day for day in days if day is not None]

    def _idea(
        self,
        asset: Asset,
        loss: str,
        before: Sequence[WorkedDay],
        days: Sequence[WorkedDay],
        shifts: Sequence[WorkedDay],
    ) -> Idea | None:
        daily = [day.lost(loss) for day in days]
        per_week = len(days) / self._weeks
        lost = sum(daily) / self._weeks
        minutes = _range(best_quartile_gain(daily), per_week)
        if max(minutes.high if minutes else 0.0, 0.0 if minutes else lost) < LEAST_MINUTES:
            return None
        units = self._units(asset, loss, days, minutes, per_week)
        money, currency = self._money(asset, loss, minutes, units)
        shown = evidence_of(asset.id, loss, before, days, shifts, self._products, self._reasons)
        return Idea(asset, loss, lost, minutes, units, money, currency, shown)

    def _units(
        self,
        asset: Asset,
        loss: str,
        days: Sequence[WorkedDay],
        minutes: Range | None,
        per_week: float,
    ) -> Range | None:
        if loss == REJECTS:
            scrap = [day.scrap for day in days if day.scrap is not None]
            return _range(best_quartile_gain(scrap), per_week)
        if minutes is None or not (asset.constraint or asset.kind == LINE):
            return None
        windows = self._found.windows[self._history :]
        parts = [window[asset.id] for window in windows]
        made = sum(part.total for part in parts if part.total is not None and part.ideal)
        ideal = sum(part.ideal for part in parts if part.total is not None and part.ideal)
        return minutes.times(made / ideal) if ideal else None

    def _money(
        self, asset: Asset, loss: str, minutes: Range | None, units: Range | None
    ) -> tuple[Range | None, str]:
        """Time at the cost per hour, rejects at their material."""
        if loss == REJECTS:
            price = self._material(asset)
            return (units.times(price.amount), price.currency) if units and price else (None, "")
        price = self._rates.downtime.get(asset.id)
        if price is None or minutes is None:
            return None, ""
        return minutes.times(price.amount / 60), price.currency

    def _material(self, asset: Asset) -> Price | None:
        """The material of a scrapped unit, on average of what was scrapped."""
        scrap = self._products.scrap.get(asset.id, {})
        known = {p: self._rates.material.get(p) for p, units in scrap.items() if units}
        total = sum(scrap[p] for p in known)
        listed = [price for price in known.values() if price is not None]
        if not total or len(listed) < len(known) or len({p.currency for p in listed}) != 1:
            return None
        amount = sum(scrap[p] * price.amount for p, price in known.items() if price) / total
        return Price(amount, listed[0].currency)


def _range(gain: Gain | None, times: float) -> Range | None:
    return None if gain is None else Range(gain.low * times, gain.high * times)
