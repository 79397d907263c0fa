"""What the connector takes: the form of an activity, its size, its cards."""

import json
from typing import Any

from tests.fakes.teams.errors import Refusal, bad
from tests.fakes.teams.state import Conversation, Json

LONGEST_MESSAGE = 100 * 1024  # as UTF-16
LONGEST_CARD = 28 * 1024
_TYPES = ("message", "typing")
_CARDS = {
    "application/vnd.microsoft.card.adaptive",
    "application/vnd.microsoft.card.hero",
    "application/vnd.microsoft.card.thumbnail",
}
_PICTURES = ("image/png", "image/jpeg", "image/gif")


def check(activity: Any, place: Conversation) -> None:
    """
    Raises:
        Refusal: 400 or 413, as Teams refuses it.
    """
    if not isinstance(activity, dict):
        raise bad("Activity is no object")
    if activity.get("type") not in _TYPES:
        raise bad(f"Unknown activity type '{activity.get('type')}'.")
    _addressed(activity, place)
    if len(json.dumps(activity, ensure_ascii=False).encode("utf-16-le")) > LONGEST_MESSAGE:
        raise Refusal(413, "MessageSizeTooBig", "Message size too large.")
    attachments = activity.get("attachments") or []
    text = activity.get("text")
    if text is not None and not isinstance(text, str):
        raise bad("text is no string")
    if activity["type"] == "message" and not (text or attachments):
        raise bad("Activity must include non empty 'text' field or at least one attachment.")
    for attachment in attachments:
        _attached(attachment)
    for entity in activity.get("entities") or []:
        _entity(entity, str(text or ""))


def _addressed(activity: Json, place: Conversation) -> None:
    sender = activity.get("from")
    if not (isinstance(sender, dict) and str(sender.get("id", "")).startswith("28:")):
        raise bad("from is not the bot")
    named = (activity.get("conversation") or {}).get("id", place.id)
    if named.partition(";messageid=")[0] != place.id:
        raise bad("conversation is not that of the address")


def _attached(attachment: Any) -> None:
    kind = attachment.get("contentType") if isinstance(attachment, dict) else None
    if kind in _CARDS:
        content = attachment.get("content")
        if not isinstance(content, dict):
            raise bad("an attachment without content")
        if kind.endswith("adaptive"):
            _card(content)
    elif kind in _PICTURES:
        if not attachment.get("contentUrl"):
            raise bad("a picture without contentUrl")
    else:
        raise bad(f"Unknown attachment type '{kind}'.")


def _card(card: Json) -> None:
    if card.get("type") != "AdaptiveCard" or not str(card.get("version", "")).startswith("1."):
        raise bad("an Adaptive Card has type AdaptiveCard and a version")
    if len(json.dumps(card, ensure_ascii=False).encode()) > LONGEST_CARD:
        raise Refusal(413, "RequestEntityTooLarge", "Card is larger than 28 KB.")


def _entity(entity: Any, text: str) -> None:
    if not (isinstance(entity, dict) and isinstance(entity.get("type"), str)):
        raise bad("an entity without a type")
    if entity["type"] == "mention" and str(entity.get("text")) not in text:
        raise bad("Mentioned text is not in the message.")
    for citation in entity.get("citation") or ():
        about = citation.get("appearance") or {}
        if len(about.get("name", "")) > 80 or len(about.get("abstract", "")) > 160:
            raise bad("citation: name is longer than 80 or abstract than 160")
        if not (about.get("name") and isinstance(citation.get("position"), int)):
            raise bad("citation: name and position are required")
