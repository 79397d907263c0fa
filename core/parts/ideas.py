"""Ideas for improvement as parts of an answer: gains in words, compared and listed."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10

from core.answer import Chart, Metric, Metrics, Part, Series, Table
from core.measures.potential import LEAST_MINUTES, Idea, Range
from core.measures.worked_days import REJECTS
from core.words import Words

_TWO_HOURS = 120


def named(idea: Idea, words: Words) -> str:
    return words.say(f"losses.{idea.loss}")


def about(idea: Idea, words: Words) -> str:
    return f"{idea.asset.name}: {named(idea, words)}"


def gain(idea: Idea, words: Words) -> str:
    if idea.loss == REJECTS and idea.units is not None:
        return _units(idea.units, idea.asset.unit, words)
    return _time(idea.minutes, words)


def money(idea: Idea, words: Words) -> str:
    """ "USD 2,300 – 3,500" / "2.300 – 3.500 USD" """
    if idea.money is None:
        return words.unknown
    low, high = _rough(idea.money.low), _rough(idea.money.high)
    first, last = words.money(low, idea.currency), words.money(high, idea.currency)
    if first == last:
        return last
    if last.startswith(idea.currency):
        return f"{first} – {words.number(high)}"
    return f"{words.number(low)} – {last}"


def metrics_of(
    first: Idea, words: Words, cites: tuple[int, ...], priced: tuple[int, ...]
) -> tuple[Part, ...]:
    """The first idea's gain in all that it can be told in; `priced` cites the rates too."""
    if first.minutes is None:
        return ()
    label, time = words.say("recommendation_engine.time"), _time(first.minutes, words)
    metrics = [Metric(label, time, about(first, words), cites=cites)]
    if first.units is not None:
        shown = _units(first.units, first.asset.unit, words)
        label = words.say("recommendation_engine.units")
        metrics.append(Metric(label, shown, "", cites=cites))
    if first.money is not None:
        label = words.say("recommendation_engine.money")
        metrics.append(Metric(label, money(first, words), "", cites=priced))
    return (Metrics(tuple(metrics)),)


def chart_of(
    ideas: Sequence[Idea], words: Words, cites: tuple[int, ...], priced: tuple[int, ...]
) -> tuple[Part, ...]:
    """The middle of each gain in money, or in minutes where not all have a price."""
    if len(ideas) < 2 or any(idea.minutes is None for idea in ideas):
        return ()
    currencies = {idea.currency for idea in ideas}
    by_money = all(idea.money for idea in ideas) and len(currencies) == 1
    values = tuple(
        idea.money.middle if by_money and idea.money else idea.minutes.middle
        for idea in ideas
        if idea.minutes
    )
    labels = tuple(about(idea, words) for idea in ideas)
    unit = currencies.pop() if by_money else words.say("charts.minutes")
    title = words.say("recommendation_engine.chart")
    shown = Series(title, values)
    return (Chart("bar", title, labels, (shown,), unit, (), priced if by_money else cites),)


def table_of(
    ideas: Sequence[Idea], words: Words, cites: tuple[int, ...], priced: tuple[int, ...]
) -> Table:
    with_money = any(idea.money for idea in ideas)
    ranged = any(idea.minutes for idea in ideas)
    heads = ["", words.say("common.loss")]
    heads.append(words.say(f"recommendation_engine.{'gain' if ranged else 'lost'}"))
    heads += [words.say("recommendation_engine.worth")] if with_money else []
    rows = []
    for number, idea in enumerate(ideas, 1):
        shown = gain(idea, words) if ranged else words.minutes(idea.lost_per_week)
        row = [str(number), about(idea, words), shown]
        row += [money(idea, words)] if with_money else []
        rows.append(tuple(row))
    title = words.say(f"recommendation_engine.{'table' if ranged else 'table_lost'}")
    align = "rlr" + ("r" if with_money else "")
    return Table(tuple(heads), tuple(rows), align, title, priced if with_money else cites)


def _time(span: Range | None, words: Words) -> str:
    if span is None:
        return words.unknown
    return _between(*(words.minutes(_rough_minutes(end)) for end in (span.low, span.high)))


def _between(low: str, high: str) -> str:
    """Once where both ends read the same."""
    return high if low == high else f"{low} – {high}"


def _units(span: Range, unit: str, words: Words) -> str:
    """ "67,000 – 100,000 bottles" """
    low, high = words.number(_rough(span.low)), words.number(_rough(span.high))
    end = words.units(_rough(span.high), unit)
    return end if low == high else f"{low} – {end}"


def _rough(amount: float) -> float:
    """Two significant digits: an expectation is not known better."""
    return round(amount, 1 - floor(log10(amount))) if amount >= 1 else amount


def _rough_minutes(minutes: float) -> float:
    step = 10 if minutes >= _TWO_HOURS else 5 if minutes >= LEAST_MINUTES else 1
    return round(minutes / step) * step
