"""The one web application: what platforms call, and whether this process is well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from adapters.slack.channel import SlackChannel

LONGEST_BODY = 1024**2  # bytes; no platform sends more


def web_app(slack: SlackChannel | None) -> web.Application:
    """`/slack/events` where Slack comes over HTTP, and `/healthz`."""
    app = web.Application(client_max_size=LONGEST_BODY)
    app.router.add_get("/healthz", _healthy)
    if slack is not None and slack.takes_http:
        app.router.add_post("/slack/events", slack.http)
    return app


async def _healthy(_request: web.Request) -> web.Response:
    return web.json_response({"ok": True})
