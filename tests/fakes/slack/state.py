"""What this Slack knows: people, places, messages, views, files, and who asked for what."""

import itertools
import math
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.fakes.clock import Clock
from tests.fakes.waiting import Changes

Json = dict[str, Any]
Kind = Literal["channel", "private", "im", "mpim"]

TEAM = "T0ANDON01"
APP = "A0ANDON01"
BOT_USER = "U0ANDONBOT"
BOT = "B0ANDON01"


@dataclass(slots=True)
class User:
    """A member of the workspace. `locale` is told only to who asks with `include_locale`."""

    id: str
    name: str
    display_name: str
    real_name: str
    locale: str = "en-US"
    tz: str = "America/Chicago"
    is_bot: bool = False
    deleted: bool = False
    team: str = TEAM


@dataclass(slots=True)
class Channel:
    """A conversation. `ephemeral` messages are in no history: nobody can find them again."""

    id: str
    name: str
    kind: Kind
    members: set[str]
    archived: bool = False
    messages: dict[str, "Message"] = field(default_factory=dict)
    ephemeral: list["Message"] = field(default_factory=list)

    @property
    def is_direct(self) -> bool:
        return self.kind in ("im", "mpim")


@dataclass(slots=True)
class Message:
    """A message as it stands; `revisions` holds what it said before each edit."""

    channel: str
    ts: str
    user: str
    text: str
    at: float
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    metadata: Json | None = None
    subtype: str | None = None
    ephemeral_to: str | None = None
    mrkdwn: bool = True
    edited: Json | None = None
    deleted: bool = False
    streaming: bool = False
    reply_broadcast: bool = False
    reactions: list[tuple[str, str]] = field(default_factory=list)
    revisions: list[tuple[str, list[Json]]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    via: str = "chat.postMessage"

    @property
    def by_bot(self) -> bool:
        return self.user == BOT_USER

    @property
    def block_types(self) -> list[str]:
        return [block["type"] for block in self.blocks]


@dataclass(slots=True)
class View:
    """A modal or a home tab of one user. `body` is what the app sent, with ids filled in."""

    id: str
    user: str
    type: str
    body: Json
    hash: str
    root: str
    previous: str | None = None
    external_id: str = ""
    updates: int = 0
    open: bool = True
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def blocks(self) -> list[Json]:
        blocks: list[Json] = self.body["blocks"]
        return blocks


@dataclass(slots=True)
class File:
    """A file on its way: a message may show it once it is `completed` and processed."""

    id: str
    name: str
    length: int
    content: bytes | None = None
    completed_at: float | None = None
    title: str = ""
    alt_text: str = ""


@dataclass(slots=True)
class Trigger:
    """Lets an app open one view, once, for 3 s."""

    user: str
    at: float
    view: str | None = None
    used: bool = False


@dataclass(slots=True)
class ResponseUrl:
    """5 messages in 30 min to where a command or a click came from."""

    channel: str
    user: str
    at: float
    message_ts: str | None = None
    uses: int = 0


@dataclass(slots=True)
class Call:
    """One request to the Web API (or to a response_url, or an upload) and its answer."""

    method: str
    args: Json
    headers: dict[str, str]
    at: float
    answer: Json | None = None
    fault: str | None = None


@dataclass(slots=True)
class Stream:
    """A message being streamed: it dies by itself some minutes after its start."""

    message: Message
    started: float
    recipient: str = ""
    chunks: list[Json] = field(default_factory=list)
    appends: int = 0
    stopped: bool = False


@dataclass(slots=True)
class AssistantThread:
    """What the assistant pane shows for a thread ("" for the whole DM, as agent_view has it)."""

    status: str = ""
    title: str = ""
    prompts: list[Json] = field(default_factory=list)
    prompts_title: str = ""
    statuses: list[str] = field(default_factory=list)


class Workspace:
    """The state of one workspace with one installed app."""

    def __init__(self, clock: Clock, keep_calls: int | None = None) -> None:
        self.clock = clock
        self.changes = Changes()
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.groups: dict[str, list[str]] = {}
        self.views: dict[str, View] = {}
        self.homes: dict[str, View] = {}
        self.files: dict[str, File] = {}
        self.streams: dict[str, Stream] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.assistant: dict[tuple[str, str], AssistantThread] = {}
        self.calls: deque[Call] = deque(maxlen=keep_calls)
        self.uninstalled = False
        self._ids = itertools.count(1)
        self._last_ts = 0
        bot = User(BOT_USER, "andon", "Andon", "Andon", is_bot=True)
        self.users[bot.id] = bot

    def new_id(self, prefix: str) -> str:
        return f"{prefix}0{next(self._ids):08d}"

    def new_ts(self) -> str:
        """A message's `ts`: its time in microseconds, unique and rising in the workspace."""
        self._last_ts = max(self._last_ts + 1, int(self.clock.now() * 1_000_000))
        seconds, micros = divmod(self._last_ts, 1_000_000)
        return f"{seconds}.{micros:06d}"

    def add_user(self, name: str, **more: Any) -> User:
        defaults: Json = {"display_name": name, "real_name": name.title()}
        user = User(self.new_id("U"), name, **{**defaults, **more})
        self.users[user.id] = user
        return user

    def add_channel(self, name: str, kind: Kind, members: set[str]) -> Channel:
        channel = Channel(self.new_id("D" if kind == "im" else "C"), name, kind, set(members))
        self.channels[channel.id] = channel
        return channel

    def direct(self, user: str) -> Channel:
        """The direct conversation of the bot with a user; made when there is none."""
        for channel in self.channels.values():
            if channel.kind == "im" and channel.members == {user, BOT_USER}:
                return channel
        return self.add_channel("", "im", {user, BOT_USER})

    def store(self, message: Message) -> Message:
        """Put a message where it belongs; a bot's reply ends the status of its thread."""
        channel = self.channels[message.channel]
        if message.ephemeral_to:
            channel.ephemeral.append(message)
        else:
            channel.messages[message.ts] = message
        if message.by_bot and (pane := self.assistant.get((channel.id, message.thread_ts or ""))):
            pane.status = ""
        self.changes.happened()
        return message

    def new_trigger(self, user: str, view: str | None = None) -> str:
        number = next(self._ids)
        trigger = f"{number}.{TEAM[1:]}.{number:032x}"
        self.triggers[trigger] = Trigger(user, self.clock.now(), view)
        return trigger

    def expire(self, trigger: str) -> None:
        """As if Slack had waited for a view as long as it does, and longer."""
        self.triggers[trigger].at = -math.inf

    def pane(self, channel: str, thread_ts: str) -> AssistantThread:
        return self.assistant.setdefault((channel, thread_ts), AssistantThread())

    def forget(self) -> None:
        """Drop what piles up: messages, calls, triggers, response_urls, views, files."""
        for channel in self.channels.values():
            channel.messages.clear()
            channel.ephemeral.clear()
        self.calls.clear()
        self.triggers.clear()
        self.response_urls.clear()
        self.views.clear()
        self.files.clear()
        self.streams.clear()
