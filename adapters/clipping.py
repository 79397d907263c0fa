"""Text cut to a platform's limits, counted in UTF-16 code units: never fewer than characters."""

from __future__ import annotations

ELLIPSIS = "…"


def size(text: str) -> int:
    """The text's length in UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def clip(text: str, most: int) -> str:
    """The text in at most `most` code units, cut with an ellipsis."""
    if size(text) <= most:
        return text
    kept = text[: max(0, most - 1)]
    while kept and size(kept) > most - 1:
        kept = kept[: len(kept) - max(1, (size(kept) - most + 1) // 2)]
    return kept.rstrip() + ELLIPSIS if most > 0 else ""
