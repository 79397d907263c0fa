"""Assets, shifts or periods side by side: metrics, bars and a table with what stands out."""

from __future__ import annotations

from core.answer import Chart, Metric, Metrics, Part, Series, Table, Tone
from core.domain.contrast import Figure, Standing, differ
from core.figures import RATIOS, relative
from core.measures.side_by_side import SideBySide
from core.measures.subjects import Subject
from core.words import Words
from core.words.words import NBSP

_MOST_METRICS = 3
_PERCENT = frozenset((*RATIOS, "scrap_ratio"))
_ROWS = frozenset({"downtime_rate"})
_BEST, _WORST = "▲", "▼"


def side_name(subject: Subject, words: Words) -> str:
    if subject.asset is not None:
        return subject.asset.name
    return words.period_name(subject.period) if subject.period is not None else subject.key


def kpi_name(kpi: str, words: Words) -> str:
    own = f"comparative_analysis.{kpi}"
    return words.say(own if words.has(own) else f"kpis.{kpi}")


def shown_figure(kpi: str, subject: Subject, words: Words) -> str:
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


def metrics_of(sides: SideBySide, words: Words) -> tuple[Part, ...]:
    """The figure asked about, of each side; of many the chart says the same."""
    if len(sides.subjects) > _MOST_METRICS:
        return ()
    found = sides.standings.get(sides.kpi, Standing())
    marks: dict[str | None, tuple[str, Tone]] = {
        found.worst: ("worst_mark", "bad"),
        found.best: ("best_mark", "good"),
    }
    metrics = []
    for subject in sides.ranked:
        mark, tone = marks.get(subject.key, ("", "neutral"))
        note = words.say(f"comparative_analysis.{mark}") if mark else ""
        shown = shown_figure(sides.kpi, subject, words)
        metrics.append(Metric(side_name(subject, words), shown, note, tone, sides.cites))
    return (Metrics(tuple(metrics)),)


def chart_of(sides: SideBySide, words: Words) -> tuple[Part, ...]:
    if sides.kpi == "output" and len({s.units for s in sides.subjects}) > 1:
        return ()
    ranked = [s for s in sides.ranked if s.figures[sides.kpi].value is not None]
    if not ranked:
        return ()
    factor = 100.0 if sides.kpi in _PERCENT else 1 / 60 if sides.kpi == "mtbf" else 1.0
    unit = {"mtbf": "h", "downtime_rate": "min/h"}.get(sides.kpi, "%" if factor == 100 else "")
    values = [s.figures[sides.kpi].value for s in ranked]
    if sides.kpi == "output":
        values, unit = [s.made for s in ranked], words.unit(sides.unit)
    drawn = tuple(None if value is None else value * factor for value in values)
    name = kpi_name(sides.kpi, words)
    labels = tuple(side_name(subject, words) for subject in ranked)
    return (Chart("bar", name, labels, (Series(name, drawn),), unit, (), sides.cites),)


def table_of(sides: SideBySide, words: Words) -> Table:
    if len(sides.subjects) == 2:
        return _two(sides, words)
    unit = sides.unit
    columns = [kpi for kpi in sides.columns if kpi != "output" or unit]
    heads = [words.say("common.shift" if sides.by == "shift" else "common.asset")]
    heads += [
        words.unit(unit) if kpi == "output" else words.say(f"comparative_analysis.head_{kpi}")
        for kpi in columns
    ]
    rows = [
        (side_name(subject, words), *(_cell(kpi, subject, sides, words) for kpi in columns))
        for subject in sides.ranked
    ]
    title = words.say(f"comparative_analysis.{'legend' if _has_marks(sides) else 'table'}")
    return Table(tuple(heads), tuple(rows), "l" + "r" * len(columns), title, sides.cites)


def _has_marks(sides: SideBySide) -> bool:
    return any(found.best or found.worst for found in sides.standings.values())


def _bare(kpi: str, subject: Subject, words: Words) -> str:
    """The figure as it stands under a head that names its unit."""
    return words.number(subject.made) if kpi == "output" else shown_figure(kpi, subject, words)


def _cell(kpi: str, subject: Subject, sides: SideBySide, words: Words) -> str:
    found = sides.standings.get(kpi, Standing())
    mark = {found.worst: _WORST, found.best: _BEST}.get(subject.key, "")
    shown = _bare(kpi, subject, words)
    return f"{shown}{NBSP}{mark}" if mark else shown


def _two(sides: SideBySide, words: Words) -> Table:
    """Two sides: a row per figure, with the difference and whether it is more than chance."""
    first, second = sides.subjects
    unit = sides.unit
    rows = []
    for kpi in sides.columns:
        a, b = first.figures[kpi], second.figures[kpi]
        label = (
            words.say(f"comparative_analysis.row_{kpi}") if kpi in _ROWS else kpi_name(kpi, words)
        )
        if kpi == "output" and unit:
            label = f"{label}, {words.unit(unit)}"
        show = _bare if unit else shown_figure
        figures = (show(kpi, first, words), show(kpi, second, words))
        if kpi in sides.standings:
            verdict = words.say(f"comparative_analysis.{_verdict(differ(a, b))}")
            rows.append((label, *figures, _delta(kpi, a, b, words), verdict))
        else:
            rows.append((label, *figures, "–", "–"))
    heads = ("", side_name(first, words), side_name(second, words))
    titles = (words.say("comparative_analysis.difference"), words.say("comparative_analysis.clear"))
    title = words.say("comparative_analysis.table_two")
    return Table((*heads, *titles), tuple(rows), "lrrrl", title, sides.cites)


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
            said = relative(first.value, second.value, words) if second.value else words.unknown
            return words.say("comparative_analysis.per_hour", change=said)
        case "mtbf":
            return ("+" if delta > 0 else "") + words.minutes(delta)
        case _:
            return words.points(delta)
