"""Everything that runs until it is stopped: the channels, the web application, the sample plant."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from adapters import Unsupported
from adapters.slack.channel import SlackChannel, SlackSettings
from adapters.slack.times import Times
from bot.access_file import unknown_places
from bot.app import App, build
from bot.clock import Clock, wall_clock
from bot.log import log_defect
from bot.plant import plant_file
from bot.settings import Settings
from bot.web import web_app
from core.answer import Chart
from core.errors import AndonError, MisconfiguredError
from core.installation import Definitions
from core.request import Language

log = logging.getLogger(__name__)

GRACE_SECONDS = 10.0
_DAY_SECONDS = 86_400.0
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
    lease_clock: Clock | None = None,
    grace: float = GRACE_SECONDS,
) -> AsyncIterator[None]:
    """Everything open. Closed with what is running ended or handed back.

    `lease_clock` goes on where `clock` stands still (`--now`): by it other processes are given up.
    """
    app = build(settings, clock)
    try:
        slack = _slack(settings, app, clock, times, lease_clock)
        runner = web.AppRunner(web_app(slack), access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, settings.host, settings.port)
        try:
            await site.start()
        except OSError as error:
            await runner.cleanup()
            raise _not_opened(settings, error) from None
        await slack.open()
        tell(_said(settings, slack))
        beside = [
            asyncio.create_task(asyncio.to_thread(_warm)),
            asyncio.create_task(_tell_when_connected(slack, tell)),
            asyncio.create_task(_warn_of_access(settings, app)),
            asyncio.create_task(_tidy_daily(app, clock)),
        ]
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
            await slack.close(grace)
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


def _slack(
    settings: Settings, app: App, clock: Clock, times: Times | None, lease_clock: Clock | None
) -> SlackChannel:
    if settings.slack is None:
        raise MisconfiguredError(".env", "no chat platform is set")
    if app.store is None:
        raise MisconfiguredError("ANDON_STORE_URL", "the bot's own database cannot be opened")
    given = settings.slack
    own = SlackSettings(
        given.bot_token,
        given.app_token,
        given.signing_secret,
        given.look,
        settings.language,
        tuple(app.access.groups),
        given.api_url,
    )
    inbox = app.store.inbox
    channel = SlackChannel(own, inbox, clock, draw, times=times, lease_clock=lease_clock)
    channel.mount(app.handle)
    return channel


async def _tell_when_connected(slack: SlackChannel, tell: Tell) -> None:
    """Only Socket Mode connects; over HTTP it is Slack that comes."""
    if slack.takes_http:
        return
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


async def _tidy_daily(app: App, clock: Clock) -> None:
    while True:
        # `--now` may lie anywhere; nothing is old that is not so by both clocks.
        await app.tidy(min(clock(), wall_clock()))
        await asyncio.sleep(_DAY_SECONDS)


def _warm() -> None:
    """Imports now what the first picture would otherwise wait for: a second or two."""
    with contextlib.suppress(ImportError):
        import matplotlib.figure  # noqa: F401


async def draw(chart: Chart, language: Language) -> bytes | None:
    """A PNG, in a thread since it takes long; None where it cannot be drawn."""
    from adapters.picture import draw as drawn

    try:
        return await asyncio.to_thread(drawn, chart, language)
    except Unsupported as error:
        log.warning("no picture: %s", error)
    except Exception as error:  # noqa: BLE001 - the answer goes out without its picture
        log_defect(error)
    return None


def _said(settings: Settings, slack: SlackChannel) -> str:
    ways = []
    if settings.slack and settings.slack.app_token:
        ways.append("Socket Mode")
    if slack.takes_http:
        ways.append(f"http://{settings.host}:{settings.port}/slack/events")
    plant = "the sample plant" if settings.sample else "your plant"
    sees = str(settings.access_file) if settings.access_file else "everyone sees everything"
    return (
        f"Andon answers in Slack ({' and '.join(ways)}) on {plant}; access: {sees}. Ctrl-C ends it"
    )
