"""A table as Slack's own block, as fixed-width text, or row by row where a phone is too narrow."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.slack.blocks import paragraphs, preformatted
from adapters.slack.columns import PHONE, cells, pad
from adapters.slack.escape import plain
from adapters.slack.limits import TABLE_COLUMNS, TABLE_ROWS, Block, clip
from core.answer import Table

_CELL = 200  # longer ones are cut; so a table that fits a message also keeps to TABLE_TEXT
_TITLE = 150
_PAGE = 8
_UNNAMED = 6  # columns up to which a row is understood by the head alone


def native(table: Table, most: int = TABLE_ROWS) -> Block | None:
    """The `data_table` block with at most `most` rows; None where there is nothing to show.

    Its cells must not be empty and all rows must be of one length.
    """
    head, body = _grid(table, min(most, TABLE_ROWS))
    if not head or not body:
        return None
    return {
        "type": "data_table",
        "caption": clip(plain(table.title or " · ".join(table.columns)), _TITLE),
        "page_size": min(len(body), _PAGE),
        "rows": [[{"type": "raw_text", "text": cell} for cell in row] for row in [head, *body]],
    }


def text(table: Table, most: int = TABLE_ROWS) -> Block | None:
    """The rows as text: in columns if they fit a phone, else one line per row under the head."""
    head, body = _grid(table, most)
    if not head or not body:
        return None
    widths = [max(cells(row[index]) for row in [head, *body]) for index in range(len(head))]
    if sum(widths) + 2 * (len(widths) - 1) <= PHONE:
        sides = table.align.ljust(len(head), "l")
        return preformatted([_row(row, widths, sides) for row in [head, *body]])
    if len(head) > _UNNAMED:
        return paragraphs([_named(head, row) for row in body])
    return paragraphs([[(" · ".join(head), False)], *(_joined(row) for row in body)])


def _grid(table: Table, most: int) -> tuple[list[str], list[list[str]]]:
    """Head and body, clean, all rows as long as the head."""
    width = min(len(table.columns), TABLE_COLUMNS)
    head = [clip(plain(name), _CELL) for name in table.columns[:width]]
    body = [
        [clip(plain(row[i][: 2 * _CELL] if i < len(row) else ""), _CELL) for i in range(width)]
        for row in table.rows[:most]
    ]
    return head, body


def _row(row: Sequence[str], widths: Sequence[int], sides: str) -> str:
    padded = (pad(cell, width, side) for cell, width, side in zip(row, widths, sides, strict=False))
    return "  ".join(padded).rstrip()


def _joined(row: Sequence[str]) -> list[tuple[str, bool]]:
    return [(row[0], True), ("".join(f" · {cell}" for cell in row[1:]), False)]


def _named(head: Sequence[str], row: Sequence[str]) -> list[tuple[str, bool]]:
    """ "**22:14** · Reason: conveyor fault · Duration: 105 min"; what is empty is left out."""
    rest = [f"{name}: {cell}" for name, cell in zip(head[1:], row[1:], strict=False) if cell != "–"]
    return [(row[0], True), (" · " + " · ".join(rest) if rest else "", False)]
