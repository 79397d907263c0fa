"""Fixed-width text that a phone does not wrap: cells counted as a monospaced font shows them."""

from __future__ import annotations

import unicodedata

PHONE = 38  # columns of a preformatted block on a phone held upright


def cells(text: str) -> int:
    """How many columns the text takes: wide East Asian signs and emoji two, accents none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def cut(text: str, width: int) -> str:
    """The text in at most `width` columns, with an ellipsis where something is missing."""
    if cells(text) <= width:
        return text
    kept = ""
    for char in text:
        if cells(kept + char) >= width:
            break
        kept += char
    return kept.rstrip() + "…"


def pad(text: str, width: int, side: str = "l") -> str:
    """The text filled up with spaces, set left ("l") or right ("r")."""
    gap = " " * max(0, width - cells(text))
    return gap + text if side == "r" else text + gap
