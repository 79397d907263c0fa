"""What was lost in money, against the period before."""

from __future__ import annotations

from collections.abc import Callable

from core.answer import Metric
from core.domain.money import Cost
from core.figures import amount_metric
from core.measures.compared import Compared, before_all
from core.measures.costing import Losses
from core.words import Words


def cost_metrics(
    label: str,
    cost: Callable[[Losses], Cost],
    now: Losses,
    compared: Compared[Losses] | None,
    words: Words,
) -> list[Metric]:
    """`cost` of the losses in each of its currencies."""
    part = cost(compared.now).amounts if compared else {}
    before = cost(compared.before).amounts if compared else {}
    cites = {*now.cites, *(compared.before.cites if compared else ())}
    return [
        amount_metric(
            label,
            amount,
            words.money(amount, currency),
            words,
            before=before_all(amount, part.get(currency), before.get(currency)),
            reference=words.period_name(compared.reference) if compared else "",
            higher_is_better=False,
            cites=tuple(sorted(cites)),
        )
        for currency, amount in sorted(cost(now).amounts.items())
    ]
