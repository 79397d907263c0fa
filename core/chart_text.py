"""A chart in a sentence or two, for those who cannot see it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from core.answer import Chart, Series
from core.answer_text import chart_figure
from core.words import Words

_NAMED = 6
_STEPS = "▁▂▃▄▅▆▇█"


def alt_text(chart: Chart, words: Words) -> str:
    """What the picture shows: title, kind, unit, its leading figures and lines. Plain text."""
    kind = words.say(f"charts.alt_{chart.kind}", title=chart.title)
    said = [f"{kind} ({chart.unit})" if chart.unit else kind]
    series = chart.series[:1] if chart.kind in ("pareto", "waterfall") else chart.series
    for one in series:
        name = f"{one.name}: " if len(series) > 1 else ""
        said.append(name + _figures(chart, one, words))
    values = [value for one in series for value in one.values]
    said += [f"{line.name} {chart_figure(line.value, values, words)}" for line in chart.lines]
    return ". ".join(said) + "."


def step(value: float | None, low: float, high: float, unknown: str = " ") -> str:
    """One sign of a line drawn in text, the higher the nearer to `high`."""
    if value is None or not math.isfinite(value):
        return unknown
    span = high - low
    share = (value - low) / span if 0 < span < math.inf else 0.5
    return _STEPS[max(0, min(len(_STEPS) - 1, int(share * len(_STEPS))))]


def bar_figure(
    chart: Chart, index: int, value: float | None, values: Sequence[float | None], words: Words
) -> str:
    """What is written at a bar: a waterfall's steps carry their sign, its ends do not."""
    text = chart_figure(value, values, words)
    is_step = chart.kind == "waterfall" and 0 < index < len(chart.categories) - 1
    return f"+{text}" if is_step and value is not None and value > 0 else text


def _figures(chart: Chart, series: Series, words: Words) -> str:
    pairs = [
        (name, value)
        for name, value in zip(chart.categories, series.values, strict=False)
        if value is not None and math.isfinite(value)
    ]
    if not pairs:
        return words.say("charts.no_data")
    if chart.kind == "trend":
        ends = min(pairs, key=lambda p: p[1]), max(pairs, key=lambda p: p[1]), pairs[-1]
        low, high, last = (f"{chart_figure(v, series.values, words)} ({n})" for n, v in ends)
        return words.say("charts.alt_range", low=low, high=high, last=last)
    told = [f"{name} {chart_figure(value, series.values, words)}" for name, value in pairs]
    more = [words.say("common.more", n=len(told) - _NAMED)] if len(told) > _NAMED else []
    return ", ".join([*told[:_NAMED], *more])
