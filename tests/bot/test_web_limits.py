"""Who sends too much or too slowly is not waited for."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import ClientSession, web

from bot.metrics import Metrics
from bot.readiness import Readiness
from bot.web.application import web_app
from bot.web.limits import LONGEST_BODY, WebTimes
from tests.plants import NOW
from tests.slack.conftest import free_port

SOON = 60.0
TIMES = WebTimes(idle=0.5, body=0.5, whole=0.5, linger=0.1)
HEAD = b"POST /slack/events HTTP/1.1\r\nHost: x\r\n"


class Echo:
    """Says how long the body was; "hang" is never answered."""

    def __init__(self) -> None:
        self.asked = 0

    async def http(self, request: web.Request) -> web.Response:
        self.asked += 1
        body = await request.read()
        if body == b"hang":
            await asyncio.Event().wait()
        return web.Response(text=str(len(body)))


@asynccontextmanager
async def listening(
    echo: Echo, times: WebTimes = TIMES, readiness: Readiness | None = None
) -> AsyncIterator[int]:
    """The port."""
    app = web_app(echo, Metrics(), readiness=readiness, times=times)
    runner = web.AppRunner(
        app, access_log=None, keepalive_timeout=times.idle, lingering_time=times.linger
    )
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield port
    finally:
        await runner.cleanup()


async def exchanged(port: int, sent: bytes) -> bytes:
    """All that comes back until the connection is closed by the other side."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(sent)
        await writer.drain()
        async with asyncio.timeout(SOON):
            return await reader.read()
    finally:
        writer.close()


def test_a_body_that_is_too_long_is_refused_before_it_is_read() -> None:
    async def run() -> None:
        echo = Echo()
        async with listening(echo) as port:
            head = HEAD + f"Content-Length: {LONGEST_BODY + 1}\r\n\r\n".encode()
            assert (await exchanged(port, head)).startswith(b"HTTP/1.1 413")
        assert echo.asked == 0

    asyncio.run(run())


def test_a_body_that_grows_too_long_is_refused() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(LONGEST_BODY // 65_536 + 2):
            yield b"x" * 65_536

    async def run() -> None:
        echo = Echo()
        async with listening(echo, WebTimes()) as port, ClientSession() as session:
            url = f"http://127.0.0.1:{port}/slack/events"
            async with session.post(url, data=chunks()) as response:
                assert response.status == 413
            bomb = gzip.compress(b"\0" * (LONGEST_BODY + 1))
            assert len(bomb) < 5_000
            headers = {"Content-Encoding": "gzip"}
            async with session.post(url, data=bomb, headers=headers) as response:
                assert response.status == 413
            async with session.post(url, data=b"x" * LONGEST_BODY) as response:
                assert (response.status, await response.text()) == (200, str(LONGEST_BODY))
        assert echo.asked == 1

    asyncio.run(run())


def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    async def run() -> None:
        echo = Echo()
        async with listening(echo) as port:
            said = await exchanged(port, HEAD + b"Content-Length: 10\r\n\r\nhalf")
            assert said.startswith(b"HTTP/1.1 408")
        assert echo.asked == 0

    asyncio.run(run())


def test_a_head_that_does_not_come_is_not_waited_for() -> None:
    async def run() -> None:
        async with listening(Echo()) as port:
            for begun in (b"", HEAD, HEAD + b"X-Slow: a"):
                assert await exchanged(port, begun) == b"", begun
            whole = HEAD + b"Content-Length: 2\r\n\r\nok"
            said = await exchanged(port, whole + b"POST /slack/")  # the second one of a connection
            assert said.count(b"HTTP/1.1 200") == 1

    asyncio.run(run())


def test_work_without_end_is_answered() -> None:
    async def run() -> None:
        async with listening(Echo()) as port, ClientSession() as session:
            url = f"http://127.0.0.1:{port}/slack/events"
            async with session.post(url, data=b"hang") as response:
                assert response.status == 503

    asyncio.run(run())


def test_once_it_stops_connections_end_with_their_answer() -> None:
    async def run() -> None:
        readiness = Readiness(lambda: NOW)
        whole = HEAD + b"Content-Length: 2\r\n\r\nok"
        lost = b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n"
        async with listening(Echo(), WebTimes(), readiness) as port:
            readiness.stopping = True
            for sent, status in ((whole, b"200"), (lost, b"404")):
                said = await exchanged(port, sent)  # ends long before the 75 s of an idle one
                assert said.startswith(b"HTTP/1.1 " + status)
                assert b"connection: close" in said.lower()

    asyncio.run(run())
