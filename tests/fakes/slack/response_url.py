"""response_url: 5 messages within 30 min to where a command or a click came from.

docs.slack.dev/interactivity/handling-user-interaction#message_responses: `response_type` ephemeral
(the default) or in_channel, `replace_original`, `delete_original` for the message that was acted
on, `thread_ts`. An ephemeral message can be changed this way only. The texts used_url and
expired_url and HTTP 404 for them are known from reports of users, not from Slack's pages; so is
that a slash command's response_url has no original to replace.
"""

import secrets
from typing import Any

from aiohttp import web

from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.methods.chat import (
    POST_CHARACTERS,
    Content,
    edit,
    new_message,
    read_content,
)
from tests.fakes.slack.methods.context import Args, Context
from tests.fakes.slack.state import Json, Message, ResponseUrl

USES = 5
LIFE_SECONDS = 30 * 60


def new_response_url(context: Context, channel: str, user: str, message_ts: str | None) -> str:
    secret = secrets.token_urlsafe(12)
    now = context.workspace.clock.now()
    context.workspace.response_urls[secret] = ResponseUrl(channel, user, now, message_ts)
    return f"{context.url}/response/{secret}"


def respond(context: Context, secret: str, values: Json) -> web.Response:
    """Carry out what was posted to a response_url."""
    place = context.workspace.response_urls.get(secret)
    if place is None:
        return web.json_response({"ok": False, "error": "invalid_url"}, status=404)
    if context.workspace.clock.now() - place.at > LIFE_SECONDS:
        return web.json_response({"ok": False, "error": "expired_url"}, status=404)
    if place.uses >= USES:
        return web.json_response({"ok": False, "error": "used_url"}, status=404)
    try:
        _carry_out(context, place, Args(values))
    except ApiError as error:
        return web.json_response(error.body(), status=400)
    place.uses += 1
    return web.Response(text="ok")


def _carry_out(context: Context, place: ResponseUrl, args: Args) -> None:
    original = _original(context, place)
    if args.flag("delete_original"):
        if original is None:
            raise ApiError("message_not_found")
        original.deleted = True
        context.workspace.changes.happened()
        return
    content = read_content(context, args, POST_CHARACTERS, in_all=False)
    if args.flag("replace_original") and original is not None:
        edit(context, original, content)
        return
    say(context, place.channel, place.user, content, args.values)


def say(context: Context, channel: str, user: str, content: Content, how: Json) -> Message:
    """Say something in reply to a command or a click: to the user alone, or to the channel."""
    message = new_message(context, context.workspace.channels[channel], content, "response_url")
    message.thread_ts = how.get("thread_ts")
    if how.get("response_type") == "in_channel":
        context.posted(message)
    else:
        message.ephemeral_to = user
        context.workspace.store(message)
    return message


def _original(context: Context, place: ResponseUrl) -> Message | None:
    channel = context.workspace.channels[place.channel]
    hidden: dict[Any, Message] = {m.ts: m for m in channel.ephemeral}
    return channel.messages.get(place.message_ts or "") or hidden.get(place.message_ts)
