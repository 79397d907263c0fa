"""Everything that runs until it is stopped: the channels, the web application, the sample plant."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from aiohttp import web

from adapters.slack.times import Times
from adapters.teams.patience import Patience
from adapters.teams.times import Times as TeamsTimes
from bot.access_file import unknown_places
from bot.app import App, build
from bot.channels import slack_channel, teams_channel
from bot.clock import Clock, wall_clock
from bot.delivery_times import DeliveryTimes
from bot.metrics import Metrics
from bot.pictures import warm
from bot.plant import plant_file
from bot.settings import Settings
from bot.unasked import Unasked
from bot.web import web_app
from core.errors import AndonError, MisconfiguredError
from core.installation import Definitions

if TYPE_CHECKING:
    from adapters.slack.channel import SlackChannel

log = logging.getLogger(__name__)

GRACE_SECONDS = 10.0
_LOOK_SECONDS = 0.2
_PATIENCE_SECONDS = 8.0
Tell = Callable[[str], None]


async def serve(
    settings: Settings, clock: Clock, tell: Tell, *, times: Times | None = None
) -> None:
    """Runs until SIGTERM or Ctrl-C; `tell` is told what is open, once it is.

    Raises MisconfiguredError where no channel is set, or the store cannot be had.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):  # Windows has no such handlers
            loop.add_signal_handler(number, stop.set)
    async with running(settings, clock, tell, times=times, lease_clock=wall_clock):
        await stop.wait()


@asynccontextmanager
async def running(
    settings: Settings,
    clock: Clock,
    tell: Tell = lambda _what: None,
    *,
    times: Times | None = None,
    teams_times: TeamsTimes | None = None,
    teams_patience: Patience | None = None,
    delivery_times: DeliveryTimes | None = None,
    lease_clock: Clock | None = None,
    grace: float = GRACE_SECONDS,
) -> AsyncIterator[None]:
    """Everything open. Closed with what is running ended or handed back.

    `lease_clock` goes on where `clock` stands still (`--now`): by it other processes are given up.
    """
    metrics = Metrics()
    app = build(settings, clock, metrics)
    try:
        slack = slack_channel(settings, app, clock, times, lease_clock)
        teams = teams_channel(settings, app, clock, teams_times, teams_patience, lease_clock)
        channels = [channel for channel in (slack, teams) if channel is not None]
        if not channels:
            raise MisconfiguredError(".env", "no chat platform is set")
        assert app.store is not None  # without it there is no channel
        wall = lease_clock or wall_clock
        unasked = Unasked(app, app.store, channels, clock, wall, times=delivery_times)
        pages = web_app(slack, metrics, teams, lambda: unasked.health)
        runner = web.AppRunner(pages, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, settings.host, settings.port)
        try:
            await site.start()
        except OSError as error:
            await runner.cleanup()
            raise _not_opened(settings, error) from None
        for channel in channels:
            await channel.open()
        unasked.open()
        tell(_said(settings, slack))
        beside = [
            asyncio.create_task(asyncio.to_thread(warm)),
            asyncio.create_task(_warn_of_access(settings, app)),
        ]
        if slack is not None and not slack.takes_http:
            beside.append(asyncio.create_task(_tell_when_connected(slack, tell)))
        if app.speaker is not None:
            beside.append(asyncio.create_task(app.speaker.ready()))
        if app.memory is not None:
            app.memory.open()
        try:
            yield
        finally:
            await runner.cleanup()  # nothing new comes in
            for task in beside:
                task.cancel()
            await unasked.close(grace)
            await asyncio.gather(*(channel.close(grace) for channel in channels))
    finally:
        await app.close()


def _not_opened(settings: Settings, error: OSError) -> MisconfiguredError:
    match error.errno:
        case errno.EADDRINUSE:
            problem = f"{settings.port} is in use by another program; set another one"
            return MisconfiguredError("ANDON_PORT", problem)
        case errno.EACCES:
            problem = f"{settings.port} may be opened by root only; set one above 1023"
            return MisconfiguredError("ANDON_PORT", problem)
        case _:
            return MisconfiguredError("ANDON_HOST", f"{settings.host} is none of this machine's")


async def _tell_when_connected(slack: SlackChannel, tell: Tell) -> None:
    """Only Socket Mode connects; over HTTP it is Slack that comes."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await _connected(slack)
    except TimeoutError:
        log.warning("no connection to Slack yet: SLACK_APP_TOKEN may be wrong (it needs the scope "
                    "connections:write), or slack.com out of reach")  # fmt: skip
        await _connected(slack)
    tell("Slack: connected")


async def _connected(slack: SlackChannel) -> None:
    while not await slack.ready():  # noqa: ASYNC110 - the SDK has nothing to wait for
        await asyncio.sleep(_LOOK_SECONDS)


async def _warn_of_access(settings: Settings, app: App) -> None:
    """A place that does not exist is a rule that shows less than was meant."""
    if not app.access.named:
        return
    try:
        installation = await Definitions(plant_file(settings), app.source).load()
    except AndonError as error:
        log.warning("%s is not checked, the plant's data cannot be read: %s",
                    settings.access_file, error)  # fmt: skip
        return
    for place, nearest in unknown_places(app.access, installation.hierarchy):
        log.warning("%s: there is no %r in this plant; near it: %s",
                    settings.access_file, place, ", ".join(nearest) or "nothing")  # fmt: skip


def _said(settings: Settings, slack: SlackChannel | None) -> str:
    channels = []
    here = f"http://{settings.host}:{settings.port}"
    if slack is not None and settings.slack is not None:
        ways = ["Socket Mode"] if settings.slack.app_token else []
        ways += [f"{here}/slack/events"] if slack.takes_http else []
        channels.append(f"Slack ({' and '.join(ways)})")
    if settings.teams is not None:
        playground = ", for the Agents Playground" if settings.teams.bot.anonymous else ""
        channels.append(f"Teams ({here}/api/messages{playground})")
    plant = "the sample plant" if settings.sample else "your plant"
    sees = str(settings.access_file) if settings.access_file else "everyone sees everything"
    return (
        f"Andon answers in {' and in '.join(channels)} on {plant}; access: {sees}. Ctrl-C ends it"
    )
