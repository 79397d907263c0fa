"""The bot on the sample plant and a Slack that behaves like Slack, over HTTP and Socket Mode."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from adapters.slack.times import Times
from bot.serve import running
from bot.settings import Settings
from bot.settings.slack import Slack
from tests import stores
from tests.fakes.slack import Channel, FakeSlack, Message, User
from tests.plants import NOW
from tests.slack.hurry import UNHURRIED

Way = Literal["http", "socket"]


@dataclass
class Clock:
    """Plant time stands at NOW; what is added to it makes leases run out."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Plant:
    """A workspace with the bot in it. `ana` speaks English, `bernd` German."""

    slack: FakeSlack
    settings: Settings
    clock: Clock
    ana: User
    bernd: User
    floor: Channel
    home: Path
    way: Way

    @property
    def direct(self) -> Channel:
        return self.slack.direct(self.ana)

    async def command(self, command: str, text: str = "", user: User | None = None) -> Message:
        """What the asker is shown for a slash command in the channel, after a note to wait."""
        user = user or self.ana
        seen = len(self.slack.messages(self.floor, to=user, where=is_answer))
        ack = await self.slack.deliver(
            self.slack.interactions.command(user, self.floor, command, text)
        )
        assert ack.ok, ack
        return await self.slack.message(self.floor, to=user, where=is_answer, n=seen + 1)


def is_answer(message: Message) -> bool:
    """Not the note that a question is worked on, which has no blocks."""
    return bool(message.blocks)


@asynccontextmanager
async def plant(
    tmp: Path, sample: Path, way: Way = "http", *, times: Times | None = None, **changed: Any
) -> AsyncIterator[Plant]:
    """The bot is running when this begins and stopped when it ends."""
    async with FakeSlack() as slack:
        ana = slack.user("ana", locale="en-US")
        bernd = slack.user("bernd", locale="de-DE", tz="Europe/Berlin")
        floor = slack.channel("packaging", [ana, bernd])
        clock = Clock()
        settings = made_settings(tmp, sample, slack, way, **changed)
        if way == "http":
            slack.request_url = f"http://127.0.0.1:{settings.port}/slack/events"
        async with running(settings, clock, times=times or UNHURRIED, grace=0.5):
            if way == "socket":
                await slack.call("apps.connections.open")
                await slack.until(lambda: slack.sockets.open or None)
            yield Plant(slack, settings, clock, ana, bernd, floor, tmp, way)


def made_settings(
    tmp: Path, sample: Path, slack: FakeSlack, way: Way = "http", **changed: Any
) -> Settings:
    section = Slack(
        slack.bot_token,
        slack.app_token if way == "socket" else "",
        slack.signing_secret if way == "http" else "",
        changed.pop("look", "native"),
        slack.api_url,
    )
    store = tmp / "andon.db"
    if not store.exists():
        stores.empty(store)
    home = tmp / "home"
    home.mkdir(exist_ok=True)
    (home / "plant.db").unlink(missing_ok=True)
    (home / "plant.db").symlink_to(sample)
    made = Settings(
        home=home, store_url=f"sqlite:///{store}", port=free_port(), rate_limit=0, slack=section
    )
    return replace(made, **changed)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
