"""Events, as Slack tells an app of them.

docs.slack.dev/apis/events-api (the wrapper) and …/reference/events/* (the events). An app gets what
it subscribed to, has the scope for, and where it is a member.
"""

from tests.fakes.slack.envelopes import Envelope, NotDelivered
from tests.fakes.slack.methods.context import Context
from tests.fakes.slack.methods.views import view_json
from tests.fakes.slack.state import APP, BOT, BOT_USER, TEAM, Channel, Json, Message, User

_SUBSCRIPTION = {
    "channel": "message.channels",
    "private": "message.groups",
    "im": "message.im",
    "mpim": "message.mpim",
}
_CHANNEL_TYPE = {"channel": "channel", "private": "group", "im": "im", "mpim": "mpim"}
_SCOPE = {
    "app_mention": "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
}


class Events:
    """What happens in the workspace. Each method makes it happen and returns what Slack sends."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def event(self, event: Json) -> Envelope:
        """Any event, in its wrapper with a new `event_id`."""
        workspace = self.context.workspace
        event.setdefault("event_ts", workspace.new_ts())
        authorization = {"team_id": TEAM, "user_id": BOT_USER, "is_bot": True}
        payload: Json = {
            "token": "verification-token",
            "team_id": TEAM,
            "api_app_id": APP,
            "event": event,
            "type": "event_callback",
            "event_id": workspace.new_id("Ev"),
            "event_time": int(workspace.clock.now()),
            "authorizations": [authorization | {"is_enterprise_install": False}],
            "is_ext_shared_channel": False,
        }
        return Envelope("events_api", payload)

    def url_verification(self, challenge: str = "3eZbrw1aB10FEMAGAZd4FyFQ") -> Envelope:
        """What Slack asks a request URL first; the ack's body has to hold the challenge."""
        payload = {"type": "url_verification", "challenge": challenge, "token": "t"}
        return Envelope("url_verification", payload)

    def user_message(
        self, user: User, channel: Channel, text: str, thread: Message | str | None = None
    ) -> Message:
        """Put a person's message into the channel without telling the app.

        `text` is as Slack sends it on: mentions as `<@U…>`, and &, <, > escaped otherwise.
        """
        workspace = self.context.workspace
        thread_ts = root_of(thread)
        message = Message(channel.id, workspace.new_ts(), user.id, text, workspace.clock.now())
        message.thread_ts = thread_ts
        return workspace.store(message)

    def says(
        self, user: User, channel: Channel, text: str, thread: Message | str | None = None
    ) -> list[Envelope]:
        """A person writes: every event that the app gets of it. A mention in a channel is two
        (`message` and `app_mention`, with different event_ids and the same `ts`)."""
        message = self.user_message(user, channel, text, thread)
        told = [self.message_event(message)]
        if f"<@{BOT_USER}>" in text and not channel.is_direct:
            told.append(self._mention_event(message))
        return [envelope for envelope in told if envelope]

    def mention(
        self, user: User, channel: Channel, text: str, thread: Message | str | None = None
    ) -> Envelope:
        """A person mentions the bot: the `app_mention` alone. The mention itself is added."""
        if f"<@{BOT_USER}>" not in text:
            text = f"<@{BOT_USER}> {text}"
        envelope = self._mention_event(self.user_message(user, channel, text, thread))
        if envelope is None:
            raise NotDelivered("app_mention")
        return envelope

    def direct_message(
        self, user: User, text: str, thread: Message | str | None = None
    ) -> Envelope:
        """A person writes to the bot directly; `thread` also for the assistant pane."""
        channel = self.context.workspace.direct(user.id)
        envelope = self.message_event(self.user_message(user, channel, text, thread))
        if envelope is None:
            raise NotDelivered("message.im")
        return envelope

    def home_opened(self, user: User, tab: str = "home") -> Envelope:
        """`tab="messages"`: the person opened the conversation with the app; in the agent view
        that takes the place of assistant_thread_started (…/ai/migrating-to-agent-messaging)."""
        self._require("app_home_opened")
        workspace = self.context.workspace
        channel = workspace.direct(user.id)
        event: Json = {"type": "app_home_opened", "user": user.id, "channel": channel.id}
        event["tab"] = tab
        if tab == "home" and (home := workspace.homes.get(user.id)):
            event["view"] = view_json(home)
        return self.event(event)

    def assistant_started(
        self, user: User, context: Channel | None = None
    ) -> tuple[Envelope, Message]:
        """A person opens the assistant pane (assistant_view); the thread's root comes along."""
        self._require("assistant_thread_started")
        workspace = self.context.workspace
        channel = workspace.direct(user.id)
        root = Message(channel.id, workspace.new_ts(), BOT_USER, "New chat", workspace.clock.now())
        root.thread_ts, root.subtype = root.ts, "assistant_app_thread"
        workspace.store(root)
        return self._assistant("assistant_thread_started", user, root, context), root

    def assistant_context_changed(
        self, user: User, thread: Message, context: Channel | None
    ) -> Envelope:
        self._require("assistant_thread_context_changed")
        return self._assistant("assistant_thread_context_changed", user, thread, context)

    def context_changed(self, user: User, context: Channel | None) -> Envelope:
        """What the person looks at beside the agent's conversation (agent_view)."""
        self._require("app_context_changed")
        entity = {"type": "slack#/types/channel_id", "team_id": TEAM}
        seen: Json = {"entities": [entity | {"value": context.id}]} if context else {}
        return self.event({"type": "app_context_changed", "user": user.id, "context": seen})

    def uninstall(self) -> Envelope:
        """The app is removed: its tokens are dead (account_inactive)."""
        self._require("app_uninstalled")
        self.context.workspace.uninstalled = True
        return self.event({"type": "app_uninstalled"})

    def message_event(self, message: Message) -> Envelope | None:
        """The `message` event of a message, or None where the app is not told."""
        channel = self.context.workspace.channels[message.channel]
        name = _SUBSCRIPTION[channel.kind]
        if BOT_USER not in channel.members or not self._subscribed(name):
            return None
        event = self._about(message)
        event |= {"type": "message", "channel_type": _CHANNEL_TYPE[channel.kind]}
        if message.by_bot:
            event |= {"bot_id": BOT, "app_id": APP, "blocks": message.blocks}
        else:
            event["client_msg_id"] = self.context.workspace.new_id("M")
        return self.event(event)

    def _mention_event(self, message: Message) -> Envelope | None:
        channel = self.context.workspace.channels[message.channel]
        if BOT_USER not in channel.members or not self._subscribed("app_mention"):
            return None
        return self.event({**self._about(message), "type": "app_mention"})

    def _about(self, message: Message) -> Json:
        event: Json = {
            "user": message.user,
            "text": message.text,
            "ts": message.ts,
            "event_ts": message.ts,
            "team": TEAM,
            "channel": message.channel,
        }
        if message.thread_ts:
            event["thread_ts"] = message.thread_ts
            root = self.context.workspace.channels[message.channel].messages.get(message.thread_ts)
            event["parent_user_id"] = root.user if root else None
        return event

    def _assistant(
        self, kind: str, user: User, thread: Message, context: Channel | None
    ) -> Envelope:
        about: Json = {"user_id": user.id, "channel_id": thread.channel, "thread_ts": thread.ts}
        about["context"] = {"channel_id": context.id, "team_id": TEAM} if context else {}
        return self.event({"type": kind, "assistant_thread": about})

    def _subscribed(self, name: str) -> bool:
        settings = self.context.settings
        scope = _SCOPE.get(name)
        allowed = settings.scopes is None or scope is None or scope in settings.scopes
        return name in settings.subscriptions and allowed

    def _require(self, name: str) -> None:
        if not self._subscribed(name):
            raise NotDelivered(name)


def root_of(thread: Message | str | None) -> str | None:
    """The ts of a thread's root, of any message in it."""
    if isinstance(thread, Message):
        return thread.thread_ts or thread.ts
    return thread
