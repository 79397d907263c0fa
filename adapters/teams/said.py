"""What a person typed, out of what Teams makes of it: mentions, markup and entities gone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from typing import Any

from core import registry
from core.acts.choices import subject
from core.acts.forget import is_forget
from core.acts.subscribe_words import act_of

_LONGEST = 40_000  # characters that are looked at; longer questions are refused anyway
_AT = re.compile(r"<at(?:\s+id\s*=\s*\"[^\"<>]*\")?\s*>([^<>]*)</at>", re.IGNORECASE)
_QUOTE = re.compile(r"<(/?)blockquote\b([^<>]*)>", re.IGNORECASE)
_BREAK = re.compile(r"<br\s*/?>|</(?:p|div|li|tr|h[1-6])\s*>", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:p|div|span|b|i|u|s|strong|em|strike|del|code|pre|a|ul|ol|li|blockquote|table|tbody|tr"
    r"|td|th|h[1-6]|img|attachment|emoji|font|hr)(?:\s+[\w:-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*\s*/?>",
    re.IGNORECASE,
)
_MARKS = re.compile(r"\*\*|~~|`+")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!~>|])")
_LINES = re.compile(r"[ \t\r\f\v]+")
_QUOTES = str.maketrans({"“": '"', "”": '"', "’": "'", "\u00a0": " "})


def said(activity: Mapping[str, Any]) -> tuple[str, bool]:
    """The words, and whether the bot is named in them."""
    text = activity.get("text")
    text = text[:_LONGEST] if isinstance(text, str) else ""
    recipient = activity.get("recipient")
    bot = recipient.get("id") if isinstance(recipient, Mapping) else None
    named = False
    for mention in _mentions(activity.get("entities")):
        mentioned = mention.get("mentioned")
        marked = mention.get("text")
        if bot and isinstance(mentioned, Mapping) and mentioned.get("id") == bot:
            named = True
            if isinstance(marked, str) and marked:
                text = text.replace(marked, " ")
    return as_command(plain(text)), named


def plain(text: str) -> str:
    """Teams' markup as it was typed: the names of other people, no tags, & < > unescaped."""
    text = _AT.sub(lambda found: f"@{found[1]}", _unquoted(text))
    text = _TAG.sub("", _BREAK.sub("\n", text))
    text = unescape(text).translate(_QUOTES)
    text = _ESCAPED.sub(r"\1", _MARKS.sub("", text))
    lines = (_LINES.sub(" ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def as_command(text: str) -> str:
    """ "oee" as "/oee" and "Andon me" as "/andon me": Teams' menu of commands puts in the word
    alone. With more words than that it is a sentence, which is understood as one."""
    word, *others = text.split(maxsplit=1) or [""]
    name, rest = word.removeprefix("/").lower(), "".join(others)
    command = f"/{name} {rest}".rstrip()
    if word.startswith("/"):
        return command
    if not rest and name in {*registry.by_command(), "andon"}:
        return command
    return command if name == "andon" and _is_own(command) else text


def _is_own(command: str) -> bool:
    """Whether "/andon …" is about more than help."""
    own = subject(command) or act_of(command) or is_forget(command)
    return bool(own) or command.split()[1].lower() in ("help", "prompts")


def _unquoted(text: str) -> str:
    """Without a quoted message, which is no part of the question."""
    kept, end, begin = [], 0, -1
    for tag in _QUOTE.finditer(text):
        if begin < 0 and not tag[1] and "/reply" in tag[2].lower():
            begin = tag.start()
        elif begin >= 0 and tag[1]:
            kept.append(text[end:begin])
            end, begin = tag.end(), -1
    return " ".join([*kept, text[end:]])


def _mentions(entities: object) -> list[Mapping[str, Any]]:
    several = entities if isinstance(entities, list) else []
    return [e for e in several if isinstance(e, Mapping) and e.get("type") == "mention"]
