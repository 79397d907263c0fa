"""Assets, shifts or periods side by side: who differs, by how much, and whether that is chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import log
from typing import Literal

from pydantic import Field

from core.answer import (
    Chart,
    Heading,
    Metric,
    Metrics,
    Notice,
    Part,
    Series,
    Table,
    Text,
    Tone,
)
from core.context import ToolContext
from core.domain import periods
from core.domain.assets import AREA, PLANT, Asset
from core.domain.contrast import Figure, Standing, differ, overlap, standing
from core.domain.periods import Period
from core.errors import NoData
from core.figures import RATIOS, caveats, names, next_questions, why_not
from core.measures.counted import counted
from core.measures.measurement import Measurement
from core.measures.series import LOWER_IS_BETTER, Kpi
from core.measures.subjects import MAIN, Subject, by_asset, by_period, by_shift
from core.planner.period_words import parse_period
from core.tool import ManufacturingTool, PeriodArgs
from core.words import Words
from core.words.words import NBSP

By = Literal["asset", "shift", "period"]

_DAYS: dict[str, int] = {"asset": 7, "period": 7, "shift": 30}
_MOST_METRICS = 3
_SAME_MIX, _SAME_COVERAGE, _SAME_PLANNED = 0.8, 0.1, 0.1
_PERCENT = frozenset((*RATIOS, "scrap_ratio"))
_ROWS = frozenset({"downtime_rate"})
_BEST, _WORST = "▲", "▼"


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
    """`standings` by KPI; those that do not compare (output of unlike assets) have none."""

    asked: tuple[Asset, ...]
    period: Period
    by: By
    kpi: str
    subjects: tuple[Subject, ...]
    standings: Mapping[str, Standing]
    found: Measurement
    cites: tuple[int, ...]

    def subject(self, key: str | None) -> Subject | None:
        return next((subject for subject in self.subjects if subject.key == key), None)

    @property
    def columns(self) -> tuple[str, ...]:
        return MAIN if self.kpi in MAIN else (self.kpi, *MAIN)


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
        period = context.period(args.period, partial(periods.last_days, days=_DAYS[by]), asked)
        kpi = "downtime_rate" if args.kpi == "downtime" else args.kpi
        if by == "asset":
            found, subjects, cites = await by_asset(context, sides, period, kpi)
        elif by == "shift":
            found, subjects, cites = await by_shift(context, asked, period, kpi)
        else:
            other = _other(args.versus, context, period, asked)
            found, subjects, cites = await by_period(context, asked, period, other, kpi)
        if not any(part.pbt or part.total for part in found.parts.values()):
            raise NoData("nothing_to_compare", assets=", ".join(a.name for a in asked[:4]))
        result = CompareResult(asked, period, by, kpi, subjects, {}, found, cites)
        return replace(result, standings=_standings(result))

    def present(self, result: CompareResult, words: Words) -> tuple[Part, ...]:
        shown = names(result.asked, words)
        title = words.say(f"comparative_analysis.title_{result.by}", assets=shown)
        worst = result.standings[result.kpi].worst if result.kpi in result.standings else None
        focus = result.subject(worst)
        place = focus.asset if focus and focus.asset else result.asked[0]
        return (
            Heading(f"{title} · {words.period(result.period)}"),
            Text(_sentence(result, words), result.cites),
            *_metrics(result, words),
            *_chart(result, words),
            _table(result, words),
            *_differences(result, words),
            *caveats(result.found, result.period, words),
            next_questions(
                (words.say("comparative_analysis.why", asset=place.name), f"/downtime {place.id}"),
                (words.say("comparative_analysis.trend", asset=place.name), f"/trend {place.id}"),
                (
                    words.say("comparative_analysis.improve", asset=place.name),
                    f"/improve {place.id}",
                ),
            ),
        )


# --- what stands side by side ----------------------------------------------------------------


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


def _standings(result: CompareResult) -> dict[str, Standing]:
    """Output compares only for the same assets."""
    return {
        kpi: standing(
            {subject.key: subject.figures[kpi] for subject in result.subjects},
            lower_is_better=kpi in LOWER_IS_BETTER,
        )
        for kpi in result.columns
        if kpi != "output" or result.by != "asset"
    }


# --- saying ----------------------------------------------------------------------------------


def _label(subject: Subject, words: Words) -> str:
    if subject.asset is not None:
        return subject.asset.name
    return words.period_name(subject.period) if subject.period is not None else subject.key


def _name(kpi: str, words: Words) -> str:
    own = f"comparative_analysis.{kpi}"
    return words.say(own if words.has(own) else f"kpis.{kpi}")


def _shown(kpi: str, subject: Subject, words: Words) -> str:
    figure = subject.figures[kpi].value
    match kpi:
        case "downtime_rate":
            return words.number(figure, 1)
        case "output":
            unit = next(iter(subject.units)) if len(subject.units) == 1 else ""
            return words.units(subject.made, unit)
        case "mtbf":
            return words.minutes(figure)
        case _:
            return words.percent(figure)


def _sentence(result: CompareResult, words: Words) -> str:
    kpi = _name(result.kpi, words)
    known = [s for s in result.subjects if s.figures[result.kpi].value is not None]
    if not known:
        why = why_not(result.found.kpis, result.kpi, words)
        return words.say("comparative_analysis.nothing", kpi=kpi, why=why)
    found = result.standings.get(result.kpi, Standing())
    worst, best = result.subject(found.worst), result.subject(found.best)
    if worst is not None:
        return " ".join([_said_of(result, worst, "worst", words), *_driver(result, worst, words)])
    if best is not None:
        return _said_of(result, best, "best", words)
    shown = words.joined([f"{_label(s, words)} {_shown(result.kpi, s, words)}" for s in known[:2]])
    if len(known) > 2:
        low, *_, high = _by_value(result, known)
        both = [f"{_label(s, words)} {_shown(result.kpi, s, words)}" for s in (low, high)]
        shown = words.say("comparative_analysis.ends", low=both[0], high=both[1])
    key = "same" if found.known else "too_few"
    return words.say(f"comparative_analysis.{key}", kpi=kpi, figures=shown)


def _said_of(result: CompareResult, one: Subject, key: str, words: Words) -> str:
    others = [
        s for s in result.subjects if s is not one and s.figures[result.kpi].value is not None
    ]
    named = {
        "kpi": _name(result.kpi, words),
        "one": _label(one, words),
        "value": _shown(result.kpi, one, words),
    }
    if len(others) == 1:
        other = _shown(result.kpi, others[0], words)
        other = f"{_label(others[0], words)} {other}"
        return words.say(f"comparative_analysis.{key}_of_two", **named, other=other)
    return words.say(f"comparative_analysis.{key}", **named, **_range(result, others, words))


def _by_value(result: CompareResult, subjects: Sequence[Subject]) -> list[Subject]:
    return sorted(subjects, key=lambda subject: subject.figures[result.kpi].value or 0.0)


def _range(result: CompareResult, subjects: Sequence[Subject], words: Words) -> dict[str, str]:
    ranked = _by_value(result, subjects)
    return {
        "low": _shown(result.kpi, ranked[0], words),
        "high": _shown(result.kpi, ranked[-1], words),
    }


def _driver(result: CompareResult, worst: Subject, words: Words) -> list[str]:
    """The factor in which the worst one falls furthest behind, and the loss behind that."""
    said = []
    factors = [f for f in RATIOS[1:] if result.standings[f].worst == worst.key]
    if result.kpi == "oee" and factors:
        factor = max(factors, key=lambda f: _deficit(f, result, worst))
        said.append(words.say("comparative_analysis.driver", factor=words.say(f"kpis.{factor}")))
    losses = {
        name: minutes - _others(name, result, worst) for name, minutes in worst.losses.items()
    }
    if losses and result.kpi in (*RATIOS[:3], "downtime_rate", "output"):
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


def _deficit(factor: str, result: CompareResult, worst: Subject) -> float:
    mine = worst.figures[factor].value
    others = [s.figures[factor].value for s in result.subjects if s is not worst]
    known = [other for other in others if other]
    return log(max(known) / mine) if mine and known else 0.0


def _others(loss: str, result: CompareResult, worst: Subject) -> float:
    others = [s.losses.get(loss, 0.0) for s in result.subjects if s is not worst and s.losses]
    return sum(others) / len(others) if others else 0.0


def _metrics(result: CompareResult, words: Words) -> tuple[Part, ...]:
    """The figure asked about, of each side; of many the chart says the same."""
    if len(result.subjects) > _MOST_METRICS:
        return ()
    found = result.standings.get(result.kpi, Standing())
    marks: dict[str | None, tuple[str, Tone]] = {
        found.worst: ("worst_mark", "bad"),
        found.best: ("best_mark", "good"),
    }
    metrics = []
    for subject in _ranked(result):
        mark, tone = marks.get(subject.key, ("", "neutral"))
        note = words.say(f"comparative_analysis.{mark}") if mark else ""
        shown = _shown(result.kpi, subject, words)
        metrics.append(Metric(_label(subject, words), shown, note, tone, result.cites))
    return (Metrics(tuple(metrics)),)


def _ranked(result: CompareResult) -> list[Subject]:
    """Worst first for assets; shifts and periods in their own order."""
    if result.by != "asset":
        return list(result.subjects)
    sign = -1.0 if result.kpi in LOWER_IS_BETTER else 1.0

    def order(subject: Subject) -> tuple[bool, float]:
        figure = subject.figures[result.kpi].value
        return figure is None, sign * (figure or 0.0)

    return sorted(result.subjects, key=order)


def _chart(result: CompareResult, words: Words) -> tuple[Part, ...]:
    if result.kpi == "output" and len({s.units for s in result.subjects}) > 1:
        return ()
    ranked = [s for s in _ranked(result) if s.figures[result.kpi].value is not None]
    if not ranked:
        return ()
    factor = 100.0 if result.kpi in _PERCENT else 1 / 60 if result.kpi == "mtbf" else 1.0
    unit = {"mtbf": "h", "downtime_rate": "min/h"}.get(result.kpi, "%" if factor == 100 else "")
    values = [s.figures[result.kpi].value for s in ranked]
    if result.kpi == "output":
        values, unit = [s.made for s in ranked], words.unit(_unit(ranked))
    drawn = tuple(None if value is None else value * factor for value in values)
    name = _name(result.kpi, words)
    labels = tuple(_label(subject, words) for subject in ranked)
    return (Chart("bar", name, labels, (Series(name, drawn),), unit, (), result.cites),)


def _unit(subjects: Sequence[Subject]) -> str:
    """The one unit that all of them count in; empty where there are several."""
    units = frozenset().union(*(subject.units for subject in subjects))
    return next(iter(units)) if len(units) == 1 else ""


def _table(result: CompareResult, words: Words) -> Table:
    if len(result.subjects) == 2:
        return _two(result, words)
    unit = _unit(result.subjects)
    columns = [kpi for kpi in result.columns if kpi != "output" or unit]
    heads = [words.say("common.shift" if result.by == "shift" else "common.asset")]
    heads += [
        words.unit(unit) if kpi == "output" else words.say(f"comparative_analysis.head_{kpi}")
        for kpi in columns
    ]
    rows = [
        (_label(subject, words), *(_cell(kpi, subject, result, words) for kpi in columns))
        for subject in _ranked(result)
    ]
    title = words.say(f"comparative_analysis.{'legend' if _has_marks(result) else 'table'}")
    return Table(tuple(heads), tuple(rows), "l" + "r" * len(columns), title, result.cites)


def _has_marks(result: CompareResult) -> bool:
    return any(found.best or found.worst for found in result.standings.values())


def _bare(kpi: str, subject: Subject, words: Words) -> str:
    """The figure as it stands under a head that names its unit."""
    return words.number(subject.made) if kpi == "output" else _shown(kpi, subject, words)


def _cell(kpi: str, subject: Subject, result: CompareResult, words: Words) -> str:
    found = result.standings.get(kpi, Standing())
    mark = {found.worst: _WORST, found.best: _BEST}.get(subject.key, "")
    shown = _bare(kpi, subject, words)
    return f"{shown}{NBSP}{mark}" if mark else shown


def _two(result: CompareResult, words: Words) -> Table:
    """Two sides: a row per figure, with the difference and whether it is more than chance."""
    first, second = result.subjects
    unit = _unit(result.subjects)
    rows = []
    for kpi in result.columns:
        a, b = first.figures[kpi], second.figures[kpi]
        label = words.say(f"comparative_analysis.row_{kpi}") if kpi in _ROWS else _name(kpi, words)
        if kpi == "output" and unit:
            label = f"{label}, {words.unit(unit)}"
        show = _bare if unit else _shown
        figures = (show(kpi, first, words), show(kpi, second, words))
        if kpi in result.standings:
            verdict = words.say(f"comparative_analysis.{_verdict(differ(a, b))}")
            rows.append((label, *figures, _delta(kpi, a, b, words), verdict))
        else:
            rows.append((label, *figures, "–", "–"))
    heads = ("", _label(first, words), _label(second, words))
    titles = (words.say("comparative_analysis.difference"), words.say("comparative_analysis.clear"))
    title = words.say("comparative_analysis.table_two")
    return Table((*heads, *titles), tuple(rows), "lrrrl", title, result.cites)


def _verdict(apart: bool | None) -> str:
    return "cannot_tell" if apart is None else "beyond" if apart else "within"


def _delta(kpi: str, first: Figure, second: Figure, words: Words) -> str:
    if first.value is None or second.value is None:
        return words.unknown
    delta = first.value - second.value
    match kpi:
        case "downtime_rate":
            return words.signed(delta, 1)
        case "output":
            share = delta / second.value * 100 if second.value else None
            said = f"{words.signed(share)}{NBSP}%"
            return words.say("comparative_analysis.per_hour", change=said)
        case "mtbf":
            return ("+" if delta > 0 else "") + words.minutes(delta)
        case _:
            return words.points(delta)


def _differences(result: CompareResult, words: Words) -> list[Notice]:
    """What makes the sides unlike, as far as the data shows it."""
    notices = [*_mix_differs(result, words)]
    coverage = {s.key: s.coverage for s in result.subjects if s.coverage is not None}
    if _spread(coverage) > _SAME_COVERAGE:
        notices.append(Notice(_edges("coverage_differs", result, coverage, words)))
    units = frozenset().union(*(subject.units for subject in result.subjects))
    if result.by == "asset" and len(units) > 1:
        notices.append(Notice(words.say("comparative_analysis.units_differ"), "neutral"))
    off = {s.key: s.off for s in result.subjects if s.off is not None}
    if result.by != "asset" and _spread(off) > _SAME_PLANNED:
        notices.append(Notice(_edges("planned_differs", result, off, words)))
    return notices


def _mix_differs(result: CompareResult, words: Words) -> list[Notice]:
    pairs = [
        (share, first, second)
        for n, first in enumerate(result.subjects)
        for second in result.subjects[n + 1 :]
        if first.units == second.units and len(first.units) == 1
        if (share := overlap(first.mix, second.mix)) is not None and share < _SAME_MIX
    ]
    if not pairs:
        return []
    _, first, second = min(pairs, key=lambda pair: pair[0])
    said = words.say(
        "comparative_analysis.mix_differs",
        first=_label(first, words),
        second=_label(second, words),
        mix=_said_mix(first, words),
        other=_said_mix(second, words),
    )
    return [Notice(said)]


def _said_mix(subject: Subject, words: Words) -> str:
    total = sum(subject.mix.values())
    ranked = sorted(subject.mix.items(), key=lambda item: -item[1])[:2]
    return words.joined([f"{name} {words.percent(units / total, 0)}" for name, units in ranked])


def _spread(known: Mapping[str, float]) -> float:
    return max(known.values()) - min(known.values()) if known else 0.0


def _edges(key: str, result: CompareResult, known: Mapping[str, float], words: Words) -> str:
    """Who has the least and who the most of it."""
    low, high = min(known, key=lambda k: known[k]), max(known, key=lambda k: known[k])
    labels = {subject.key: _label(subject, words) for subject in result.subjects}
    return words.say(
        f"comparative_analysis.{key}",
        low=labels[low],
        least=words.percent(known[low], 0),
        high=labels[high],
        most=words.percent(known[high], 0),
    )
