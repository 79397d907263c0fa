"""What an answer is drawn on: styled rows of a given width, before any colour is known.

A row is plain text in pieces with a style each, so that the same drawing goes to a colour
terminal, a dumb one and a pipe, and tests read it as text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from core.answer import Tone
from core.answer_text import printable
from core.words import Words

Style = Literal["", "strong", "dim", "accent", "good", "warning", "bad"]
Span = tuple[str, Style]
Row = tuple[Span, ...]

TONES: dict[Tone, Style] = {"good": "good", "neutral": "", "warning": "warning", "bad": "bad"}


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The characters that charts are made of. `eighths` are bars from one to eight eighths."""

    eighths: str
    loss: str
    mark: str
    axis: str
    rule: str
    dash: str
    dots: str
    outlier: str
    warning: str
    note: str
    ellipsis: str


UNICODE = Glyphs("▏▎▍▌▋▊▉█", "▓", "┃", "│", "─", "┄", "●○◆◇", "◉", "▲", "•", "…")
ASCII = Glyphs("#", "=", "|", "|", "-", ".", "ox+~", "X", "!", "*", "~")

_TO_ASCII = str.maketrans(
    {
        "−": "-",
        "–": "-",
        "—": "-",
        "·": "|",
        "•": "*",
        "…": "...",
        "“": '"',
        "”": '"',
        "„": '"',
        "‘": "'",
        "’": "'",
        "→": "->",
        "±": "+/-",
        "×": "x",
        "≥": ">=",
        "≤": "<=",
        "\u00a0": " ",
    }
)


@dataclass(frozen=True, slots=True)
class Paper:
    """A width in terminal cells, the characters that may be used, and the reader's words."""

    width: int
    words: Words
    glyphs: Glyphs = UNICODE

    def clean(self, text: str) -> str:
        """Text from data without anything that a terminal would obey, in one line."""
        text = printable(text)
        if self.glyphs is ASCII:
            text = text.translate(_TO_ASCII)
        return text

    def clip(self, text: str, width: int) -> str:
        """The text in at most `width` cells, cut with an ellipsis."""
        if cells(text) <= width:
            return text
        kept = ""
        for char in text:
            if cells(kept + char) >= width:
                break
            kept += char
        return kept + self.glyphs.ellipsis if width > 0 else ""

    def fit(self, row: Row) -> Row:
        """The row as it is, or cut where even the narrowest layout did not fit."""
        if sum(cells(text) for text, _ in row) <= self.width:
            return row
        return ((self.clip(plain(row), self.width), ""),)

    def paragraph(self, text: str, style: Style = "", lead: Span | None = None) -> list[Row]:
        """Wrapped text; `lead` stands before the first line, and the others hang under it."""
        indent = cells(lead[0]) if lead else 0
        lines = wrap(self.clean(text), self.width - indent)
        first = lead or ("", style)
        return [
            (first if number == 0 else (" " * indent, ""), (line, style))
            for number, line in enumerate(lines)
        ]


def cells(text: str) -> int:
    """How many columns of a terminal the text takes: wide East Asian signs and emoji two."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def pad(text: str, width: int, align: str = "l") -> str:
    """The text filled up with spaces to `width` cells."""
    gap = " " * max(0, width - cells(text))
    return gap + text if align == "r" else text + gap


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most `width` cells, broken at spaces (never at non-breaking ones)."""
    width = max(width, 1)
    lines, line = [], ""
    for word in text.split(" "):
        joined = f"{line} {word}" if line else word
        if cells(joined) <= width:
            line = joined
            continue
        if line:
            lines.append(line)
        *full, line = _broken(word, width)
        lines += full
    return [*lines, line]


def _broken(word: str, width: int) -> list[str]:
    pieces = [""]
    for char in word:
        if cells(pieces[-1] + char) > width and pieces[-1]:
            pieces.append("")
        pieces[-1] += char
    return pieces


def plain(row: Row) -> str:
    """The row without its styles."""
    return "".join(text for text, _ in row).rstrip(" ")


def merged(row: Sequence[Span]) -> Iterator[Span]:
    """Neighbours of one style as one piece."""
    text, style = row[0]
    for char, next_style in row[1:]:
        if next_style == style:
            text += char
        else:
            yield (text, style)
            text, style = char, next_style
    yield (text, style)
