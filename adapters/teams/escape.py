"""Text from data, made inert for Teams.

`plain` is for a card's RichTextBlock, titles and labels, where Teams reads no markup. `markdown` is
for a message's text, which is Markdown and HTML at once; Teams' escapes differ between its clients,
so marks are replaced by signs that look alike.
"""

from __future__ import annotations

import re
from functools import lru_cache

from core.answer_text import printable

_LONGEST = 6_000
_BREAK = "\u200b"  # a zero-width space: unseen, and no name, address or mark has one inside
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_LOOK_ALIKES = str.maketrans({"*": "\u2217", "~": "\u223c", "`": "\u02cb"})
_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")  # between two letters it does nothing
_SIGN = re.compile(r"([\\\[\]{])")  # escapes, links, and the numbers of citations
_MENTION = re.compile(r"@(?=\w)")
_ADDRESS = re.compile(r"(?<=\w)(?=\.[^\W\d]|://)|(?<=mailto)(?=:)|(?<=tel)(?=:)", re.IGNORECASE)
_BLOCK = re.compile(r"^(?=[#+=|-]|\d+[.)](?:\s|$))", re.MULTILINE)


@lru_cache(maxsize=2_048)  # what a table's cell says is measured first and then set
def plain(text: str, *, lines: bool = False) -> str:
    """The text without control and direction characters, in one line unless `lines`; never
    empty. `{{DATE(…)}}` is not replaced by a date."""
    text = printable(text[:_LONGEST], keep_newlines=lines).strip() or "–"
    return text.replace("{{", "{" + _BREAK + "{")


def markdown(text: str) -> str:
    """The text so that a message shows it as it is, in one line: no mention, link, style, list,
    tag or number of a citation."""
    text = printable(text[:_LONGEST]).strip() or "–"
    text = _UNDERSCORE.sub("\u02cd", text.translate(_LOOK_ALIKES))
    text = _SIGN.sub(r"\1" + _BREAK, text)
    text = _MENTION.sub("@" + _BREAK, text)
    text = _ADDRESS.sub(_BREAK, text)
    return _BLOCK.sub(_BREAK, text).translate(_ENTITIES)
