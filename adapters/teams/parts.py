"""The parts of an answer as a card's elements."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import assert_never

from adapters.cited import marks
from adapters.clipping import clip
from adapters.reading import first_sentence
from adapters.teams import charts, tables
from adapters.teams.elements import (
    BOLD,
    SMALL,
    TIGHT,
    Run,
    column,
    columns,
    container,
    paragraph,
    run,
    small,
)
from adapters.teams.escape import plain
from adapters.teams.limits import LABEL, PARAGRAPH, Element
from core.answer import Actions, Chart, Heading, Metric, Metrics, Notice, Part, Table, Text, Tone
from core.words import Words
from core.words.words import NBSP

# Told apart by their shapes as well as by their colours.
SIGNS: dict[Tone, str] = {"good": "✅ ", "neutral": "", "warning": "⚠️ ", "bad": "❗ "}
NOTICE_SIGNS: dict[Tone, str] = {**SIGNS, "neutral": "ℹ️ "}
# Only these two are dark enough in every theme.
_COLORS: dict[Tone, Element] = {
    "good": {"color": "good"},
    "neutral": {},
    "warning": {},
    "bad": {"color": "attention"},
}
_BESIDE = 2  # metrics in a row on a phone
_LARGE = 14  # characters of a large figure beside another; a longer one may be broken
_NUMBERED = re.compile(r"\d+\. ")


@dataclass(frozen=True, slots=True)
class Detail:
    """How much of an answer is drawn. `bars`: a chart's fallback is drawn, else told; `charts`:
    charts are drawn at all. `rows` of a table and of a `wide` one, characters of a `cell` and of
    a `text`, `sources` in lines, and how many `buttons`."""

    bars: bool = True
    charts: bool = True
    rows: int = 15
    wide: int = 6
    cell: int = 200
    text: int = PARAGRAPH
    sources: int = 15
    buttons: int = 12


def drawn(part: Part, words: Words, detail: Detail) -> list[Element]:
    """The elements of one part; none for Actions."""
    match part:
        case Heading():
            return [paragraph(run(part.text, detail.text, **BOLD), spacing="medium")]
        case Text():
            return [text(part, detail.text)]
        case Metrics():
            return metrics(part)
        case Table():
            return tables.drawn(part, words, rows=detail.rows, wide=detail.wide, cell=detail.cell)
        case Chart() if not detail.charts:
            return charts.told(part, words)
        case Chart():
            return charts.drawn(part, words, bars=detail.bars)
        case Notice():
            return [notice(part, detail.text)]
        case Actions():
            return []
        case _:
            assert_never(part)


def lead(part: Text, sign: str = "", most: int = PARAGRAPH) -> Element:
    """The sentence that matters, bold, and what follows it."""
    first, rest = first_sentence(clip(plain(part.text), most))
    runs = [run(sign + first, **BOLD)] if first else [run(sign)] if sign else []
    return paragraph(*runs, *_rest(rest, part))


def text(part: Text, most: int = PARAGRAPH) -> Element:
    """A paragraph; a numbered one is led by its first sentence."""
    said = clip(plain(part.text), most)
    if not _NUMBERED.match(said):
        return paragraph(*_rest(said, part))
    first, rest = first_sentence(said)
    return paragraph(*([run(first, **BOLD)] if first else []), *_rest(rest, part))


def metrics(part: Metrics) -> list[Element]:
    """Two columns: label, figure with a sign, change."""
    shown = [_metric(metric) for metric in part.metrics]
    pairs = [shown[n : n + _BESIDE] for n in range(0, len(shown), _BESIDE)]
    blank: Element = column([], 1)
    return [columns(*pair, *[blank] * (_BESIDE - len(pair))) for pair in pairs]


def notice(part: Notice, most: int = PARAGRAPH) -> Element:
    """A caveat; only what must not be overlooked stands in full size on a ground of its own."""
    said = NOTICE_SIGNS[part.tone] + part.text
    if part.tone in ("neutral", "good"):
        return small(said, most)
    style = "warning" if part.tone == "warning" else "attention"
    return container([paragraph(run(said, most))], style=style)


def _rest(said: str, part: Text) -> list[Run]:
    runs = [run(said)] if said else []
    return [*runs, run(marks(part.cites), LABEL, **SMALL)] if part.cites else runs


def _metric(metric: Metric) -> Element:
    label = [run(SIGNS[metric.tone] + metric.label, LABEL, size="small"), *_marks(metric)]
    value = metric.value if len(metric.value) <= _LARGE else metric.value.replace(NBSP, " ")
    figure = run(value, LABEL, **_figure(metric.tone))
    lines = [paragraph(*label), paragraph(figure, **TIGHT)]
    if metric.change:
        lines.append(small(metric.change, LABEL, **TIGHT))
    return column(lines, 1)


def _figure(tone: Tone) -> Element:
    return {"size": "large", "weight": "bolder", **_COLORS[tone]}


def _marks(metric: Metric) -> list[Run]:
    return [run(marks(metric.cites), LABEL, **SMALL)] if metric.cites else []
