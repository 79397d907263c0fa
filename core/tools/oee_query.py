"""OEE and its factors, against target and the period before, with the six big losses."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from pydantic import Field, field_validator

from core.answer import Chart, Heading, Metrics, Part, Series, Table, Text
from core.context import ToolContext
from core.domain import oee, periods
from core.domain.assets import Asset
from core.domain.oee import Kpis, Sums
from core.domain.periods import Interval, Period
from core.domain.shifts import ShiftCalendar
from core.domain.waterfall import (
    UNCLASSIFIED,
    BigLoss,
    LossRates,
    Step,
    is_classified,
    rated,
    six_big_losses,
    waterfall,
)
from core.figures import (
    RATIOS,
    amount_metric,
    caveats,
    names,
    next_questions,
    ratio_metric,
    said_again,
    why_not,
)
from core.measures.costing import REJECTS, Rejects, rejects
from core.measures.counted import as_far, counted, is_comparable, measure_before
from core.measures.measurement import Measurement, measure
from core.measures.plan import target_oee, targets
from core.measures.pooling import pooled
from core.measures.prices import Prices, prices
from core.planner.period_words import parse_period
from core.tool import ManufacturingTool, PeriodArgs
from core.words import Words

_MOST_ROWS = 31
_SHOWN_MINUTES = 0.5


Kpi = Literal[
    "oee", "availability", "effectiveness", "quality", "teep", "output", "scrap_ratio",
    "first_pass_yield",
]  # fmt: skip


class OeeArgs(PeriodArgs):
    kpi: Kpi = Field(default="oee", description="The figure that is asked about first.")
    versus: str | None = Field(
        default=None,
        description="Another period to compare with, in words; by default the period before.",
    )
    by: Literal["asset", "shift", "day"] | None = Field(
        default=None, description="Break the figures down by asset, shift or production day."
    )

    @field_validator("kpi", mode="before")
    @classmethod
    def _its_own(cls, said: object) -> object:
        """Of figures that other tools tell (downtime, MTBF) the OEE is what this one can say."""
        return said if said in get_args(Kpi) else "oee"


@dataclass(frozen=True, slots=True)
class Slice:
    """One row of the breakdown."""

    label: str
    kpis: Kpis


@dataclass(frozen=True, slots=True)
class OeeResult:
    asked: tuple[Asset, ...]
    period: Period
    reference: Period | None
    found: Measurement
    before: Measurement | None
    target: float | None
    by: str | None
    slices: tuple[Slice, ...]
    steps: tuple[Step, ...]
    losses: tuple[BigLoss, ...]
    currency: str
    cites: tuple[int, ...]
    words: str
    kpi: Kpi = "oee"


class OeeQuery(ManufacturingTool[OeeArgs, OeeResult]):
    """OEE with availability, performance and quality of assets, areas or plants in a period,
    against target and the period before, with the six big losses. Default period: today so
    far."""

    name = "oee_query"
    command = "oee"
    args = OeeArgs
    examples = {  # noqa: RUF012 - a class's constant
        "en": ("what is the OEE of line 3 today?", "OEE packaging last week by shift"),
        "de": ("Wie ist die OEE von Linie 3 heute?", "OEE Verpackung letzte Woche nach Schicht"),
    }

    async def run(self, args: OeeArgs, context: ToolContext) -> OeeResult:
        asked = context.scope(args.assets)
        period = context.period(args.period, periods.today, asked)
        reference = self._reference(args, context, period, asked)
        parts = counted(context.hierarchy, asked)
        by = args.by or ("asset" if len(parts) > 1 else None)
        windows = _windows(context, by, asked[0], period)
        found, goals, rates = await asyncio.gather(
            measure(context, parts, period.interval, [w for _, w in windows], phases=True),
            targets(context, parts, period.end),
            prices(context, parts, period.end.date()),
        )
        if args.versus is None:
            reference = as_far(reference, period, found)
        before = await measure_before(context, parts, reference)
        if before and args.versus is None and not is_comparable(period, found, before):
            before = None
        shift = dict(period.arguments).get("shift")
        whole, _ = rated(found.parts, found.rules)
        steps = waterfall(whole if whole is not None else found.total, found.rules)
        wasted = await rejects(context, found, rates)
        currency, losses = _losses(found, rates, wasted)
        return OeeResult(
            asked,
            period,
            reference,
            found,
            before,
            target_oee(goals, found.parts, shift),
            by,
            _slices(by, found, windows),
            steps,
            losses,
            currency,
            tuple(
                cite
                for cite in dict.fromkeys((*found.cites, *wasted.cites, *rates.cites, goals.cite))
                if cite
            ),
            said_again(asked, args.period),
            args.kpi,
        )

    def _reference(
        self, args: OeeArgs, context: ToolContext, period: Period, asked: Sequence[Asset]
    ) -> Period | None:
        if args.versus is None:
            return context.before(period, asked)
        return parse_period(args.versus, context.installation.calendar(asked[0]), context.now)

    def present(self, result: OeeResult, words: Words) -> tuple[Part, ...]:
        shown = names(result.asked, words)
        when = result.period
        return (
            Heading(f"{words.say('oee_query.title', assets=shown)} · {words.period(when)}"),
            Text(_sentence(result, words), result.cites),
            *_metrics(result, words),
            *_chart(result, words),
            *_slice_table(result, words),
            *_loss_table(result, words),
            *caveats(result.found, result.period, words),
            next_questions(
                (words.say("oee_query.why"), f"/downtime {result.words}"),
                (words.say("oee_query.trend"), f"/trend {result.words}"),
                (words.say("oee_query.cost"), f"/cost {result.words}"),
            ),
        )


# --- measuring -------------------------------------------------------------------------------


def _windows(
    context: ToolContext, by: str | None, asset: Asset, period: Period
) -> list[tuple[str, Interval]]:
    """Label and interval of each shift or day in the period; none for other breakdowns."""
    calendar = context.installation.calendar(asset)
    if by == "shift":
        inside = calendar.shifts(period.interval)
        parts = [(shift.name, shift.interval.clip(period.interval)) for shift in inside]
        return [(name, part) for name, part in parts if part is not None]
    if by == "day":
        return list(_days(context, calendar, period))
    return []


def _days(
    context: ToolContext, calendar: ShiftCalendar, period: Period
) -> Iterator[tuple[str, Interval]]:
    at = period.start
    while at < period.end:
        day = calendar.production_day(at)
        whole = calendar.day(day)
        part = whole.clip(period.interval)
        if part is not None:
            yield context.words.day(day), part
        at = whole.end


def _slices(
    by: str | None,
    found: Measurement,
    windows: Sequence[tuple[str, Interval]],
) -> tuple[Slice, ...]:
    if by == "asset":
        return tuple(
            Slice(asset.name, oee.kpis(found.parts[asset.id], found.rules))
            for asset in found.assets
        )
    grouped: dict[str, list[Mapping[str, Sums]]] = {}
    for (label, _), parts in zip(windows, found.windows, strict=False):
        grouped.setdefault(label, []).append(parts)
    return tuple(
        Slice(label, oee.roll_up(pooled(parts), found.rules)) for label, parts in grouped.items()
    )


def _losses(found: Measurement, rates: Prices, wasted: Rejects) -> tuple[str, tuple[BigLoss, ...]]:
    """The six big losses, each asset's added up; money only in one currency."""
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


