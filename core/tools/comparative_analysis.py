"""Assets, shifts or periods side by side: who differs, by how much, and whether that is chance."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import log

from pydantic import Field

from core.answer import Heading, Part, Text
from core.context import ToolContext
from core.domain import periods
from core.domain.assets import AREA, PLANT, Asset
from core.domain.contrast import Standing
from core.domain.periods import Period
from core.errors import NoData
from core.figures import RATIOS, caveats, names, next_questions, why_not
from core.measures.counted import counted
from core.measures.measurement import Measurement
from core.measures.series import Kpi
from core.measures.side_by_side import By, SideBySide
from core.measures.subjects import Sides, Subject, by_asset, by_period, by_shift
from core.parts.side_by_side import (
    chart_of,
    kpi_name,
    metrics_of,
    shown_figure,
    side_name,
    table_of,
)
from core.parts.unlike_sides import differences
from core.planner.period_words import parse_period
from core.tool import ManufacturingTool, PeriodArgs
from core.words import Words

_DAYS: dict[str, int] = {"asset": 7, "period": 7, "shift": 30}


class CompareArgs(PeriodArgs):
    kpi: Kpi = Field(default="oee", description="The figure that is asked about first.")
    versus: str | None = Field(
        default=None,
        description="Another period, in words: the same assets are compared in both.",
    )
    by: By | None = Field(
        default=None,
        description="What stands side by side: assets (default for several assets or an area), "
        "shifts, or two periods (default for one asset).",
    )


@dataclass(frozen=True, slots=True)
class CompareResult:
    """`measured` are the periods with what was found in each: one, or each plant's own."""

    asked: tuple[Asset, ...]
    sides: SideBySide
    measured: tuple[tuple[Measurement, Period], ...]

    @property
    def found(self) -> Measurement:
        return self.measured[0][0]

    @property
    def period(self) -> Period:
        return self.measured[0][1]

    @property
    def subjects(self) -> tuple[Subject, ...]:
        return self.sides.subjects


class ComparativeAnalysis(ManufacturingTool[CompareArgs, CompareResult]):
    """Two or more assets, the shifts, or two periods side by side: OEE with its factors, downtime
    per planned hour, output and scrap; best and worst only where they differ by more than the
    days do anyway, with differences in product mix and coverage. Default period: the last 7 days
    (30 for shifts)."""

    name = "comparative_analysis"
    command = "compare"
    args = CompareArgs
    examples = {  # noqa: RUF012 - a class's constant
        "en": (
            "compare line 1 and line 3 last week",
            "which line in packaging is worst this month?",
            "compare the shifts of line 3",
            "line 3 this week vs last week",
        ),
        "de": (
            "Vergleiche Linie 1 und Linie 3 letzte Woche",
            "Welche Linie der Verpackung ist diesen Monat am schlechtesten?",
            "Vergleiche die Schichten von Linie 3",
            "Linie 3 diese Woche gegenüber letzter Woche",
        ),
    }

    async def run(self, args: CompareArgs, context: ToolContext) -> CompareResult:
        asked = context.scope(args.assets)
        sides = _sides(context, asked)
        by = args.by or ("period" if args.versus or len(sides) < 2 else "asset")
        default = partial(periods.last_days, days=_DAYS[by])
        kpi = "downtime_rate" if args.kpi == "downtime" else args.kpi
        if by == "asset":
            told = await _assets(context, sides, context.periods(args.period, default, asked), kpi)
        else:
            period = context.period(args.period, default, asked)
            if by == "shift":
                told = [(await by_shift(context, asked, period, kpi), period)]
            else:
                other = _other(args.versus, context, period, asked)
                told = [(await by_period(context, asked, period, other, kpi), period)]
        measured = tuple((found, period) for (found, _, _), period in told)
        if not any(
            part.pbt or part.total for found, _ in measured for part in found.parts.values()
        ):
            raise NoData("nothing_to_compare", assets=", ".join(a.name for a in asked[:4]))
        subjects = tuple(subject for (_, subjects, _), _ in told for subject in subjects)
        cites = dict.fromkeys(cite for (_, _, cites), _ in told for cite in cites)
        return CompareResult(asked, SideBySide(by, kpi, subjects, tuple(cites)), measured)

    def present(self, result: CompareResult, words: Words) -> tuple[Part, ...]:
        sides = result.sides
        worst = sides.standings[sides.kpi].worst if sides.kpi in sides.standings else None
        focus = sides.subject(worst)
        place = focus.asset if focus and focus.asset else result.asked[0]
        return (
            Heading(_title(result, words)),
            Text(_sentence(result, words), sides.cites),
            *metrics_of(sides, words),
            *chart_of(sides, words),
            table_of(sides, words),
            *differences(sides, words),
            *(notice for found, one in result.measured for notice in caveats(found, one, words)),
            next_questions(
                *(
                    (
                        words.say(f"comparative_analysis.{key}", asset=place.name),
                        f"/{to} {place.id}",
                    )
                    for key, to in (("why", "downtime"), ("trend", "trend"), ("improve", "improve"))
                )
            ),
        )


# --- what stands side by side ----------------------------------------------------------------


