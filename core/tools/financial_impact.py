"""What downtime and waste cost, with the rates used; lost margin apart, at constraints only."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import partial
from operator import attrgetter

from core import tables
from core.answer import Actions, Chart, Heading, Metric, Metrics, Notice, Part, Series, Table, Text
from core.context import ToolContext
from core.domain import periods
from core.domain.assets import Asset
from core.domain.money import Cost
from core.domain.periods import Period
from core.errors import NoData
from core.figures import caveats, names, next_questions, scope
from core.measures.compared import Compared, compared
from core.measures.costing import REJECTS, STOPS, Losses, LossItem, losses, total
from core.measures.counted import counted
from core.measures.margin import Margin, margin
from core.parts.changes_until import cut_short
from core.parts.cost_metrics import cost_metrics
from core.parts.cost_rates import rates_table
from core.tool import ManufacturingTool, PeriodArgs
from core.words import Words

_ASSETS = 10
_FOUND = attrgetter("found")

Amounts = tuple[float | None, float | None]
"""Of downtime and of waste; None is unknown."""


@dataclass(frozen=True, slots=True)
class FinancialResult:
    asked: tuple[Asset, ...]
    period: Period
    said: str
    now: Losses
    compared: Compared[Losses] | None
    margin: Margin

    @property
    def cites(self) -> tuple[int, ...]:
        return self.now.cites


class FinancialImpact(ManufacturingTool[PeriodArgs, FinancialResult]):
    """What downtime and waste cost, by asset, with the rates used; lost margin apart and only at
    a line's constraint; against the period before. Default period: the last 7 days."""

    name = "financial_impact"
    command = "cost"
    args = PeriodArgs
    examples = {  # noqa: RUF012 - a class's constant
        "en": (
            "what did the downtime on line 3 cost last week?",
            "cost of scrap in machining last month",
            "how much money did we lose yesterday at riverside?",
        ),
        "de": (
            "Was hat der Stillstand von Linie 3 letzte Woche gekostet?",
            "Ausschusskosten der Montage im letzten Monat",
            "Wie viel Geld haben wir gestern verloren?",
        ),
    }

    async def run(self, args: PeriodArgs, context: ToolContext) -> FinancialResult:
        if not context.access.money:
            raise NoData(context.access.why_no_money)
        asked = context.scope(args.assets)
        period = context.period(args.period, partial(periods.last_days, days=7), asked)
        assets = counted(context.hierarchy, asked)
        now, lost = await asyncio.gather(
            losses(context, assets, period.interval), margin(context, asked, period)
        )
        before, measured = context.before(period, asked), partial(losses, context, assets)
        against = await compared(context, period, before, now, measured, _FOUND)
        return FinancialResult(asked, period, args.period or "", now, against, lost)

    def present(self, result: FinancialResult, words: Words) -> tuple[Part, ...]:
        title = words.say("financial_impact.title", assets=names(result.asked, words))
        return (
            Heading(f"{title} · {words.period(result.period)}"),
            Text(_sentence(result, words), result.cites),
            *_metrics(result, words),
            *_charts(result, words),
            *_by_asset(result, words),
            *rates_table(result.now.rates, words, result.now.prices.cites),
            *_notices(result, words),
            _next(result, words),
        )


# --- saying ----------------------------------------------------------------------------------


def _money(cost: Cost, words: Words) -> str:
    """Amounts of all currencies side by side; unknown where nothing has a price."""
    if not cost.known:
        return words.unknown
    amounts = sorted(cost.amounts.items())
    shown = [words.money(amount, currency) for currency, amount in amounts if round(amount)]
    return words.joined(shown) or "0"


def _minutes(items: Iterable[LossItem]) -> float:
    return sum(item.minutes or 0.0 for item in items)


def _units(items: Iterable[LossItem]) -> float:
    return sum(item.units or 0.0 for item in items)


def _stops_known(result: FinancialResult) -> bool:
    return len(result.now.unknown.get("stops", ())) < len(result.now.found.assets)


