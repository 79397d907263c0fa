"""Bringing activities to the bot: 15 s for an answer, then the same activity once more."""

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.fakes.clock import Clock

PATIENCE = 15.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What the bot answered; `status` None: nothing in time, or no connection. An invoke's answer
    is `body`."""

    status: int | None
    body: Any = None
    seconds: float = 0.0
    attempts: int = 1
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class Delivery:
    """Posts to the bot's messaging endpoint."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, body: bytes, authorization: str | None, repeats: int) -> Reply:
        """`repeats`: how often what was not answered in time is brought again."""
        reply = Reply(None)
        for attempt in range(1, repeats + 2):
            reply = await self._attempt(url, body, authorization, attempt)
            if reply.status is not None:
                break
        return reply

    async def close(self) -> None:
        if self._session:
            await self._session.close()

    async def _attempt(
        self, url: str, body: bytes, authorization: str | None, attempt: int
    ) -> Reply:
        posting = asyncio.ensure_future(self._post(url, body, authorization, attempt))
        waiting = asyncio.ensure_future(self._clock.sleep(PATIENCE))
        try:
            await asyncio.wait((posting, waiting), return_when=asyncio.FIRST_COMPLETED)
            return posting.result() if posting.done() else Reply(None, attempts=attempt)
        finally:
            posting.cancel()
            waiting.cancel()

    async def _post(self, url: str, body: bytes, authorization: str | None, attempt: int) -> Reply:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=0)
            timeout = aiohttp.ClientTimeout(total=None)
            self._session = aiohttp.ClientSession(connector=connector, timeout=timeout)
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if authorization is not None:
            headers["Authorization"] = authorization
        start = time.perf_counter()
        try:
            async with self._session.post(url, data=body, headers=headers) as response:
                raw = await response.read()
        except aiohttp.ClientError:
            return Reply(None, attempts=attempt)
        took = time.perf_counter() - start
        named = {name.lower(): value for name, value in response.headers.items()}
        return Reply(response.status, _decoded(raw), took, attempt, named)


def _decoded(raw: bytes) -> Any:
    text = raw.decode(errors="replace")
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text
