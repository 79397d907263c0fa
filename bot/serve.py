"""Everything that runs until it is stopped: the web application, and the edition at work."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import FrameType

from aiohttp import web

from adapters.slack.times import Times
from adapters.teams.patience import Patience
from adapters.teams.times import Times as TeamsTimes
from bot.at_work import AtWork
from bot.clock import Clock, wall_clock
from bot.edition import Edition, Given
from bot.metrics import Metrics
from bot.metrics.observing import Observing
from bot.pictures import warm
from bot.readiness import Readiness
from bot.reload import Reload, files_of
from bot.settings import Settings, load
from bot.unasked.times import DeliveryTimes
from bot.web.admin_by_http import AdminByHttp
from bot.web.application import web_app
from bot.web.limits import WebTimes
from core.errors import MisconfiguredError

log = logging.getLogger(__name__)

Tell = Callable[[str], None]


async def serve(
    settings: Settings,
    clock: Clock,
    tell: Tell,
    *,
    times: Times | None = None,
    read: Callable[[], Settings] = load,
) -> None:
    """Runs until SIGTERM or Ctrl-C, of which a second one ends it at once; SIGHUP, or a change of
    their files, has the settings `read` anew. `tell` is told what is open, once it is.

    Raises MisconfiguredError where no channel is set, or the store cannot be had.
    """
    stop = asyncio.Event()
    with _told_to_stop(stop):
        async with running(settings, clock, tell, times=times, lease_clock=wall_clock) as at_work:
            reload = Reload(
                read, at_work.take_over, lambda: files_of(at_work.settings, Path.cwd()), wall_clock
            )
            at_work.reloading = reload
            with _told_to_reload(reload):
                reload.open()
                try:
                    await stop.wait()
                    await at_work.drain()
                finally:
                    await reload.close()


@contextlib.contextmanager
def _told_to_stop(stop: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()

    numbers = (signal.SIGTERM, signal.SIGINT)

    def first() -> None:
        for number in numbers:
            # Not the default action: as process 1 of a container it would do nothing.
            signal.signal(number, _at_once)
        stop.set()

    with contextlib.suppress(NotImplementedError):  # Windows has no such handlers
        for number in numbers:
            loop.add_signal_handler(number, first)
    try:
        yield
    finally:
        for number in numbers:
            with contextlib.suppress(NotImplementedError):
                loop.remove_signal_handler(number)


def _at_once(number: int, _frame: FrameType | None) -> None:
    """Nothing is waited for; what was claimed is taken over once its lease ran out."""
    os._exit(128 + number)


@contextlib.contextmanager
def _told_to_reload(reload: Reload) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    hangup = getattr(signal, "SIGHUP", None)  # Windows has none
    if hangup is not None:
        loop.add_signal_handler(hangup, reload.tell)
    try:
        yield
    finally:
        if hangup is not None:
            loop.remove_signal_handler(hangup)


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
    web_times: WebTimes | None = None,
    grace: float | None = None,
) -> AsyncIterator[AtWork]:
    """Everything open. Closed with what is running ended or handed back.

    `lease_clock` goes on where `clock` stands still (`--now`): by it other processes are given up.
    """
    metrics = Metrics()
    given = Given(clock, metrics, lease_clock, times, teams_times, teams_patience, delivery_times)
    first = await Edition.made(settings, given)
    at_work = AtWork(first, given, Readiness(lease_clock or wall_clock), grace)
    own = web_times or WebTimes()
    pages = web_app(
        at_work.slack,
        metrics,
        at_work.teams,
        lambda: at_work.health,
        at_work.readiness,
        AdminByHttp(at_work, clock),
        own,
    )
    runner = web.AppRunner(
        pages,
        access_log=None,
        keepalive_timeout=own.idle,
        lingering_time=own.linger,
        shutdown_timeout=at_work.grace / 2,
    )
    try:
        await _open(runner, settings)
        await at_work.open(tell)
        tell(_said(first))
        warming = asyncio.create_task(asyncio.to_thread(warm))
        observing = Observing(
            metrics,
            lambda: at_work.edition.store,
            lambda: at_work.edition.app.source,
            clock,
            lambda: at_work.health,
        )
        watching = asyncio.create_task(observing.run())
        try:
            yield at_work
        finally:
            warming.cancel()
            watching.cancel()
            at_work.readiness.stopping = True
            await runner.cleanup()  # nothing new comes in
    finally:
        await at_work.close()


async def _open(runner: web.AppRunner, settings: Settings) -> None:
    await runner.setup()
    site = web.TCPSite(runner, settings.host, settings.port)
    try:
        await site.start()
    except OSError as error:
        await runner.cleanup()
        raise _not_opened(settings, error) from None


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


def _said(edition: Edition) -> str:
    settings, slack = edition.settings, edition.slack
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
