"""What in a message would ping someone or be a link, read as Slack reads it.

mrkdwn: docs.slack.dev/messaging/formatting-message-text (`<@U…>`, `<!channel>`, `<!subteam^S…>`,
`<#C…>`, `<url|label>`; `&lt;` is no bracket; bare addresses become links). Markdown blocks:
links, images, autolinks, and mentions in either form.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from tests.fakes.slack.state import Message, View

Json = dict[str, Any]
PingKind = Literal["broadcast", "user", "group", "channel", "link", "autolink"]

_ENTITY = re.compile(r"<([@#!][^<>|\n]+|[a-zA-Z][a-zA-Z0-9+.-]*:[^<>|\s]+)(?:\|[^<>]*)?>")
_BARE = re.compile(r"(?<![<|\w/])(?:https?://|mailto:)[^\s<>|]+", re.IGNORECASE)
_BARE_BROADCAST = re.compile(r"(?<![\w&/@.])@(channel|here|everyone)\b", re.IGNORECASE)
_MARKDOWN_LINK = re.compile(r"(?<!\\)\[[^\]\n]*\]\(\s*<?[^)\s]+[^)]*\)|(?<!\\)\[[^\]\n]+\]:\s*\S+")


@dataclass(frozen=True, slots=True)
class Ping:
    """One mention or link: what it is, the text that makes it one, and where it stands."""

    kind: PingKind
    text: str
    where: str


def pings(message: Message | View | Json) -> list[Ping]:
    """Every mention and link that the message (or view) would show as a real one.

    Data that is shown as it is never pings: a test asserts that this is empty, or holds only the
    links that the app means. A button's `url` is no ping: it is seen as a button.
    """
    if isinstance(message, View):
        return list(_in_blocks(message.blocks, "blocks"))
    if isinstance(message, Message):
        message = {
            "text": message.text,
            "mrkdwn": message.mrkdwn,
            "blocks": message.blocks,
            "attachments": message.attachments,
        }
    return list(_in_message(message))


def _in_message(message: Json) -> Iterator[Ping]:
    if message.get("mrkdwn", True):
        yield from _in_mrkdwn(str(message.get("text") or ""), "text")
    yield from _in_blocks(message.get("blocks") or [], "blocks")
    for n, attachment in enumerate(message.get("attachments") or []):
        for key in ("text", "pretext", "title", "footer", "fallback"):
            yield from _in_mrkdwn(str(attachment.get(key) or ""), f"attachments/{n}/{key}")
        yield from _in_blocks(attachment.get("blocks") or [], f"attachments/{n}/blocks")


def _in_mrkdwn(text: str, where: str, verbatim: bool = False) -> Iterator[Ping]:
    for match in _ENTITY.finditer(text):
        if kind := _kind(match.group(1)):
            yield Ping(kind, match.group(0), where)
    if not verbatim:
        for match in _BARE.finditer(_ENTITY.sub(" ", text)):
            yield Ping("autolink", match.group(0), where)


def _kind(entity: str) -> PingKind | None:
    if entity.startswith("@"):
        return "user"
    if entity.startswith("#"):
        return "channel"
    if entity.startswith("!subteam^"):
        return "group"
    if entity.startswith("!"):
        return None if entity.startswith("!date^") else "broadcast"
    return "link"


def _in_markdown(text: str, where: str) -> Iterator[Ping]:
    yield from _in_mrkdwn(text, where)
    for match in _MARKDOWN_LINK.finditer(text):
        yield Ping("link", match.group(0), where)
    for match in _BARE_BROADCAST.finditer(text):
        yield Ping("broadcast", match.group(0), where)


def _in_blocks(node: Any, where: str) -> Iterator[Ping]:
    if isinstance(node, list):
        for n, item in enumerate(node):
            yield from _in_blocks(item, f"{where}/{n}")
    elif isinstance(node, dict):
        yield from _in_object(node, where)


_RICH: dict[str, PingKind] = {
    "user": "user",
    "usergroup": "group",
    "channel": "channel",
    "broadcast": "broadcast",
    "link": "link",
}


def _in_object(node: Json, where: str) -> Iterator[Ping]:
    kind = node.get("type")
    if kind == "mrkdwn":
        yield from _in_mrkdwn(str(node.get("text")), where, bool(node.get("verbatim")))
    elif kind == "markdown":
        yield from _in_markdown(str(node.get("text")), where)
    elif kind == "rich_text":
        yield from _in_rich_text(node.get("elements"), f"{where}/elements")
    elif kind not in ("plain_text", "raw_text"):
        for key, value in node.items():
            if isinstance(value, dict | list):
                yield from _in_blocks(value, f"{where}/{key}")


def _in_rich_text(node: Any, where: str) -> Iterator[Ping]:
    if isinstance(node, list):
        for n, item in enumerate(node):
            yield from _in_rich_text(item, f"{where}/{n}")
    elif isinstance(node, dict):
        if kind := _RICH.get(str(node.get("type"))):
            yield Ping(kind, str(node), where)
        yield from _in_rich_text(node.get("elements"), f"{where}/elements")
