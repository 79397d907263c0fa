"""What a method works with: the workspace, the app's settings, and the arguments of one call.

Errors are those that slack-ruby/slack-api-ref (generated from Slack's reference, August 2026)
lists for each method.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.shapes import Check
from tests.fakes.slack.state import BOT_USER, Channel, Json, Message, Workspace

EVENTS = frozenset(
    (
        "app_context_changed",
        "app_home_opened",
        "app_mention",
        "app_uninstalled",
        "assistant_thread_context_changed",
        "assistant_thread_started",
        "message.channels",
        "message.groups",
        "message.im",
        "message.mpim",
    )
)

PATIENCE = 3.0

_VIEWS = {
    "assistant_view": ("assistant_thread_started", "assistant_thread_context_changed"),
    "agent_view": ("app_context_changed",),
}


@dataclass(slots=True)
class Settings:
    """How this Slack and the app's installation are set up. Change them as a test goes on.

    scopes: what the bot's token may do; None: everything but `chat:write.public`.
    subscriptions: the events that the manifest subscribes to.
    commands: the slash commands of the manifest; None: any.
    shortcuts: the callback_ids of the manifest's shortcuts; None: any.
    client_without: block types that this workspace does not know yet.
    unique_action_ids: Slack's pages ask for uniqueness in a block; "message" is stricter.
    history_delay: seconds until a new message shows up in a history.
    file_processing: seconds until a completed file may be shown by a block.
    stream_life: seconds until a stream dies by itself.
    patience: seconds until an ack is missed and a trigger_id is worth nothing: Slack's own PATIENCE
        only where a test's clock counts them, for the machine may stand still as long.
    echo: send the bot its own messages as events, as Slack does.
    """

    scopes: frozenset[str] | None = None
    subscriptions: frozenset[str] = EVENTS
    commands: frozenset[str] | None = None
    shortcuts: frozenset[str] | None = None
    client_without: frozenset[str] = frozenset()
    unique_action_ids: Literal["block", "message"] = "block"
    history_delay: float = 0.0
    file_processing: float = 0.0
    stream_life: float = 300.0
    patience: float = 86_400.0
    echo: bool = False

    @classmethod
    def of_manifest(cls, manifest: Json) -> Self:
        """As an app with this manifest (parsed) is installed: its scopes and nothing more.

        The assistant's events need `assistant_view`, app_context_changed needs `agent_view`.
        """
        features = manifest.get("features", {})
        events = manifest["settings"].get("event_subscriptions", {}).get("bot_events", [])
        absent = [name for view, names in _VIEWS.items() if view not in features for name in names]
        return cls(
            scopes=frozenset(manifest["oauth_config"]["scopes"]["bot"]),
            subscriptions=frozenset(events) - frozenset(absent),
            commands=frozenset(c["command"] for c in features.get("slash_commands", [])),
            shortcuts=frozenset(s["callback_id"] for s in features.get("shortcuts", [])),
        )


@dataclass(slots=True)
class Context:
    """One app in one workspace, reached at `url`."""

    workspace: Workspace
    settings: Settings
    url: str = ""
    on_post: list[Callable[[Message], None]] = field(default_factory=list)

    def check(self, surface: str) -> Check:
        settings = self.settings
        whole = settings.unique_action_ids == "message"
        return Check(surface, settings.client_without, self._file_ready, whole)

    def _file_ready(self, file_id: str) -> bool:
        file = self.workspace.files.get(file_id.rpartition("/")[2])
        if file is None or file.completed_at is None:
            return False
        return self.workspace.clock.now() >= file.completed_at + self.settings.file_processing

    def posted(self, message: Message) -> None:
        self.workspace.store(message)
        for tell in self.on_post:
            tell(message)


@dataclass(slots=True)
class Args:
    """The arguments of a call, from JSON, a form or the query alike."""

    values: Json

    def text(self, name: str) -> str:
        value = self.values.get(name)
        return "" if value is None else str(value)

    def need(self, name: str, error: str = "invalid_arguments") -> str:
        if value := self.text(name):
            return value
        raise ApiError(error)

    def flag(self, name: str) -> bool:
        return str(self.values.get(name, "")).lower() in ("1", "true")

    def integer(self, name: str, default: int, most: int) -> int:
        try:
            return min(most, int(self.values.get(name) or default))
        except ValueError:
            raise ApiError("invalid_arguments") from None

    def json(self, name: str, error: str) -> Any:
        """An object or array: as it is in a JSON body, as a JSON text in a form."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise ApiError(error) from None


def channel_of(context: Context, args: Args, name: str = "channel") -> Channel:
    """The conversation with this id, if the bot may know of it.

    Raises:
        ApiError: channel_not_found, also for a private channel without the bot.
    """
    channel = context.workspace.channels.get(args.text(name))
    if channel is None or (channel.kind != "channel" and BOT_USER not in channel.members):
        raise ApiError("channel_not_found")
    return channel


def message_of(channel: Channel, ts: str) -> Message:
    message = channel.messages.get(ts)
    if message is None or message.deleted:
        raise ApiError("message_not_found")
    return message


def message_json(context: Context, message: Message, *, metadata: bool = True) -> Json:
    """A message as Slack shows it in answers, histories and events."""
    body: Json = {
        "type": "message",
        "user": message.user,
        "ts": message.ts,
        "team": context.workspace.users[BOT_USER].team,
        "text": message.text,
    }
    more: Json = {
        "subtype": message.subtype,
        "blocks": message.blocks,
        "attachments": message.attachments,
        "thread_ts": message.thread_ts,
        "edited": message.edited,
        "metadata": message.metadata if metadata else None,
    }
    if message.by_bot:
        more |= {"bot_id": "B0ANDON01", "app_id": "A0ANDON01"}
    body |= {key: value for key, value in more.items() if value}
    if message.files:
        body["files"] = [{"id": file} for file in message.files]
    return body
