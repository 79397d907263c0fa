"""Activities and where they go, as JSON: what is read from one, and what is written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

from botbuilder.schema import Activity  # type: ignore[import-untyped]

from adapters.teams.calls import Refused
from adapters.teams.incoming import ROOT

# Teams takes about 100 KB; a message is counted as UTF-16.
LONGEST_MESSAGE = 80 * 1024
Json = Mapping[str, Any]
# The JSON form of Bot Framework's ConversationReference: serviceUrl, channelId, conversation
# {id, conversationType, tenantId}, bot {id, name}, user {id, name, aadObjectId}, activityId.
Reference = Mapping[str, Any]


def reference_of(activity: Json) -> dict[str, Any]:
    """What an incoming activity says about where it came from, to be kept for later."""
    named = {
        "activityId": activity.get("id"),
        "user": activity.get("from"),
        "bot": activity.get("recipient"),
        "conversation": activity.get("conversation"),
        "channelId": activity.get("channelId"),
        "serviceUrl": activity.get("serviceUrl"),
        "locale": activity.get("locale"),
    }
    return {name: value for name, value in named.items() if value is not None}


def from_bot(activity: Json) -> dict[str, Any]:
    """The reference of an outgoing activity: its sender is the bot."""
    sides = {"bot": activity.get("from"), "user": activity.get("recipient")}
    return {**reference_of(activity), **sides}


def conversation_of(reference: Reference) -> str:
    return str(reference["conversation"]["id"])


def lane_of(reference: Reference) -> str:
    """What Teams counts messages by: a channel is one conversation, whatever the thread."""
    return conversation_of(reference).partition(ROOT)[0]


def read(given: Json) -> Activity:
    """The activity as botbuilder's model. Raises ValueError where it has not its form."""
    try:
        activity = Activity().deserialize(dict(given))
    except Exception:  # noqa: BLE001 - msrest raises whatever its parsers do
        raise ValueError("this has not the form of an activity") from None
    if not isinstance(activity.type, str):
        raise ValueError("an activity without a type")
    return activity


def written(reference: Reference, activity: Json | Activity) -> dict[str, Any]:
    """The activity as JSON, with what the reference adds to it."""
    given = cast("Json", activity.serialize() if isinstance(activity, Activity) else activity)
    own = {"from": reference.get("bot"), "recipient": reference.get("user")}
    shared = {name: reference.get(name) for name in ("channelId", "serviceUrl", "conversation")}
    filled = {"type": "message", **own, **shared}
    return {**{name: value for name, value in filled.items() if value is not None}, **given}


def encoded(body: Json) -> bytes:
    """What goes over the wire. Raises Refused where it is more than Teams takes."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    if len(text.encode("utf-16-le", "surrogatepass")) >= LONGEST_MESSAGE:
        raise Refused(413, "MessageSizeTooBig")
    return text.encode("utf-8", "replace")
