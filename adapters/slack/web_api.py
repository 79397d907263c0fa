"""Calls to Slack's Web API: one session, time-outs, pacing, and what a failure means.

The SDK's own retry handlers are off: after a connection reset they post a second time while the
caller sees one success.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from itertools import count
from typing import Any

import aiohttp
from cachetools import LRUCache
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.fence import may_send
from adapters.fence import patience as fenced_patience
from adapters.slack.times import Times

API = "https://slack.com/api/"
_TRIES = 4
_LONGEST_PAUSE = 10.0
# Slack says of these that part of the work may have been done.
_MAYBE_DONE = frozenset({"internal_error", "fatal_error", "request_timeout", "service_unavailable"})
Method = Callable[..., Awaitable[Any]]


class Refused(Exception):
    """Slack understood and said no; `code` is its own word, such as channel_not_found."""

    def __init__(self, code: str, details: tuple[str, ...] = ()) -> None:
        super().__init__(code, *details)
        self.code = code
        self.details = details


class Unreachable(Exception):
    """Nothing was done: Slack could not be reached, or wants one to `wait` so many seconds."""

    def __init__(self, problem: str, wait: float = 0.0) -> None:
        super().__init__(problem)
        self.wait = wait


class OutcomeUnknown(Exception):
    """Slack may have done it: the connection broke or no answer came."""


class Pacer:
    """About one message a second and channel, as Slack allows: who comes faster waits."""

    def __init__(self, seconds: float = 1.0, burst: int = 3) -> None:
        self._seconds = seconds
        self._burst = burst
        # Channel → the loop's time at which its allowance is full again.
        self._full_at: LRUCache[str, float] = LRUCache(10_000)

    async def turn(self, channel: str) -> None:
        now = asyncio.get_running_loop().time()
        full_at = max(self._full_at.get(channel, now), now) + self._seconds
        self._full_at[channel] = full_at
        await asyncio.sleep(max(0.0, full_at - now - self._seconds * self._burst))

    def hold(self, channel: str, seconds: float) -> None:
        """Slack itself told to wait: so does everyone who comes next."""
        now = asyncio.get_running_loop().time()
        held = now + seconds + self._seconds * (self._burst - 1)
        self._full_at[channel] = max(self._full_at.get(channel, now), held)


class WebApi:
    """`client` is the SDK's, for its methods' names; every call goes through `call`."""

    def __init__(self, token: str, *, url: str = API, times: Times | None = None) -> None:
        quiet = logging.getLogger("adapters.slack.sdk")
        quiet.setLevel(logging.CRITICAL)  # what it would log holds tokens' owners and texts
        self.times = times or Times()
        self.client = AsyncWebClient(token, base_url=url, retry_handlers=[], logger=quiet)
        self._pacer = Pacer(self.times.pace, self.times.burst)
        self._session: aiohttp.ClientSession | None = None

    def open(self) -> aiohttp.ClientSession:
        """One session for all calls: one per call costs half of the throughput."""
        if self._session is None or self._session.closed:
            timeout = aiohttp.ClientTimeout(total=self.times.call)
            fence = aiohttp.TraceConfig()
            # A connection may be waited for after the fence was asked: again, before it is written.
            fence.on_request_chunk_sent.append(_fence)
            self._session = aiohttp.ClientSession(timeout=timeout, trace_configs=[fence])
            self.client.session = self._session
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def call(
        self,
        method: Method,
        *,
        paced: bool = False,
        repeatable: bool = True,
        patience: float | None = None,
        **arguments: object,
    ) -> Mapping[str, Any]:
        """Slack's answer. What is `paced` waits for its channel's turn; what is not `repeatable`
        is never sent a second time unless it is certain that nothing was done. With a `patience`
        of 0 seconds it is tried once.

        Raises Refused, Unreachable, OutcomeUnknown.
        """
        self.open()
        channel = str(arguments["channel"]) if paced else ""

        async def once() -> Mapping[str, Any]:
            return _data(await method(**arguments))

        return await self._persist(once, channel, patience, repeatable=repeatable)

    async def respond(self, url: str, body: Mapping[str, Any]) -> None:
        """Posts to a response_url, never twice unless it is certain that nothing was done.

        Raises Refused, Unreachable, OutcomeUnknown.
        """

        async def once() -> Mapping[str, Any]:
            async with self.open().post(url, json=body) as response:
                _taken(response.status, response.headers, (await response.text())[:500])
            return {}

        await self._persist(once, "", None, repeatable=False)

    async def _persist(
        self,
        once: Callable[[], Awaitable[Mapping[str, Any]]],
        channel: str,
        patience: float | None,
        *,
        repeatable: bool,
    ) -> Mapping[str, Any]:
        now = asyncio.get_running_loop().time
        until = now() + (fenced_patience(self.times.patience) if patience is None else patience)
        for tries in count(1):
            if channel:
                await self._pacer.turn(channel)
            if not may_send():
                raise Unreachable("another process has taken over")
            try:
                return await once()
            except Exception as error:  # noqa: BLE001 - sorted into three kinds, others pass
                failure = _failure(error)
            if isinstance(failure, Refused):
                raise failure
            if isinstance(failure, OutcomeUnknown) and (not repeatable or tries >= _TRIES):
                raise failure
            told = failure.wait if isinstance(failure, Unreachable) else 0.0
            wait = told or min(0.2 * 2 ** min(tries, 10), _LONGEST_PAUSE) * random.uniform(0.5, 1)
            if now() + wait > until:
                raise failure
            if channel and told:
                self._pacer.hold(channel, told)
            await asyncio.sleep(wait)
        raise AssertionError("every try returns, raises or is followed by another")


async def _fence(_session: object, _context: object, _chunk: object) -> None:
    if not may_send():
        raise Unreachable("another process has taken over")


def _data(answer: Any) -> Mapping[str, Any]:
    data = getattr(answer, "data", answer)
    return data if isinstance(data, dict) else {}


def _failure(error: Exception) -> Refused | Unreachable | OutcomeUnknown:
    """What the error means. Raises it again if it is none of the network or of Slack."""
    match error:
        case Refused() | Unreachable() | OutcomeUnknown():
            return error
        case SlackApiError(response=response):
            return _answered(response)
        case aiohttp.ClientConnectorError():
            return Unreachable(type(error).__name__)
        case aiohttp.ClientError() | TimeoutError() | SlackClientError():
            return OutcomeUnknown(type(error).__name__)
        case AttributeError() | UnicodeDecodeError():  # the SDK, over what is no JSON object
            return OutcomeUnknown("the answer cannot be read")
        case _:
            raise error


def _answered(response: Any) -> Refused | Unreachable | OutcomeUnknown:
    status: int = getattr(response, "status_code", 0) or getattr(response, "status", 0)
    data = _data(response)
    code = str(data.get("error", ""))
    if status == 429 or code == "ratelimited":
        return Unreachable("rate limited", wait=_retry_after(getattr(response, "headers", {})))
    if status >= 500 or not code or code in _MAYBE_DONE:
        return OutcomeUnknown(code or f"status {status}")
    told = (data.get("response_metadata") or {}).get("messages") or ()
    return Refused(code, tuple(str(line) for line in told))


def _taken(status: int, headers: Mapping[str, str], text: str) -> None:
    """Returns if a response_url took it: "ok", else a code as text or as {"error": code}."""
    try:
        said = json.loads(text)
    except ValueError:
        said = text
    code = str(said.get("error", "")) if isinstance(said, dict) else ""
    if status == 429:
        raise Unreachable("rate limited", wait=_retry_after(headers))
    if status >= 500:
        raise OutcomeUnknown(f"status {status}")
    if status != 200 or code:
        raise Refused(code or (text if text.isidentifier() else f"status {status}"))


def _retry_after(headers: Mapping[str, str]) -> float:
    given = str(headers.get("Retry-After", "1"))
    return max(1.0, float(given[:6])) if given.isdecimal() and given.isascii() else 1.0
