"""What must hold for every message and dialog, whatever the data."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

from markdown_it import MarkdownIt

from adapters.teams.render import Message
from tests.teams.card_schema import problems, version

SEALED = re.compile(r"^0123456789abcdef\.(.*)$", re.DOTALL)
_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_OURS = {"paragraph_open", "paragraph_close", "inline", "text", "strong_open", "strong_close"}
_LIVE = re.compile(r"https?://\w|www\.\w|@\w|mailto:|tel:", re.IGNORECASE)
_ZERO = str.maketrans("", "", "\u200b")
_PARTS = ("Column", "TableRow", "TableCell", "TableColumnDefinition")  # of what was checked


def seal(text: str) -> str:
    """As the channel's: longer than the text, and empty where no button could carry it."""
    value = f"0123456789abcdef.{text}"
    return value if len(value) <= 2_000 else ""


def opened(value: str) -> str:
    found = SEALED.match(value)
    assert found, value
    return found[1]


def check(message: Message) -> dict[str, Any]:
    """Teams takes the message, and nothing in it is live. The activity as it goes out."""
    activity: dict[str, Any] = json.loads(json.dumps(message.activity()))
    wire = json.dumps(activity, ensure_ascii=False)
    assert len(wire.encode("utf-16-le", "surrogatepass")) < 80_000
    assert message.summary.strip()
    assert message.text or message.card
    check_text(message.text, activity.get("entities", []))
    if message.card is not None:
        check_card(message.card)
    return activity


def check_card(card: Any) -> None:
    wire = json.dumps(card)
    assert len(wire) < 28 * 1024
    assert problems(plain_card(card)) == []
    assert '"TextBlock"' not in wire  # reads Markdown
    for node in nodes(card):
        check_fallback(node)
        check_action(node)
    for text in texts(card):
        assert text
        assert "{{" not in text
        assert not re.search(r"[\ud800-\udfff\x00-\x09\x0b-\x1f\u202a-\u202e]", text)
    visible = [a for a in card.get("actions", ()) if a.get("mode") != "secondary"]
    assert len(visible) <= 6


def check_fallback(node: dict[str, Any]) -> None:
    """What 1.2 does not know has something in its place, which 1.2 does know."""
    kind = node.get("type", "")
    if version(kind) <= (1, 2) or kind in _PARTS or not kind[:1].isupper():
        return
    assert "fallback" in node, kind
    for inner in nodes(node["fallback"]):
        assert version(inner.get("type", "Column")) <= (1, 2), inner["type"]


def check_action(node: dict[str, Any]) -> None:
    """Old clients send the same as new ones."""
    if node.get("type") != "Action.Execute" or "fallback" not in node:
        return
    other = node["fallback"]
    assert other["type"] == "Action.Submit"
    assert other["data"] == {"verb": node["verb"], **node["data"]}
    assert (other["title"], other.get("mode")) == (node["title"], node.get("mode"))


def check_text(text: str, entities: list[dict[str, Any]]) -> None:
    tokens = [t for token in _MARKDOWN.parse(text) for t in [token, *(token.children or [])]]
    assert {token.type for token in tokens} <= _OURS, text
    assert not _LIVE.search(text)
    assert not re.search(r"[<>]|&(?!(amp|lt|gt);)", text)
    roots = [one for one in entities if one["type"] == "https://schema.org/Message"]
    assert len(roots) <= 1
    claims = roots[0].get("citation", []) if roots else []
    assert [int(n) for n in re.findall(r"\[(\d+)\]", text)] == [c["position"] for c in claims]
    assert len(claims) <= 20
    for claim in claims:
        assert 0 < len(claim["appearance"]["name"]) <= 80
        assert 0 < len(claim["appearance"]["abstract"]) <= 160


def shown(text: str) -> str:
    """A message's text as a reader sees it."""
    tokens = [t for token in _MARKDOWN.parse(text) for t in token.children or []]
    return html.unescape("".join(t.content for t in tokens)).translate(_ZERO)


def plain_card(node: Any) -> Any:
    """The card as a client without Teams' own elements and properties sees it."""
    if isinstance(node, dict):
        if str(node.get("type", "")).startswith("Chart."):
            return plain_card(node["fallback"])
        return {k: plain_card(v) for k, v in node.items() if k != "msteams" or "verb" in node}
    return [plain_card(item) for item in node] if isinstance(node, list) else node


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from nodes(value)
    elif isinstance(node, list):
        for item in node:
            yield from nodes(item)


def texts(node: Any) -> Iterator[str]:
    """Everything that a card says."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name in ("text", "title", "label", "legend", "x") and isinstance(value, str):
                yield value
            elif name == "inlines":
                yield from (one for one in value if isinstance(one, str))
                yield from texts([one for one in value if not isinstance(one, str)])
            else:
                yield from texts(value)
    elif isinstance(node, list):
        for item in node:
            yield from texts(item)
