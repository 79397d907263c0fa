"""The connector service: /v3/conversations and what is under it."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from tests.fakes.faults import Faults
from tests.fakes.teams import shapes, streaming
from tests.fakes.teams.errors import Refusal, bad, refusal
from tests.fakes.teams.limits import RateLimiter
from tests.fakes.teams.state import TENANT, Call, Conversation, Json, Tenant

# (method, what follows /v3/conversations) → the operation, by which faults and calls are named.
_OPERATIONS = {
    ("POST", ()): "create",
    ("POST", ("*", "activities")): "send",
    ("POST", ("*", "activities", "*")): "reply",
    ("PUT", ("*", "activities", "*")): "update",
    ("DELETE", ("*", "activities", "*")): "delete",
    ("GET", ("*", "members")): "members",
    ("GET", ("*", "members", "*")): "member",
    ("GET", ("*", "pagedmembers")): "pagedmembers",
}
_READING = frozenset({"members", "member", "pagedmembers"})


class ConnectorService:
    """`known` says whether a bearer token is the bot's; `limiter` None: no limits."""

    def __init__(self, tenant: Tenant, known: Callable[[str], bool]) -> None:
        self._tenant = tenant
        self._known = known
        self.faults = Faults(refusal)
        self.limiter: RateLimiter | None = None

    async def answer(self, request: web.BaseRequest, path: str) -> web.Response:
        """`path` is what follows /v3/conversations, still quoted."""
        steps = [unquote(step) for step in path.split("/") if step]
        pattern = tuple("*" if n % 2 == 0 else step for n, step in enumerate(steps))
        operation = _OPERATIONS.get((request.method, pattern))
        if operation is None:
            return Refusal(404, "NotFound", "no such operation").response()
        raw = await request.read()
        call = Call(operation, steps[0] if steps else "", _body(raw), self._tenant.clock.now())
        self._tenant.calls.append(call)
        response = await self._with_faults(request, call, steps)
        call.status = response.status
        self._tenant.changes.happened()
        return response

    async def _with_faults(
        self, request: web.BaseRequest, call: Call, steps: list[str]
    ) -> web.Response:
        fault = self.faults.striking(call.operation, call.body)
        if fault is not None:
            call.fault = type(fault).__name__
            if not fault.accepted:
                return await self.faults.answer(fault, request, None)
        right = self._carried_out(request, call, steps)
        return await self.faults.answer(fault, request, right) if fault else right

    def _carried_out(self, request: web.BaseRequest, call: Call, steps: list[str]) -> web.Response:
        try:
            if not self._known(request.headers.get("Authorization", "")):
                raise Refusal(401, "Unauthorized", "Authorization has been denied.")
            if call.operation == "create":
                return self._create(call)
            place, thread = self._tenant.find(call.conversation)
            if place is None:
                raise Refusal(404, "ConversationNotFound", "Conversation not found.")
            if place.gone:
                raise Refusal(404 if place.gone == "ConversationNotFound" else 403, place.gone)
            self._limit(place.id, reading=call.operation in _READING)
            return self._in_place(call, place, thread, steps, request.query.get)
        except Refusal as refused:
            return refused.response()

    def _limit(self, what: str, *, reading: bool) -> None:
        if self.limiter is not None:
            self.limiter.check(what, reading=reading)

    def _in_place(
        self, call: Call, place: Conversation, thread: str | None, steps: list[str],
        asked: Callable[[str, str], str],
    ) -> web.Response:  # fmt: skip
        match call.operation:
            case "send":
                return self._send(call.body, place, thread)
            case "reply":
                first = place.messages.get(steps[2])
                thread = thread or (first.thread or first.id if first else steps[2])
                return self._send(call.body, place, thread if place.kind == "channel" else None)
            case "update":
                return self._update(call.body, place, steps[2])
            case "delete":
                self._own(place, steps[2]).deleted = True
                return web.Response()
            case "member":
                return web.json_response(_member(place, steps[2]))
            case "members":
                return web.json_response([one.member for one in place.people])
            case _:
                return web.json_response(_page(place, asked))

    def _create(self, call: Call) -> web.Response:
        self._limit("", reading=False)
        body = call.body
        members = body.get("members") or []
        if body.get("isGroup") or len(members) != 1:
            raise bad("Bot can begin personal conversations only")
        if body.get("tenantId") != TENANT:
            raise Refusal(403, "ForbiddenOperationException", "another tenant")
        named = members[0].get("id")
        person = next(
            (one for one in self._tenant.people.values() if named in (one.id, one.object_id)), None
        )
        if person is None:
            raise bad("Invalid user identity in provided tenant")
        place = self._tenant.personal(person)
        if place.gone:
            raise Refusal(403, place.gone)
        return web.json_response({"id": place.id}, status=201)

    def _send(self, body: Json, place: Conversation, thread: str | None) -> web.Response:
        shapes.check(body, place)
        if streaming.info_of(body) is not None:
            return self._stream(body, place)
        if body["type"] == "typing":
            place.typing += 1
            return web.json_response({}, status=202)
        message = self._tenant.add(place, body, by_bot=True, thread=thread)
        return web.json_response({"id": message.id}, status=201)

    def _stream(self, body: Json, place: Conversation) -> web.Response:
        now, new_id = self._tenant.clock.now(), self._tenant.new_id()
        stream = streaming.begin_or_go_on(place, body, now, new_id)
        if stream.over:
            message = self._tenant.add(place, body, by_bot=True, thread=None)
            del place.messages[message.id]
            message.id = stream.id
            place.messages[stream.id] = message
        if stream.id == new_id:
            return web.json_response({"id": stream.id}, status=201)
        return web.json_response({}, status=202)

    def _update(self, body: Json, place: Conversation, message_id: str) -> web.Response:
        message = self._own(place, message_id)
        shapes.check(body, place)
        if body["type"] != "message":
            raise bad("only a message takes the place of a message")
        message.revisions.append(message.activity)
        message.activity = body
        return web.json_response({"id": message.id})

    def _own(self, place: Conversation, message_id: str) -> Any:
        message = place.messages.get(message_id)
        if message is None or message.deleted or not message.by_bot:
            raise Refusal(404, "ActivityNotFoundInConversation", "The message was not found.")
        return message


def _body(raw: bytes) -> Json:
    try:
        body = json.loads(raw or b"{}")
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _member(place: Conversation, named: str) -> Json:
    for one in place.people:
        if named in (one.id, one.object_id):
            return one.member
    raise Refusal(404, "MemberNotFoundInConversation", "Member not found.")


def _page(place: Conversation, asked: Callable[[str, str], str]) -> Json:
    size = max(50, min(500, int(asked("pageSize", "200"))))
    begin = int(asked("continuationToken", "0"))
    page = [one.member for one in place.people[begin : begin + size]]
    more = begin + size < len(place.people)
    return {"members": page, **({"continuationToken": str(begin + size)} if more else {})}
