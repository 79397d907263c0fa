"""A chart in elements that every client knows: bars and steps made of block characters."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from adapters.clipping import clip
from adapters.teams.elements import CLOSE, TIGHT, column, columns, paragraph, run, small
from adapters.teams.escape import plain
from adapters.teams.limits import LABEL, Element
from core.answer import Chart
from core.answer_text import chart_figure
from core.chart_text import bar_figure, step
from core.words import Words
from core.words.words import NBSP

NAME = 40
_MOST_BARS, _MOST_SERIES, _BAR, _STEPS = 12, 8, 8, 30
_FILLS = "█▓▒░"
_EIGHTHS = "▏▎▍▌▋▊▉"


def text_bars(chart: Chart, words: Words) -> list[Element]:
    """The chart in elements that every client knows, without its title."""
    if not any(known(one.values) for one in chart.series):
        return [small(words.say("charts.no_data"), **TIGHT)]
    rows = _sparks(chart, words) if chart.kind == "trend" else _bars(chart, words)
    return list(rows)


def beside(chart: Chart, words: Words) -> Iterator[str]:
    """What Teams' element cannot show."""
    values = [value for one in chart.series for value in one.values]
    if chart.kind == "pareto" and len(chart.series) > 1:
        yield words.say("teams.card_in_brackets", name=chart.series[1].name)
    if chart.kind != "trend":
        for line in chart.lines:
            yield f"{line.name} {chart_figure(line.value, values, words)}"


def short(text: str) -> str:
    """A name as charts have room for it."""
    return clip(plain(text), NAME)


def _bars(chart: Chart, words: Words) -> Iterator[Element]:
    series = chart.series[: len(_FILLS)] if chart.kind == "bar" else chart.series[:1]
    everything = [value for one in series for value in one.values]
    top = max((abs(value) for value in known(everything)), default=0.0)
    for index, name in enumerate(chart.categories[:_MOST_BARS]):
        for number, one in enumerate(series):
            value = at(one.values, index)
            said = bar_figure(chart, index, value, everything, words)
            if number == 0 and (cumulative := share(chart, index, words)):
                said += f" ({cumulative})"
            yield _bar(name if number == 0 else "", _block(value, top, _FILLS[number]), said)
    if len(chart.categories) > _MOST_BARS:
        more = words.say("common.more", n=len(chart.categories) - _MOST_BARS)
        yield small(f"… {more}", **TIGHT)
    if len(series) > 1:
        legend = [f"{fill} {plain(s.name)}" for fill, s in zip(_FILLS, series, strict=False)]
        yield small(" · ".join(legend), **TIGHT)


def _bar(name: str, bar: str, said: str) -> Element:
    label = paragraph(run(name, NAME, size="small")) if name else paragraph(" ")
    drawing = paragraph(run(bar, size="small", color="accent")) if bar else paragraph(" ")
    figure = paragraph(run(said, NAME, size="small"), horizontalAlignment="right")
    return columns(column([label], 6), column([drawing], 4), column([figure], 4), **TIGHT)


def _sparks(chart: Chart, words: Words) -> Iterator[Element]:
    """A row of steps per series, gaps where nothing is known, and the figures that frame it."""
    for one in chart.series[:_MOST_SERIES]:
        pairs = [
            (name, value)
            for name, value in zip(chart.categories, one.values, strict=False)
            if value is not None and math.isfinite(value)
        ]
        if not pairs:
            continue
        if len(chart.series) > 1:
            yield small(one.name, LABEL, **CLOSE)
        low, high = min(pairs, key=lambda p: p[1]), max(pairs, key=lambda p: p[1])
        shown = one.values[: len(chart.categories)][-_STEPS:]
        steps = "".join(step(value, low[1], high[1], "·") for value in shown)
        yield paragraph(run(steps, color="accent", size="small"), **TIGHT)
        told = [
            f"{chart_figure(v, one.values, words)} ({plain(n)})" for n, v in (low, high, pairs[-1])
        ]
        yield small(words.say("charts.alt_range", low=told[0], high=told[1], last=told[2]), **TIGHT)
    values = [v for one in chart.series for v in one.values]
    lines = [f"{line.name} {chart_figure(line.value, values, words)}" for line in chart.lines]
    if lines:
        yield small(" · ".join(lines), **TIGHT)


def share(chart: Chart, index: int, words: Words) -> str:
    """A Pareto's cumulative share: "66 %"."""
    if chart.kind != "pareto" or len(chart.series) < 2:
        return ""
    share = at(chart.series[1].values, index)
    return "" if share is None or not math.isfinite(share) else f"{words.number(share)}{NBSP}%"


def _block(value: float | None, top: float, fill: str) -> str:
    """A bar of up to `_BAR` signs; a full block can be cut to eighths."""
    if value is None or not math.isfinite(value) or not value or not top:
        return ""
    eighths = max(1, round(abs(value) / top * _BAR * 8))
    whole, rest = divmod(eighths, 8)
    if fill != _FILLS[0]:
        return fill * max(1, whole)
    return fill * whole + (_EIGHTHS[rest - 1] if rest else "")


def at(values: Sequence[float | None], index: int) -> float | None:
    return values[index] if index < len(values) else None


def known(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None and math.isfinite(value)]
