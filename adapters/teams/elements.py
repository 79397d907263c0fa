"""Adaptive Card elements, none newer than 1.2, made from text that may hold anything.

Text is set in RichTextBlocks: unlike a TextBlock they read no Markdown, on any client.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from adapters.clipping import clip
from adapters.teams.escape import plain
from adapters.teams.limits import PARAGRAPH, Element

Run = Element | str

BOLD: Element = {"weight": "bolder"}
SMALL: Element = {"size": "small", "isSubtle": True}
TIGHT: Element = {"spacing": "none"}
CLOSE: Element = {"spacing": "small"}


def run(text: str, most: int = PARAGRAPH, **style: Any) -> Run:
    """A stretch of text in one style. Spaces at its edges stand between two runs: they are kept."""
    before = " " if text[:1].isspace() else ""
    after = " " if text[-1:].isspace() else ""
    said = f"{before}{clip(plain(text), most)}{after}"
    return {"type": "TextRun", "text": said, **style} if style else said


def paragraph(*runs: Run, **style: Any) -> Element:
    """Runs one after another, as one paragraph."""
    return {"type": "RichTextBlock", "inlines": list(runs), **style}


def small(text: str, most: int = PARAGRAPH, **style: Any) -> Element:
    """Small grey text: a period, a caveat, a source."""
    return paragraph(run(text, most, **SMALL), **style)


def column(items: Sequence[Element], width: int | Literal["auto", "stretch"]) -> Element:
    return {"type": "Column", "width": width, "items": list(items)}


def columns(*parts: Element, **style: Any) -> Element:
    return {"type": "ColumnSet", "columns": list(parts), **style}


def container(items: Sequence[Element], **style: Any) -> Element:
    return {"type": "Container", "items": list(items), **style}


def card(body: Sequence[Element], actions: Sequence[Element] = (), **more: Any) -> Element:
    """1.4 is the least version under which Action.Execute works, 1.5 the newest of Teams."""
    made: Element = {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "msteams": {"width": "Full"},
        "body": list(body),
    }
    if actions:
        made["actions"] = list(actions)
    return {**made, **more}
