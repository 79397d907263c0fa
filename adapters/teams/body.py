"""A card's body and buttons: as much of an answer as a card may weigh."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.cited import lines
from adapters.reading import ordered
from adapters.teams import buttons, tables
from adapters.teams.buttons import Seal
from adapters.teams.elements import TIGHT, container, small
from adapters.teams.limits import PARAGRAPH, Element, weight
from adapters.teams.parts import NOTICE_SIGNS, Detail, drawn, lead
from core.answer import Answer, Chart, Heading, Notice, Table, Text
from core.words import Words

_SOURCE = 300
_OPEN, _REST = 3, "sources"  # lines shown at once, and the id of the others
# From the whole answer to what almost always fits: first the bars under a chart go, which only
# clients without charts would show, then rows, sources and words.
_DETAILS = (
    Detail(),
    Detail(bars=False),
    Detail(bars=False, rows=8),
    Detail(bars=False, rows=5, sources=6, buttons=8),
    Detail(bars=False, rows=3, sources=3, cell=80, text=600, buttons=6),
    Detail(bars=False, charts=False, rows=2, sources=2, cell=40, text=300, buttons=6),
)


@dataclass(frozen=True, slots=True)
class Body:
    elements: list[Element]
    actions: list[Element]
    shortened: bool

    @property
    def weight(self) -> int:
        return weight([self.elements, self.actions])


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the parts. `whole`: the first sentence is in the card, too."""

    seal: Seal
    words: Words
    whole: bool


def fitted(answer: Answer, frame: Frame, room: int) -> Body:
    """What fits into `room` bytes: the whole answer, or else all of its parts in less detail, or
    else the first of them."""
    pieces: list[list[Element]] = []
    for detail in _DETAILS:
        pieces = _pieces(answer, frame, detail)
        body = _body(answer, frame, detail, pieces, cut=_is_cut(answer, detail))
        if body.weight <= room:
            return body
    note = small(frame.words.say("teams.card_cut"))
    left = room - _body(answer, frame, detail, [[note]], cut=True).weight
    kept: list[list[Element]] = []
    for piece in pieces:
        left -= weight(piece)
        if left < 0:
            break
        kept.append(piece)
    return _body(answer, frame, detail, [*kept, [note]], cut=True)


def _pieces(answer: Answer, frame: Frame, detail: Detail) -> list[list[Element]]:
    """The elements of each part, in the reader's order."""
    parts = ordered(answer.parts)
    pieces: list[list[Element]] = []
    if parts and isinstance(parts[0], Text):
        if frame.whole:
            sign = NOTICE_SIGNS["warning"] if answer.outcome == "error" else ""
            pieces.append([lead(parts[0], sign, detail.text)])
        parts = parts[1:]
        if parts and isinstance(parts[0], Heading):
            pieces.append([small(parts[0].text, detail.text, **TIGHT)])
            parts = parts[1:]
    return [*pieces, *(drawn(part, frame.words, detail) for part in parts)]


def _body(
    answer: Answer, frame: Frame, detail: Detail, pieces: Sequence[list[Element]], *, cut: bool
) -> Body:
    def row(*, shortened: bool) -> tuple[list[Element], bool]:
        return buttons.row(answer, frame.seal, frame.words, detail.buttons, shortened=shortened)

    actions, missing = row(shortened=cut)
    if missing and not cut:
        actions, _ = row(shortened=True)
    elements = [element for piece in pieces for element in piece]
    return Body(elements + _sources(answer, frame.words, detail.sources), actions, cut or missing)


def _sources(answer: Answer, words: Words, most: int) -> list[Element]:
    """Whose words these are, and the numbered sources, small: the first few, and the others
    under a line that opens them."""
    cited = lines(answer.citations, words)
    told = [small(words.say("model.label"), **TIGHT)] if answer.by_model else []
    told += [small(line, _SOURCE, **TIGHT) for line in cited[:_OPEN]]
    rest = [small(line, _SOURCE, **TIGHT) for line in cited[_OPEN:most]]
    more = small("… " + words.say("common.more", n=len(cited) - _OPEN), **TIGHT)
    if rest:
        opens = {"type": "Action.ToggleVisibility", "targetElements": [_REST]}
        told.append(container([more], selectAction=opens, **TIGHT))
        told.append(container(rest, id=_REST, isVisible=False, **TIGHT))
    elif len(cited) > _OPEN:
        told.append(more)
    if told:
        told[0] = {**told[0], "separator": True, "spacing": "medium"}
    return told


def _is_cut(answer: Answer, detail: Detail) -> bool:
    """Whether this detail leaves something out that its reader could miss."""
    cited = lines(answer.citations, Words(answer.language))
    if len(cited) > detail.sources or any(len(line) > _SOURCE for line in cited[: detail.sources]):
        return True
    first = next((part for part in answer.parts if isinstance(part, Text)), None)
    for part in answer.parts:
        match part:
            case Table():
                shown = part.rows[: tables.rows_of(part, detail.rows, detail.wide)]
                if len(shown) < len(part.rows):
                    return True
                if any(len(cell) > detail.cell for row in shown for cell in row):
                    return True
            case Text() | Heading() | Notice():
                most = PARAGRAPH if part is first else detail.text
                if len(part.text) > most:
                    return True
            case Chart() if not detail.charts:
                return True
            case _:
                pass
    return False
