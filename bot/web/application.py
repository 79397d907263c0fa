"""The one web application: what platforms call, and whether this process is well."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from aiohttp import web

from bot.health import Health
from bot.metrics import CONTENT_TYPE, Metrics
from bot.readiness import Readiness
from bot.web.admin import Admin, add_admin
from bot.web.limits import LONGEST_BODY, WebTimes, limited


class Takes(Protocol):
    """A channel, as far as HTTP goes."""

    async def http(self, request: web.Request) -> web.StreamResponse: ...


def web_app(
    slack: Takes | None,
    metrics: Metrics,
    teams: Takes | None = None,
    health: Callable[[], Sequence[Health]] = tuple,
    readiness: Readiness | None = None,
    admin: Admin | None = None,
    times: WebTimes | None = None,
) -> web.Application:
    """`/slack/events`, `/api/messages` for Teams, `/healthz`, `/readyz`, `/metrics` for Prometheus,
    and `/admin/…`; each where it is given."""

    def is_stopping() -> bool:
        return readiness is not None and readiness.stopping

    app = web.Application(
        client_max_size=LONGEST_BODY, middlewares=[limited(times or WebTimes(), is_stopping)]
    )
    app.router.add_get("/healthz", partial(_healthy, health))
    app.router.add_get("/metrics", partial(_counted, metrics))
    if readiness is not None:
        app.router.add_get("/readyz", partial(_ready, readiness))
        app.router.add_get("/readyz/taking", partial(_taking, readiness))
    if slack is not None:
        app.router.add_post("/slack/events", slack.http)
    if teams is not None:
        app.router.add_post("/api/messages", teams.http)
    if admin is not None:
        add_admin(app.router, admin)
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


async def _ready(readiness: Readiness, _request: web.Request) -> web.Response:
    """200 where every part can do its work: what a new replica is waited for with."""
    return web.json_response(readiness.report(), status=200 if readiness.ready else 503)


async def _taking(readiness: Readiness, _request: web.Request) -> web.Response:
    """200 until it is told to stop: what a proxy asks. A database that is gone is gone for all
    replicas, and whoever asks is better told so than refused by the proxy."""
    return web.json_response(
        {"taking": not readiness.stopping}, status=503 if readiness.stopping else 200
    )
