"""What Teams delivers, translated: pure functions from an activity to what is to be done."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256

from adapters.clipping import clip
from adapters.teams.incoming import (
    NAME,
    PERSONAL,
    ROOT,
    Asked,
    Author,
    Clicked,
    DialogFetched,
    DialogSubmitted,
    Incoming,
    Installed,
    Payload,
    Rated,
    Removed,
    Target,
)
from adapters.teams.said import said
from core.request import Place, language_of

_LONGEST_KEY = 300
_LONGEST_REASON = 2_000  # a longer one would cost the thumb itself: no question is that long


def key_of(activity: Payload) -> str | None:
    """What identifies the activity however often it comes; None for what is none.

    Who clicks and who writes get ids from Teams; where one is missing, the same bytes are the same
    activity. Of an installation Teams tells in two ways, which are one.
    """
    kind = activity.get("type")
    if not isinstance(kind, str) or not kind:
        return None
    if isinstance(incoming := read(activity), Installed):
        return f"{NAME}:welcome:{incoming.target.conversation}"[:_LONGEST_KEY]
    conversation, given = _map(activity, "conversation").get("id"), activity.get("id")
    if isinstance(given, str) and given and isinstance(conversation, str):
        key = f"{NAME}:{kind}:{conversation}:{given}"
        if len(key) <= _LONGEST_KEY:
            return key
    try:
        whole = json.dumps(activity, sort_keys=True, default=str).encode("utf-8", "replace")
    except (RecursionError, ValueError):
        return None
    return f"{NAME}:{kind}:{sha256(whole).hexdigest()}"


def read(activity: Payload) -> Incoming | None:
    """What is to be done about it; None for nothing, and for what is not as Teams writes it.

    A message that was edited is not answered again: the answer to it stands there already.
    """
    try:
        return _read(activity)
    except (AttributeError, LookupError, TypeError, ValueError, RecursionError):
        return None


def target_of(activity: Payload) -> Target:
    """Where an activity came from. Raises ValueError where it does not say."""
    conversation = _map(activity, "conversation")
    whole = _text(conversation, "id")
    if not whole:
        raise ValueError("an activity without a conversation")
    root, _, thread = whole.partition(ROOT)
    kind = _text(conversation, "conversationType")
    # Nothing but Teams' own word for it makes a conversation private.
    private = kind == PERSONAL
    place = Place(NAME, f"{_tenant(activity)}:{root}", "" if private else thread, private)
    message = _text(activity, "replyToId") or _text(activity, "id")
    return Target(place, whole, _text(activity, "serviceUrl"), message)


def _read(activity: Payload) -> Incoming | None:
    match activity.get("type"):
        case "message":
            return _message(activity)
        case "invoke":
            return _invoke(activity)
        case "conversationUpdate":
            return _members(activity)
        case "installationUpdate":
            return _installation(activity)
        case _:
            return None


def _installation(activity: Payload) -> Installed | Removed | None:
    """An upgrade ("add-upgrade") changes nothing for the conversation."""
    match activity.get("action"):
        case "add":
            return Installed(_author(activity), target_of(activity))
        case "remove":
            return Removed(target_of(activity))
        case _:
            return None


def _message(activity: Payload) -> Asked | Clicked | None:
    author, target = _person(activity), target_of(activity)
    if author is None:
        return None
    value = activity.get("value")
    if isinstance(value, Mapping) and not _text(activity, "text").strip():
        return Clicked(author, _text(value, "verb"), value, target, waits=False)
    text, named = said(activity)
    addressed = named or target.personal
    if not addressed and not target.place.thread:
        return None  # people talking to one another
    return Asked(author, text, target, addressed)


def _invoke(activity: Payload) -> Incoming | None:
    author, target = _person(activity), target_of(activity)
    if author is None:
        return None
    value = _map(activity, "value")
    match activity.get("name"):
        case "adaptiveCard/action":
            action = _map(value, "action")
            return Clicked(author, _text(action, "verb"), _map(action, "data"), target)
        case "task/fetch":
            return DialogFetched(author, _map(value, "data"), target)
        case "task/submit":
            return DialogSubmitted(author, _map(value, "data"), target)
        case "message/submitAction" if value.get("actionName") == "feedback":
            return _rated(author, _map(value, "actionValue"), target)
        case _:
            return None


def _rated(author: Author, given: Payload, target: Target) -> Rated:
    reason = _text(given, "feedback")
    try:
        form = json.loads(reason)
    except ValueError:
        form = None
    if isinstance(form, Mapping):
        reason = _text(form, "feedbackText")
    up = str(given.get("reaction") or "").lower() == "like"
    return Rated(author, up, clip(" ".join(reason.split()), _LONGEST_REASON), target)


def _members(activity: Payload) -> Installed | Removed | None:
    """The bot itself among those who came or went; who else does is nothing to it."""
    bot, target = _map(activity, "recipient").get("id"), target_of(activity)
    if _among(activity.get("membersAdded"), bot):
        return Installed(_author(activity), target)
    if _among(activity.get("membersRemoved"), bot):
        return Removed(target)
    return None


def _among(accounts: object, bot: object) -> bool:
    several = accounts if isinstance(accounts, list) else []
    return any(isinstance(one, Mapping) and one.get("id") == bot for one in several)


def _person(activity: Payload) -> Author | None:
    """Who wrote or clicked; None for a bot, this one or another."""
    by, bot = _map(activity, "from"), _map(activity, "recipient")
    author = _author(activity)
    if not author.id or by.get("role") == "bot" or by.get("id") == bot.get("id"):
        return None
    return author


def _author(activity: Payload) -> Author:
    by = _map(activity, "from")
    account = _text(by, "id")
    return Author(
        _tenant(activity),
        _text(by, "aadObjectId").lower() or account,
        account,
        _text(by, "name"),
        language_of(_text(activity, "locale")),
    )


def _tenant(activity: Payload) -> str:
    channel = _map(_map(activity, "channelData"), "tenant")
    return (_text(_map(activity, "conversation"), "tenantId") or _text(channel, "id")).lower()


def _map(mapping: Payload, name: str) -> Payload:
    found = mapping.get(name)
    return found if isinstance(found, Mapping) else {}


def _text(mapping: Payload, name: str) -> str:
    found = mapping.get(name)
    return found if isinstance(found, str) else ""
