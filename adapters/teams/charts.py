"""A chart as Teams' own element, with bars of text for clients that do not know it.

The elements' properties: learn.microsoft.com, "Charts in Adaptive Cards". They know no waterfall,
no line across bars and no second axis: a step's sign and a Pareto's share stand in the label, and
lines are told below.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from adapters.cited import marks
from adapters.teams.bars import at, beside, known, share, short, text_bars
from adapters.teams.elements import BOLD, CLOSE, SMALL, TIGHT, container, paragraph, run, small
from adapters.teams.limits import LABEL, Element
from core.answer import Chart
from core.chart_text import alt_text
from core.words import Words

_MOST_POINTS, _MOST_SERIES = 120, 8
_UPRIGHT, _UPRIGHT_LABEL = 8, 10  # so many short names stand below upright bars
_ALT = 600
_LINES = ("categoricalMarigold", "categoricalGreen", "categoricalRed", "neutral")


def drawn(chart: Chart, words: Words, *, bars: bool) -> list[Element]:
    """Teams' chart; its fallback are `bars` of text or else a sentence."""
    element = _native(chart, words)
    fallback = container(text_bars(chart, words) if bars else told(chart, words), **CLOSE)
    below = [small(text, LABEL, **TIGHT) for text in beside(chart, words)]
    return [*_title(chart), {**element, "fallback": fallback} if element else fallback, *below]


def told(chart: Chart, words: Words) -> list[Element]:
    """The chart as a sentence."""
    return [small(alt_text(chart, words), _ALT)]


def _title(chart: Chart) -> list[Element]:
    unit = f" ({chart.unit})" if chart.unit else ""
    told = [run(chart.title, LABEL, **BOLD), run(f"{unit}{marks(chart.cites)} ", LABEL, **SMALL)]
    return [paragraph(*told)] if chart.title.strip() else []


# --- Teams' own


def _native(chart: Chart, words: Words) -> Element | None:
    if len(chart.categories) > _MOST_POINTS or len(chart.series) > _MOST_SERIES:
        return None
    if not any(known(one.values[: len(chart.categories)]) for one in chart.series):
        return None
    match chart.kind:
        case "trend":
            return {"type": "Chart.Line", **_axis(chart), "data": _lines(chart)}
        case "bar" if len(chart.series) > 1:
            data = [
                {"legend": short(one.name), "values": _points(_names(chart), one.values)}
                for one in chart.series
            ]
            return {"type": "Chart.VerticalBar.Grouped", **_axis(chart), "data": data}
        case _:
            return _single(chart, words)


def _single(chart: Chart, words: Words) -> Element:
    """One row of bars."""
    values = chart.series[0].values
    names = _names(chart)
    if chart.kind == "waterfall":
        values = tuple(None if v is None else abs(v) for v in values)
        last = len(names) - 1
        steps = [0 < n < last for n in range(len(names))]
        names = [
            f"{'+' if (at(chart.series[0].values, n) or 0) > 0 else '−'} {name}" if step else name
            for n, (name, step) in enumerate(zip(names, steps, strict=True))
        ]
        data = _points(names, values)
        for point in data:
            step = point["x"][:2] in ("+ ", "− ")
            point["color"] = "categoricalMarigold" if step else "categoricalBlue"
        return {"type": "Chart.HorizontalBar", "title": short(chart.title), "data": data}
    if chart.kind == "pareto" and len(chart.series) > 1:
        shares = (share(chart, n, words) for n in range(len(names)))
        names = [f"{n} ({s})" if s else n for n, s in zip(names, shares, strict=True)]
    upright = all(len(name) <= _UPRIGHT_LABEL for name in names) and len(names) <= _UPRIGHT
    kind = "Chart.VerticalBar" if upright and chart.kind == "bar" else "Chart.HorizontalBar"
    made: Element = {"type": kind, "title": short(chart.title), "data": _points(names, values)}
    return {**made, "showBarValues": True} if kind == "Chart.VerticalBar" else made


def _lines(chart: Chart) -> list[Element]:
    """The marks across come first: they have no gaps, so they set the order of the days."""
    names = _names(chart)
    known = [line for line in chart.lines if math.isfinite(line.value)][: len(_LINES)]
    across = [
        {
            "legend": short(line.name),
            "color": color,
            "values": _points(names, (line.value,) * len(names)),
        }
        for line, color in zip(known, _LINES, strict=False)
    ]
    own = [
        {"legend": short(s.name or chart.title), "values": _points(names, s.values)}
        for s in chart.series
    ]
    return [*across, *own]


def _axis(chart: Chart) -> Element:
    unit = {"yAxisTitle": short(chart.unit)} if chart.unit.strip() else {}
    return {"title": short(chart.title), **unit}


def _points(names: Sequence[str], values: Sequence[float | None]) -> list[Element]:
    """Unknown ones are left out: a gap is no zero."""
    return [
        {"x": name, "y": float(f"{value:.6g}")}
        for name, value in zip(names, values, strict=False)
        if value is not None and math.isfinite(value)
    ]


def _names(chart: Chart) -> list[str]:
    return [short(name) for name in chart.categories]
