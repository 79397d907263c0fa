"""Slack's blocks, made from text that may hold anything. Text is clipped to each block's limit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from adapters.slack.escape import plain
from adapters.slack.limits import (
    ALT_TEXT,
    BUTTON_TEXT,
    BUTTON_VALUE,
    HEADER_TEXT,
    OPTION_TEXT,
    SECTION_TEXT,
    Block,
    clip,
    size,
)

Piece = tuple[str, bool]  # text, and whether it is bold


def plain_text(text: str, most: int = SECTION_TEXT, *, lines: bool = False) -> Block:
    return {"type": "plain_text", "text": clip(plain(text, lines=lines), most), "emoji": False}


def verbatim(mrkdwn: str) -> Block:
    """Markup of ours; data in it went through escape.mrkdwn. `verbatim` leaves names and
    addresses alone."""
    return {"type": "mrkdwn", "text": mrkdwn, "verbatim": True}


def header(text: str) -> Block:
    return {"type": "header", "text": plain_text(text, HEADER_TEXT)}


def small(*texts: str) -> Block:
    """Small grey text: a period, a caveat, the sources. At most ten texts."""
    return {"type": "context", "elements": [plain_text(text, lines=True) for text in texts]}


def paragraph(*pieces: Piece) -> Block:
    """One paragraph of rich text: no markup is read in it."""
    return paragraphs([pieces])


def paragraphs(texts: Iterable[Sequence[Piece]], most: int = SECTION_TEXT) -> Block:
    """Several paragraphs as one block, each on a line of its own."""
    elements: list[Block] = []
    for pieces in texts:
        section = [_piece(text, bold, most) for text, bold in pieces if text]
        elements.append({"type": "rich_text_section", "elements": section or [_piece("–", False)]})
    return {"type": "rich_text", "elements": elements}


def preformatted(rows: Sequence[str]) -> Block:
    """Rows in a fixed-width font, each already clean."""
    text = clip("\n".join(rows), SECTION_TEXT)
    return {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_preformatted",
                "elements": [{"type": "text", "text": text if text.strip() else "–"}],
            }
        ],
    }


def image(file: str, title: str, alt: str) -> Block:
    """A picture that was uploaded before; `file` is its Slack id."""
    return {
        "type": "image",
        "slack_file": {"id": file},
        "title": plain_text(title, ALT_TEXT),
        "alt_text": clip(plain(alt), ALT_TEXT),
    }


def button(label: str, action: str, value: str) -> Block:
    """A button that sends `value` back; `fits` tells whether it may."""
    return {
        "type": "button",
        "text": plain_text(label, BUTTON_TEXT),
        "action_id": action,
        "value": value,
    }


def option(label: str, value: str) -> Block:
    return {"text": plain_text(label, OPTION_TEXT), "value": value}


def fits(value: str, most: int = BUTTON_VALUE) -> bool:
    return 0 < size(value) <= most


def buttons(elements: Sequence[Block]) -> Block:
    return {"type": "actions", "elements": list(elements)}


DIVIDER: Block = {"type": "divider"}


def _piece(text: str, bold: bool, most: int = SECTION_TEXT) -> Block:
    # Spaces at the edges stand between two pieces, so they are kept.
    before = " " if text[:1].isspace() else ""
    after = " " if text[-1:].isspace() else ""
    piece: Block = {"type": "text", "text": clip(f"{before}{plain(text)}{after}", most)}
    if bold:
        piece["style"] = {"bold": True}
    return piece
