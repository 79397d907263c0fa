"""What Slack delivers, translated: pure functions from a payload to what is to be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.slack.typed import as_typed
from core.request import Place

Payload = Mapping[str, Any]
NAME = "slack"


@dataclass(frozen=True, slots=True)
class Author:
    """Who did something; ids as Slack gives them."""

    team: str
    id: str

    @property
    def key(self) -> str:
        """The chat identity that memory, access and choices hang on."""
        return f"{NAME}:{self.team}:{self.id}"


@dataclass(frozen=True, slots=True)
class Target:
    """Where the answer goes: a message in a channel or direct message (in a thread if `thread`),
    or, with a `response_url`, something only the author sees."""

    channel: str
    place: Place
    thread: str = ""
    response_url: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """`addressed` is False for what was said in a thread that the bot may be part of. `pane`: in
    the assistant's own view, which has a status line. Who is `patient` gets a note if it takes
    long. `typed` is False for what a button carries. With a `trigger` a form can be opened."""

    author: Author
    text: str
    target: Target
    addressed: bool = True
    pane: bool = False
    patient: bool = True
    typed: bool = True
    trigger: str = ""


@dataclass(frozen=True, slots=True)
class Clicked:
    """A button or menu entry: `action` is its id, `value` what it carries, still sealed."""

    author: Author
    action: str
    value: str
    target: Target
    trigger: str
    reply_url: str = ""  # where something can be said to the clicker alone
    view: Payload | None = None  # the modal or home tab that was clicked in


@dataclass(frozen=True, slots=True)
class Submitted:
    """A modal was sent off: `values` are its inputs by action id, `state` what it carries."""

    author: Author
    callback: str
    state: str
    values: Mapping[str, str | tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class HomeOpened:
    author: Author


@dataclass(frozen=True, slots=True)
class PaneOpened:
    """The conversation with the bot was opened, to be offered questions. `thread` is "" in the
    agent view, whose prompts belong to the whole conversation."""

    author: Author
    channel: str
    thread: str = ""


@dataclass(frozen=True, slots=True)
class MessageShortcut:
    """ "Ask Andon about this" on somebody's message."""

    author: Author
    text: str
    target: Target


Incoming = Asked | Clicked | Submitted | HomeOpened | PaneOpened | MessageShortcut

_PLAIN_MESSAGES = frozenset({None, "", "file_share", "thread_broadcast", "me_message"})


def key_of(payload: Payload) -> str | None:
    """What identifies the delivery however often and by however many ways it comes; None for
    what is none, such as Slack's own check of the address.

    A message comes as `message` and, where the bot is named, as `app_mention` too: both have the
    key of the message.
    """
    event = payload.get("event")
    if isinstance(event, Mapping):
        if event.get("type") in ("message", "app_mention") and event.get("ts"):
            edited = str(event.get("subtype") or "")
            changed = f":{edited}:{payload.get('event_id', '')}" if edited in _EDITS else ""
            return f"message:{event.get('channel', '')}:{event['ts']}{changed}"
        return f"event:{payload['event_id']}" if payload.get("event_id") else None
    if payload.get("trigger_id"):
        return f"trigger:{payload['trigger_id']}"
    return None


_EDITS = frozenset({"message_changed", "message_deleted"})


def read(payload: Payload, bot_user: str = "") -> Incoming | None:
    """What is to be done about it; None for nothing, and for what is not as Slack writes it.
    `bot_user` is this app's own user, where the payload does not name it."""
    try:
        return _read(payload, bot_user)
    except (AttributeError, LookupError, TypeError, ValueError):
        return None


def _read(payload: Payload, bot_user: str) -> Incoming | None:
    event = payload.get("event")
    bot_user = bot_user or next((str(a.get("user_id")) for a in _authorizations(payload)), "")
    if isinstance(event, Mapping):
        return _event(event, _team(payload), bot_user)
    if "command" in payload:
        return _slash(payload)
    match payload.get("type"):
        case "block_actions":
            return _click(payload)
        case "view_submission":
            return _submission(payload)
        case "message_action":
            return _shortcut(payload)
        case _:
            return None


def _authorizations(payload: Payload) -> Sequence[Payload]:
    return payload.get("authorizations") or ()


def _team(payload: Payload) -> str:
    team = payload.get("team")
    named = team.get("id") if isinstance(team, Mapping) else None
    user = payload.get("user")
    of_user = user.get("team_id") if isinstance(user, Mapping) else None
    return str(payload.get("team_id") or named or of_user or "")


def _place(team: str, channel: str, thread: str, *, private: bool) -> Place:
    return Place(NAME, f"{team}:{channel}", thread, private, private and is_shared(channel))


def is_shared(channel: str) -> bool:
    """Whether others read there: it is no direct message, nor a person."""
    return channel[:1] not in "DUW"


