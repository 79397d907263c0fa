"""What was lost most, in money: disjoint losses in falling order, unpriced ones apart."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from operator import attrgetter

from pydantic import Field

from core import tables
from core.answer import Actions, Chart, Heading, Metrics, Notice, Part, Series, Table, Text
from core.context import ToolContext
from core.domain import periods
from core.domain.assets import Asset
from core.domain.pareto import Bar, pareto
from core.domain.periods import Period
from core.figures import caveats, names, next_questions, scope
from core.measures.causes import Causes, causes
from core.measures.compared import Compared, compared
from core.measures.costing import Losses, LossItem, losses, total
from core.measures.counted import counted
from core.parts.changes_until import cut_short
from core.parts.cost_metrics import cost_metrics
from core.parts.loss_tables import dearest_reasons, unpriced_table
from core.tool import ManufacturingTool, PeriodArgs
from core.words import Words

_FOUND = attrgetter("found")


class LossesArgs(PeriodArgs):
    top: int = Field(default=10, ge=1, le=30, description="How many losses to show.")


@dataclass(frozen=True, slots=True)
class LossesResult:
    """`money` is False where the asker may not see amounts; then time ranks the losses."""

    asked: tuple[Asset, ...]
    period: Period
    args: LossesArgs
    now: Losses
    compared: Compared[Losses] | None
    told: Causes
    money: bool

    @property
    def currencies(self) -> tuple[str, ...]:
        return tuple(sorted(total(self.now.items).amounts))

    @property
    def cites(self) -> tuple[int, ...]:
        return self.now.cites


class CostOfLoss(ManufacturingTool[LossesArgs, LossesResult]):
    """Losses ranked by money with share and cumulative share: stops by kind, reduced speed,
    start-up and production rejects, every minute counted once; losses without a price are listed
    apart. Default period: the last 7 days."""

    name = "cost_of_loss"
    command = "losses"
    args = LossesArgs
    examples = {  # noqa: RUF012 - a class's constant
        "en": (
            "what are the biggest losses in packaging?",
            "top 3 losses on line 3 last month by money",
            "where do we lose the most money?",
        ),
        "de": (
            "Was sind die größten Verluste in der Verpackung?",
            "Top 3 Verluste an Linie 3 letzten Monat nach Geld",
            "Wo verlieren wir am meisten Geld?",
        ),
    }

    async def run(self, args: LossesArgs, context: ToolContext) -> LossesResult:
        asked = context.scope(args.assets)
        period = context.period(args.period, partial(periods.last_days, days=7), asked)
        assets = counted(context.hierarchy, asked)
        now = await losses(context, assets, period.interval, causes=True)
        before, measured = context.before(period, asked), partial(losses, context, assets)
        against, told = await asyncio.gather(
            compared(context, period, before, now, measured, _FOUND), causes(context, now.found)
        )
        return LossesResult(asked, period, args, now, against, told, context.access.money)

    def present(self, result: LossesResult, words: Words) -> tuple[Part, ...]:
        title = words.say("cost_of_loss.title", assets=names(result.asked, words))
        return (
            Heading(f"{title} · {words.period(result.period)}"),
            Text(_sentence(result, words), result.cites),
            *_metrics(result, words),
            *_rankings(result, words),
            *_reasons(result, words),
            *(unpriced_table(result.now, words) if result.currencies else ()),
            *_notices(result, words),
            _next(result, words),
        )


# --- ranking ---------------------------------------------------------------------------------


def _ranked(result: LossesResult, currency: str) -> list[Bar]:
    """Losses of all assets by their amount in the currency; "" ranks them by minutes."""
    sizes: defaultdict[str, float] = defaultdict(float)
    for item in _lost(result.now):
        amount = item.cost.amounts.get(currency) if currency else item.minutes
        if amount:
            sizes[item.name] += amount
    return pareto([(name, size, None) for name, size in sizes.items()], result.args.top)


def _lost(found: Losses) -> list[LossItem]:
    """Time without data is no loss that is known of."""
    return [item for item in found.items if item.name != "no_data"]


def _amount(value: float, currency: str, words: Words) -> str:
    return words.money(value, currency) if currency else words.minutes(value)


def _sum(items: Iterable[LossItem], field: str) -> float | None:
    known = [value for item in items if (value := getattr(item, field)) is not None]
    return sum(known) if known else None


# --- saying ----------------------------------------------------------------------------------


def _sentence(result: LossesResult, words: Words) -> str:
    named = scope(result.asked, result.period, words)
    if not _lost(result.now):
        unknown = len(result.now.unknown.get("stops", ())) == len(result.now.found.assets)
        return words.say(f"cost_of_loss.{'unknown' if unknown else 'nothing'}", **named)
    lost = [
        words.money(amount, currency)
        for currency, amount in sorted(total(result.now.items).amounts.items())
    ]
    if not lost:
        minutes = words.minutes(_sum(_lost(result.now), "minutes"))
        said = [words.say("cost_of_loss.no_money", **named, minutes=minutes)]
    else:
        said = [words.say("cost_of_loss.lost", **named, money=words.joined(lost))]
    biggest = []
    for currency in result.currencies or ("",):
        for bar in _ranked(result, currency)[:1]:
            if bar.key:
                amount = _amount(bar.value, currency, words)
                share = words.percent(bar.share, 0)
                biggest.append(f"{words.say(f'losses.{bar.key}')}, {amount} ({share})")
    if biggest:
        said.append(words.say("cost_of_loss.biggest", losses=words.joined(biggest)))
    without = _sum((i for i in _lost(result.now) if i.cost.unpriced), "minutes") if lost else None
    if without:
        said.append(words.say("cost_of_loss.not_in_it", minutes=words.minutes(without)))
    return " ".join(said)


def _metrics(result: LossesResult, words: Words) -> tuple[Part, ...]:
    label = words.say("cost_of_loss.total")
    shown = cost_metrics(label, lambda one: total(one.items), result.now, result.compared, words)
    return (Metrics(tuple(shown)),) if shown else ()


def _rankings(result: LossesResult, words: Words) -> list[Part]:
    parts: list[Part] = []
    for currency in result.currencies or ("",):
        bars = _ranked(result, currency)
        if bars:
            parts.append(_chart(result, currency, bars, words))
            parts += _table(result, currency, bars, words)
    return parts


def _chart(result: LossesResult, currency: str, bars: list[Bar], words: Words) -> Chart:
    shares = tuple(None if bar.cumulative is None else bar.cumulative * 100 for bar in bars)
    key = "money" if currency else "time"
    return Chart(
        "pareto",
        words.say(f"cost_of_loss.by_{key}"),
        tuple(_named(bar.key, words) for bar in bars),
        (
            Series(words.say("common.loss"), tuple(bar.value for bar in bars)),
            Series(words.say("common.cumulative"), shares),
        ),
        currency or "min",
        cites=result.cites,
    )


def _table(result: LossesResult, currency: str, bars: list[Bar], words: Words) -> tuple[Table, ...]:
    listed = {bar.key for bar in bars}

    def own(bar: Bar) -> list[LossItem]:
        return [
            item
            for item in _lost(result.now)
            if (item.name == bar.key if bar.key else item.name not in listed)
            and (not currency or currency in item.cost.amounts)
        ]

    def units(bar: Bar) -> str:
        scrapped = _sum(own(bar), "units")
        return words.number(scrapped) if scrapped is not None else ""

    money: tables.Column[Bar] = tables.figures(
        words.say("common.cost"), lambda bar: words.money(bar.value, currency)
    )
    return tables.table(
        bars,
        tables.texts(words.say("common.loss"), lambda bar: _named(bar.key, words)),
        tables.durations(
            words.say("common.duration"), lambda bar: _sum(own(bar), "minutes"), words
        ),
        tables.figures(words.say("kpis.scrap"), units),
        money if currency else None,
        tables.figures(words.say("common.share"), lambda bar: words.percent(bar.share, 0)),
        tables.figures(
            words.say("common.cumulative"), lambda bar: words.percent(bar.cumulative, 0)
        ),
        title=words.say(f"cost_of_loss.by_{'money' if currency else 'time'}"),
        cites=result.cites,
    )


def _named(key: str | None, words: Words) -> str:
    return words.say(f"losses.{key}") if key else words.say("common.other")


def _reasons(result: LossesResult, words: Words) -> tuple[Table, ...]:
    """Where reasons are recorded and one currency adds up."""
    if result.told.by != "reason" or len(result.currencies) > 1:
        return ()
    return dearest_reasons(result.told, result.now, words)


def _notices(result: LossesResult, words: Words) -> list[Notice]:
    by_id = result.now.found.names
    notices = []
    if not result.money:
        notices.append(Notice(words.say("cost_of_loss.money_hidden"), "neutral"))
    elif not result.currencies and _lost(result.now):
        notices.append(Notice(words.say("cost_of_loss.no_rates")))
    dark = result.now.of(["no_data"])
    if dark:
        minutes = words.minutes(_sum(dark, "minutes"))
        shown = words.say("common.assets", n=len(dark))
        notices.append(Notice(words.say("cost_of_loss.no_data", minutes=minutes, assets=shown)))
    for name, assets in result.now.unknown.items():
        shown = words.joined([by_id[asset] for asset in assets][:6])
        notices.append(Notice(words.say(f"cost_of_loss.unknown_{name}", assets=shown)))
    notices += cut_short(result.compared, result.period, words)
    notices += caveats(result.now.found, result.period, words, about="stops")
    return notices


def _next(result: LossesResult, words: Words) -> Actions:
    scope = " ".join(asset.id for asset in result.asked)
    tail = f" {result.args.period}" if result.args.period else ""
    return next_questions(
        (words.say("cost_of_loss.ask_rates"), f"/cost {scope}{tail}"),
        (words.say("cost_of_loss.ask_why"), f"/downtime {scope}{tail}"),
        (words.say("cost_of_loss.ask_improve"), f"/improve {scope}"),
    )
