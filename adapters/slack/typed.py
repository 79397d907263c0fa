"""What people write in Slack, as they typed it."""

from __future__ import annotations

import re
from html import unescape

_MARKED = re.compile(r"<(?P<kind>[@#!]?)(?P<of>[^\s>|][^>|]*)(?:\|(?P<label>[^>]*))?>")


def as_typed(text: str, bot_user: str = "") -> str:
    """Slack's markup as it was typed: no mention of the bot, names for others, & < > unescaped."""

    def said(found: re.Match[str]) -> str:
        if found["kind"] == "@":
            return "" if found["of"] == bot_user else f"@{found['label'] or found['of']}"
        if found["kind"] == "#":
            return f"#{found['label'] or found['of']}"
        return found["label"] or found["of"].removeprefix("mailto:")

    shown = unescape(_MARKED.sub(said, text))
    return shown.replace("“", '"').replace("”", '"').replace("’", "'").strip()