def _event(event: Payload, team: str, bot_user: str) -> Incoming | None:
    author = Author(str(event.get("user_team") or team), str(event.get("user") or ""))
    match event.get("type"):
        case "app_mention" | "message":
            return _message(event, author, team, bot_user)
        case "app_home_opened" if author.id:
            # In the agent view this is how the conversation with the app is opened.
            pane = PaneOpened(author, str(event.get("channel") or ""))
            return pane if event.get("tab") == "messages" else HomeOpened(author)
        case "assistant_thread_started":
            told = event.get("assistant_thread") or {}
            author = Author(team, str(told.get("user_id") or ""))
            return PaneOpened(author, str(told.get("channel_id")), str(told.get("thread_ts")))
        case _:
            return None


def _message(event: Payload, author: Author, team: str, bot_user: str) -> Asked | None:
    """A question; None for what bots say, for edits, and where others are spoken to."""
    if event.get("bot_id") or not author.id or author.id == bot_user:
        return None
    if event.get("subtype") not in _PLAIN_MESSAGES:
        return None
    channel, ts = str(event.get("channel") or ""), str(event.get("ts") or "")
    if not channel or not ts:
        return None
    raw = str(event.get("text") or "")
    text, thread = as_typed(raw, bot_user), str(event.get("thread_ts") or "")
    if event.get("channel_type") == "im":
        # Answers stand in the message's thread, as the agent view wants it; what was said last
        # is the context wherever in the conversation it stands.
        place = _place(team, channel, "", private=True)
        return Asked(author, text, Target(channel, place, thread or ts), pane=True)
    named = f"<@{bot_user}>" in raw or f"<@{bot_user}|" in raw
    named |= event.get("type") == "app_mention"
    root = thread or ts
    target = Target(channel, _place(team, channel, root, private=False), root)
    if named:
        return Asked(author, text, target)
    if not thread or raw.lstrip().startswith("<@"):
        return None
    return Asked(author, text, target, addressed=False, patient=False)


def _slash(payload: Payload) -> Asked:
    team, channel = _team(payload), str(payload.get("channel_id", ""))
    author = Author(str(payload.get("user_team_id") or team), str(payload.get("user_id", "")))
    text = f"{payload['command']} {as_typed(str(payload.get('text') or ''))}".strip()
    url = str(payload.get("response_url") or "")
    place = _place(team, channel, "", private=True)
    target = Target(channel, place, response_url=url)
    return Asked(author, text, target, trigger=str(payload.get("trigger_id") or ""))


def _click(payload: Payload) -> Clicked | None:
    actions = payload.get("actions") or ()
    if not actions:
        return None
    action = actions[0]
    chosen = action.get("selected_option") or {}
    value = str(action.get("value") or chosen.get("value") or "")
    return Clicked(
        _user(payload),
        str(action.get("action_id", "")),
        value,
        _clicked_in(payload),
        str(payload.get("trigger_id", "")),
        str(payload.get("response_url") or ""),
        payload.get("view"),
    )


def _clicked_in(payload: Payload) -> Target:
    """Where the answer to a click belongs: beside what was clicked."""
    container, team = payload.get("container") or {}, _team(payload)
    channel = str(container.get("channel_id") or (payload.get("channel") or {}).get("id") or "")
    message = payload.get("message") or {}
    thread = str(container.get("thread_ts") or message.get("thread_ts") or "")
    if not channel or container.get("is_ephemeral"):
        url = str(payload.get("response_url") or "")
        return Target(channel, _place(team, channel, "", private=True), thread, url)
    if channel.startswith("D"):
        return Target(channel, _place(team, channel, "", private=True), thread)
    thread = thread or str(container.get("message_ts") or "")
    return Target(channel, _place(team, channel, thread, private=False), thread)


def _user(payload: Payload) -> Author:
    user = payload.get("user") or {}
    return Author(str(user.get("team_id") or _team(payload)), str(user.get("id", "")))


def _submission(payload: Payload) -> Submitted:
    view = payload.get("view") or {}
    state = (view.get("state") or {}).get("values") or {}
    values = {
        str(action): _entered(entry) for block in state.values() for action, entry in block.items()
    }
    callback, kept = str(view.get("callback_id", "")), str(view.get("private_metadata") or "")
    return Submitted(_user(payload), callback, kept, values)


def _entered(entry: Payload) -> str | tuple[str, ...]:
    """What was put into one input, whatever its kind."""
    if entry.get("selected_options") is not None:
        return tuple(str(option["value"]) for option in entry["selected_options"])
    chosen = (entry.get("selected_option") or {}).get("value")
    return str(entry.get("value") or chosen or entry.get("selected_time") or "")


def _shortcut(payload: Payload) -> MessageShortcut:
    message, channel = payload.get("message") or {}, payload.get("channel") or {}
    target = Target(
        str(channel.get("id", "")),
        _place(_team(payload), str(channel.get("id", "")), "", private=True),
        str(message.get("thread_ts") or ""),
        str(payload.get("response_url") or ""),
    )
    return MessageShortcut(_user(payload), as_typed(str(message.get("text") or "")), target)
