"""A chart as Slack's own block where that can show all of it, else as bars made of text."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from adapters.slack.columns import PHONE, cells, cut, pad
from adapters.slack.escape import plain
from adapters.slack.limits import (
    CHART_LABEL,
    CHART_POINTS,
    CHART_SERIES,
    CHART_TITLE,
    Block,
    clip,
)
from core.answer import Chart, Series
from core.answer_text import chart_figure
from core.chart_text import bar_figure, step
from core.words import Words

_MOST_BARS = 12
_LABEL, _BAR = 18, 8
_FILLS = "█░▓▒"


def native(chart: Chart) -> Block | None:
    """The `data_visualization` block; None where it would lose something.

    It knows no gaps, no waterfall, no second axis for a Pareto's share, and no line across bars.
    """
    if chart.kind in ("waterfall", "pareto") or (chart.kind == "bar" and chart.lines):
        return None
    labels = [clip(plain(name), CHART_LABEL) for name in chart.categories]
    lines = [Series(line.name, (line.value,) * len(labels)) for line in chart.lines]
    series = [*chart.series, *lines]
    names = [clip(plain(one.name), CHART_LABEL) for one in series]
    whole = all(len(one.values) == len(labels) and _all_known(one.values) for one in series)
    if not (whole and 1 <= len(series) <= CHART_SERIES and 1 <= len(labels) <= CHART_POINTS):
        return None
    if len(set(names)) < len(names) or len(set(labels)) < len(labels):
        return None
    axis: Block = {"categories": labels}
    if chart.unit:
        axis["y_label"] = clip(plain(chart.unit), CHART_TITLE)
    return {
        "type": "data_visualization",
        "title": clip(plain(chart.title), CHART_TITLE),
        "chart": {
            "type": "line" if chart.kind == "trend" else "bar",
            "series": [
                {"name": name, "data": _points(labels, one.values)}
                for name, one in zip(names, series, strict=True)
            ],
            "axis_config": axis,
        },
    }


def rows(chart: Chart, words: Words) -> list[str]:
    """The chart in fixed-width rows for a phone, without its title."""
    if not any(_known(one.values) for one in chart.series):
        return [words.say("charts.no_data")]
    drawn = _sparks(chart, words) if chart.kind == "trend" else _bars(chart, words)
    return list(drawn)


def _bars(chart: Chart, words: Words) -> Iterator[str]:
    shares = chart.series[1].values if chart.kind == "pareto" and len(chart.series) > 1 else ()
    series = chart.series if chart.kind == "bar" else chart.series[:1]
    series = series[: len(_FILLS)]
    everything = [value for one in series for value in one.values]
    top = max((abs(value) for value in _known(everything)), default=0.0)
    names = [cut(plain(name), _LABEL) for name in chart.categories[:_MOST_BARS]]
    width = max(map(cells, names), default=1)
    figures = [
        [bar_figure(chart, i, _at(one.values, i), everything, words) for i in range(len(names))]
        for one in series
    ]
    room = max((cells(figure) for row in figures for figure in row), default=0)
    for index, name in enumerate(names):
        for number, one in enumerate(series):
            bar = _FILLS[number] * _length(_at(one.values, index), top)
            row = f"{pad(name if number == 0 else '', width)} {pad(bar, _BAR)} "
            row += pad(figures[number][index], room, "r")
            share = _at(shares, index)
            if share is not None and math.isfinite(share):
                row += pad(f"{words.number(share)} %", 6, "r")
            yield cut(row, PHONE)
    if len(chart.categories) > _MOST_BARS:
        yield "… " + words.say("common.more", n=len(chart.categories) - _MOST_BARS)
    yield from _legend(chart, series, everything, words)


def _legend(
    chart: Chart, series: Sequence[Series], values: Sequence[float | None], words: Words
) -> Iterator[str]:
    if len(series) > 1:
        for fill, one in zip(_FILLS, series, strict=False):
            yield cut(f"{fill} {plain(one.name)}", PHONE)
    for line in chart.lines:
        yield cut(f"| {plain(line.name)} {chart_figure(line.value, values, words)}", PHONE)


def _sparks(chart: Chart, words: Words) -> Iterator[str]:
    """A row of steps per series, gaps where nothing is known, and the figures that frame it."""
    for one in chart.series:
        known = _known(one.values)
        if not known:
            continue
        shown = one.values[-(PHONE - 2) :]
        low, high = min(known), max(known)
        if len(chart.series) > 1:
            yield cut(plain(one.name), PHONE)
        yield "".join(step(value, low, high) for value in shown)
        figures = [chart_figure(v, known, words) for v in (low, high, known[-1])]
        for text in (
            words.say("slack.spark_range", low=figures[0], high=figures[1]),
            words.say("slack.spark_last", last=figures[2]),
        ):
            yield cut(text, PHONE)
    yield from _legend(chart, (), [v for one in chart.series for v in one.values], words)


def _length(value: float | None, top: float) -> int:
    if value is None or not math.isfinite(value) or not top:
        return 0
    return max(1, round(abs(value) / top * _BAR)) if value else 0


def _at(values: Sequence[float | None], index: int) -> float | None:
    return values[index] if index < len(values) else None


def _points(labels: Sequence[str], values: Sequence[float | None]) -> list[Block]:
    return [
        {"label": label, "value": round(value or 0.0, 2)}
        for label, value in zip_longest(labels, values)
    ]


def _known(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None and math.isfinite(value)]


def _all_known(values: Sequence[float | None]) -> bool:
    return len(_known(values)) == len(values)
