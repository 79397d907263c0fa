"""The six big losses of several assets together, in minutes, units and money."""

from __future__ import annotations

from collections.abc import Iterable

from core.domain.waterfall import BigLoss, LossRates, is_classified, rated, six_big_losses
from core.measures.costing import REJECTS, Rejects
from core.measures.measurement import Measurement
from core.measures.prices import Prices


def six_losses(
    found: Measurement, rates: Prices, wasted: Rejects
) -> tuple[str, tuple[BigLoss, ...]]:
    """Their currency, empty for none, and the losses, each asset's added up; money only in one
    currency."""
    _, left_out = rated(found.parts, found.rules)
    shown = [a.id for a in found.assets if a.id not in left_out] or list(found.parts)
    known = [rates.downtime.get(asset) for asset in shown]
    currencies = {price.currency for price in known if price}
    currency = currencies.pop() if len(currencies) == 1 and None not in known else ""
    told = is_classified(found.parts[asset] for asset in shown)
    per_asset = [
        six_big_losses(
            found.parts[asset],
            LossRates(currency, price.amount) if price and currency else None,
            classified=told,
        )
        for asset, price in zip(shown, known, strict=True)
    ]
    one_unit = len({found.parts[asset].unit for asset in shown}) == 1
    return currency, tuple(
        BigLoss(
            same[0].name,
            _total(loss.minutes for loss in same),
            _total(loss.units for loss in same) if one_unit else None,
            _total(
                _waste(wasted, asset, loss, currency) if loss.name in REJECTS else loss.money
                for asset, loss in zip(shown, same, strict=True)
            ),
        )
        for same in zip(*per_asset, strict=True)
    )


def _waste(wasted: Rejects, asset: str, loss: BigLoss, currency: str) -> float | None:
    """The material of what was scrapped; None where a part of it has no price in the currency."""
    item = wasted.items.get((asset, loss.name))
    if asset in wasted.unknown or loss.minutes is None:
        return None
    if item is None:
        return 0.0
    amounts = dict(item.cost.amounts)
    amount = amounts.pop(currency, 0.0)
    return None if item.cost.unpriced or amounts or not currency else amount


def _total(values: Iterable[float | None]) -> float | None:
    """None as soon as one is unknown."""
    known = list(values)
    return None if None in known else sum(value for value in known if value is not None)
