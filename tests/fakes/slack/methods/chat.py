"""chat.postMessage, update, delete, postEphemeral.

From docs.slack.dev/reference/methods: `text` of a post 40,000 characters, of an update 4,000
(msg_too_long), `markdown_text` 12,000 and never with `text` or `blocks`
(markdown_text_conflict); an update without `blocks`, `attachments` or `metadata` keeps them, an
empty one removes them. The size of metadata is not documented: 16 kB here.
"""

import json
from dataclasses import dataclass, field

from tests.fakes.slack.blocks import MARKDOWN_CHARACTERS, check_message, fill_ids
from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.methods.context import (
    Args,
    Context,
    channel_of,
    message_json,
    message_of,
)
from tests.fakes.slack.state import BOT_USER, Channel, Json, Message

POST_CHARACTERS = 40_000
UPDATE_CHARACTERS = 4_000
METADATA_BYTES = 16_384


@dataclass(slots=True)
class Content:
    """What a message is to say; None: the call did not mention it."""

    text: str
    blocks: list[Json] | None = None
    attachments: list[Json] | None = None
    metadata: Json | None = None
    mrkdwn: bool = True
    files: list[str] = field(default_factory=list)


def read_content(context: Context, args: Args, most: int, *, in_all: bool = True) -> Content:
    """
    Raises:
        ApiError: no_text, msg_too_long, markdown_text_conflict, invalid_blocks, …
    """
    text, markdown = args.text("text"), args.text("markdown_text")
    blocks = args.json("blocks", "invalid_blocks_format")
    attachments = args.json("attachments", "invalid_attachments")
    if markdown and (text or blocks):
        raise ApiError("markdown_text_conflict")
    if len(text) > most or len(markdown) > MARKDOWN_CHARACTERS:
        raise ApiError("msg_too_long")
    if markdown:
        text, blocks = markdown, [{"type": "markdown", "text": markdown}]
    if not text.strip() and not blocks and not attachments:
        raise ApiError("no_text")
    if blocks is not None:
        limit = {} if in_all else {"limit": None}
        check_message(blocks, context.check("message"), **limit)
        fill_ids(blocks, context.workspace.new_id)
    mrkdwn = str(args.values.get("mrkdwn", "true")).lower() != "false"
    return Content(text, blocks, attachments, read_metadata(args), mrkdwn)


def read_metadata(args: Args) -> Json | None:
    metadata = args.json("metadata", "invalid_metadata_format")
    if not metadata:
        return {} if isinstance(metadata, dict) else None
    if not isinstance(metadata, dict):
        raise ApiError("invalid_metadata_format")
    kind, payload = metadata.get("event_type"), metadata.get("event_payload")
    if not isinstance(kind, str) or not kind or not isinstance(payload, dict):
        raise ApiError("invalid_metadata_format")
    if len(json.dumps(metadata)) > METADATA_BYTES:
        raise ApiError("metadata_too_large")
    return metadata


def place_to_post(context: Context, args: Args) -> Channel:
    """A channel by id or name, or a user's direct conversation by the user's id."""
    workspace, wanted = context.workspace, args.need("channel", "channel_not_found")
    if wanted in workspace.users and wanted != BOT_USER:
        return workspace.direct(wanted)
    named = [c for c in workspace.channels.values() if c.name and c.name == wanted.lstrip("#")]
    channel = named[0] if named else channel_of(context, args)
    if channel.kind == "private" and BOT_USER not in channel.members:
        raise ApiError("channel_not_found")
    if channel.archived:
        raise ApiError("is_archived")
    public = "chat:write.public" in (context.settings.scopes or ())
    if BOT_USER not in channel.members and not (public and channel.kind == "channel"):
        raise ApiError("not_in_channel")
    return channel


def thread_of(channel: Channel, args: Args) -> str | None:
    """The root's ts. A reply cannot be replied to, nor can what is not there."""
    ts = args.text("thread_ts")
    if not ts:
        return None
    root = channel.messages.get(ts)
    if root is None or root.deleted or root.thread_ts not in (None, ts):
        raise ApiError("cannot_reply_to_message")
    return ts


def new_message(context: Context, channel: Channel, content: Content, via: str) -> Message:
    workspace = context.workspace
    return Message(
        channel=channel.id,
        ts=workspace.new_ts(),
        user=BOT_USER,
        text=content.text,
        at=workspace.clock.now(),
        blocks=content.blocks or [],
        attachments=content.attachments or [],
        metadata=content.metadata or None,
        mrkdwn=content.mrkdwn,
        files=content.files,
        via=via,
    )


def post_message(context: Context, args: Args) -> Json:
    channel = place_to_post(context, args)
    content = read_content(context, args, POST_CHARACTERS)
    thread_ts = thread_of(channel, args)
    message = new_message(context, channel, content, "chat.postMessage")
    message.thread_ts = thread_ts
    message.reply_broadcast = args.flag("reply_broadcast")
    context.posted(message)
    return {
        "ok": True,
        "channel": channel.id,
        "ts": message.ts,
        "message": message_json(context, message),
    }


def post_ephemeral(context: Context, args: Args) -> Json:
    channel = place_to_post(context, args)
    user = args.need("user")
    if user not in channel.members:
        raise ApiError("user_not_in_channel")
    content = read_content(context, args, POST_CHARACTERS)
    message = new_message(context, channel, content, "chat.postEphemeral")
    message.ephemeral_to, message.thread_ts = user, thread_of(channel, args)
    context.workspace.store(message)
    return {"ok": True, "message_ts": message.ts}


def update(context: Context, args: Args) -> Json:
    channel = channel_of(context, args)
    message = message_of(channel, args.need("ts", "message_not_found"))
    if not message.by_bot:
        raise ApiError("cant_update_message")
    if channel.archived:
        raise ApiError("is_inactive")
    if message.streaming:
        raise ApiError("streaming_state_conflict")
    content = read_content(context, args, UPDATE_CHARACTERS)
    edit(context, message, content)
    return {
        "ok": True,
        "channel": channel.id,
        "ts": message.ts,
        "text": message.text,
        "message": message_json(context, message),
    }


def edit(context: Context, message: Message, content: Content) -> None:
    """Let the message say something else, keeping what the content does not mention."""
    message.revisions.append((message.text, message.blocks))
    message.text = content.text
    if content.blocks is not None:
        message.blocks = content.blocks
    if content.attachments is not None:
        message.attachments = content.attachments
    if content.metadata is not None:
        message.metadata = content.metadata or None
    message.mrkdwn = content.mrkdwn
    message.edited = {"user": BOT_USER, "ts": context.workspace.new_ts()}
    context.workspace.changes.happened()


def delete(context: Context, args: Args) -> Json:
    channel = channel_of(context, args)
    message = message_of(channel, args.need("ts", "message_not_found"))
    if not message.by_bot:
        raise ApiError("cant_delete_message")
    message.deleted = True
    context.workspace.changes.happened()
    return {"ok": True, "channel": channel.id, "ts": message.ts}


def add_reaction(context: Context, args: Args) -> Json:
    channel = channel_of(context, args)
    message = message_of(channel, args.need("timestamp", "no_item_specified"))
    reaction = (BOT_USER, args.need("name", "invalid_name"))
    if reaction in message.reactions:
        raise ApiError("already_reacted")
    message.reactions.append(reaction)
    context.workspace.changes.happened()
    return {"ok": True}
