"""What the data shows of a loss: how it came about, and whether there is a pattern in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.domain.patterns import Peak, peak_product, peak_shift, peak_weekday
from core.measures.lost_by import ByProduct, ByReason
from core.measures.series import judged
from core.measures.worked_days import REJECTS, WorkedDay, lost_in

# From this share on, one reason is most of the loss.
_MOST_OF_IT = 0.4
# So many stops per planned hour are a pattern of their own.
_FREQUENT = 1.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the data shows of a loss. `stops` and `reason` with its share come from the stops,
    `slope` is minutes (rejects: units) per day, None where it is no more than chance; `per_hour`
    is stops per planned hour."""

    lost: float
    stops: int | None = None
    reason: str = ""
    share: float | None = None
    slope: float | None = None
    shift: Peak | None = None
    weekday: Peak | None = None
    product: Peak | None = None
    per_hour: float | None = None

    @property
    def is_frequent(self) -> bool:
        return self.per_hour is not None and self.per_hour >= _FREQUENT

    @property
    def is_main(self) -> bool:
        """Whether one reason makes most of the loss."""
        return self.share is not None and self.share >= _MOST_OF_IT

    @property
    def has_pattern(self) -> bool:
        return self.is_frequent or any((self.slope, self.shift, self.weekday, self.product))


def evidence_of(
    asset: str,
    loss: str,
    before: Sequence[WorkedDay],
    days: Sequence[WorkedDay],
    shifts: Sequence[WorkedDay],
    products: ByProduct,
    reasons: ByReason,
) -> Evidence:
    """Of the days of a period and their `shifts`; the days `before` say what is usual."""
    of = lost_in(loss)
    slope = judged("downtime", [of(day) for day in before], [of(day) for day in days]).slope
    weekdays = [(day.slot.day, of(day)) for day in (*before, *days)]
    rates = _per_hour(loss, shifts)
    product = None
    if loss == REJECTS:
        product = peak_product(products.scrap.get(asset, {}), products.made.get(asset, {}))
    stops, reason, share = _reason(reasons.found.get((asset, loss)))
    hours = sum(day.minutes or 0.0 for day in days) / 60
    return Evidence(
        lost=sum(day.lost(loss) for day in days),
        stops=stops,
        reason=reason,
        share=share,
        slope=slope if slope and slope > 0 else None,
        # Changeovers fall into the shift that the order sequence puts them in.
        shift=peak_shift(rates) if len(rates) > 1 and loss != "setup" else None,
        weekday=peak_weekday(weekdays),
        product=product,
        per_hour=stops / hours if stops is not None and hours else None,
    )


def _per_hour(loss: str, shifts: Sequence[WorkedDay]) -> dict[str, list[float | None]]:
    """Minutes lost per planned hour in each whole shift, by the shift's name."""
    rates: defaultdict[str, list[float | None]] = defaultdict(list)
    for shift in shifts:
        if shift.slot.shift and shift.slot.whole and shift.minutes:
            rates[shift.slot.shift].append(shift.lost(loss) / shift.minutes * 60)
    return rates


def _reason(
    known: Mapping[str | None, tuple[float, int | None]] | None,
) -> tuple[int | None, str, float | None]:
    """How many stops, and the main reason with its share of the minutes."""
    if not known:
        return None, "", None
    counts = [count for _, count in known.values() if count is not None]
    stops = sum(counts) if len(counts) == len(known) else None
    total = sum(minutes for minutes, _ in known.values())
    named = {reason: minutes for reason, (minutes, _) in known.items() if reason}
    if not named or not total:
        return stops, "", None
    main = max(named, key=lambda reason: (named[reason], reason))
    return stops, main, named[main] / total
