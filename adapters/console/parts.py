"""Everything of an answer that is no chart, as rows: metrics, tables, notices, sources, choices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from adapters.console.paper import TONES, Paper, Row, Span, cells, pad, plain, wrap
from core.answer import Action, Citation, Metric, Metrics, Notice, Table
from core.answer_text import citation_text

_GAP = 3
_WIDEST_CELL = 26
_NARROWEST_COLUMN = 8


def marks(cites: Sequence[int]) -> str:
    """The numbers of the sources in brackets, neighbours as a range: " [1] [3–5]"."""
    runs: list[list[int]] = []
    for number in sorted(set(cites)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return "".join(f" [{first}]" if first == last else f" [{first}–{last}]" for first, last in runs)


def metrics(part: Metrics, paper: Paper) -> Iterator[Row]:
    """Cards side by side (name, figure, change), or a list where the terminal is narrow."""
    if not part.metrics:
        return
    cards = [_card(metric, paper) for metric in part.metrics]
    widest = max(cells(text) for card in cards for text in card)
    columns = (paper.width + _GAP) // (widest + _GAP)
    if widest > _WIDEST_CELL or columns < min(3, len(cards)):
        yield from _metric_list(part.metrics, cards, paper)
        return
    lines = -(-len(cards) // columns)
    columns = -(-len(cards) // lines)  # five in two lines are 3 + 2, not 4 + 1
    for start in range(0, len(cards), columns):
        if start:
            yield ()
        yield from _cards(part.metrics[start:][:columns], cards[start:][:columns], widest)


def _card(metric: Metric, paper: Paper) -> tuple[str, str, str]:
    label = paper.clean(metric.label + marks(metric.cites))
    return label, paper.clean(metric.value), paper.clean(metric.change)


def _cards(
    shown: Sequence[Metric], cards: Sequence[tuple[str, str, str]], width: int
) -> Iterator[Row]:
    gap: Span = (" " * _GAP, "")
    yield _spread([(pad(label, width), "dim") for label, _, _ in cards], gap)
    yield _spread([(pad(value, width), "strong") for _, value, _ in cards], gap)
    if any(change for _, _, change in cards):
        changes = [
            (pad(change, width), TONES[metric.tone])
            for metric, (_, _, change) in zip(shown, cards, strict=True)
        ]
        yield _spread(changes, gap)


def _spread(spans: Sequence[Span], gap: Span) -> Row:
    return tuple(piece for span in spans for piece in (span, gap))[:-1]


def _metric_list(
    shown: Sequence[Metric], cards: Sequence[tuple[str, str, str]], paper: Paper
) -> Iterator[Row]:
    values = max(cells(value) for _, value, _ in cards)
    widest = max(cells(label) for label, _, _ in cards)
    labels = max(1, min(widest, paper.width // 2, paper.width - values - 2))
    for metric, (label, value, change) in zip(shown, cards, strict=True):
        *above, last = wrap(label, labels)
        yield from (((line, "dim"),) for line in above)
        head = pad(last, labels) + "  "
        row: Row = ((head, "dim"), (pad(value, values, "r"), "strong"))
        room = paper.width - labels - values - 4
        if not change:
            yield row
        elif cells(change) <= room:
            yield (*row, ("  " + change, TONES[metric.tone]))
        else:
            yield row
            yield from paper.paragraph(change, TONES[metric.tone], ("    ", ""))


def table(part: Table, paper: Paper) -> Iterator[Row]:
    """Columns under a rule; text columns wrap to fit, and where even that is too narrow every
    row becomes a block of "column: value" lines."""
    head = [paper.clean(column) for column in part.columns]
    body = [[paper.clean(cell) for cell in row] for row in part.rows]
    if not head:
        return
    align = part.align.ljust(len(head), "l")
    widths = [
        max(cells(row[index]) if index < len(row) else 0 for row in [head, *body])
        for index in range(len(head))
    ]
    fitted = _fit(widths, align, paper.width - 2 * (len(head) - 1))
    if fitted is None:
        yield from _blocks(head, body, paper)
        return
    yield from _columns(head, fitted, align, "dim")
    rule = paper.glyphs.rule * min(paper.width, sum(fitted) + 2 * (len(head) - 1))
    yield ((rule, "dim"),)
    for row in body:
        yield from _columns(row, fitted, align)


def _fit(widths: Sequence[int], align: str, room: int) -> list[int] | None:
    """Takes from the widest text column until the table fits; figures are never cut."""
    fitted = list(widths)
    while sum(fitted) > room:
        texts = [i for i, a in enumerate(align[: len(fitted)]) if a == "l"]
        widest = max(texts, key=lambda i: fitted[i], default=None)
        if widest is None or fitted[widest] <= _NARROWEST_COLUMN:
            return None
        fitted[widest] -= 1
    return fitted


def _columns(
    row: Sequence[str], widths: Sequence[int], align: str, style: str = ""
) -> Iterator[Row]:
    lines = [wrap(cell, width) for cell, width in zip(row, widths, strict=False)]
    for number in range(max(map(len, lines), default=0)):
        texts = [
            pad(cell[number] if number < len(cell) else "", width, side)
            for cell, width, side in zip(lines, widths, align, strict=False)
        ]
        yield (("  ".join(texts), "dim" if style == "dim" else ""),)


def _blocks(head: Sequence[str], body: Sequence[Sequence[str]], paper: Paper) -> Iterator[Row]:
    for number, row in enumerate(body):
        if number:
            yield ()
        for index, (column, cell) in enumerate(zip(head, row, strict=False)):
            lead: Span = (f"{column}: ", "dim")
            yield from paper.paragraph(cell, "strong" if index == 0 else "", lead)


def notice(part: Notice, paper: Paper) -> Iterator[Row]:
    sign = paper.glyphs.warning if part.tone in ("warning", "bad") else paper.glyphs.note
    yield from paper.paragraph(part.text, "", (f"{sign} ", TONES[part.tone]))


def choices(actions: Sequence[Action], paper: Paper, first: int = 1) -> Iterator[Row]:
    """Numbered, so that in a chat the number stands for the command; two columns if they fit."""
    digits = len(str(first + len(actions) - 1))
    items = [
        f"{number:>{digits}}  {paper.clean(action.label)}"
        for number, action in enumerate(actions, first)
    ]
    widest = max(map(cells, items), default=0)
    columns = max(1, min(3, (paper.width + _GAP) // (widest + _GAP)))
    lines = -(-len(items) // columns)
    for line in range(lines):
        spans: list[Span] = []
        for item in items[line::lines]:
            spans += [
                (item[: digits + 2], "accent"),
                (pad(item[digits + 2 :], widest - digits - 2 + _GAP), ""),
            ]
        if widest <= paper.width:
            yield tuple(spans)
        else:
            yield from paper.paragraph(plain(tuple(spans[1:2])), "", spans[0])


def commands(actions: Sequence[Action], paper: Paper) -> Iterator[Row]:
    """What to ask next, with the command that asks it: where no number can be typed."""
    for action in actions:
        label, command = paper.clean(action.label), paper.clean(action.command)
        lead: Span = (f"{paper.glyphs.note} ", "accent")
        if label == command:
            yield from paper.paragraph(label, "", lead)
        elif cells(f"{label}  {command}") + 2 <= paper.width:
            yield (lead, (f"{label}  ", ""), (command, "dim"))
        else:
            yield from paper.paragraph(label, "", lead)
            yield from paper.paragraph(command, "dim", ("  ", ""))


def sources(citations: Sequence[Citation], paper: Paper) -> Iterator[Row]:
    for citation in citations:
        number, _, facts = citation_text(citation, paper.words).partition(" ")
        yield from paper.paragraph(facts, "dim", (f"{number} ", "dim"))
