"""Words on a picture: what the font can draw, no longer than there is room for."""

from __future__ import annotations

from textwrap import wrap

from matplotlib import font_manager

from core.answer_text import printable

NAME = 20  # characters of a category's name in a line
_LINES = 2


def text(raw: str) -> str:
    """The text with what the font can draw, and no sign that would start a formula."""
    drawable = _glyphs()
    kept = "".join(c if ord(c) in drawable else "?" for c in printable(raw))
    return kept.strip().replace("$", r"\$") or "–"


def _glyphs() -> frozenset[int]:
    if not _GLYPHS:
        font = font_manager.get_font(font_manager.findfont("DejaVu Sans"))
        _GLYPHS.append(frozenset(font.get_charmap()))
    return _GLYPHS[0]


_GLYPHS: list[frozenset[int]] = []


def wrapped(name: str) -> str:
    lines = wrap(name, NAME) or ["–"]
    if len(lines) > _LINES:
        lines = [*lines[: _LINES - 1], shortened(" ".join(lines[_LINES - 1 :]), NAME)]
    return "\n".join(lines)


def shortened(name: str, most: int) -> str:
    return name if len(name) <= most else name[: most - 1].rstrip() + "…"