# --- saying ----------------------------------------------------------------------------------


def _sentence(result: OeeResult, words: Words) -> str:
    """The figure asked about, then the OEE."""
    if result.kpi == "oee":
        return _oee_sentence(result, words)
    kpis = result.found.kpis
    name = words.say(f"kpis.{result.kpi}")
    named = {"assets": names(result.asked, words), "period": words.period_name(result.period)}
    if result.kpi == "output":
        shown = _made(result, words)
        said = [words.say("oee_query.made", **named, made=shown or words.unknown)]
    elif (value := getattr(kpis, result.kpi)) is not None:
        said = [words.say("oee_query.figure", **named, kpi=name, value=words.percent(value))]
    else:
        why = why_not(kpis, result.kpi, words)
        said = [words.say("oee_query.figure_withheld", **named, kpi=name, why=why)]
    if kpis.oee is not None:
        said.append(f"{words.say('kpis.oee')}: {words.percent(kpis.oee)}.")
    return " ".join(said)


def _made(result: OeeResult, words: Words) -> str:
    """What was made and how much of it is good, per counting unit."""
    shown = []
    for unit, sums in oee.by_unit(result.found.parts.values()).items():
        if sums.total is not None:
            made, good = words.units(sums.total, unit), words.number(sums.good)
            known = sums.good is not None
            shown.append(words.say("oee_query.good", made=made, good=good) if known else made)
    return words.joined(shown)


