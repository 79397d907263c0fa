"""Bringing envelopes to the app over HTTP, with Slack's patience and retries.

docs.slack.dev/apis/events-api#error-handling: 3 s for an answer (`Settings.patience`); an event
comes again at once, after 1 min and after 5 min, with the same body and `x-slack-retry-num` /
`x-slack-retry-reason`, unless the answer had `x-slack-no-retry: 1`. Commands and interactions come
once.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp

from tests.fakes.clock import Clock
from tests.fakes.slack.envelopes import Ack, Envelope
from tests.fakes.slack.methods.context import Settings
from tests.fakes.slack.signing import SignedRequest

RETRY_DELAYS = (0.0, 60.0, 300.0)

Attempt = Callable[[int, str | None], Awaitable[Ack]]


async def with_retries(envelope: Envelope, attempt: Attempt, clock: Clock, retries: int) -> Ack:
    """The first good ack, or the last bad one. `attempt` gets the retry's number and reason."""
    ack = await attempt(0, None)
    if not envelope.retried:
        return ack
    for number, delay in enumerate(RETRY_DELAYS[:retries], 1):
        if ack.ok or ack.headers.get("x-slack-no-retry") == "1":
            break
        await clock.sleep(delay)
        ack = await attempt(number, ack.problem)
        ack.attempts = number + 1
    return ack


class HttpDelivery:
    """Posts signed requests."""

    def __init__(self, clock: Clock, settings: Settings) -> None:
        self._clock = clock
        self._settings = settings
        self._session: aiohttp.ClientSession | None = None

    async def post(
        self,
        url: str,
        envelope: Envelope,
        request: SignedRequest,
        retry: int = 0,
        reason: str | None = None,
    ) -> Ack:
        """One attempt; when Slack's patience is over the connection is closed (http_timeout)."""
        headers = dict(request.headers)
        if retry:
            headers["X-Slack-Retry-Num"] = str(retry)
            headers["X-Slack-Retry-Reason"] = reason or "unknown_error"
        posting = asyncio.ensure_future(self._post(url, envelope, request.body, headers))
        waiting = asyncio.ensure_future(self._clock.sleep(self._settings.patience))
        try:
            await asyncio.wait((posting, waiting), return_when=asyncio.FIRST_COMPLETED)
            if posting.done():
                return posting.result()
            return Ack(envelope, None, problem="http_timeout")
        finally:
            posting.cancel()
            waiting.cancel()

    async def _post(
        self, url: str, envelope: Envelope, body: bytes, headers: dict[str, str]
    ) -> Ack:
        if self._session is None:
            # No client-side limits: 4 deliveries at once are 4 at once, and time is the clock's.
            connector = aiohttp.TCPConnector(limit=0)
            timeout = aiohttp.ClientTimeout(total=None)
            self._session = aiohttp.ClientSession(connector=connector, timeout=timeout)
        start = time.perf_counter()
        try:
            async with self._session.post(url, data=body, headers=headers) as response:
                raw = await response.read()
        except aiohttp.ClientError:
            return Ack(envelope, None, problem="connection_failed")
        good = 200 <= response.status < 300
        return Ack(
            envelope,
            response.status,
            _decoded(raw, response.content_type),
            {name.lower(): value for name, value in response.headers.items()},
            time.perf_counter() - start,
            problem=None if good else "http_error",
        )

    async def close(self) -> None:
        if self._session:
            await self._session.close()


def _decoded(raw: bytes, content_type: str) -> Any:
    text = raw.decode(errors="replace")
    if content_type != "application/json" or not text:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
