"""What a proxy does in front of several replicas: asks each whether it takes requests, and brings
every request to one that does. Only what certainly reached nobody goes to another."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import aiohttp
from aiohttp import web

_LOOK_SECONDS = 0.2
_HOP = frozenset({"connection", "content-length", "host", "keep-alive", "transfer-encoding"})


class Balancer:
    """`upstreams` are addresses without a path; `url` is its own. `refused` counts the requests
    that no replica took."""

    def __init__(self, upstreams: Sequence[str]) -> None:
        self._taking = dict.fromkeys(upstreams, False)
        self._turn = 0
        self.refused = 0
        self.url = ""
        self._session: aiohttp.ClientSession | None = None
        self._looking: asyncio.Task[None] | None = None
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Balancer:
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._forward)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        await self._look()
        self._looking = asyncio.create_task(self._keep_looking())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._looking is not None
        assert self._runner is not None
        assert self._session is not None
        self._looking.cancel()
        await asyncio.gather(self._looking, return_exceptions=True)
        await self._runner.cleanup()
        await self._session.close()

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            await self._look()

    async def _look(self) -> None:
        async def one(upstream: str) -> None:
            assert self._session is not None
            try:
                async with self._session.get(f"{upstream}/readyz/taking") as response:
                    self._taking[upstream] = response.status == 200
            except aiohttp.ClientError:
                self._taking[upstream] = False

        await asyncio.gather(*map(one, self._taking))

    async def _forward(self, request: web.Request) -> web.Response:
        assert self._session is not None
        body = await request.read()
        headers = {k: v for k, v in request.headers.items() if k.lower() not in _HOP}
        taking = [upstream for upstream, is_taking in self._taking.items() if is_taking]
        self._turn += 1
        first = self._turn % len(taking) if taking else 0
        for upstream in taking[first:] + taking[:first]:
            try:
                async with self._session.request(
                    request.method, f"{upstream}{request.rel_url}", data=body, headers=headers
                ) as response:
                    kept = {k: v for k, v in response.headers.items() if k.lower() not in _HOP}
                    return web.Response(
                        status=response.status, body=await response.read(), headers=kept
                    )
            except aiohttp.ClientConnectorError:
                continue
            except aiohttp.ClientError:
                break
        self.refused += 1
        return web.Response(status=502)
