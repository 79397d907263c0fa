"""How an answer's bytes go out, rightly or struck by a fault."""

import asyncio
import re
import socket
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aiohttp import web

from tests.fakes.model.errors import ApiError
from tests.fakes.model.faults import (
    BrokenEvents,
    BrokenJson,
    FailMidway,
    Fault,
    Hang,
    Hold,
    Mangled,
    NotUtf8,
    Reset,
    ServerError,
    Slow,
    TooMany,
    Truncate,
)

PIECE = 32
"""Bytes of a whole answer that count as one event does in a stream."""

SERVER_ERROR = "The server had an error while processing your request. Sorry about that!"
_TEXT = re.compile(rb'"(?:content|delta|text|arguments|refusal)":"')
_PAGE = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center></body></html>"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An answer's bytes: the events of a stream, or one body in pieces.

    `failure` is the event with which the API breaks off a stream.
    """

    parts: Sequence[bytes]
    stream: bool
    headers: dict[str, str]
    failure: bytes = b""


def whole(body: bytes, headers: dict[str, str]) -> Outgoing:
    return Outgoing([body], False, headers)


async def send(
    request: web.BaseRequest,
    out: Outgoing,
    fault: Fault | None,
    closing: asyncio.Event,
    hangs: Callable[[], None],
) -> web.StreamResponse:
    """Send it. Without a fault all of it is written at once. `hangs` is called as soon as the
    answer hangs and what comes before that is written.

    Raises:
        ApiError: where the fault is an error of the API.
    """
    match fault:
        case None:
            return await _write(request, out)
        case TooMany() | ServerError():
            return refused(fault)
        case Hang(after=after):
            await _begin(request, out, after)
            hangs()
            await closing.wait()
            return _reset(request)
        case Reset(after=after):
            await _begin(request, out, after)
            await asyncio.sleep(0.01 if after else 0)  # what was written may leave before the RST
            return _reset(request)
        case Slow():
            return await _trickle(request, out, fault)
        case Hold(gate=gate, after=after):
            response = await _begin(request, out, after)
            await _first_of(gate, closing)
            response = response or await _prepared(request, out)
            await response.write(b"".join(_cut(out)[after or 0 :]))
            await response.write_eof()
            return response
        case _:
            return await _write(request, _mangled(out, fault))


def refused(fault: TooMany | ServerError) -> web.Response:
    """An error instead of an answer; 502, 504 and the like come from a proxy, as HTML."""
    if isinstance(fault, TooMany):
        raise _too_many(fault)
    if fault.status == 500:
        raise ApiError(500, SERVER_ERROR, kind="server_error")
    if fault.status == 503:
        message = "The engine is currently overloaded, please try again later"
        raise ApiError(503, message, kind="service_unavailable_error")
    page = _PAGE.format(f"{fault.status} Bad Gateway")
    return web.Response(status=fault.status, text=page, content_type="text/html")


def _too_many(fault: TooMany) -> ApiError:
    if fault.quota:
        return ApiError(
            429,
            "You exceeded your current quota, please check your plan and billing details. For "
            "more information on this error, read the docs: "
            "https://platform.openai.com/docs/guides/error-codes/api-errors.",
            kind="insufficient_quota",
            code="insufficient_quota",
        )
    headers = {"x-ratelimit-remaining-requests": "0"}
    if fault.retry_after is not None:
        headers["Retry-After"] = f"{fault.retry_after:g}"
        headers["x-ratelimit-reset-requests"] = f"{fault.retry_after:g}s"
    return ApiError(
        429,
        "Rate limit reached in organization org-fake on requests per min (RPM): Limit 500, "
        f"Used 500, Requested 1. Please try again in {fault.retry_after or 1:g}s.",
        kind="requests",
        code="rate_limit_exceeded",
        headers=headers,
    )


async def _prepared(request: web.BaseRequest, out: Outgoing) -> web.StreamResponse:
    kind = "text/event-stream; charset=utf-8" if out.stream else "application/json"
    response = web.StreamResponse(headers={**out.headers, "Content-Type": kind})
    response.enable_chunked_encoding()
    await response.prepare(request)
    return response


async def _write(request: web.BaseRequest, out: Outgoing) -> web.StreamResponse:
    if not out.stream:
        headers = {"Content-Type": "application/json", **out.headers}
        return web.Response(body=b"".join(out.parts), headers=headers)
    response = await _prepared(request, out)
    await response.write(b"".join(out.parts))
    await response.write_eof()
    return response


async def _begin(
    request: web.BaseRequest, out: Outgoing, after: int | None
) -> web.StreamResponse | None:
    if after is None:
        return None
    response = await _prepared(request, out)
    if after:
        await response.write(b"".join(_cut(out)[:after]))
    return response


async def _trickle(request: web.BaseRequest, out: Outgoing, slow: Slow) -> web.StreamResponse:
    response = await _prepared(request, out)
    await asyncio.sleep(slow.first)
    for part in _cut(out):
        await response.write(part)
        await asyncio.sleep(1 / slow.per_second)
    await response.write_eof()
    return response


async def _first_of(*events: asyncio.Event) -> None:
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()


def _cut(out: Outgoing) -> list[bytes]:
    """The events of a stream, or a body in pieces."""
    if out.stream:
        return list(out.parts)
    body = b"".join(out.parts)
    return [body[i : i + PIECE] for i in range(0, len(body), PIECE)]


def _mangled(out: Outgoing, fault: Mangled) -> Outgoing:
    parts = _cut(out)
    start, rest = parts[: fault.after], parts[fault.after :]
    match fault:
        case Truncate():
            new = start
        case BrokenJson():
            broken = b"".join(rest[:1])
            new = [*start, broken[: len(broken) // 2], b"\n\n" if out.stream else b""]
        case BrokenEvents():
            if not out.stream:
                page = _PAGE.format("Sign in to continue").encode()
                return Outgoing([page], False, {**out.headers, "Content-Type": "text/html"})
            lost = [part.replace(b"data: ", b"dat", 1) for part in rest[:3]]
            new = [*start, *lost, b"\x00\x00garbage\n\n", *rest[3:]]
        case NotUtf8():
            new = [*start, *_with_wrong_byte(rest, in_stream=out.stream)]
        case FailMidway():
            if not out.stream:
                raise ApiError(500, SERVER_ERROR, kind="server_error")
            new = [*start, out.failure]
    return Outgoing(new, out.stream, out.headers)


def _with_wrong_byte(parts: Sequence[bytes], *, in_stream: bool) -> list[bytes]:
    joined = list(parts) if in_stream else [b"".join(parts)]
    for i, part in enumerate(joined):
        found = _TEXT.search(part)
        if found and part[found.end() : found.end() + 1] != b'"':
            joined[i] = part[: found.end()] + b"\xff\xfe" + part[found.end() :]
            return joined
    return [*joined[:1], b'data: "\xff"\n\n' if in_stream else b"\xff", *joined[1:]]


def _reset(request: web.BaseRequest) -> web.Response:
    transport = request.transport
    if transport is not None:
        plain: socket.socket | None = transport.get_extra_info("socket")
        if plain is not None:
            # Without lingering, closing sends RST and not FIN: the client sees a reset.
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response()
