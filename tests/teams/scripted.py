"""The channel with a door whose answers a test decides: no plant, no planner."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from adapters import Progress
from adapters.teams.channel import TeamsChannel, TeamsSettings
from adapters.teams.patience import Patience
from adapters.teams.times import Times
from bot.clock import wall_clock
from core.answer import Answer, Heading, Text
from core.request import Place, Request, User
from core.store import Store
from tests import stores
from tests.fakes.teams import Conversation, FakeTeams, Person
from tests.slack.conftest import Clock, free_port
from tests.teams.conftest import HASTY, QUICK, bot_of

Said = Callable[[Request, Progress | None], Awaitable[Answer]]


@dataclass
class Door:
    """Remembers what it was asked; `say` is what it answers with."""

    say: Said
    asked: list[Request] = field(default_factory=list)

    async def __call__(self, request: Request, progress: Progress | None) -> Answer:
        self.asked.append(request)
        return await self.say(request, progress)


@dataclass
class Scripted:
    teams: FakeTeams
    channel: TeamsChannel
    store: Store
    door: Door
    ana: Person
    bernd: Person
    group: Conversation
    floor: Conversation

    @property
    def chat(self) -> Conversation:
        return self.teams.personal(self.ana)

    def place(self, where: Conversation) -> Place:
        private = where.kind == "personal"
        return Place("teams", f"{self.teams.tenant_id}:{where.id}", private=private)


def answered(text: str, outcome: str = "answer") -> Answer:
    return Answer(outcome, (Text(text), Heading("Line 3")), id="a1", tool="oee_query")  # type: ignore[arg-type]


async def echo(request: Request, progress: Progress | None) -> Answer:
    return answered(f"You said {request.text}.")


@asynccontextmanager
async def scripted(
    tmp: Path,
    say: Said = echo,
    *,
    times: Times = QUICK,
    patience: Patience = HASTY,
    sees_more: Callable[[User, Place], bool] = lambda user, place: False,
    teams: FakeTeams | None = None,
) -> AsyncIterator[Scripted]:
    async with teams or FakeTeams() as server:
        store = stores.opened(tmp / "andon.db")
        clock, settings = Clock(), TeamsSettings(bot_of(server))
        channel = TeamsChannel(
            settings, store, clock, wall_clock, sees_more, times=times, patience=patience
        )
        door = Door(say)
        channel.mount(door)
        app = web.Application()
        app.router.add_post("/api/messages", channel.http)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        port = free_port()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await channel.open()
        server.bot_url = f"http://127.0.0.1:{port}/api/messages"
        ana, bernd = server.person("Ana Ruiz"), server.person("Bernd Vogt", locale="de-DE")
        group = server.group([ana, bernd], "shift leads")
        floor = server.channel("packaging", [ana, bernd])
        try:
            yield Scripted(server, channel, store, door, ana, bernd, group, floor)
        finally:
            await runner.cleanup()
            await channel.close(2.0)
            store.close()
