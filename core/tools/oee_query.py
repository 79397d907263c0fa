"""OEE and its factors, against target and the period before, with the six big losses."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, get_args

from pydantic import Field, field_validator

from core.answer import Heading, Notice, Part, Text
from core.context import ToolContext
from core.domain import periods
from core.domain.assets import Asset
from core.domain.periods import Period
from core.domain.waterfall import BigLoss, Step, rated, waterfall
from core.figures import RATIOS, caveats, names, next_questions, said_again, scope, why_not
from core.measures.breakdown import By, Slice, breakdown
from core.measures.compared import Compared, compared
from core.measures.costing import rejects
from core.measures.counted import counted
from core.measures.measurement import Measurement, measure
from core.measures.plan import target_oee, targets
from core.measures.prices import prices
from core.measures.series import slots
from core.measures.six_losses import six_losses
from core.parts.changes_until import cut_short
from core.parts.effectiveness import ratios_by, six_losses_table, waterfall_chart
from core.parts.kpi_metrics import metrics_of, outputs, uncounted
from core.planner.period_words import parse_period
from core.tool import ManufacturingTool, PeriodArgs
from core.words import Words

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
    by: By | None = Field(
        default=None, description="Break the figures down by asset, shift or production day."
    )

    @field_validator("kpi", mode="before")
    @classmethod
    def _its_own(cls, said: object) -> object:
        """Of figures that other tools tell (downtime, MTBF) the OEE is what this one can say."""
        return said if said in get_args(Kpi) else "oee"


@dataclass(frozen=True, slots=True)
class OeeResult:
    """`compared` is None where nothing compares. `priced` are the citations of what the losses are
    valued by, `aimed` that of the target."""

    asked: tuple[Asset, ...]
    period: Period
    found: Measurement
    compared: Compared[Measurement] | None
    target: float | None
    by: By | None
    slices: tuple[Slice, ...]
    steps: tuple[Step, ...]
    losses: tuple[BigLoss, ...]
    currency: str
    priced: tuple[int, ...]
    aimed: tuple[int, ...]
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
        parts = counted(context.hierarchy, asked)
        by = args.by or ("asset" if len(parts) > 1 else None)
        calendar = context.installation.calendar(asked[0])
        windows = slots(calendar, period.interval, by) if by in ("shift", "day") else ()
        found, goals, rates = await asyncio.gather(
            measure(context, parts, period.interval, [w.interval for w in windows], phases=True),
            targets(context, parts, period.end),
            prices(context, parts, period.end.date()),
        )
        against = await _compared(context, args.versus, asked, period, found)
        wasted = await rejects(context, found, rates)
        currency, losses = six_losses(found, rates, wasted)
        whole, _ = rated(found.parts, found.rules)
        goal = target_oee(goals, found.parts, dict(period.arguments).get("shift"))
        return OeeResult(
            asked,
            period,
            found,
            against,
            goal,
            by,
            breakdown(found, by, windows),
            waterfall(whole if whole is not None else found.total, found.rules),
            losses,
            currency,
            tuple(dict.fromkeys((*wasted.cites, *rates.cites))),
            (goals.cite,) if goals.cite and goal is not None else (),
            said_again(asked, args.period),
            args.kpi,
        )

    def present(self, result: OeeResult, words: Words) -> tuple[Part, ...]:
        shown = names(result.asked, words)
        when = result.period
        return (
            Heading(f"{words.say('oee_query.title', assets=shown)} · {words.period(when)}"),
            Text(_sentence(result, words), (*result.found.cites, *result.aimed)),
            *metrics_of(
                result.kpi, result.found, result.compared, result.target, words, result.aimed
            ),
            *_parts(result, words),
            *cut_short(result.compared, result.period, words),
            *_not_in_made(result.found, words),
            *caveats(result.found, result.period, words),
            next_questions(
                (words.say("oee_query.why"), f"/downtime {result.words}"),
                (words.say("oee_query.trend"), f"/trend {result.words}"),
                (words.say("oee_query.cost"), f"/cost {result.words}"),
            ),
        )


async def _compared(
    context: ToolContext,
    versus: str | None,
    asked: Sequence[Asset],
    period: Period,
    found: Measurement,
) -> Compared[Measurement] | None:
    """The period named, else the one before as far as it compares."""
    measured = partial(measure, context, found.assets)
    if versus is None:
        before = context.before(period, asked)
        return await compared(context, period, before, found, measured, lambda now: now)
    other = parse_period(versus, context.installation.calendar(asked[0]), context.now)
    return Compared(other, found, await measured(other.interval))


# --- saying ----------------------------------------------------------------------------------


def _sentence(result: OeeResult, words: Words) -> str:
    """The figure asked about, then the OEE."""
    if result.kpi == "oee":
        return _oee_sentence(result, words)
    kpis = result.found.kpis
    name = words.say(f"kpis.{result.kpi}")
    named = scope(result.asked, result.period, words)
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
    for unit, sums in outputs(result.found.parts).items():
        made, good = words.units(sums.total, unit), words.number(sums.good)
        known = sums.good is not None
        shown.append(words.say("oee_query.good", made=made, good=good) if known else made)
    return words.joined(shown)


def _not_in_made(found: Measurement, words: Words) -> tuple[Notice, ...]:
    without = uncounted(found)
    if not without or not outputs(found.parts):
        return ()
    return (Notice(words.say("oee_query.uncounted", assets=names(without, words))),)


def _oee_sentence(result: OeeResult, words: Words) -> str:
    kpis = result.found.kpis
    named = scope(result.asked, result.period, words)
    if kpis.oee is None:
        said = [words.say("oee_query.withheld", **named, why=why_not(kpis, "oee", words))]
        known = [
            f"{words.say(f'kpis.{kpi}')} {words.percent(value)}"
            for kpi in RATIOS
            if (value := getattr(kpis, kpi)) is not None
        ]
        known += [
            f"{words.say('kpis.output')} {words.units(sums.total, unit)}"
            for unit, sums in outputs(result.found.parts).items()
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


def _parts(result: OeeResult, words: Words) -> list[Part]:
    """Of too little data the losses would show as run time what is not known."""
    is_withheld = result.found.kpis.coverage_state == "withheld"
    steps, losses = ((), ()) if is_withheld else (result.steps, result.losses)
    cites = result.found.cites
    return [
        *waterfall_chart(steps, words, cites),
        *ratios_by(result.by, result.slices, words, cites),
        *six_losses_table(losses, result.currency, words, (*cites, *result.priced)),
    ]
