"""What anybody may take of this process over HTTP: bytes and seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

LONGEST_BODY = 1024**2  # bytes; no platform sends more


@dataclass(frozen=True, slots=True)
class WebTimes:
    """All in seconds. `idle`: until a connection is closed on which no whole head of a request has
    come, the first or the next one; longer than proxies keep theirs. `body`: until the body must
    be there. `whole`: until there must be an answer; a platform has given up by then. `linger`: for
    how long what nobody wants is still read after the answer, so that it arrives."""

    idle: float = 75.0
    body: float = 10.0
    whole: float = 30.0
    linger: float = 2.0


def limited(times: WebTimes, is_stopping: Callable[[], bool]) -> Middleware:
    """Reads the body before anybody else does, and answers 408, 413 or 503. Once it `is_stopping`,
    every connection ends with its answer: the next request goes to another process."""

    @web.middleware
    async def limit(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            response = await _answered(request, handler, times)
        except web.HTTPException as refused:
            if is_stopping():
                refused.force_close()
            raise
        if is_stopping():
            response.force_close()
        return response

    return limit


async def _answered(request: web.Request, handler: Handler, times: WebTimes) -> web.StreamResponse:
    if (request.content_length or 0) > LONGEST_BODY:
        raise _closing(web.HTTPRequestEntityTooLarge(LONGEST_BODY, request.content_length or 0))
    try:
        async with asyncio.timeout(times.body):
            await request.read()
    except TimeoutError:
        raise _closing(web.HTTPRequestTimeout()) from None
    except web.HTTPRequestEntityTooLarge as refused:
        raise _closing(refused) from None
    try:
        async with asyncio.timeout(times.whole) as limit:
            return await handler(request)
    except TimeoutError:
        if not limit.expired():
            raise
        return web.json_response({"error": "it takes too long"}, status=503)


def _closing(refused: web.HTTPException) -> web.HTTPException:
    """Nothing more is read from whoever sends too much, or too slowly."""
    refused.force_close()
    return refused
