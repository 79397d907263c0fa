"""Answer → rows: what matters first, figures and pictures, caveats, sources, what to ask next."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import assert_never

from adapters.console import bars, parts
from adapters.console.paper import Paper, Row, Style
from adapters.console.trend import trend
from core.answer import Actions, Answer, Chart, Heading, Metrics, Notice, Part, Series, Table, Text


def draw(answer: Answer, paper: Paper, *, numbered: bool = True) -> list[Row]:
    """All rows of the answer, none wider than the paper; parts are set apart by an empty row.

    Choices are `numbered` where a number can be typed next, else shown with their commands.
    """
    rows: list[Row] = []
    first_text = next((part for part in answer.parts if isinstance(part, Text)), None)
    before: Part | None = None
    for part in answer.parts:
        if isinstance(part, Actions):
            continue  # all choices stand together at the end, where the reader types
        drawn = list(_part(part, paper, matters=part is first_text))
        if rows and drawn and not (isinstance(part, Notice) and isinstance(before, Notice)):
            rows.append(())
        rows += drawn
        before = part
    if answer.by_model:
        rows += [(), ((paper.words.say("model.label"), "dim"),)]
    choices = parts.choices if numbered else parts.commands
    for block in (parts.sources(answer.citations, paper), choices(answer.actions, paper)):
        drawn = list(block)
        rows += [(), *drawn] if rows and drawn else drawn
    return [paper.fit(row) for row in rows]


def _part(part: Part, paper: Paper, *, matters: bool) -> Iterator[Row]:
    match part:
        case Heading():
            yield from paper.paragraph(part.text, "accent")
        case Text():
            style: Style = "strong" if matters else ""
            for line in part.text.split("\n"):
                yield from paper.paragraph(line + parts.marks(part.cites), style)
        case Metrics():
            yield from parts.metrics(part, paper)
        case Table():
            yield from _title(part.title, part.cites, paper)
            yield from parts.table(part, paper)
        case Chart():
            unit = f" ({part.unit})" if part.unit else ""
            yield from _title(part.title + unit, part.cites, paper)
            yield from _chart(part, paper)
        case Notice():
            yield from parts.notice(part, paper)
        case Actions():
            return
        case _:
            assert_never(part)


def _title(title: str, cites: tuple[int, ...], paper: Paper) -> Iterator[Row]:
    if title:
        yield from paper.paragraph(title + parts.marks(cites), "accent")


def _chart(chart: Chart, paper: Paper) -> Iterator[Row]:
    if not chart.series or not chart.categories:
        yield ((paper.words.say("charts.no_data"), "dim"),)
        return
    chart = replace(chart, series=tuple(map(_finite, chart.series)))
    match chart.kind:
        case "bar":
            yield from bars.bars(chart, paper)
        case "pareto":
            yield from bars.pareto(chart, paper)
        case "waterfall":
            yield from bars.waterfall(chart, paper)
        case "trend":
            yield from trend(chart, paper)
        case _:
            assert_never(chart.kind)


def _finite(series: Series) -> Series:
    """What is no number has no place on a scale: a gap."""
    values = (v if v is not None and math.isfinite(v) else None for v in series.values)
    return replace(series, values=tuple(values))
