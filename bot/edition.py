"""What one reading of the settings made: the app, its channels, and what it does unasked."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web
from sqlalchemy import literal, select

from adapters.slack.times import Times
from adapters.teams.patience import Patience
from adapters.teams.times import Times as TeamsTimes
from bot.access_file import unknown_places
from bot.app import App, build
from bot.channels import slack_channel, teams_channel
from bot.clock import Clock, wall_clock
from bot.plant import plant_file
from bot.readiness import SOURCE, Look
from bot.settings import Settings
from bot.unasked import Unasked
from bot.unasked.times import DeliveryTimes
from core.data.source import System
from core.errors import AndonError, MisconfiguredError
from core.installation import Definitions
from core.meter import Meter
from core.store import Store

if TYPE_CHECKING:
    from adapters.slack.channel import SlackChannel
    from adapters.slack.edge import Retired
    from adapters.teams.channel import TeamsChannel

log = logging.getLogger(__name__)

_LOOK_SECONDS = 0.2
_PATIENCE_SECONDS = 8.0
_RETIRED_SECONDS = 300.0  # for as long as a signature of Slack's holds
Handle = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Given:
    """What stays when the settings are read anew. `lease_clock` goes on where `clock` stands still
    (`--now`): by it other processes are given up. The other times are for tests."""

    clock: Clock
    meter: Meter
    lease_clock: Clock | None = None
    times: Times | None = None
    teams_times: TeamsTimes | None = None
    teams_patience: Patience | None = None
    delivery_times: DeliveryTimes | None = None


class Edition:
    """Opened once, closed once. While another takes its place both are at work, as two processes
    on one store would be. Made with `made`."""

    def __init__(
        self,
        settings: Settings,
        app: App,
        slack: SlackChannel | None,
        teams: TeamsChannel | None,
        given: Given,
        retired: tuple[Retired, ...],
    ) -> None:
        self.settings = settings
        self.app = app
        self.slack = slack
        self.teams = teams
        self.channels = [channel for channel in (slack, teams) if channel is not None]
        if not self.channels or app.store is None:  # without a store there is no channel
            raise MisconfiguredError(".env", "no chat platform is set")
        self.store: Store = app.store
        self.retired = retired
        wall = given.lease_clock or wall_clock
        self.unasked = Unasked(
            app, self.store, self.channels, given.clock, wall, times=given.delivery_times
        )
        self._taking: set[asyncio.Task[object]] = set()
        self._beside: list[asyncio.Task[None]] = []

    @classmethod
    async def made(cls, settings: Settings, given: Given, before: Edition | None = None) -> Edition:
        """Nothing works yet. `before` is the one that is at work now. Raises MisconfiguredError."""
        app = await asyncio.to_thread(build, settings, given.clock, given.meter)
        try:
            retired = () if before is None else before._retiring(settings)
            slack = slack_channel(
                settings, app, given.clock, given.times, given.lease_clock, retired
            )
            teams = teams_channel(
                settings,
                app,
                given.clock,
                given.teams_times,
                given.teams_patience,
                given.lease_clock,
            )
            return cls(settings, app, slack, teams, given, retired)
        except BaseException:
            await app.close()
            raise

    async def check(self, but: Collection[str] = ()) -> None:
        """Asks everybody outside once, before it opens, but for these parts. Raises
        MisconfiguredError naming who does not answer, or refuses."""
        for name, look in self.looks(before_open=True).items():
            if name in but:
                continue
            try:
                problem = await look()
            except AndonError as error:
                problem = str(getattr(error, "problem", error))
            if problem:
                raise MisconfiguredError(name, problem)

    async def open(self, tell: Callable[[str], None] = lambda _what: None) -> None:
        """`tell` is told when Slack is connected, where that takes a connection."""
        self.app.office.open(self.channels, lambda: self.unasked.health)
        for channel in self.channels:
            await channel.open()
        self.unasked.open()
        self._beside.append(asyncio.create_task(_warn_of_access(self.settings, self.app)))
        if self.slack is not None and not self.slack.takes_http:
            self._beside.append(asyncio.create_task(_tell_when_connected(self.slack, tell)))
        if self.app.speaker is not None:
            self._beside.append(asyncio.create_task(self.app.speaker.ready()))
        if self.app.memory is not None:
            self.app.memory.open()

    async def close(self, seconds: float) -> None:
        """Takes nothing new, ends what is running within so many seconds or hands it back."""
        for task in self._beside:
            task.cancel()
        await asyncio.gather(self.unasked.close(seconds), self._close_channels(seconds))
        await self.app.close()

    async def discard(self) -> None:
        """Closes what never was opened."""
        await asyncio.gather(*(channel.close(0.0) for channel in self.channels))
        await self.app.close()

    async def _close_channels(self, seconds: float) -> None:
        now = asyncio.get_running_loop().time
        until = now() + seconds
        if self._taking:  # a request that came in before: what it brings is still written down
            await asyncio.wait(self._taking, timeout=seconds)
        left = max(0.0, until - now())
        await asyncio.gather(*(channel.close(left) for channel in self.channels))

    # --- what it is asked

    async def take(self, handle: Handle, request: web.Request) -> web.StreamResponse:
        """The channel's answer to a request; until it is there, `close` waits."""
        task = asyncio.current_task()
        assert task is not None
        self._taking.add(task)
        try:
            return await handle(request)
        finally:
            self._taking.discard(task)

    def looks(self, *, before_open: bool = False) -> Mapping[str, Look]:
        """What tells whether each of its parts can do its work; no address is in the names."""
        found: dict[str, Look] = {"store": self._store}
        for name, system in self.app.systems.items():
            found[f"{SOURCE}{name}"] = _pinging(system)
        for channel in self.channels:
            found[channel.name] = channel.check if before_open else channel.problem
        return found

    async def _store(self) -> str:
        await self.store.read(lambda connection: connection.execute(select(literal(1))).all())
        return ""

    def _retiring(self, settings: Settings) -> tuple[Retired, ...]:
        """The signing secrets before the new one, for as long as their signatures hold."""
        if self.settings.slack is None:
            return ()
        from adapters.slack.edge import Retired

        now = time.monotonic()
        old = self.settings.slack.signing_secret
        new = settings.slack.signing_secret if settings.slack else ""
        kept = tuple(one for one in self.retired if one.until > now and one.secret != new)
        return kept if old in ("", new) else (*kept, Retired(old, now + _RETIRED_SECONDS))


def _pinging(system: System) -> Look:
    async def look() -> str:
        await system.ping()
        return ""

    return look


async def _tell_when_connected(slack: SlackChannel, tell: Callable[[str], None]) -> None:
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
