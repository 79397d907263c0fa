"""What would help most: the losses with the largest expected gain, and what to check first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from core.answer import Heading, Notice, Part, Text
from core.context import ToolContext
from core.domain import periods
from core.domain.assets import Asset
from core.domain.patterns import Peak
from core.domain.periods import Period
from core.errors import NoData
from core.figures import caveats, names, next_questions
from core.measures.improvement import Ideas, find_ideas
from core.measures.potential import Idea
from core.measures.worked_days import REJECTS
from core.parts import ideas
from core.tool import ManufacturingTool, PeriodArgs
from core.words import Words
from core.words.words import NBSP

_DAYS = 30
_SHOWN, _NOTABLE = 5, 3
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
            *ideas.metrics_of(result.ideas[0], words, result.cites, result.priced_cites),
            *ideas.chart_of(result.shown, words, result.cites, result.priced_cites),
            ideas.table_of(result.shown, words, result.cites, result.priced_cites),
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


def _sentence(result: ImproveResult, words: Words) -> str:
    first = result.ideas[0]
    named = {"asset": first.asset.name, "loss": ideas.named(first, words)}
    if first.minutes is None:
        lost = words.minutes(first.lost_per_week)
        said = words.say("recommendation_engine.no_range", **named, lost=lost, n=result.all.days)
    elif first.money is not None:
        gain, money = ideas.gain(first, words), ideas.money(first, words)
        said = words.say("recommendation_engine.best_money", **named, gain=gain, money=money)
    else:
        said = words.say("recommendation_engine.best", **named, gain=ideas.gain(first, words))
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
        "reason": _quoted(evidence.reason, words) if evidence.reason else ideas.named(idea, words),
        "shift": evidence.shift.key if evidence.shift else "",
        "weekday": _weekday(evidence.weekday, words),
        "product": evidence.product.key if evidence.product else "",
    }
    return words.say(key, **arguments)


def _quoted(reason: str, words: Words) -> str:
    return words.say("recommendation_engine.quoted", text=reason)


def _weekday(peak: Peak | None, words: Words) -> str:
    return words.say(f"recommendation_engine.weekday_{peak.key}") if peak else ""


def _paragraph(number: int, idea: Idea, words: Words) -> str:
    """An idea's evidence, and what to check."""
    facts = _facts(idea, words)
    return f"{number}. {ideas.about(idea, words)}. {'; '.join(facts)}. {_check(idea, words)}"


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
    notices, told = [], result.shown
    if any(idea.minutes for idea in told):
        said = words.say("recommendation_engine.assumption", n=result.all.days)
        notices.append(Notice(said, "neutral"))
    if any(idea.money for idea in told):
        notices.append(Notice(words.say("recommendation_engine.priced"), "neutral"))
    if result.all.unpriced:
        listed = [*result.all.unpriced[:_SHOWN]]
        if more := len(result.all.unpriced) - len(listed):
            listed.append(words.say("common.more", n=more))
        shown = words.joined(listed)
        notices.append(Notice(words.say("recommendation_engine.unpriced", assets=shown)))
    if any(idea.minutes and idea.units is None for idea in told):
        notices.append(Notice(words.say("recommendation_engine.no_units"), "neutral"))
    return notices
