"""The one web application: what platforms call, and whether this process is well."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from aiohttp import web

from bot.health import Health
from bot.metrics import CONTENT_TYPE, Metrics

if TYPE_CHECKING:
    from adapters.slack.channel import SlackChannel
    from adapters.teams.channel import TeamsChannel

LONGEST_BODY = 1024**2  # bytes; no platform sends more


def web_app(
    slack: SlackChannel | None,
    metrics: Metrics,
    teams: TeamsChannel | None = None,
    health: Callable[[], Sequence[Health]] = tuple,
) -> web.Application:
    """`/slack/events` where Slack comes over HTTP, `/api/messages` for Teams, `/healthz`, and
    `/metrics` for Prometheus."""
    app = web.Application(client_max_size=LONGEST_BODY)
    app.router.add_get("/healthz", partial(_healthy, health))
    app.router.add_get("/metrics", partial(_counted, metrics))
    if slack is not None and slack.takes_http:
        app.router.add_post("/slack/events", slack.http)
    if teams is not None:
        app.router.add_post("/api/messages", teams.http)
    return app


async def _counted(metrics: Metrics, _request: web.Request) -> web.Response:
    return web.Response(body=metrics.exposed(), headers={"Content-Type": CONTENT_TYPE})


async def _healthy(health: Callable[[], Sequence[Health]], _request: web.Request) -> web.Response:
    """200 as long as the process lives; `troubles` is what its background work suffers from,
    which a new process would suffer from as well."""
    troubles = {
        one.name: {"problem": one.problem, "since": one.since and one.since.isoformat()}
        for one in health()
        if one.problem
    }
    return web.json_response({"ok": not troubles, **({"troubles": troubles} if troubles else {})})
