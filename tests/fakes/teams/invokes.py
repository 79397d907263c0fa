"""What Teams makes of the answer to an invoke: learn.microsoft.com, "Universal Actions for Adaptive
Cards" and "Dialogs"; an answer that does not fit shows the user an error."""

import json
from typing import Any

from tests.fakes.teams.shapes import LONGEST_CARD
from tests.fakes.teams.state import Json

_CARD = "application/vnd.microsoft.card.adaptive"
_MESSAGE = "application/vnd.microsoft.activity.message"
_ERROR = "application/vnd.microsoft.error"


def problem(name: str, body: Any) -> str | None:
    """What is wrong with the body, None if nothing is."""
    given = {} if body is None else body
    if not isinstance(given, dict):
        return f"{name}: the answer is no object"
    match name:
        case "adaptiveCard/action":
            wrong = _action(given)
        case "task/fetch" | "task/submit":
            wrong = _task(given)
        case _:
            wrong = None
    return f"{name}: {wrong}" if wrong else None


def _action(body: Json) -> str | None:
    if not isinstance(body.get("statusCode"), int):
        return "statusCode is no number"
    match body.get("type"), body.get("value"):
        case (kind, dict() as card) if kind == _CARD:
            return _card(card)
        case (kind, str() as text) if kind == _MESSAGE:
            return None if text else "an empty message"
        case (kind, {"code": str(), "message": str()}) if kind == _ERROR:
            return None
        case kind, _:
            return f"type {kind!r} and its value do not go together"


def _task(body: Json) -> str | None:
    if not body:
        return None  # closes the dialog
    match body.get("task"):
        case {"type": "message", "value": str()}:
            return None
        case {
            "type": "continue",
            "value": {"card": {"contentType": kind, "content": dict() as card}},
        }:
            return _card(card) if kind == _CARD else f"a dialog shows no {kind!r}"
        case other:
            return f"task is {json.dumps(other)[:200]}"


def _card(card: Json) -> str | None:
    if card.get("type") != "AdaptiveCard" or not str(card.get("version", "")).startswith("1."):
        return "an Adaptive Card has type AdaptiveCard and a version"
    if len(json.dumps(card, ensure_ascii=False).encode()) > LONGEST_CARD:
        return "the card is larger than 28 KB"
    return None
