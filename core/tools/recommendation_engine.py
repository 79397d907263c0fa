"""What would help most: the losses with the largest expected gain, and what to check first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import floor, log10

from core.answer import Chart, Heading, Metric, Metrics, Notice, Part, Series, Table, Text
from core.context import ToolContext
from core.domain import periods
from core.domain.assets import Asset
from core.domain.patterns import Peak
from core.domain.periods import Period
from core.errors import NoData
from core.figures import caveats, names, next_questions
from core.measures.improvement import LEAST_MINUTES, REJECTS, Idea, Ideas, Range, find_ideas
from core.tool import ManufacturingTool, PeriodArgs
from core.words import Words
from core.words.words import NBSP

_DAYS = 30
_SHOWN, _NOTABLE = 5, 3
_TWO_HOURS = 120
# Losses whose one reason only repeats their name.
_SELF_EXPLAINING = frozenset({"setup", "no_order"})


class ImproveArgs(PeriodArgs):
    """Only assets and a period."""


@dataclass(frozen=True, slots=True)
class ImproveResult:
    """`ideas` are the best; `notable` further ones in which the data shows a pattern."""

    asked: tuple[Asset, ...]
    period: Period
    ideas: tuple[Idea, ...]
    notable: tuple[Idea, ...]
    all: Ideas

    @property
    def shown(self) -> tuple[Idea, ...]:
        return (*self.ideas, *self.notable)

    @property
    def cites(self) -> tuple[int, ...]:
        return self.all.cites

    @property
    def priced_cites(self) -> tuple[int, ...]:
        return (*self.all.cites, *self.all.priced_by)


class RecommendationEngine(ManufacturingTool[ImproveArgs, ImproveResult]):
    """What would help most: which loss at which asset, with the expected gain as a range in
    minutes, units and money, the evidence for it and what to check first. Default period: the
    last 30 days."""

    name = "recommendation_engine"
    command = "improve"
    args = ImproveArgs
    examples = {  # noqa: RUF012 - a class's constant
        "en": (
            "what would help most in packaging?",
            "how can we improve line 3?",
            "where is the biggest potential?",
            "recommendations for grinder 5",
        ),
        "de": (
            "Was würde in der Verpackung am meisten bringen?",
            "Wie können wir Linie 3 verbessern?",
            "Wo liegt das größte Potenzial?",
            "Empfehlungen für Schleifmaschine 5",
        ),
    }

    async def run(self, args: ImproveArgs, context: ToolContext) -> ImproveResult:
        asked = context.scope(args.assets)
        period = context.period(args.period, partial(periods.last_days, days=_DAYS), asked)
        found = await find_ideas(context, asked, period)
        if not found.ideas:
            raise NoData("no_losses", assets=", ".join(asset.name for asset in asked[:4]))
        best, others = found.ideas[:_SHOWN], found.ideas[_SHOWN:]
        notable = [idea for idea in others if idea.evidence.has_pattern][:_NOTABLE]
        return ImproveResult(asked, period, best, tuple(notable), found)

    def present(self, result: ImproveResult, words: Words) -> tuple[Part, ...]:
        shown = names(result.asked, words)
        title = words.say("recommendation_engine.title", assets=shown)
        first = result.ideas[0].asset.id
        numbered = enumerate(result.shown, 1)
        return (
            Heading(f"{title} · {words.period(result.period)}"),
            Text(_sentence(result, words), result.cites),
            *_metrics(result, words),
            *_chart(result, words),
            _table(result, words),
            *(Text(_paragraph(n, idea, words), result.cites) for n, idea in numbered),
            *_notices(result, words),
            *caveats(result.all.found, result.period, words),
            next_questions(
                (words.say("recommendation_engine.why"), f"/downtime {first}"),
                (words.say("recommendation_engine.trend"), f"/trend {first}"),
                (words.say("recommendation_engine.shifts"), f"/compare {first} by shift"),
            ),
        )


# --- saying ----------------------------------------------------------------------------------


def _loss(idea: Idea, words: Words) -> str:
    return words.say(f"losses.{idea.loss}")


def _between(low: str, high: str) -> str:
    """Once where both ends read the same."""
    return high if low == high else f"{low} – {high}"


def _time(span: Range | None, words: Words) -> str:
    if span is None:
        return words.unknown
    return _between(*(words.minutes(_rough_minutes(end)) for end in (span.low, span.high)))


def _units(span: Range, unit: str, words: Words) -> str:
    """ "67,000 – 100,000 bottles" """
    low, high = words.number(_rough(span.low)), words.number(_rough(span.high))
    end = words.units(_rough(span.high), unit)
    return end if low == high else f"{low} – {end}"


def _about(idea: Idea, words: Words) -> str:
    return f"{idea.asset.name}: {_loss(idea, words)}"


def _gain(idea: Idea, words: Words) -> str:
    if idea.loss == REJECTS and idea.units is not None:
        return _units(idea.units, idea.asset.unit, words)
    return _time(idea.minutes, words)


def _money(idea: Idea, words: Words) -> str:
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


def _rough(amount: float) -> float:
    """Two significant digits: an expectation is not known better."""
    return round(amount, 1 - floor(log10(amount))) if amount >= 1 else amount


def _rough_minutes(minutes: float) -> float:
    step = 10 if minutes >= _TWO_HOURS else 5 if minutes >= LEAST_MINUTES else 1
    return round(minutes / step) * step


def _sentence(result: ImproveResult, words: Words) -> str:
    first = result.ideas[0]
    named = {"asset": first.asset.name, "loss": _loss(first, words)}
    if first.minutes is None:
        lost = words.minutes(first.lost_per_week)
        said = words.say("recommendation_engine.no_range", **named, lost=lost, n=result.all.days)
    elif first.money is not None:
        gain, money = _gain(first, words), _money(first, words)
        said = words.say("recommendation_engine.best_money", **named, gain=gain, money=money)
    else:
        said = words.say("recommendation_engine.best", **named, gain=_gain(first, words))
    return f"{said} {_check(first, words)}"


def _check(idea: Idea, words: Words) -> str:
    """What to check first: reason codes and patterns point somewhere, they prove nothing."""
    evidence = idea.evidence
    variants = {
        "weekday": evidence.weekday,
        "product": evidence.product,
        "shift": evidence.shift,
        "rising": evidence.slope,
        "spread": evidence.reason and not evidence.is_main,
    }
    for variant, found in variants.items():
        key = f"recommendation_engine.check_{idea.loss}_{variant}"
        if found and words.has(key):
            break
    else:
        key = f"recommendation_engine.check_{idea.loss}"
    arguments = {
        "reason": _quoted(evidence.reason, words) if evidence.reason else _loss(idea, words),
        "shift": evidence.shift.key if evidence.shift else "",
        "weekday": _weekday(evidence.weekday, words),
        "product": evidence.product.key if evidence.product else "",
    }
    return words.say(key, **arguments)


def _quoted(reason: str, words: Words) -> str:
    return words.say("recommendation_engine.quoted", text=reason)


def _weekday(peak: Peak | None, words: Words) -> str:
    return words.say(f"recommendation_engine.weekday_{peak.key}") if peak else ""


def _metrics(result: ImproveResult, words: Words) -> tuple[Part, ...]:
    """The first idea's gain in all that it can be told in."""
    first = result.ideas[0]
    if first.minutes is None:
        return ()
    about = _about(first, words)
    metrics = [
        Metric(
            words.say("recommendation_engine.time"),
            _time(first.minutes, words),
            about,
            cites=result.cites,
        )
    ]
    if first.units is not None:
        shown = _units(first.units, first.asset.unit, words)
        label = words.say("recommendation_engine.units")
        metrics.append(Metric(label, shown, "", cites=result.cites))
    if first.money is not None:
        label = words.say("recommendation_engine.money")
        cites = result.priced_cites
        metrics.append(Metric(label, _money(first, words), "", cites=cites))
    return (Metrics(tuple(metrics)),)