async def _assets(
    context: ToolContext, sides: Sequence[Asset], by_plant: Mapping[str, Period], kpi: str
) -> list[tuple[Sides, Period]]:
    """All of them over the same time, or where their plants' days differ each over its own."""
    first = next(iter(by_plant.values()))
    if all(period.interval == first.interval for period in by_plant.values()):
        return [(await by_asset(context, sides, first, kpi), first)]
    own = {plant: [side for side in sides if side.plant == plant] for plant in by_plant}
    told = await asyncio.gather(
        *(by_asset(context, own[plant], period, kpi) for plant, period in by_plant.items())
    )
    return list(zip(told, by_plant.values(), strict=True))


def _sides(context: ToolContext, asked: Sequence[Asset]) -> tuple[Asset, ...]:
    """The assets named; of an area or plant that is named alone, those that make it up."""
    if len(asked) == 1 and asked[0].kind in (AREA, PLANT):
        return counted(context.hierarchy, asked)
    return tuple(asked)


def _other(
    versus: str | None, context: ToolContext, period: Period, asked: Sequence[Asset]
) -> Period:
    if versus is not None:
        return parse_period(versus, context.installation.calendar(asked[0]), context.now)
    before = context.before(period, asked)
    if before is None:
        raise NoData("no_period_before")
    return before


# --- saying ----------------------------------------------------------------------------------


def _title(result: CompareResult, words: Words) -> str:
    """With every plant's own period."""
    shown = names(result.asked, words)
    title = words.say(f"comparative_analysis.title_{result.sides.by}", assets=shown)
    return " · ".join([title, *(words.period(period) for _, period in result.measured)])


def _sentence(result: CompareResult, words: Words) -> str:
    sides = result.sides
    kpi = kpi_name(sides.kpi, words)
    known = [s for s in sides.subjects if s.figures[sides.kpi].value is not None]
    if not known:
        why = why_not(result.found.kpis, sides.kpi, words)
        return words.say("comparative_analysis.nothing", kpi=kpi, why=why)
    found = sides.standings.get(sides.kpi, Standing())
    worst, best = sides.subject(found.worst), sides.subject(found.best)
    if worst is not None:
        return " ".join([_said_of(sides, worst, "worst", words), *_driver(sides, worst, words)])
    if best is not None:
        return _said_of(sides, best, "best", words)
    shown = words.joined(
        [f"{side_name(s, words)} {shown_figure(sides.kpi, s, words)}" for s in known[:2]]
    )
    if len(known) > 2:
        low, *_, high = _by_value(sides, known)
        both = [f"{side_name(s, words)} {shown_figure(sides.kpi, s, words)}" for s in (low, high)]
        shown = words.say("comparative_analysis.ends", low=both[0], high=both[1])
    key = "same" if found.known else "too_few"
    return words.say(f"comparative_analysis.{key}", kpi=kpi, figures=shown)


def _said_of(sides: SideBySide, one: Subject, key: str, words: Words) -> str:
    others = [s for s in sides.subjects if s is not one and s.figures[sides.kpi].value is not None]
    named = {
        "kpi": kpi_name(sides.kpi, words),
        "one": side_name(one, words),
        "value": shown_figure(sides.kpi, one, words),
    }
    if len(others) == 1:
        other = shown_figure(sides.kpi, others[0], words)
        other = f"{side_name(others[0], words)} {other}"
        return words.say(f"comparative_analysis.{key}_of_two", **named, other=other)
    return words.say(f"comparative_analysis.{key}", **named, **_range(sides, others, words))


def _by_value(sides: SideBySide, subjects: Sequence[Subject]) -> list[Subject]:
    return sorted(subjects, key=lambda subject: subject.figures[sides.kpi].value or 0.0)


def _range(sides: SideBySide, subjects: Sequence[Subject], words: Words) -> dict[str, str]:
    ranked = _by_value(sides, subjects)
    return {
        "low": shown_figure(sides.kpi, ranked[0], words),
        "high": shown_figure(sides.kpi, ranked[-1], words),
    }


def _driver(sides: SideBySide, worst: Subject, words: Words) -> list[str]:
    """The factor in which the worst one falls furthest behind, and the loss behind that."""
    said = []
    factors = [f for f in RATIOS[1:] if sides.standings[f].worst == worst.key]
    if sides.kpi == "oee" and factors:
        factor = max(factors, key=lambda f: _deficit(f, sides, worst))
        said.append(words.say("comparative_analysis.driver", factor=words.say(f"kpis.{factor}")))
    losses = {name: minutes - _others(name, sides, worst) for name, minutes in worst.losses.items()}
    if losses and sides.kpi in (*RATIOS[:3], "downtime_rate", "output"):
        name = max(losses, key=lambda n: losses[n])
        if losses[name] > 0:
            said.append(
                words.say(
                    "comparative_analysis.loss",
                    loss=words.say(f"losses.{name}"),
                    minutes=words.number(worst.losses[name], 1),
                    others=words.number(worst.losses[name] - losses[name], 1),
                )
            )
    return said


def _deficit(factor: str, sides: SideBySide, worst: Subject) -> float:
    mine = worst.figures[factor].value
    others = [s.figures[factor].value for s in sides.subjects if s is not worst]
    known = [other for other in others if other]
    return log(max(known) / mine) if mine and known else 0.0


def _others(loss: str, sides: SideBySide, worst: Subject) -> float:
    others = [s.losses.get(loss, 0.0) for s in sides.subjects if s is not worst and s.losses]
    return sum(others) / len(others) if others else 0.0
