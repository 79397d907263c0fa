"""Text from data, made inert for Slack.

`plain` suffices for plain_text and rich_text, where Slack reads no markup. `mrkdwn` is for the two
places that need markup of ours: the fields of metrics and a message's fallback text.
"""

from __future__ import annotations

import re

from adapters.slack.limits import SECTION_TEXT
from core.answer_text import printable

_LONGEST = 2 * SECTION_TEXT
_BREAK = "\u200b"  # a zero-width space: unseen, and no name, address or emoji has one inside
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# mrkdwn has no escape for its marks. Between two letters they do nothing ("line_3"); elsewhere
# they are replaced by a sign that looks alike.
_MARKS = re.compile(r"(?<![^\W_])[*_~]|[*_~](?![^\W_])|`")
_LOOK_ALIKES = {"*": "\u2217", "_": "\u02cd", "~": "\u223c", "`": "\u02cb"}
_EMOJI = re.compile(r":(?=[\w+'’-]+:)")
_MENTION = re.compile(r"[@#](?=\w)")
_ADDRESS = re.compile(r"(?<=\w)(?=\.[^\W\d]|://)|(?<=mailto)(?=:)|(?<=tel)(?=:)", re.IGNORECASE)
_QUOTE = re.compile(r"^(\s*)(?=>)", re.MULTILINE)


def plain(text: str, *, lines: bool = False) -> str:
    """The text without control and direction characters, in one line unless `lines`; never
    empty, for Slack refuses empty text. What no block could hold is not even looked at."""
    return printable(text[:_LONGEST], keep_newlines=lines).strip() or "–"


def mrkdwn(text: str, *, lines: bool = False) -> str:
    """The text so that mrkdwn shows it as it is: no mention, link, emoji, style or quote."""
    text = plain(text, lines=lines)
    text = _MARKS.sub(lambda mark: _LOOK_ALIKES[mark[0]], text)
    text = _EMOJI.sub(":" + _BREAK, text)
    text = _MENTION.sub(lambda sign: sign[0] + _BREAK, text)
    text = _ADDRESS.sub(_BREAK, text)
    text = _QUOTE.sub(lambda start: start[1] + _BREAK, text)
    return text.translate(_ENTITIES)