def _oee_sentence(result: OeeResult, words: Words) -> str:
    kpis = result.found.kpis
    named = {"assets": names(result.asked, words), "period": words.period_name(result.period)}
    if kpis.oee is None:
        said = [words.say("oee_query.withheld", **named, why=why_not(kpis, "oee", words))]
        known = [
            f"{words.say(f'kpis.{kpi}')} {words.percent(value)}"
            for kpi in RATIOS
            if (value := getattr(kpis, kpi)) is not None
        ]
        known += [
            f"{words.say('kpis.output')} {words.units(sums.total, unit)}"
            for unit, sums in oee.by_unit(result.found.parts.values()).items()
            if sums.total is not None
        ]
        if known:
            said.append(words.say("oee_query.known", figures=words.joined(known)))
        return " ".join(said)
    shown = words.percent(kpis.oee)
    if result.target is None:
        said = [words.say("oee_query.summary", **named, oee=shown)]
    else:
        target = words.percent(result.target)
        said = [words.say("oee_query.summary_target", **named, oee=shown, target=target)]
    losses = [step for step in result.steps if step.kind == "loss" and step.minutes > 0]
    if losses:
        worst = max(losses, key=lambda step: step.minutes)
        loss = words.say(f"losses.{worst.name}")
        said.append(words.say("oee_query.biggest", loss=loss, minutes=words.minutes(worst.minutes)))
    return " ".join(said)


def _metrics(result: OeeResult, words: Words) -> tuple[Part, ...]:
    now = result.found.kpis
    cites = result.cites + (result.before.cites if result.before else ())
    before = result.before.kpis if result.before else None
    reference = words.period_name(result.reference) if result.reference else ""
    earlier = oee.by_unit(result.before.parts.values()) if result.before else {}
    shown = [
        ratio_metric(
            words.say(f"kpis.{kpi}"),
            getattr(now, kpi),
            words,
            before=getattr(before, kpi) if before else None,
            reference=reference,
            target=result.target if kpi == "oee" else None,
            higher_is_better=kpi != "scrap_ratio",
            cites=cites,
        )
        for kpi in (() if result.kpi in (*RATIOS, "output") else (result.kpi,)) + RATIOS
    ]
    shown += [
        amount_metric(
            words.say("kpis.output"),
            sums.total,
            words.units(sums.total, unit),
            words,
            before=earlier[unit].total if unit in earlier else None,
            reference=reference,
            cites=cites,
        )
        for unit, sums in oee.by_unit(result.found.parts.values()).items()
        if sums.total is not None
    ]
    known = [metric for metric in shown if metric.value != words.unknown]
    return (Metrics(tuple(shown)),) if known else ()


def _chart(result: OeeResult, words: Words) -> tuple[Part, ...]:
    """The waterfall; without a second level there is nothing to fall to, and of too little data
    it would draw what is not known as run time."""
    if result.found.kpis.coverage_state == "withheld":
        return ()
    levels = [step for step in result.steps if step.kind == "level"]
    if len(levels) < 2:
        return ()
    first, *rest, last = result.steps
    shown = [step for step in rest if step.kind == "loss" and abs(step.minutes) >= _SHOWN_MINUTES]
    steps = [first, *shown, last]
    values = tuple(s.minutes if s.kind == "level" else -s.minutes for s in steps)
    return (
        Chart(
            "waterfall",
            words.say("oee_query.waterfall"),
            tuple(words.say(f"losses.{step.name}") for step in steps),
            (Series(words.say("oee_query.waterfall"), values),),
            "min",
            cites=result.cites,
        ),
    )


def _slice_table(result: OeeResult, words: Words) -> tuple[Part, ...]:
    if not result.by or not result.slices:
        return ()
    heads = tuple(words.say(f"kpis.{kpi}") for kpi in RATIOS)
    rows = tuple(
        (slice_.label, *(words.percent(getattr(slice_.kpis, kpi)) for kpi in RATIOS))
        for slice_ in result.slices[:_MOST_ROWS]
    )
    title = words.say(f"oee_query.by_{result.by}")
    head = words.say("common.time") if result.by == "day" else words.say(f"common.{result.by}")
    return (Table((head, *heads), rows, "lrrrr", title, result.cites),)


def _loss_table(result: OeeResult, words: Words) -> tuple[Part, ...]:
    known = [loss for loss in result.losses if loss.minutes or loss.units]
    if not known or result.found.kpis.coverage_state == "withheld":
        return ()
    with_units = any(loss.units is not None for loss in known)
    with_money = any(loss.money is not None for loss in known)
    heads = [words.say("common.loss"), words.say("common.duration")]
    heads += [words.say("oee_query.units")] if with_units else []
    rows = []
    for loss in result.losses:
        if loss.name == UNCLASSIFIED and not loss.minutes:
            continue
        row = [
            words.say(f"losses.{loss.name}"),
            words.minutes(loss.minutes),
            *([words.number(loss.units)] if with_units else []),
        ]
        if with_money:
            row.append(words.money(loss.money, result.currency))
        rows.append(tuple(row))
    if with_money:
        heads.append(words.say("oee_query.money"))
    align = "l" + "r" * (len(heads) - 1)
    return (Table(tuple(heads), tuple(rows), align, words.say("oee_query.six"), result.cites),)
