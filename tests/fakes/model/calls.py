"""What was asked, as HTTP: one call each."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import StreamReader, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http_parser import RawRequestMessage
from aiohttp.web_protocol import RequestHandler

from tests.fakes.model.errors import Json, bad_request
from tests.fakes.model.request import Request
from tests.fakes.model.turns import Turn


@dataclass(slots=True)
class Call:
    """One HTTP request and what became of it.

    request: as the model reads it; None for other endpoints and where it was refused before.
    fault: the name of what struck. status: 0 where the client cannot have got all of it.
    error: the message with which it was refused.
    left: the client went away before all was sent. The key is in neither body nor headers.
    """

    path: str
    headers: Mapping[str, str]
    body: Any = None
    request: Request | None = None
    turn: Turn | None = None
    fault: str | None = None
    status: int = 0
    error: str | None = None
    open: bool = True
    left: bool = False


def make_request(
    message: RawRequestMessage,
    payload: StreamReader,
    protocol: RequestHandler,
    writer: AbstractStreamWriter,
    task: "asyncio.Task[None]",
) -> web.BaseRequest:
    """aiohttp's own request, taking more than its 1 MB."""
    loop = asyncio.get_running_loop()
    return web.BaseRequest(
        message, payload, protocol, writer, task, loop, client_max_size=64 * 2**20
    )


async def read_body(request: web.BaseRequest) -> Json:
    try:
        body = json.loads(await request.read())
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise bad_request(
            "We could not parse the JSON body of your request. (HINT: This likely means you "
            "aren't using your HTTP library correctly. The OpenAI API expects a JSON payload, "
            "but what was sent was not valid JSON.)"
        )
    return body
