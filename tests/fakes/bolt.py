"""A real Bolt app against the fake: what slack_sdk and slack_bolt say is what counts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import FakeSlack

PING = 2.0  # seconds; after four of them without a pong the client leaves the socket


def client_of(slack: FakeSlack) -> AsyncWebClient:
    """slack_sdk's client with its usual retries."""
    return AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)


def app_of(slack: FakeSlack) -> AsyncApp:
    return AsyncApp(client=client_of(slack), signing_secret=slack.signing_secret)


@asynccontextmanager
async def over_http(slack: FakeSlack, app: AsyncApp) -> AsyncIterator[str]:
    """Serve the app on a free port; `slack.request_url` points there."""
    runner = web.AppRunner(app.web_app(path="/slack/events"), shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    slack.request_url = f"http://{host}:{port}/slack/events"
    try:
        yield slack.request_url
    finally:
        await runner.cleanup()


@asynccontextmanager
async def over_sockets(
    slack: FakeSlack, app: AsyncApp, sockets: int = 1
) -> AsyncIterator[list[AsyncSocketModeHandler]]:
    """Connect the app with so many sockets, as several replicas would."""
    handlers = [
        AsyncSocketModeHandler(app, slack.app_token, ping_interval=PING) for _ in range(sockets)
    ]
    try:
        for handler in handlers:
            await handler.connect_async()  # type: ignore[no-untyped-call]
        await slack.until(lambda: len(slack.sockets.open) == sockets)
        yield handlers
    finally:
        for handler in handlers:
            await handler.close_async()  # type: ignore[no-untyped-call]
