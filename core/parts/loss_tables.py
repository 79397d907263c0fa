"""Losses told apart further: by the reasons of stops, and those that nobody can price."""

from __future__ import annotations

from collections import defaultdict

from core import tables
from core.answer import Table
from core.measures.causes import Causes
from core.measures.costing import Losses
from core.words import Words

_REASONS = 5
_UNPRICED = 8


def dearest_reasons(told: Causes, losses: Losses, words: Words) -> tuple[Table, ...]:
    """What the cost of the stops was spent on, at the rates of `losses`."""
    by_id = losses.found.names
    spent: defaultdict[tuple[str, str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for row in told.rows:
        price = losses.per_hour.get((row.asset, row.window))
        if price is not None and row.name:
            sums = spent[row.name, by_id.get(row.asset, row.asset), price.currency]
            sums[0] += row.minutes
            sums[1] += row.minutes * price.amount / 60
    worst = sorted(spent.items(), key=lambda entry: -entry[1][1])[:_REASONS]
    return tables.table(
        worst,
        tables.texts(words.say("common.reason"), lambda entry: entry[0][0]),
        tables.texts(words.say("common.asset"), lambda entry: entry[0][1]),
        tables.durations(words.say("common.duration"), lambda entry: entry[1][0], words),
        tables.figures(
            words.say("common.cost"), lambda entry: words.money(entry[1][1], entry[0][2])
        ),
        title=words.say("cost_of_loss.reasons"),
        cites=told.cites,
    )


def unpriced_table(losses: Losses, words: Words) -> tuple[Table, ...]:
    """Losses that no rate could be found for, with what is known of them."""
    by_id = losses.found.names
    items = sorted(
        (item for item in losses.items if item.cost.unpriced and item.name != "no_data"),
        key=lambda item: -(item.minutes or 0.0),
    )
    rest = len(items) - _UNPRICED
    return tables.table(
        items[:_UNPRICED],
        tables.texts(words.say("common.asset"), lambda item: by_id.get(item.asset, item.asset)),
        tables.texts(words.say("common.loss"), lambda item: words.say(f"losses.{item.name}")),
        tables.durations(words.say("common.duration"), lambda item: item.minutes, words),
        tables.figures(
            words.say("kpis.scrap"),
            lambda item: "" if item.units is None else words.number(item.units),
        ),
        title=words.say("cost_of_loss.unpriced"),
        cites=losses.cites,
        more=words.say("common.more", n=rest) if rest > 0 else "",
    )