def _chart(result: ImproveResult, words: Words) -> tuple[Part, ...]:
    """The middle of each gain in money, or in minutes where not all have a price."""
    ideas = result.shown
    if len(ideas) < 2 or any(idea.minutes is None for idea in ideas):
        return ()
    currencies = {idea.currency for idea in ideas}
    by_money = all(idea.money for idea in ideas) and len(currencies) == 1
    values = tuple(
        idea.money.middle if by_money and idea.money else idea.minutes.middle
        for idea in ideas
        if idea.minutes
    )
    labels = tuple(_about(idea, words) for idea in ideas)
    unit = currencies.pop() if by_money else words.say("charts.minutes")
    title = words.say("recommendation_engine.chart")
    cites = result.priced_cites if by_money else result.cites
    return (Chart("bar", title, labels, (Series(title, values),), unit, (), cites),)


def _table(result: ImproveResult, words: Words) -> Table:
    ideas = result.shown
    with_money = any(idea.money for idea in ideas)
    ranged = any(idea.minutes for idea in ideas)
    heads = ["", words.say("common.loss")]
    heads.append(words.say(f"recommendation_engine.{'gain' if ranged else 'lost'}"))
    heads += [words.say("recommendation_engine.worth")] if with_money else []
    rows = []
    for number, idea in enumerate(ideas, 1):
        shown = _gain(idea, words) if ranged else words.minutes(idea.lost_per_week)
        row = [str(number), _about(idea, words), shown]
        row += [_money(idea, words)] if with_money else []
        rows.append(tuple(row))
    title = words.say(f"recommendation_engine.{'table' if ranged else 'table_lost'}")
    align = "rlr" + ("r" if with_money else "")
    cites = result.priced_cites if with_money else result.cites
    return Table(tuple(heads), tuple(rows), align, title, cites)


