"""A table as Teams' own element, as lines for clients that do not know it, or where it is wide."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.cited import marks
from adapters.clipping import clip
from adapters.teams.elements import (
    BOLD,
    CLOSE,
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
from adapters.teams.limits import LABEL, Element
from core.answer import Table
from core.words import Words

_COLUMNS = 25
_PHONE = 44  # characters of a small line on a phone
_LINES = 2  # into which a cell may be broken
_UNNAMED = 4  # columns up to which a row is understood by the head alone
_GAP = 2  # characters between two columns
_WIDEST = 30  # characters beyond which a column need not be as wide as its longest cell


def drawn(table: Table, words: Words, *, rows: int, wide: int, cell: int) -> list[Element]:
    """The title, at most `rows` rows (`wide` of a wide table) and how many more there are;
    nothing without rows."""
    head, body = _grid(table, rows_of(table, rows, wide), cell)
    if not head or not body:
        return []
    named = [run(table.title, LABEL, **BOLD)] if table.title.strip() else []
    cites = [run(marks(table.cites), LABEL, **SMALL)] if table.cites else []
    elements = [paragraph(*named, *cites)] if named or cites else []
    widths = _widths(head, body) if len(head) <= _UNNAMED else []
    if widths:
        fallback = container(_lines(head, body), **CLOSE)
        elements.append({**_table(table, head, body, widths), "fallback": fallback})
    elif len(head) <= _UNNAMED:
        elements.append(container(_lines(head, body), **CLOSE))
    else:
        elements.append(container(_named(head, body), **CLOSE))
    if len(table.rows) > len(body):
        more = words.say("common.more", n=len(table.rows) - len(body))
        elements.append(small(f"… {more}", **TIGHT))
    return elements


def rows_of(table: Table, rows: int, wide: int) -> int:
    """How many rows are shown: few where each takes several lines."""
    return min(len(table.rows), rows if len(table.columns) <= _UNNAMED else min(rows, wide))


def _table(
    table: Table, head: Sequence[str], body: Sequence[Sequence[str]], widths: Sequence[int]
) -> Element:
    sides = [_side(table, n) for n in range(len(head))]
    return {
        "type": "Table",
        "columns": [
            {"width": width, "horizontalCellContentAlignment": side}
            for width, side in zip(widths, sides, strict=True)
        ],
        "firstRowAsHeader": True,
        "showGridLines": False,
        **CLOSE,
        "rows": [_row([run(name, **SMALL) for name in head], sides)]
        + [_row([run(said, size="small") for said in row], sides) for row in body],
    }


def _row(runs: Sequence[Run], sides: Sequence[str]) -> Element:
    """Alignment stands at the text: a column's own is not obeyed everywhere."""
    cells = [
        paragraph(one, **({"horizontalAlignment": side} if side == "right" else {}))
        for one, side in zip(runs, sides, strict=True)
    ]
    return {
        "type": "TableRow",
        "cells": [{"type": "TableCell", "items": [cell]} for cell in cells],
    }


def _lines(head: Sequence[str], body: Sequence[Sequence[str]]) -> list[Element]:
    """ "**jam** · 2 h 14 min · 3" under the head; two columns stand side by side."""
    if len(head) == 2:
        return [
            columns(
                column([paragraph(run(row[0]))], "stretch"),
                column([paragraph(run(row[1], **BOLD), horizontalAlignment="right")], "stretch"),
                **TIGHT,
            )
            for row in body
        ]
    joined = [
        paragraph(run(row[0], **BOLD), run("".join(f" · {said}" for said in row[1:])), **CLOSE)
        for row in body
    ]
    return [small(" · ".join(head)), *joined]


def _named(head: Sequence[str], body: Sequence[Sequence[str]]) -> list[Element]:
    """Two lines a row: "**22:14**" and "Reason: jam · Duration: 105 min"; what is empty is left
    out."""
    elements: list[Element] = []
    for row in body:
        pairs = zip(head[1:], row[1:], strict=True)
        rest = " · ".join(f"{name}: {said}" for name, said in pairs if said != "–")
        elements.append(paragraph(run(row[0], **BOLD), **CLOSE))
        if rest:
            elements.append(paragraph(run(rest, size="small"), **TIGHT))
    return elements


def _grid(table: Table, most: int, cell: int) -> tuple[list[str], list[list[str]]]:
    """Head and body, clean, all rows as long as the head."""
    width = min(len(table.columns), _COLUMNS)
    head = [clip(plain(name), cell) for name in table.columns[:width]]
    body = [
        [clip(plain(row[i][: 2 * cell] if i < len(row) else ""), cell) for i in range(width)]
        for row in table.rows[:most]
    ]
    return head, body


def _side(table: Table, index: int) -> str:
    return "right" if table.align[index : index + 1] == "r" else "left"


def _widths(head: Sequence[str], body: Sequence[Sequence[str]]) -> list[int]:
    """Shares of the width: the longest word of each column, and what is left by their longest
    cells. Empty where a phone has no room for the words side by side, or would break a cell
    into many lines."""
    cells = [[row[n] for row in [head, *body]] for n in range(len(head))]
    words = [max(len(word) for said in column for word in said.split(" ")) for column in cells]
    left = _PHONE - _GAP * (len(head) - 1) - sum(words)
    if left < 0:
        return []
    longest = [min(_WIDEST, max(map(len, column))) for column in cells]
    wanted = [max(0, most - word) for most, word in zip(longest, words, strict=True)]
    more = left / max(sum(wanted), left, 1)
    widths = [round(word + want * more) for word, want in zip(words, wanted, strict=True)]
    if any(max(map(len, column)) > _LINES * w for column, w in zip(cells, widths, strict=True)):
        return []
    return [width + _GAP for width in widths]
