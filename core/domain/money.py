"""What losses cost. Amounts are kept per currency, because currencies are never added; what has
no rate is unknown and named, never 0."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Price:
    """An amount per hour or per unit, from `valid_from` on (None: always)."""

    amount: float
    currency: str
    valid_from: date | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """Amounts by currency, and the names of those whose price is unknown."""

    amounts: Mapping[str, float] = field(default_factory=dict)
    unpriced: tuple[str, ...] = ()

    def __add__(self, other: Cost) -> Cost:
        amounts = dict(self.amounts)
        for currency, amount in other.amounts.items():
            amounts[currency] = amounts.get(currency, 0.0) + amount
        return Cost(amounts, tuple(dict.fromkeys(self.unpriced + other.unpriced)))

    @property
    def known(self) -> bool:
        """Whether anything could be priced; a cost of nothing lost is a known one."""
        return bool(self.amounts) or not self.unpriced


@dataclass(frozen=True, slots=True)
class Lost:
    """Minutes or units that `name` (an asset, a product) lost, and the price that holds."""

    name: str
    quantity: float
    price: Price | None


def price_on(prices: Iterable[Price], day: date) -> Price | None:
    """The price valid on `day`: the one that began last; None where none had begun."""
    begun = [p for p in prices if p.valid_from is None or p.valid_from <= day]
    return max(begun, key=lambda price: price.valid_from or date.min, default=None)


def downtime_cost(losses: Iterable[Lost]) -> Cost:
    """Minutes × cost per hour / 60. The minutes must be disjoint, so that each is costed once."""
    return _cost(losses, 1 / 60)


def waste_cost(losses: Iterable[Lost]) -> Cost:
    """Scrap units × material cost per unit."""
    return _cost(losses, 1.0)


def lost_margin(losses: Iterable[Lost], constraints: Iterable[str]) -> Cost:
    """Lost units × margin, only of assets that are their line's constraint: elsewhere the units
    are made up for. Not to be added to the cost of the same downtime."""
    limiting = frozenset(constraints)
    return _cost((loss for loss in losses if loss.name in limiting), 1.0)


def _cost(losses: Iterable[Lost], per_quantity: float) -> Cost:
    total = Cost()
    for loss in losses:
        if loss.price is not None:
            amount = loss.quantity * loss.price.amount * per_quantity
            total += Cost({loss.price.currency: amount})
        elif loss.quantity:
            total += Cost(unpriced=(loss.name,))
    return total