def _paragraph(number: int, idea: Idea, words: Words) -> str:
    """An idea's evidence, and what to check."""
    facts = _facts(idea, words)
    return f"{number}. {_about(idea, words)}. {'; '.join(facts)}. {_check(idea, words)}"


def _facts(idea: Idea, words: Words) -> list[str]:
    evidence = idea.evidence
    lost = words.minutes(evidence.lost)
    stops = evidence.stops
    key = "lost" if stops is None else "lost_stops"
    facts = [words.say(f"recommendation_engine.{key}_fact", minutes=lost, n=stops or 0)]
    if evidence.is_frequent:
        rate = words.number(evidence.per_hour, 1)
        facts.append(words.say("recommendation_engine.frequent_fact", rate=rate))
    if evidence.is_main and not (idea.loss in _SELF_EXPLAINING and evidence.share == 1):
        share = words.percent(evidence.share, 0)
        facts.append(
            words.say(
                "recommendation_engine.reason_fact",
                share=share,
                reason=_quoted(evidence.reason, words),
            )
        )
    if evidence.slope is not None:
        rate = words.number(evidence.slope, 1)
        unit = words.unit(idea.asset.unit) if idea.loss == REJECTS else "min"
        facts.append(words.say("recommendation_engine.rising_fact", rate=f"{rate}{NBSP}{unit}"))
    for name, peak in (("shift", evidence.shift), ("weekday", evidence.weekday)):
        if peak is not None:
            facts.append(_peak_fact(name, peak, idea, words))
    if evidence.product is not None:
        facts.append(_product_fact(evidence.product, words))
    return facts


def _peak_fact(name: str, peak: Peak, idea: Idea, words: Words) -> str:
    by_units = name == "weekday" and idea.loss == REJECTS

    def figure(amount: float) -> str:
        if name == "shift":
            return words.number(amount, 1)
        return words.units(amount, idea.asset.unit) if by_units else words.minutes(amount)

    return words.say(
        f"recommendation_engine.{name}_fact",
        peak=_weekday(peak, words) if name == "weekday" else peak.key,
        value=figure(peak.value),
        others=figure(peak.others),
    )


def _product_fact(peak: Peak, words: Words) -> str:
    return words.say(
        "recommendation_engine.product_fact",
        product=peak.key,
        value=words.percent(peak.value),
        others=words.percent(peak.others),
    )


def _notices(result: ImproveResult, words: Words) -> list[Notice]:
    notices = []
    ideas = result.shown
    if any(idea.minutes for idea in ideas):
        said = words.say("recommendation_engine.assumption", n=result.all.days)
        notices.append(Notice(said, "neutral"))
    if any(idea.money for idea in ideas):
        notices.append(Notice(words.say("recommendation_engine.priced"), "neutral"))
    if result.all.unpriced:
        listed = [*result.all.unpriced[:_SHOWN]]
        if more := len(result.all.unpriced) - len(listed):
            listed.append(words.say("common.more", n=more))
        shown = words.joined(listed)
        notices.append(Notice(words.say("recommendation_engine.unpriced", assets=shown)))
    if any(idea.minutes and idea.units is None for idea in ideas):
        notices.append(Notice(words.say("recommendation_engine.no_units"), "neutral"))
    return notices
