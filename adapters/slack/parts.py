"""The parts of an answer as blocks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, assert_never

from adapters.cited import marks
from adapters.reading import first_sentence
from adapters.slack import charts, tables
from adapters.slack.blocks import (
    Piece,
    header,
    image,
    paragraph,
    preformatted,
    small,
    verbatim,
)
from adapters.slack.escape import mrkdwn, plain
from adapters.slack.limits import CHARTS, FIELDS, SECTION_TEXT, Block, clip
from core.answer import Actions, Chart, Heading, Metric, Metrics, Notice, Part, Table, Text, Tone
from core.chart_text import alt_text
from core.words import Words

Look = Literal["native", "picture", "plain"]

# Told apart by their shapes as well as by their colours.
SIGNS: dict[Tone, str] = {"good": "✅ ", "neutral": "", "warning": "⚠️ ", "bad": "❗ "}
NOTICE_SIGNS: dict[Tone, str] = {**SIGNS, "neutral": "ℹ️ "}
_NUMBERED = re.compile(r"\d+\. ")
_LABEL = 100


@dataclass(slots=True)
class Drawing:
    """Draws parts for one message. `files` are uploaded pictures by the part's index; `left` is
    how many of Slack's own charts may still stand in the message."""

    words: Words
    look: Look
    files: Mapping[int, str] = field(default_factory=dict)
    left: int = CHARTS

    def part(self, part: Part, index: int, rows: int) -> list[Block]:
        """The blocks of one part, a table with at most `rows`; none for Actions."""
        match part:
            case Heading():
                return [header(part.text)]
            case Text():
                return [text(part)]
            case Metrics():
                return metrics(part)
            case Table():
                return self.table(part, rows)
            case Chart():
                return [self.chart(part, index)]
            case Notice():
                return [notice(part)]
            case Actions():
                return []
            case _:
                assert_never(part)

    def chart(self, chart: Chart, index: int) -> Block:
        """Slack's chart, else the picture, else text bars under the title."""
        block = charts.native(chart) if self.look == "native" and self.left else None
        if block is not None:
            self.left -= 1
            return block
        if index in self.files and self.look != "plain":
            title = f"{chart.title}{marks(chart.cites)}"
            return image(self.files[index], title, alt_text(chart, self.words))
        unit = f" ({chart.unit})" if chart.unit else ""
        rows = charts.rows(chart, self.words)
        return titled((chart.title, unit + marks(chart.cites)), rows)

    def table(self, table: Table, rows: int) -> list[Block]:
        """The title, the rows that fit, and how many more there are."""
        block = tables.native(table, rows) if self.look == "native" else tables.text(table, rows)
        if block is None:
            return []
        blocks = [block]
        if table.title:
            blocks.insert(0, paragraph((table.title, True), (marks(table.cites), False)))
        elif table.cites:
            blocks.append(small(marks(table.cites)))
        more = len(table.rows) - rows
        if more > 0:
            blocks.append(small("… " + self.words.say("common.more", n=more)))
        return blocks


def lead(part: Text, sign: str = "") -> Block:
    """The sentence that matters, bold, and what follows it."""
    first, rest = first_sentence(plain(part.text))
    return paragraph((sign + first, True), (rest, False), (marks(part.cites), False))


def text(part: Text) -> Block:
    """A paragraph; a numbered one is led by its first sentence."""
    return paragraph(*_pieces(part))


def metrics(part: Metrics) -> list[Block]:
    """Two columns of fields: label, figure with a sign, change."""
    fields = [verbatim(_field(metric)) for metric in part.metrics]
    return [
        {"type": "section", "fields": fields[start : start + FIELDS]}
        for start in range(0, len(fields), FIELDS)
    ]


def notice(part: Notice) -> Block:
    """A caveat; only what must not be overlooked stands in full size."""
    said = clip(NOTICE_SIGNS[part.tone] + part.text, SECTION_TEXT)
    return small(said) if part.tone in ("neutral", "good") else paragraph((said, False))


def titled(title: tuple[str, str], rows: Sequence[str]) -> Block:
    """Fixed-width rows under a bold title, as one block."""
    head = paragraph((title[0], True), (title[1], False))
    return {**head, "elements": head["elements"] + preformatted(rows)["elements"]}


def _pieces(part: Text) -> list[Piece]:
    if not _NUMBERED.match(part.text):
        return [(part.text, False), (marks(part.cites), False)]
    first, rest = first_sentence(plain(part.text))
    return [(first, True), (rest, False), (marks(part.cites), False)]


def _field(metric: Metric) -> str:
    label, value, change = (
        mrkdwn(clip(said, _LABEL)) if said else ""
        for said in (metric.label, metric.value, metric.change)
    )
    figure = f"{SIGNS[metric.tone]}*{value or '–'}*"
    return "\n".join(line for line in (f"{label}{marks(metric.cites)}", figure, change) if line)
