"""chat.startStream, appendStream, stopStream.

From docs.slack.dev/reference/methods/chat.startStream: always a reply (`thread_ts`), in channels
`recipient_user_id` and `recipient_team_id` are needed, 12,000 characters of markdown a call. That
a stream dies after some minutes is PLATFORMS.md's (message_not_in_streaming_state); slack_sdk's
`AsyncChatStream` names chat.update as the fallback then, so a dead stream may be updated.
"""

from typing import Any

from tests.fakes.slack.blocks import MARKDOWN_CHARACTERS, check_message, fill_ids
from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.methods.chat import Content, new_message, read_metadata, thread_of
from tests.fakes.slack.methods.context import Args, Context, channel_of, message_json
from tests.fakes.slack.state import BOT_USER, Json, Stream

_CHUNKS = ("markdown_text", "task_update", "plan_update", "blocks")


def start(context: Context, args: Args) -> Json:
    channel = channel_of(context, args)
    if BOT_USER not in channel.members:
        raise ApiError("not_in_channel")
    if channel.archived:
        raise ApiError("is_archived")
    args.need("thread_ts")
    recipient = args.text("recipient_user_id")
    if not channel.is_direct:
        args.need("recipient_user_id", "missing_recipient_user_id")
        args.need("recipient_team_id", "missing_recipient_team_id")
        if recipient not in context.workspace.users:
            raise ApiError("user_not_found")
    thread_ts = thread_of(channel, args)
    text, chunks = _read(args)
    message = new_message(context, channel, Content(text), "chat.startStream")
    message.thread_ts, message.streaming = thread_ts, True
    _show(message.text, context, message)
    stream = Stream(message, context.workspace.clock.now(), recipient, chunks)
    context.workspace.streams[message.ts] = stream
    context.posted(message)
    return {"ok": True, "channel": channel.id, "ts": message.ts}


def append(context: Context, args: Args) -> Json:
    stream = _live(context, args)
    text, chunks = _read(args)
    if not text and not chunks:
        raise ApiError("no_text")
    stream.chunks += chunks
    stream.appends += 1
    _show(stream.message.text + text, context, stream.message)
    context.workspace.changes.happened()
    return {"ok": True, "channel": stream.message.channel, "ts": stream.message.ts}


def stop(context: Context, args: Args) -> Json:
    stream = _live(context, args)
    text, chunks = _read(args)
    blocks = args.json("blocks", "invalid_blocks_format") or []
    check_message(blocks, context.check("message"))
    metadata = read_metadata(args)
    fill_ids(blocks, context.workspace.new_id)
    message = stream.message
    stream.chunks += chunks
    _show(message.text + text, context, message)
    message.blocks = message.blocks + blocks
    if metadata:
        message.metadata = metadata
    stream.stopped, message.streaming = True, False
    context.workspace.changes.happened()
    return {
        "ok": True,
        "channel": message.channel,
        "ts": message.ts,
        "message": message_json(context, message),
    }


def _live(context: Context, args: Args) -> Stream:
    channel = channel_of(context, args)
    ts = args.need("ts", "message_not_found")
    if ts not in channel.messages:
        raise ApiError("message_not_found")
    if not channel.messages[ts].by_bot:
        raise ApiError("message_not_owned_by_app")
    stream = context.workspace.streams.get(ts)
    if stream is None or stream.stopped or _died(context, stream):
        raise ApiError("message_not_in_streaming_state")
    return stream


def _died(context: Context, stream: Stream) -> bool:
    age = context.workspace.clock.now() - stream.started
    stream.message.streaming = age < context.settings.stream_life
    return not stream.message.streaming


def expire(context: Context, ts: str) -> None:
    """Let this stream die if its time is over: then chat.update may take its message over."""
    stream = context.workspace.streams.get(ts)
    if stream and stream.message.streaming:
        _died(context, stream)


def _read(args: Args) -> tuple[str, list[Json]]:
    text = args.text("markdown_text")
    if len(text) > MARKDOWN_CHARACTERS:
        raise ApiError("msg_too_long")
    chunks: Any = args.json("chunks", "invalid_chunks") or []
    if not isinstance(chunks, list) or any(
        not isinstance(chunk, dict) or chunk.get("type") not in _CHUNKS for chunk in chunks
    ):
        raise ApiError("invalid_chunks")
    said = [str(c.get("text", "")) for c in chunks if c["type"] == "markdown_text"]
    return text + "".join(said), chunks


def _show(text: str, context: Context, message: Any) -> None:
    message.text = text
    message.blocks = [{"type": "markdown", "text": text}] if text else []
    fill_ids(message.blocks, context.workspace.new_id)
