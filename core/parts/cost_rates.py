"""The rates that costs are made with."""

from __future__ import annotations

from collections.abc import Sequence

from core import tables
from core.answer import Table
from core.measures.costing import Rate
from core.words import Words

_MOST = 12


def rates_table(rates: Sequence[Rate], words: Words, cites: tuple[int, ...]) -> tuple[Table, ...]:
    """Per hour first, then per unit of material."""
    ranked = sorted(rates, key=lambda rate: (rate.per != "hour", -rate.price.amount))
    more = words.say("common.more", n=len(ranked) - _MOST) if len(ranked) > _MOST else ""
    return tables.table(
        ranked[:_MOST],
        tables.texts(words.say("financial_impact.what"), lambda rate: rate.name),
        tables.figures(words.say("financial_impact.rate"), lambda rate: _amount(rate, words)),
        tables.texts(words.say("financial_impact.since"), lambda rate: _since(rate, words)),
        title=words.say("financial_impact.rates"),
        cites=cites,
        more=more,
    )


def _amount(rate: Rate, words: Words) -> str:
    digits = 0 if rate.per == "hour" else 2
    amount = words.money(rate.price.amount, rate.price.currency, digits)
    return words.say(f"financial_impact.per_{rate.per}", amount=amount)


def _since(rate: Rate, words: Words) -> str:
    since = rate.price.valid_from
    return words.day(since, year=True) if since else ""
