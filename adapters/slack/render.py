"""An answer as a Slack message: the sentence that matters first, never more than Slack takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from adapters.cited import lines
from adapters.reading import ordered
from adapters.slack.actions import Seal, feedback, row
from adapters.slack.blocks import button, fits, small
from adapters.slack.escape import mrkdwn, plain
from adapters.slack.limits import (
    MESSAGE_BLOCKS,
    MESSAGE_TEXT,
    MESSAGE_WEIGHT,
    SECTION_TEXT,
    Block,
    clip,
    size,
    weight,
)
from adapters.slack.parts import NOTICE_SIGNS, Drawing, Look, lead, notice
from core.answer import Answer, Chart, Heading, Metrics, Notice, Part, Table, Text
from core.words import Words

__all__ = ["Look", "Message", "charts_to_draw", "fallback", "render"]

_TEXT_ROWS = 8  # of a table that has no pages of its own
_SOURCES = 6  # lines
_SOURCE = 300
_CAVEAT = 600
_SPARE = 600  # weight by which one tail may differ from another


@dataclass(frozen=True, slots=True)
class Message:
    """What chat.postMessage takes. `shortened` tells that something was left out, which the "Show
    all" button opens if the answer has an id. Send it with mrkdwn and unfurling off."""

    text: str
    blocks: list[Block]
    shortened: bool


def render(
    answer: Answer,
    *,
    look: Look = "native",
    seal: Seal,
    files: Mapping[int, str] | None = None,
    sharing: bool = False,
) -> Message:
    """The message that shows `answer`.

    `seal` makes a button's value from a command or, for "share" and "show_all", from the answer's
    id; a button whose value is longer than Slack takes is left out. `files` are the Slack ids of
    uploaded pictures by part (`charts_to_draw`). `sharing` offers "Share in channel".
    """
    words = Words(answer.language)
    longest, _ = _tail(answer, words, look, seal, shortened=True, sharing=sharing)
    sheet = _Sheet(Drawing(words, look, files or {}), len(longest), weight(longest) + _SPARE)
    sheet.draw(answer)
    tail, cut = _tail(answer, words, look, seal, shortened=sheet.shortened, sharing=sharing)
    if cut and not sheet.shortened:  # the row lacks the button that opens the rest
        tail = longest
    return Message(fallback(answer), sheet.blocks + tail, sheet.shortened or cut)


def charts_to_draw(answer: Answer, look: Look) -> list[tuple[int, Chart]]:
    """The charts that need a picture, each with the index of its part."""
    if look == "plain":
        return []
    drawing = Drawing(Words(answer.language), look)
    found = [(n, part) for n, part in enumerate(answer.parts) if isinstance(part, Chart)]
    return [(n, chart) for n, chart in found if drawing.chart(chart, n)["type"] == "rich_text"]


def fallback(answer: Answer) -> str:
    """What notifications and screen readers say: the sentences, caveats and figures, escaped."""
    said = [part.text for part in ordered(answer.parts) if isinstance(part, Text | Notice)]
    said += [
        f"{m.label}: {m.value}" + (f" ({m.change})" if m.change else "")
        for part in answer.parts
        if isinstance(part, Metrics)
        for m in part.metrics
    ]
    said = said or [part.text for part in answer.parts if isinstance(part, Heading)]
    said = said or [part.title for part in answer.parts if isinstance(part, Table | Chart)]
    raw = "\n".join(plain(text) for text in said if text.strip())
    raw = raw or Words(answer.language).say("slack.nothing")
    room = MESSAGE_TEXT
    while size(text := mrkdwn(clip(raw, room), lines=True)) > MESSAGE_TEXT:
        room = room * 3 // 4
    return text


@dataclass(slots=True)
class _Sheet:
    """The message's body as it fills up; `tail_blocks` and `tail_weight` are kept free."""

    drawing: Drawing
    tail_blocks: int
    tail_weight: int
    blocks: list[Block] = field(default_factory=list)
    shortened: bool = False
    _weight: int = 0
    _drawn: set[str] = field(default_factory=set)

    def draw(self, answer: Answer) -> None:
        parts = ordered(answer.parts)
        if parts and isinstance(parts[0], Text):
            sign = NOTICE_SIGNS["warning"] if answer.outcome == "error" else ""
            self.shortened |= size(parts[0].text) > SECTION_TEXT
            self.add([lead(parts[0], sign)])
            parts = parts[1:]
            if parts and isinstance(parts[0], Heading):
                self.add([small(clip(parts[0].text, _SOURCE))])
                parts = parts[1:]
        for part in parts:
            self._part(part, next(n for n, one in enumerate(answer.parts) if one is part))

    def add(self, blocks: list[Block]) -> None:
        """Takes the blocks if they fit as a whole."""
        if self._fits(blocks):
            self.blocks += blocks
            self._weight += weight(blocks)
        else:
            self.shortened = True

    def _part(self, part: Part, number: int) -> None:
        if isinstance(part, Notice) and size(part.text) > _CAVEAT:
            self.shortened = True
            self.add([notice(Notice(clip(part.text, _CAVEAT), part.tone))])
        elif (
            isinstance(part, Table) and self.drawing.look != "native" and part.title in self._drawn
        ):
            self.shortened = True  # the bars above have said the same
        elif isinstance(part, Table):
            rows = len(part.rows) if self.drawing.look == "native" else _TEXT_ROWS
            while rows > 1 and not self._fits(self.drawing.part(part, number, rows)):
                rows //= 2
            self.shortened |= rows < len(part.rows)
            self.add(self.drawing.part(part, number, rows))
        else:
            if isinstance(part, Chart):
                self._drawn.add(part.title)
            self.shortened |= isinstance(part, Text) and size(part.text) > SECTION_TEXT
            self.add(self.drawing.part(part, number, 0))

    def _fits(self, blocks: list[Block]) -> bool:
        return (
            len(self.blocks) + len(blocks) <= MESSAGE_BLOCKS - self.tail_blocks
            and self._weight + weight(blocks) <= MESSAGE_WEIGHT - self.tail_weight
        )


def _tail(
    answer: Answer, words: Words, look: Look, seal: Seal, *, shortened: bool, sharing: bool
) -> tuple[list[Block], bool]:
    """Buttons, sources and feedback; and whether some of them found no room."""
    extra = []
    if shortened and answer.id:
        extra.append(button(words.say("slack.show_all"), "show_all", seal(answer.id)))
    if sharing and answer.id:
        extra.append(button(words.say("slack.share"), "share", seal(answer.id)))
    actions, cut = row(answer.actions, seal, [one for one in extra if fits(one["value"])])
    cited = lines(answer.citations, words)
    told = [words.say("model.label")] if answer.by_model else []
    told += [clip(plain(line), _SOURCE) for line in cited[:_SOURCES]]
    if len(cited) > _SOURCES:
        told.append("… " + words.say("common.more", n=len(cited) - _SOURCES))
    cut |= len(cited) > _SOURCES or any(size(line) > _SOURCE for line in cited[:_SOURCES])
    judged = None
    if answer.id and answer.outcome == "answer":
        judged = feedback(answer.id, seal, words, native=look == "native")
    sources = small("\n".join(told)) if told else None
    return [block for block in (actions, sources, judged) if block is not None], cut
