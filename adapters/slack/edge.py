"""Slack's door into the process: Bolt checks who knocks; then it is written down, and acked."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackClientError
from slack_sdk.signature import SignatureVerifier

from adapters.slack.inbound import Payload
from adapters.slack.web_api import WebApi

log = logging.getLogger(__name__)

Receive = Callable[[Payload], Awaitable[BoltResponse]]
_TIMESTAMP, _SIGNATURE = "x-slack-request-timestamp", "x-slack-signature"
_AT, _SIGNED = re.compile(r"\d{1,12}", re.ASCII), re.compile(r"v0=[0-9a-f]{64}")
_LONGEST_PAUSE = 60.0
_MOST_FIELDS = 100


class _Keep(AsyncMiddleware):
    """Takes everything that Slack delivers, right after Bolt verified its signature.

    No listener of Bolt's comes after: its runner looks for a command's ack only every 10 ms, and
    what a crash left behind must be worked off without a request of Bolt's anyway. It stands
    before the authorization, so that no ack waits for a call to Slack.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,
        next: Callable[[], Awaitable[BoltResponse]],
    ) -> BoltResponse:
        if req.body.get("type") == "url_verification":
            return await next()
        return await self._receive(req.body)


@dataclass(frozen=True, slots=True)
class Retired:
    """A signing secret that was replaced; `until`, by time.monotonic(), what Slack signed with it
    is still taken."""

    secret: str = field(repr=False)
    until: float


class Edge:
    """Requests over HTTP (`http`) and over Socket Mode (`connect`) in one Bolt app.

    `receive` returns once it is safe to acknowledge.
    """

    def __init__(
        self,
        api: WebApi,
        signing_secret: str,
        receive: Receive,
        retired: Sequence[Retired] = (),
    ) -> None:
        quiet = logging.getLogger("adapters.slack.bolt")
        quiet.setLevel(logging.CRITICAL)  # Bolt logs whole bodies of what it refuses
        self._api = api
        self._receive = receive
        self._verifier = SignatureVerifier(signing_secret) if signing_secret else None
        self._retired = [(SignatureVerifier(one.secret), one.until) for one in retired]
        self._app = AsyncApp(
            client=api.client,
            request_verification_enabled=False,
            before_authorize=_Keep(receive),
            logger=quiet,
        )
        self._app_logger = quiet
        self._socket: Any = None  # the SDK's handler has no types

    async def http(self, request: web.Request) -> web.Response:
        """Slack's request URL: 401 for whoever cannot sign, 400 for what is no payload."""
        raw = await request.read()
        if raw.startswith(b"ssl_check=1&") and not request.headers.get(_SIGNATURE):
            return web.Response()  # Slack tries the certificate
        if not self._signed(raw, request.headers):
            return web.json_response({"error": "invalid request"}, status=401)
        payload = _payload(raw, request.content_type)
        if payload is None:
            return web.json_response({"error": "no payload"}, status=400)
        if payload.get("type") == "url_verification":
            return await to_aiohttp_response(await self._dispatch(payload))
        # Bolt would only bring it to `_Keep`, at a fifth of the cost of the acknowledgement.
        acknowledged = await self._receive(payload)
        if acknowledged.body:
            return await to_aiohttp_response(acknowledged)
        return web.Response(status=acknowledged.status)

    def _signed(self, raw: bytes, headers: Mapping[str, str]) -> bool:
        """Checked here and not by Bolt, which parses the body first, fails on a timestamp that is
        no number, and lets a body with ssl_check=1 pass unsigned."""
        at, signature = headers.get(_TIMESTAMP, ""), headers.get(_SIGNATURE, "")
        if self._verifier is None or not _AT.fullmatch(at) or not _SIGNED.fullmatch(signature):
            return False
        now = time.monotonic()
        accepted = [self._verifier, *(old for old, until in self._retired if now < until)]
        try:
            return any(one.is_valid(raw, at, signature) for one in accepted)
        except UnicodeDecodeError:
            return False

    async def _dispatch(self, payload: Payload) -> BoltResponse:
        """Into the Bolt app, as Socket Mode does it: the signature is checked already."""
        try:
            request = AsyncBoltRequest(body=dict(payload), mode="socket_mode")
        except (AttributeError, LookupError, TypeError, ValueError):
            return BoltResponse(status=400, body={"error": "not as Slack writes it"})
        return await self._app.async_dispatch(request)

    async def connect(self, app_token: str) -> None:
        """Opens a socket, however long Slack cannot be reached; the SDK keeps it open after."""
        pause = 1.0
        while self._socket is None:
            handler: Any = AsyncSocketModeHandler(self._app, app_token, logger=self._app_logger)
            try:
                # The SDK's connect() goes on for ever, also with a token that Slack refuses.
                handler.client.wss_uri = await handler.client.issue_new_wss_url()
                await handler.connect_async()
                self._socket = handler
            except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as error:
                log.warning("no socket to Slack (%s), again in %.0f s", _said(error), pause)
                await handler.close_async()
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)

    async def close(self) -> None:
        if self._socket is not None:
            await self._socket.close_async()

    async def connected(self) -> bool:
        return self._socket is not None and bool(await self._socket.client.is_connected())

    async def may_connect(self, app_token: str) -> str:
        """Slack's own word for why it gives this token no socket, "" where it would."""
        handler: Any = AsyncSocketModeHandler(self._app, app_token, logger=self._app_logger)
        try:
            await handler.client.issue_new_wss_url()
        except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as error:
            return _said(error)
        finally:
            await handler.close_async()
        return ""


def _said(error: Exception) -> str:
    """An SDK error names the request with its token's owner; its own word is enough."""
    response: Any = getattr(error, "response", None)
    data = getattr(response, "data", None)
    return str(data.get("error")) if isinstance(data, dict) else type(error).__name__


def _payload(raw: bytes, content_type: str) -> Payload | None:
    """What Slack sends: an event as JSON, a click as JSON in a form, a command as a form.

    Not parsed by Bolt, which takes a command with the word "payload" in its text for a click
    without one. None for what is none of the three.
    """
    try:
        text = raw.decode()
        if content_type == "application/json" or text.startswith("{"):
            found = _json(text)
        elif content_type != "application/x-www-form-urlencoded":
            return None
        else:
            form = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
            found = _json(form["payload"]) if "payload" in form else form
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and found else None


def _json(text: str) -> Any:
    return json.loads(text, parse_constant=_no_number)


def _no_number(name: str) -> Any:
    raise ValueError(name)  # NaN is no JSON, and no database keeps it
