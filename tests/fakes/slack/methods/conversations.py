"""conversations.open, info, history, replies.

docs.slack.dev/reference/methods/conversations.history: newest first, 100 unless told, at most 999,
`oldest`/`latest` exclusive unless `inclusive`, replies are not in it, metadata only with
`include_all_metadata`, and never an ephemeral message. conversations.replies: the root first.
"""

from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.methods.context import Args, Context, channel_of, message_json
from tests.fakes.slack.state import BOT_USER, Channel, Json, Message


def open_conversation(context: Context, args: Args) -> Json:
    workspace = context.workspace
    if args.text("channel"):
        channel = channel_of(context, args)
        return {"ok": True, "channel": {"id": channel.id}}
    value = args.values.get("users")
    users = value if isinstance(value, list) else args.text("users").split(",")
    users = [user for user in users if user]
    if not users:
        raise ApiError("users_list_not_supplied")
    if len(users) > 8:
        raise ApiError("too_many_users")
    if unknown := [u for u in users if u not in workspace.users or u == BOT_USER]:
        raise ApiError("user_not_found", user=unknown[0])
    if any(workspace.users[user].deleted for user in users):
        raise ApiError("user_disabled")
    if len(users) == 1:
        channel = workspace.direct(users[0])
    else:
        channel = _group(context, {*users, BOT_USER})
    shown = channel_json(channel) if args.flag("return_im") else {"id": channel.id}
    return {"ok": True, "channel": shown}


def _group(context: Context, members: set[str]) -> Channel:
    for channel in context.workspace.channels.values():
        if channel.kind == "mpim" and channel.members == members:
            return channel
    return context.workspace.add_channel("mpdm", "mpim", members)


def channel_json(channel: Channel) -> Json:
    return {
        "id": channel.id,
        "name": channel.name,
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "private",
        "is_im": channel.kind == "im",
        "is_mpim": channel.kind == "mpim",
        "is_private": channel.kind != "channel",
        "is_archived": channel.archived,
        "is_member": BOT_USER in channel.members,
        "num_members": len(channel.members),
        "user": next(iter(channel.members - {BOT_USER}), "") if channel.kind == "im" else None,
    }


def info(context: Context, args: Args) -> Json:
    return {"ok": True, "channel": channel_json(channel_of(context, args))}


def members(context: Context, args: Args) -> Json:
    channel = channel_of(context, args)
    everybody = sorted(channel.members)
    start = int(args.text("cursor") or 0)
    end = start + args.integer("limit", 100, 1000)
    cursor = str(end) if end < len(everybody) else ""
    return {
        "ok": True,
        "members": everybody[start:end],
        "response_metadata": {"next_cursor": cursor},
    }


def history(context: Context, args: Args) -> Json:
    channel = _readable(context, args)
    found = [m for m in _seen(context, channel) if _in_channel(m)]
    return _page(context, args, _between(found, args)[::-1])


def replies(context: Context, args: Args) -> Json:
    channel = _readable(context, args)
    seen = {m.ts: m for m in _seen(context, channel)}
    wanted = seen.get(args.need("ts", "thread_not_found"))
    if wanted is None:
        raise ApiError("thread_not_found")
    root = wanted.thread_ts or wanted.ts
    thread = [m for m in seen.values() if m.thread_ts == root and m.ts != root]
    return _page(context, args, [seen[root], *_between(thread, args)])


def _in_channel(message: Message) -> bool:
    return message.thread_ts in (None, message.ts) or message.reply_broadcast


def _readable(context: Context, args: Args) -> Channel:
    channel = channel_of(context, args)
    if BOT_USER not in channel.members:
        raise ApiError("not_in_channel")
    return channel


def _seen(context: Context, channel: Channel) -> list[Message]:
    until = context.workspace.clock.now() - context.settings.history_delay
    late = context.settings.history_delay > 0
    return [m for m in channel.messages.values() if not m.deleted and not (late and m.at > until)]


def _between(messages: list[Message], args: Args) -> list[Message]:
    oldest = _ts(args, "oldest", 0.0, "invalid_ts_oldest")
    latest = _ts(args, "latest", float("inf"), "invalid_ts_latest")
    if args.flag("inclusive"):
        return [m for m in messages if oldest <= float(m.ts) <= latest]
    return [m for m in messages if oldest < float(m.ts) < latest]


def _ts(args: Args, name: str, default: float, error: str) -> float:
    try:
        return float(args.text(name) or default)
    except ValueError:
        raise ApiError(error) from None


def _page(context: Context, args: Args, messages: list[Message]) -> Json:
    limit = args.integer("limit", 100, 999)
    cursor = args.text("cursor")
    if cursor and not cursor.isdigit():
        raise ApiError("invalid_cursor")
    start = int(cursor or 0)
    page = messages[start : start + limit]
    more = len(messages) > start + limit
    metadata = args.flag("include_all_metadata")
    return {
        "ok": True,
        "messages": [message_json(context, m, metadata=metadata) for m in page],
        "has_more": more,
        "response_metadata": {"next_cursor": str(start + limit) if more else ""},
    }
