"""The Web API: tokens, scopes, rate limits and faults around the methods.

docs.slack.dev/apis/web-api: JSON or form bodies or a query, the token as a bearer or an argument,
HTTP 200 with `ok: false` for an error, 429 with Retry-After for too many calls.
"""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from tests.fakes.faults import Faults
from tests.fakes.slack import faults
from tests.fakes.slack.errors import ApiError, RateLimited
from tests.fakes.slack.methods import (
    assistant,
    chat,
    conversations,
    files,
    people,
    streams,
    views,
)
from tests.fakes.slack.methods.context import Args, Context
from tests.fakes.slack.rate_limits import RateLimiter
from tests.fakes.slack.state import Call, Json

Method = Callable[[Context, Args], Json]

OPEN_SOCKET = "apps.connections.open"


def _update(context: Context, args: Args) -> Json:
    streams.expire(context, args.text("ts"))
    return chat.update(context, args)


METHODS: dict[str, Method] = {
    "assistant.threads.setStatus": assistant.set_status,
    "assistant.threads.setSuggestedPrompts": assistant.set_prompts,
    "assistant.threads.setTitle": assistant.set_title,
    "auth.test": people.auth_test,
    "chat.appendStream": streams.append,
    "chat.delete": chat.delete,
    "chat.postEphemeral": chat.post_ephemeral,
    "chat.postMessage": chat.post_message,
    "chat.startStream": streams.start,
    "chat.stopStream": streams.stop,
    "chat.update": _update,
    "conversations.history": conversations.history,
    "conversations.info": conversations.info,
    "conversations.members": conversations.members,
    "conversations.open": conversations.open_conversation,
    "conversations.replies": conversations.replies,
    "files.completeUploadExternal": files.complete,
    "files.getUploadURLExternal": files.get_upload_url,
    "files.info": files.info,
    "reactions.add": chat.add_reaction,
    "usergroups.users.list": people.group_users,
    "users.info": people.user_info,
    "users.list": people.user_list,
    "views.open": views.open_view,
    "views.publish": views.publish,
    "views.push": views.push,
    "views.update": views.update,
}

# What a method needs, from the "Scopes" of its reference page; "history" and "read" stand for the
# four scopes of which the one for the kind of conversation is needed.
SCOPES: dict[str, tuple[str, ...]] = {
    "assistant.threads.setStatus": ("chat:write", "assistant:write"),
    "assistant.threads.setSuggestedPrompts": ("assistant:write",),
    "assistant.threads.setTitle": ("assistant:write",),
    "conversations.history": ("history",),
    "conversations.info": ("read",),
    "conversations.members": ("read",),
    "conversations.open": ("im:write", "mpim:write", "channels:manage", "groups:write"),
    "conversations.replies": ("history",),
    "files.completeUploadExternal": ("files:write",),
    "files.getUploadURLExternal": ("files:write",),
    "files.info": ("files:read",),
    "reactions.add": ("reactions:write",),
    "usergroups.users.list": ("usergroups:read",),
    "users.info": ("users:read",),
    "users.list": ("users:read",),
    **{name: ("chat:write",) for name in METHODS if name.startswith("chat.")},
}
_FAMILIES = {"channel": "channels", "private": "groups", "im": "im", "mpim": "mpim"}


class WebApi:
    """Answers requests to `/api/<method>`."""

    def __init__(self, context: Context, bot_token: str, app_token: str) -> None:
        self.context = context
        self.faults = Faults(faults.refusal)
        self.limiter: RateLimiter | None = None
        self.open_socket: Callable[[], str] = str
        self.under_way = 0
        self._bot_token = bot_token
        self._app_token = app_token

    async def handle(self, request: web.BaseRequest, method: str) -> web.Response:
        self.under_way += 1
        try:
            return await self._handle(request, method)
        finally:
            self.under_way -= 1
            self.context.workspace.changes.happened()

    async def _handle(self, request: web.BaseRequest, method: str) -> web.Response:
        try:
            values = await read_arguments(request)
        except ApiError as error:
            return _answer(error.body())
        token = _token(request, values)
        call = self.record(method, values, request)
        fault = self.faults.striking(method, values)
        if fault:
            call.fault = type(fault).__name__
            if not fault.accepted:
                return await self.faults.answer(fault, request, None)
        try:
            call.answer = self._run(method, token, Args(values))
        except ApiError as error:
            call.answer = error.body()
        except RateLimited as limited:
            call.answer = {"ok": False, "error": "ratelimited"}
            return faults.too_many(limited.retry_after)
        right = _answer(call.answer, self.context.settings.scopes)
        return await self.faults.answer(fault, request, right) if fault else right

    def record(self, method: str, values: Json, request: web.BaseRequest) -> Call:
        workspace = self.context.workspace
        call = Call(method, values, dict(request.headers), workspace.clock.now())
        workspace.calls.append(call)
        workspace.changes.happened()
        return call

    def _run(self, method: str, token: str, args: Args) -> Json:
        self._authorize(method, token)
        if method == OPEN_SOCKET:
            return {"ok": True, "url": self.open_socket()}
        run = METHODS.get(method)
        if run is None:
            raise ApiError("unknown_method", req_method=method)
        self._check_scope(method, args)
        if self.limiter:
            self.limiter.check(method, args.text("channel"))
        return run(self.context, args)

    def _authorize(self, method: str, token: str) -> None:
        wanted = self._app_token if method == OPEN_SOCKET else self._bot_token
        if not token:
            raise ApiError("not_authed")
        if token not in (self._app_token, self._bot_token):
            raise ApiError("invalid_auth")
        if token != wanted:
            raise ApiError("not_allowed_token_type")
        if self.context.workspace.uninstalled:
            raise ApiError("account_inactive")

    def _check_scope(self, method: str, args: Args) -> None:
        provided, needed = self.context.settings.scopes, SCOPES.get(method, ())
        if provided is None or not needed:
            return
        if needed in (("history",), ("read",)):
            channel = self.context.workspace.channels.get(args.text("channel"))
            needed = (f"{_FAMILIES[channel.kind if channel else 'channel']}:{needed[0]}",)
        if provided.isdisjoint(needed):
            raise ApiError("missing_scope", needed=needed[0], provided=",".join(sorted(provided)))


async def read_arguments(request: web.BaseRequest) -> Json:
    """The query and the body in one.

    Raises:
        ApiError: invalid_json, json_not_object or invalid_form_data.
    """
    values: Json = dict(request.query)
    raw = await request.read()
    if not raw:
        return values
    if request.content_type == "application/json":
        try:
            body: Any = json.loads(raw)
        except ValueError:
            raise ApiError("invalid_json") from None
        if not isinstance(body, dict):
            raise ApiError("json_not_object")
        return {**values, **body}
    try:
        return {**values, **dict(parse_qsl(raw.decode(), keep_blank_values=True))}
    except UnicodeDecodeError:
        raise ApiError("invalid_form_data") from None


def _token(request: web.BaseRequest, values: Json) -> str:
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer "):
        return header.removeprefix("Bearer ")
    return str(values.pop("token", ""))


def _answer(body: Json, scopes: frozenset[str] | None = None) -> web.Response:
    headers = {"x-oauth-scopes": ",".join(sorted(scopes))} if scopes is not None else None
    return web.Response(
        body=json.dumps(body).encode(), content_type="application/json", headers=headers
    )
