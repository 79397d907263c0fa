"""The servers that benchmarks/slack.py compares, each a process of its own.

    python -m benchmarks.slack_servers KIND PORT API_URL TOKEN FOLDER

`andon`: the Slack channel on its store, with a door that never answers, so that acknowledging is
all it does. `answering`: the whole bot. `bolt`: a bare Bolt app. `bolt+insert`: the same with the
one INSERT, written by hand, that makes what came in safe before it is acknowledged.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.app.async_app import AsyncApp

from adapters import Progress
from adapters.slack.channel import SlackChannel, SlackSettings
from adapters.slack.times import Times
from benchmarks.tools import NOW
from bot.clock import wall_clock
from bot.metrics import Metrics
from bot.pictures import draw
from bot.serve import running
from bot.settings import Settings
from bot.settings.slack import Slack
from bot.web.application import web_app
from core.answer import Answer
from core.request import Request
from core.store import Store

SECRET = "a signing secret"
FAST = Times(pace=0.0)


async def _serve(app: web.Application, port: int) -> None:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


async def andon(port: int, api: str, token: str, folder: Path) -> None:
    async def never(_request: Request, _progress: Progress | None) -> Answer:
        await asyncio.Event().wait()
        raise AssertionError

    store = Store.open(f"sqlite:///{folder / 'andon.db'}")
    settings = SlackSettings(token, signing_secret=SECRET, url=api)
    channel = SlackChannel(settings, store.inbox, wall_clock, draw)
    channel.mount(never)
    await channel.open()
    await _serve(web_app(channel, Metrics()), port)


async def answering(port: int, api: str, token: str, folder: Path, look: str) -> None:
    settings = Settings(
        home=folder,
        store_url=f"sqlite:///{folder / 'andon.db'}",
        port=port,
        rate_limit=0,
        slack=Slack(token, "", SECRET, "plain" if look == "plain" else "native", api),
    )
    async with running(settings, lambda: NOW, times=FAST, lease_clock=wall_clock):
        await asyncio.Event().wait()


async def bolt(port: int, api: str, token: str, folder: Path, *, insert: bool) -> None:
    app = AsyncApp(token=token, signing_secret=SECRET)
    app.client.base_url = api
    if insert:
        app.middleware(_keeping(folder))

    @app.event("app_mention")
    async def mention() -> None:
        return None

    @app.command("/oee")
    async def command(ack: Any) -> None:
        await ack()

    @app.event("message")
    async def message() -> None:
        return None

    async def events(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    application = web.Application()
    application.router.add_post("/slack/events", events)
    await _serve(application, port)


def _keeping(folder: Path) -> Callable[..., Awaitable[None]]:
    store = sqlite3.connect(folder / "bolt.db", check_same_thread=False)
    store.execute("PRAGMA journal_mode = WAL")
    store.execute("PRAGMA synchronous = NORMAL")
    store.execute("CREATE TABLE IF NOT EXISTS inbox (key TEXT PRIMARY KEY, payload TEXT)")
    thread = ThreadPoolExecutor(1)

    def kept(key: str, body: dict[str, Any]) -> None:
        store.execute("INSERT OR IGNORE INTO inbox VALUES (?, ?)", (key, json.dumps(body)))
        store.commit()

    async def keep(body: dict[str, Any], next: Callable[[], Awaitable[None]]) -> None:
        key = body.get("event_id") or body["trigger_id"]
        await asyncio.get_running_loop().run_in_executor(thread, kept, key, body)
        await next()

    return keep


def main(kind: str, port: str, api: str, token: str, folder: str) -> None:
    home = Path(folder)
    match kind:
        case "andon":
            work = andon(int(port), api, token, home)
        case "bolt" | "bolt+insert":
            work = bolt(int(port), api, token, home, insert=kind == "bolt+insert")
        case _:
            work = answering(int(port), api, token, home, kind)
    asyncio.run(work)


if __name__ == "__main__":
    main(*sys.argv[1:])