def _rejects_known(result: FinancialResult) -> bool:
    return len(result.now.unknown.get("rejects", ())) < len(result.now.found.assets)


def _sentence(result: FinancialResult, words: Words) -> str:
    named = scope(result.asked, result.period, words)
    stops, rejects = result.now.of(STOPS), result.now.of(REJECTS)
    known = total(stops) if _stops_known(result) else None
    wasted = total(rejects) if _rejects_known(result) else None
    if known is None and wasted is None:
        return words.say("financial_impact.nothing", **named)
    said = []
    if known is not None:
        key = "down" if known.known else "down_unpriced"
        unpriced = _minutes(item for item in stops if item.cost.unpriced)
        minutes = words.minutes(_minutes(stops) - (unpriced if known.known else 0.0))
        amount = _money(known, words)
        said.append(words.say(f"financial_impact.{key}", **named, money=amount, minutes=minutes))
        if known.known and unpriced:
            more = words.minutes(unpriced)
            said.append(words.say("financial_impact.down_besides", minutes=more))
    if wasted is not None:
        key = "waste" if wasted.known else "waste_unpriced"
        units = words.number(_units(rejects))
        said.append(words.say(f"financial_impact.{key}", money=_money(wasted, words), units=units))
    if known is None:
        said.insert(0, words.say("financial_impact.no_stops", **named))
    return " ".join([*said, *_dearest(result, words)])


def _dearest(result: FinancialResult, words: Words) -> list[str]:
    """The asset that cost most, where several in one currency are asked for."""
    priced = _priced(result)
    if len(priced) != 1 or len(result.now.found.assets) < 2:
        return []
    ((currency, by_asset),) = priced.items()
    asset, amounts = max(by_asset.items(), key=lambda entry: _known(entry[1]))
    money = words.money(_known(amounts), currency)
    return [words.say("financial_impact.dearest", asset=asset, money=money)]


def _priced(result: FinancialResult) -> dict[str, dict[str, Amounts]]:
    """Currency → asset's name → amounts of downtime and waste, the dearest first."""
    found: dict[str, dict[str, Amounts]] = {}
    for asset in result.now.found.assets:
        down = total(result.now.of(STOPS, asset.id))
        waste = total(result.now.of(REJECTS, asset.id))
        for currency in {*down.amounts, *waste.amounts}:
            amounts = _amount(down, currency), _amount(waste, currency)
            found.setdefault(currency, {})[asset.name] = amounts
    return {
        currency: dict(sorted(by_asset.items(), key=lambda entry: -_known(entry[1])))
        for currency, by_asset in sorted(found.items())
    }


def _amount(cost: Cost, currency: str) -> float | None:
    """None where something has no price and nothing has one: unknown is not 0."""
    return cost.amounts.get(currency, None if cost.unpriced else 0.0)


def _known(amounts: Amounts) -> float:
    return sum(amount for amount in amounts if amount is not None)


def _metrics(result: FinancialResult, words: Words) -> tuple[Part, ...]:
    shown: list[Metric] = []
    for label, kinds in (("downtime", STOPS), ("waste_cost", REJECTS)):
        said = words.say(f"financial_impact.{label}")
        cost = partial(_cost_of, kinds)
        shown += cost_metrics(said, cost, result.now, result.compared, words)
    margin = result.margin
    if margin.cost is not None and margin.cost.known:
        label = words.say("financial_impact.margin", asset=names(margin.constraints, words))
        units = words.say("financial_impact.lost_units", units=words.number(margin.units))
        shown.append(Metric(label, _money(margin.cost, words), units, cites=margin.cites))
    return (Metrics(tuple(shown)),) if shown else ()


def _cost_of(kinds: Collection[str], found: Losses) -> Cost:
    return total(found.of(kinds))


