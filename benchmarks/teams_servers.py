"""The servers that benchmarks/teams.py compares, each a process of its own.

    python -m benchmarks.teams_servers KIND PORT CONNECTOR

Echo bots on the same ActivityHandler, each checking the token of every request: `andon` with our
connector; `older` with botbuilder's BotFrameworkAdapter; `cloud` with its CloudAdapter.
`connector` is Microsoft's side, and does as little as it can.

The rivals get the bot's own token given and need not look into MSAL's cache for every call.
`cloud` is botbuilder-core's CloudAdapterBase; CloudAdapter of botbuilder-integration-aiohttp, which
is not among our dependencies, adds to it what `_cloud` does: the request's body and header.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from aiohttp import web
from botbuilder.core import (  # type: ignore[import-untyped]
    ActivityHandler,
    BotFrameworkAdapter,
    BotFrameworkAdapterSettings,
    TurnContext,
)
from botbuilder.core.cloud_adapter_base import CloudAdapterBase  # type: ignore[import-untyped]
from botbuilder.schema import Activity  # type: ignore[import-untyped]
from botframework.connector.auth import (  # type: ignore[import-untyped]
    AppCredentials,
    BotFrameworkAuthenticationFactory,
    ServiceClientCredentialsFactory,
)

from adapters.teams.auth import TokenCheck
from adapters.teams.connector import Connector
from adapters.teams.identity import Bot, Cloud
from adapters.teams.times import Times
from bot.clock import wall_clock
from tests.fakes.teams.keys import ISSUER, SigningKeys
from tests.fakes.teams.state import APP, TENANT

SCOPE = "https://api.botframework.com"
Turn = Callable[[str, Any], Awaitable[object]]


class Echo(ActivityHandler):  # type: ignore[misc]
    async def on_message_activity(self, turn_context: TurnContext) -> None:
        await turn_context.send_activity(f"you said {turn_context.activity.text}")


class Given(AppCredentials):  # type: ignore[misc]
    """The bot's token, fetched before."""

    def get_access_token(self, force_refresh: bool = False) -> str:
        return "issued"


class GivenToAll(ServiceClientCredentialsFactory):  # type: ignore[misc]
    async def is_valid_app_id(self, app_id: str) -> bool:
        return app_id == APP

    async def is_authentication_disabled(self) -> bool:
        return False

    async def create_credentials(self, *_: object, **_named: object) -> Given:
        return Given(APP, TENANT)


def _andon(connector: str) -> Turn:
    cloud = Cloud(ISSUER, f"{connector}/metadata", connector, f"{SCOPE}/.default", ("127.0.0.1",))
    # Without the platform's limits: how fast it could be.
    times = Times(sends=(), per_second=1e9)
    bot = Bot(APP, TENANT, "secret", cloud)
    adapter = Connector(bot, TokenCheck(bot, wall_clock), times=times)
    echo = Echo()
    return lambda header, body: adapter.process_activity(header, body, echo.on_turn)


def _older(connector: str) -> Turn:
    adapter = BotFrameworkAdapter(
        BotFrameworkAdapterSettings(
            APP,
            "secret",
            app_credentials=Given(APP, TENANT),
            open_id_metadata=f"{connector}/metadata",
        )
    )
    echo = Echo()

    async def turn(header: str, body: Any) -> None:
        await adapter.process_activity(Activity().deserialize(body), header, echo.on_turn)

    return turn


def _cloud(connector: str) -> Turn:
    authentication = BotFrameworkAuthenticationFactory.create(
        to_channel_from_bot_login_url=f"{connector}/login",
        to_channel_from_bot_oauth_scope=SCOPE,
        to_bot_from_channel_token_issuer=ISSUER,
        oauth_url=f"{connector}/oauth",
        to_bot_from_channel_open_id_metadata_url=f"{connector}/metadata",
        to_bot_from_emulator_open_id_metadata_url=f"{connector}/metadata",
        credential_factory=GivenToAll(),
    )
    adapter, echo = CloudAdapterBase(authentication), Echo()

    async def turn(header: str, body: Any) -> None:
        await adapter.process_activity(header, Activity().deserialize(body), echo.on_turn)

    return turn


async def _bot(turn: Turn, port: int) -> None:
    async def messages(request: web.Request) -> web.Response:
        await turn(request.headers.get("Authorization", ""), await request.json())
        return web.Response(status=201)

    async def cpu(_request: web.Request) -> web.Response:
        return web.json_response(time.process_time())

    app = web.Application()
    app.router.add_post("/api/messages", messages)
    app.router.add_get("/cpu", cpu)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


async def _connector(port: int) -> None:
    """Keys, the login service, and whoever wants to send."""
    keys, url = SigningKeys(), f"http://127.0.0.1:{port}"
    listed = json.dumps({"keys": [key.public() for key in keys.listed]})
    metadata = json.dumps({"issuer": ISSUER, "jwks_uri": f"{url}/keys"})
    token = json.dumps({"token_type": "Bearer", "expires_in": 3_599, "access_token": "issued"})
    told = {"/metadata": metadata, "/keys": listed, f"/{TENANT}/oauth2/v2.0/token": token}

    async def answer(request: web.BaseRequest) -> web.Response:
        await request.read()
        text = told.get(request.path, '{"id": "1700000000000"}')
        status = 200 if request.path in told else 201
        return web.Response(text=text, status=status, content_type="application/json")

    runner = web.ServerRunner(web.Server(answer))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    header = keys.header(APP, TENANT, f"{url}/", time.time())
    print(json.dumps({"header": header}), flush=True)
    await asyncio.Event().wait()


async def ready(url: str) -> None:
    """Returns once the server answers."""
    async with aiohttp.ClientSession() as session:
        for _ in range(600):
            try:
                async with session.get(url):
                    return
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)
    raise TimeoutError(url)


def main(kind: str, port: str, connector: str = "") -> None:
    if kind == "connector":
        asyncio.run(_connector(int(port)))
        return
    made = {"andon": _andon, "older": _older, "cloud": _cloud}[kind]

    async def run() -> None:
        await _bot(made(connector), int(port))

    asyncio.run(run())


if __name__ == "__main__":
    main(*sys.argv[1:])
