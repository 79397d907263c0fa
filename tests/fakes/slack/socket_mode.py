"""Socket Mode: envelopes over WebSockets.

docs.slack.dev/apis/events-api/using-socket-mode: `apps.connections.open` (app token) gives an
address that is good for one connection; a `hello` comes first; up to 10 sockets, each envelope
goes to one of them; the app answers with the `envelope_id` and, where
`accepts_response_payload`, a payload; before Slack closes a socket it says `disconnect` with
`warning` or `refresh_requested`. That an unacked event comes again on another socket under a new
envelope_id with `retry_attempt` and `retry_reason` "timeout" is as slack_sdk's fields and
slackapi/bolt-python#1484 show it; the exact words are not documented.
"""

import asyncio
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import WSMsgType, web

from tests.fakes.clock import Clock
from tests.fakes.slack.envelopes import Ack, Envelope
from tests.fakes.slack.methods.context import Settings
from tests.fakes.slack.state import APP
from tests.fakes.waiting import Changes

MOST = 10
Reason = Literal["warning", "refresh_requested", "link_disabled", "too_many_websockets"]


@dataclass(slots=True, eq=False)
class Socket:
    """One open connection of the app; `unacked` are the envelopes it still has to answer."""

    ws: web.WebSocketResponse
    number: int
    unacked: dict[str, asyncio.Future[Any]] = field(default_factory=dict)
    received: int = 0
    draining: bool = False


class Sockets:
    """All sockets of the app. They take turns."""

    def __init__(self, clock: Clock, changes: Changes, settings: Settings) -> None:
        self.open: list[Socket] = []
        self.opened = 0
        self.base = ""
        self.late_acks: list[str] = []
        self._clock = clock
        self._changes = changes
        self._settings = settings
        self._tickets: set[str] = set()

    def new_url(self) -> str:
        ticket = secrets.token_urlsafe(12)
        self._tickets.add(ticket)
        return f"{self.base}/socket?ticket={ticket}&app_id={APP}"

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Serve one WebSocket until either side closes it."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=408, text="the ticket is used or unknown")
        self._tickets.remove(ticket)
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        self.opened += 1
        socket = Socket(ws, self.opened)
        if len(self.open) >= MOST:
            await self._say_goodbye(socket, "too_many_websockets")
            return ws
        self.open.append(socket)
        try:
            await self._serve(socket)
        finally:
            self._closed(socket)
        return ws

    async def _serve(self, socket: Socket) -> None:
        hello = {
            "type": "hello",
            "num_connections": len(self.open),
            "connection_info": {"app_id": APP},
            "debug_info": {"host": "applink-1", "approximate_connection_time": 18060},
        }
        await socket.ws.send_str(json.dumps(hello))
        self._changes.happened()
        async for message in socket.ws:
            if message.type == WSMsgType.TEXT:
                self._acked(socket, json.loads(message.data))

    def _acked(self, socket: Socket, answer: dict[str, Any]) -> None:
        envelope_id = answer.get("envelope_id", "")
        waiting = socket.unacked.pop(envelope_id, None)
        if waiting is None or waiting.done():
            self.late_acks.append(envelope_id)
        else:
            waiting.set_result(answer.get("payload"))
        self._changes.happened()

    def _closed(self, socket: Socket) -> None:
        if socket in self.open:
            self.open.remove(socket)
        for waiting in socket.unacked.values():
            if not waiting.done():
                waiting.set_exception(ConnectionError("the socket closed"))
        self._changes.happened()

    async def send(
        self, envelope: Envelope, retry: int = 0, reason: str | None = None, not_to: int = 0
    ) -> tuple[Ack, int]:
        """One attempt on one socket (and which); `problem` is "timeout" where no ack came.

        A socket other than number `not_to` is taken where there is one.
        """
        socket = await self._next(not_to)
        if socket is None:
            return Ack(envelope, None, problem="timeout"), 0
        envelope_id = secrets.token_hex(16)
        waiting: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        socket.unacked[envelope_id] = waiting
        socket.received += 1
        start = time.perf_counter()
        alarm = asyncio.ensure_future(self._clock.sleep(self._settings.patience))
        try:
            await socket.ws.send_str(_wire(envelope, envelope_id, retry, reason))
            await asyncio.wait((waiting, alarm), return_when=asyncio.FIRST_COMPLETED)
            if not waiting.done() or waiting.exception():
                return Ack(envelope, None, problem="timeout"), socket.number
            seconds = time.perf_counter() - start
            return Ack(envelope, 200, waiting.result(), seconds=seconds), socket.number
        except ConnectionError:
            return Ack(envelope, None, problem="timeout"), socket.number
        finally:
            alarm.cancel()
            socket.unacked.pop(envelope_id, None)

    async def _next(self, not_to: int) -> Socket | None:
        """The socket whose turn it is; waits a while for one to open."""
        alarm = asyncio.ensure_future(self._clock.sleep(self._settings.patience))
        try:
            while not (ready := [s for s in self.open if not s.draining]):
                change = asyncio.ensure_future(self._changes.wait())
                await asyncio.wait((alarm, change), return_when=asyncio.FIRST_COMPLETED)
                change.cancel()
                if alarm.done():
                    return None
            others = [socket for socket in ready if socket.number != not_to]
            return min(others or ready, key=lambda socket: socket.received)
        finally:
            alarm.cancel()

    async def disconnect(self, reason: Reason = "refresh_requested") -> None:
        """Tell every open socket that it is going to be closed; the client opens a new one."""
        for socket in list(self.open):
            await self._say_goodbye(socket, reason)

    def drop(self) -> None:
        """Break every open socket without a word, as a network does."""
        for socket in list(self.open):
            transport = socket.ws._req.transport if socket.ws._req else None
            if transport is not None:
                transport.abort()
            self._closed(socket)

    async def _say_goodbye(self, socket: Socket, reason: Reason) -> None:
        goodbye = {
            "type": "disconnect",
            "reason": reason,
            "debug_info": {"host": "applink-1"},
        }
        await socket.ws.send_str(json.dumps(goodbye))
        if reason == "warning":  # 10 s to go: nothing new comes, what came may still be acked
            socket.draining = True
        else:
            await socket.ws.close()

    async def close(self) -> None:
        for socket in list(self.open):
            await socket.ws.close()


def _wire(envelope: Envelope, envelope_id: str, retry: int, reason: str | None) -> str:
    message: dict[str, Any] = {
        "envelope_id": envelope_id,
        "payload": envelope.payload,
        "type": envelope.kind,
        "accepts_response_payload": envelope.takes_answer,
    }
    if envelope.kind == "events_api":
        message |= {"retry_attempt": retry, "retry_reason": reason or ""}
    return json.dumps(message)
