"""Which edition is at work: the web application's way to it, and how another takes its place."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace

from aiohttp import web

from bot.edition import Edition, Given
from bot.health import Health
from bot.log import strike
from bot.readiness import Readiness
from bot.reload import Reload
from bot.settings import Settings
from core.database_url import database_url
from core.errors import MisconfiguredError

log = logging.getLogger(__name__)

_LEAVING_SECONDS = 60.0  # longer than any answer takes


class AtWork:
    """One per process, over all of its editions. `grace` is for tests; the settings' holds."""

    def __init__(
        self, edition: Edition, given: Given, readiness: Readiness, grace: float | None = None
    ) -> None:
        self._edition = edition
        self._given = given
        self._grace = grace
        self._leaving: dict[asyncio.Task[None], Edition] = {}
        self._until: float | None = None  # by the loop's time: when all must have ended
        self._resting: asyncio.Task[None] | None = None
        self.readiness = readiness
        self.reloading: Reload | None = None
        self.slack = _SlackNow(self)
        self.teams = _TeamsNow(self)

    async def open(self, tell: Callable[[str], None]) -> None:
        await self._edition.open(tell)
        self.readiness.watch(self._edition.looks())
        self.readiness.open()

    async def close(self) -> None:
        """Within the grace: what is running is ended, or handed back to other processes."""
        self.readiness.stopping = True
        await self.readiness.close()
        now = asyncio.get_running_loop().time()
        seconds = self.grace if self._until is None else max(1.0, self._until - now)
        hurried = list(self._leaving.items())
        for task, _ in hurried:
            task.cancel()
        await asyncio.gather(*(task for task, _ in hurried), return_exceptions=True)
        left = [edition for task, edition in hurried if task.cancelled()]
        await asyncio.gather(*(one.close(seconds) for one in (self._edition, *left)))
        if self._resting is not None:
            await self._resting

    async def drain(self) -> None:
        """Not ready from now on, and starts nothing by itself. Requests are still taken for as
        long as a proxy needs to see that."""
        self.readiness.stopping = True
        drain = self.settings.serving.drain
        self._until = asyncio.get_running_loop().time() + drain + self.grace
        self._resting = asyncio.create_task(self._edition.unasked.close(drain + self.grace))
        await asyncio.sleep(drain)

    # --- another edition

    async def take_over(self, settings: Settings) -> None:
        """These settings from now on. Raises MisconfiguredError where they are not taken: then the
        old ones hold, and nothing has changed."""
        old = self._edition
        settings = replace(settings, terminal=old.settings.terminal)
        _changeable(old.settings, settings)
        strike(settings.secrets)
        new = await Edition.made(settings, self._given, old)
        try:
            await self.readiness.look()
            await new.check(but=_unasked_of(self.readiness.troubled, old.settings, settings))
            if self.readiness.stopping:
                raise MisconfiguredError("settings", "it is being stopped")
        except BaseException:
            await new.discard()
            raise
        try:
            await new.open()
        except BaseException:
            await new.close(0.0)
            raise
        self._edition = new  # from here on it is the one that requests come to
        self.readiness.watch(new.looks())
        leaving = asyncio.create_task(old.close(_LEAVING_SECONDS))
        self._leaving[leaving] = old
        leaving.add_done_callback(self._left)
        log.warning("settings: read anew and at work")

    def _left(self, task: asyncio.Task[None]) -> None:
        self._leaving.pop(task, None)
        if not task.cancelled() and task.exception() is not None:
            log.error("what was at work before did not end well", exc_info=task.exception())

    # --- what it is asked

    @property
    def edition(self) -> Edition:
        return self._edition

    @property
    def settings(self) -> Settings:
        return self._edition.settings

    @property
    def grace(self) -> float:
        return self.settings.serving.grace if self._grace is None else self._grace

    @property
    def health(self) -> tuple[Health, ...]:
        own = () if self.reloading is None else (self.reloading.health,)
        return (*self._edition.unasked.health, *own)

    async def reload(self) -> str:
        """Why the settings are not taken as they are now, "" where they are."""
        return "nothing is read anew here" if self.reloading is None else await self.reloading.now()


class _SlackNow:
    def __init__(self, at_work: AtWork) -> None:
        self._at_work = at_work

    async def http(self, request: web.Request) -> web.StreamResponse:
        edition = self._at_work.edition
        if edition.slack is None or not edition.slack.takes_http:
            raise web.HTTPNotFound
        return await edition.take(edition.slack.http, request)


class _TeamsNow:
    def __init__(self, at_work: AtWork) -> None:
        self._at_work = at_work

    async def http(self, request: web.Request) -> web.StreamResponse:
        edition = self._at_work.edition
        if edition.teams is None:
            raise web.HTTPNotFound
        return await edition.take(edition.teams.http, request)


def _changeable(old: Settings, new: Settings) -> None:
    """Raises MisconfiguredError for what a running process cannot change."""
    fixed = {
        "ANDON_HOME": (old.home, new.home),
        "ANDON_HOST": (old.host, new.host),
        "ANDON_PORT": (old.port, new.port),
        "ANDON_LOG_FORMAT": (old.log_look, new.log_look),
        "ANDON_LOG_LEVEL": (old.log_level, new.log_level),
        "ANDON_PLANT_FILE": (old.sample, new.sample),
        "ANDON_STORE_URL": (_place(old.store_url), _place(new.store_url)),
    }
    for name, (before, after) in fixed.items():
        if before != after:
            raise MisconfiguredError(name, "takes a restart to change; nothing else is taken")


def _place(url: str) -> object:
    """The database, whoever logs in."""
    at = database_url(url, "ANDON_STORE_URL")
    return at.drivername, at.host, at.port, at.database, at.query


def _unasked_of(troubled: frozenset[str], old: Settings, new: Settings) -> frozenset[str]:
    """Who need not answer: what is away is away for the old settings, too, and a platform whose
    settings did not change says nothing about the others."""
    sections = {"slack": (old.slack, new.slack), "teams": (old.teams, new.teams)}
    same = {name for name, (before, after) in sections.items() if before == after}
    return (troubled - sections.keys()) | same
