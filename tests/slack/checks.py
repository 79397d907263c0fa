"""What must hold for every message and view, whatever the data."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from adapters.slack.limits import Block
from adapters.slack.render import Message
from tests.fakes.slack.blocks import characters, check_message, check_view
from tests.fakes.slack.pings import pings
from tests.fakes.slack.shapes import Check

STYLE = re.compile(r"(?<![^\W_])([*_~])(?=\S)[^*_~\n]+\1(?![^\W_])|`[^`\n]+`")
EMOJI = re.compile(r":[\w+'-]+:")


def seal(text: str) -> str:
    """As the channel's: longer than the text, and empty where no button could carry it."""
    value = f"0123456789abcdef.{text}"
    return value if len(value) <= 2_000 else ""


def check(message: Message) -> None:
    """Slack takes the message, and nothing in it is live."""
    wire = json.loads(json.dumps({"text": message.text, "blocks": message.blocks}))
    check_message(wire["blocks"], Check("message", whole_message_actions=True))
    assert 0 < len(message.text) <= 4_000
    assert characters(wire["blocks"]) <= 12_000
    assert_inert(wire)


def check_modal(view: Block) -> None:
    wire = json.dumps(view)
    check_view(json.loads(wire), view["type"], Check("view"), len(wire))
    assert_inert({"blocks": view["blocks"]})


def assert_inert(message: Any) -> None:
    """No mention, link, emoji or style that comes from data, and no empty text."""
    assert pings(message) == []
    for text in list(_values(message, "text")) + list(_values(message, "alt_text")):
        assert text.strip()
        assert not any("\ud800" <= char <= "\udfff" for char in text)
    for text in _mrkdwn(message):
        without_ours = re.sub(r"^(✅ |⚠️ |❗ )?\*(.*)\*$", r"\2", text, flags=re.MULTILINE)
        assert not STYLE.search(without_ours), text
        assert not EMOJI.search(text), text
        assert not re.search(r"^\s*&gt;", text, re.MULTILINE), text
        assert not re.search(r"[<>]", text), text
        assert not re.search(r"&(?!(amp|lt|gt);)", text), text


def _mrkdwn(message: Any) -> Iterator[str]:
    if isinstance(message, dict) and "text" in message and "blocks" in message:
        yield message["text"]
    yield from (n["text"] for n in nodes(message) if n.get("type") == "mrkdwn")


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from nodes(value)
    elif isinstance(node, list):
        for item in node:
            yield from nodes(item)


def _values(message: Any, name: str) -> Iterator[str]:
    yield from (n[name] for n in nodes(message) if isinstance(n.get(name), str))