def _charts(result: FinancialResult, words: Words) -> list[Part]:
    charts: list[Part] = []
    for currency, by_asset in _priced(result).items():
        if len(by_asset) < 2:
            continue
        first = list(by_asset.items())[:_ASSETS]
        charts.append(
            Chart(
                "bar",
                words.say("financial_impact.by_asset"),
                tuple(name for name, _ in first),
                (
                    Series(words.say("financial_impact.downtime"), tuple(d for _, (d, _) in first)),
                    Series(
                        words.say("financial_impact.waste_cost"), tuple(w for _, (_, w) in first)
                    ),
                ),
                currency,
                cites=result.cites,
            )
        )
    return charts


def _by_asset(result: FinancialResult, words: Words) -> tuple[Table, ...]:
    """The dearest first; what the data of an asset cannot tell is unknown, not 0."""
    now = result.now
    no_stops, no_rejects = (now.unknown.get(name, ()) for name in ("stops", "rejects"))

    def stops(asset: Asset) -> tuple[LossItem, ...] | None:
        return None if asset.id in no_stops else now.of(STOPS, asset.id)

    def rejects(asset: Asset) -> tuple[LossItem, ...] | None:
        return None if asset.id in no_rejects else now.of(REJECTS, asset.id)

    def minutes(asset: Asset) -> float | None:
        items = stops(asset)
        return None if items is None else _minutes(items)

    def units(asset: Asset) -> str:
        items = rejects(asset)
        return words.unknown if items is None else words.units(_units(items), asset.unit)

    def money(items: tuple[LossItem, ...] | None) -> str:
        return words.unknown if items is None else _money(total(items), words)

    def size(asset: Asset) -> float:
        return sum(total(now.of((*STOPS, *REJECTS), asset.id)).amounts.values())

    ranked = sorted(now.found.assets, key=lambda asset: -size(asset))
    rest = len(ranked) - _ASSETS
    return tables.table(
        ranked[:_ASSETS],
        tables.texts(words.say("common.asset"), lambda asset: asset.name),
        tables.durations(words.say("kpis.downtime"), minutes, words),
        tables.figures(words.say("common.cost"), lambda asset: money(stops(asset))),
        tables.figures(words.say("kpis.scrap"), units),
        tables.figures(words.say("common.cost"), lambda asset: money(rejects(asset))),
        title=words.say("financial_impact.by_asset"),
        cites=result.cites,
        more=words.say("common.more", n=rest) if rest > 0 else "",
    )


def _notices(result: FinancialResult, words: Words) -> list[Notice]:
    by_id = result.now.found.names
    notices = []
    for kinds, key in ((STOPS, "notices.no_cost_rate"), (REJECTS, "financial_impact.no_material")):
        unpriced = total(result.now.of(kinds)).unpriced
        if unpriced:
            shown = words.joined([by_id.get(name, name) for name in unpriced])
            notices.append(Notice(words.say(key, assets=shown)))
    for name in ("stops", "rejects"):
        if missing := result.now.unknown.get(name):
            shown = words.joined([by_id[asset] for asset in missing])
            notices.append(Notice(words.say(f"financial_impact.no_{name}_of", assets=shown)))
    margin = result.margin
    if margin.cost is None:
        notices.append(Notice(words.say("financial_impact.no_constraint"), "neutral"))
    elif margin.cost.unpriced:
        shown = names(margin.constraints, words)
        notices.append(Notice(words.say("financial_impact.no_margin", assets=shown)))
    else:
        notices.append(Notice(words.say("financial_impact.apart"), "neutral"))
    notices += cut_short(result.compared, result.period, words)
    return [*notices, *caveats(result.now.found, result.period, words, about="stops")]


def _next(result: FinancialResult, words: Words) -> Actions:
    scope = " ".join(asset.id for asset in result.asked)
    tail = f" {result.said}" if result.said else ""
    return next_questions(
        (words.say("financial_impact.ask_losses"), f"/losses {scope}{tail}"),
        (words.say("financial_impact.ask_why"), f"/downtime {scope}{tail}"),
        (words.say("financial_impact.ask_improve"), f"/improve {scope}"),
    )
