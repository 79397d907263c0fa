"""An answer as plain text: the fallback where a channel cannot draw, and what a log reader sees."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Sequence
from typing import assert_never

from core.answer import (
    Actions,
    Answer,
    Chart,
    Citation,
    Heading,
    Metric,
    Metrics,
    Notice,
    Part,
    Table,
    Text,
)
from core.words import Words

# Beyond this many bars a list of them reads worse than the table beside the chart.
_MOST_BARS = 12


def as_text(answer: Answer) -> str:
    """The whole answer without layout or markup, one fact per line, citations last."""
    words = Words(answer.language)
    lines = [line for part in answer.parts for line in _part(part, words)]
    lines += [citation_text(citation, words) for citation in answer.citations]
    return "\n".join(printable(line, keep_newlines=True) for line in lines)


def citation_text(citation: Citation, words: Words) -> str:
    """ "[1] plant.db · downtime · asset = line-3 · last night (…) · 12 rows · as of …" """
    as_of = citation.as_of
    facts = [
        citation.source,
        citation.table,
        citation.filter,
        citation.period,
        words.say("answer.rows", n=citation.rows),
        words.say("answer.as_of", moment=words.moment(as_of, citation.zone)) if as_of else "",
        citation.note,
    ]
    return f"[{citation.number}] " + " · ".join(fact for fact in facts if fact)


def chart_figure(value: float | None, values: Sequence[float | None], words: Words) -> str:
    """A chart's value with as many digits as its neighbours `values` need to be told apart."""
    if value is None or not math.isfinite(value):
        return "–"
    known = [abs(v) for v in values if v is not None and math.isfinite(v)]
    whole = all(v == int(v) for v in known) or max(known, default=0.0) >= 100
    return words.number(value, 0 if whole else 1)


def printable(text: str, *, keep_newlines: bool = False) -> str:
    """Text from data, made harmless for a terminal: no control, escape or direction characters.

    Line breaks and tabs become spaces, unless line breaks are wanted.
    """
    if text.isascii() and text.isprintable():
        return text
    kept = "\n" if keep_newlines else ""
    return "".join(c if c in kept or not _controls(c) else _stand_in(c) for c in text)


def _controls(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}


def _stand_in(char: str) -> str:
    if char in "\n\t\r\v\f\u2028\u2029":
        return " "
    return "\ufffd" if "\ud800" <= char <= "\udfff" else ""


def _part(part: Part, words: Words) -> Iterator[str]:
    match part:
        case Heading():
            yield part.text
        case Text():
            yield part.text + _marks(part.cites)
        case Metrics():
            for metric in part.metrics:
                yield _metric(metric)
        case Table():
            yield from _table(part)
        case Chart():
            yield from _chart(part, words)
        case Notice():
            yield f"! {part.text}"
        case Actions():
            for action in part.actions:
                yield f"→ {action.label} ({action.command})"
        case _:
            assert_never(part)


def _metric(metric: Metric) -> str:
    change = f" ({metric.change})" if metric.change else ""
    return f"{metric.label}: {metric.value}{change}{_marks(metric.cites)}"


def _table(table: Table) -> Iterator[str]:
    if table.title:
        yield table.title + _marks(table.cites)
    yield " | ".join(table.columns) + ("" if table.title else _marks(table.cites))
    for row in table.rows:
        yield " | ".join(row)


def _chart(chart: Chart, words: Words) -> Iterator[str]:
    """Bars are listed; a trend is only named, for its sentence says more than thirty figures."""
    unit = f" ({chart.unit})" if chart.unit else ""
    head = f"{chart.title}{unit}{_marks(chart.cites)}"
    if chart.kind == "trend" or len(chart.categories) > _MOST_BARS or not chart.series:
        yield head
        return
    values = chart.series[0].values
    bars = (
        f"{name} {chart_figure(value, values, words)}"
        for name, value in zip(chart.categories, values, strict=False)
    )
    yield f"{head}: {'; '.join(bars)}"


def _marks(cites: Sequence[int]) -> str:
    return "".join(f" [{number}]" for number in cites)
