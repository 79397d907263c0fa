"""Each channel as the contract sees it: somebody asks, presses, judges; words come back."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

from adapters.console.channel import ConsoleChannel, DrawnScreen
from adapters.console.terminal import Terminal
from bot.app import build
from bot.settings import Settings
from core.request import User
from tests.fakes.slack import Message
from tests.plants import NOW
from tests.slack.conftest import Plant, plant
from tests.slack.steps import idle, mention, press, text, write
from tests.teams.conftest import Site, site
from tests.teams.test_conversation import text as words_of


class Rig(Protocol):
    """What is told back is all that a reader sees, with plain spaces."""

    store: Path

    async def alone(self, said: str, *, german: bool = False) -> str:
        """Asks where nobody reads along."""

    async def together(self, said: str, *, goes_on: bool = False) -> str:
        """Asks where others do; `goes_on` in the thread of the question before."""

    async def press(self, label: str) -> str:
        """Presses a button under the last answer; what comes of it."""

    async def rate(self) -> None:
        """Says that the last answer was of use."""


class ConsoleRig:
    def __init__(self, channel: ConsoleChannel, out: io.StringIO, store: Path) -> None:
        self.store = store
        self._channel = channel
        self._out = out
        self._last = ""

    async def alone(self, said: str, *, german: bool = False) -> str:
        self._out.seek(0)
        self._out.truncate()
        self._last = (await self._channel.receive(said, NOW)).id
        return " ".join(self._out.getvalue().replace("\u00a0", " ").split())

    async def together(self, said: str, *, goes_on: bool = False) -> str:
        raise AssertionError("one person sits here")

    async def press(self, label: str) -> str:
        labels = [action.label.lower() for action in self._channel._actions]
        return await self.alone(str(next(n for n, one in enumerate(labels, 1) if label in one)))

    async def rate(self) -> None:
        await self.alone(f"/feedback {self._last} up")


class SlackRig:
    def __init__(self, here: Plant) -> None:
        self.store = here.home / "andon.db"
        self._here = here
        self._last: Message | None = None
        self._thread: str | None = None

    async def alone(self, said: str, *, german: bool = False) -> str:
        here = self._here
        who = here.bernd if german else here.ana
        self._last = await write(here, said, who)
        return text(self._last)

    async def together(self, said: str, *, goes_on: bool = False) -> str:
        thread = self._thread if goes_on else None
        self._last = await mention(self._here, said, thread=thread)
        self._thread = self._last.thread_ts
        return text(self._last)

    async def press(self, label: str) -> str:
        assert self._last is not None
        here, slack = self._here, self._here.slack
        label = next(b for b in self._labels() if label in b.lower())
        views, shown = slack.context.workspace.views, len(slack.messages())
        opened = len(views)
        await press(here, self._last, label)
        await idle(here)
        if len(views) > opened:
            return text(list(views.values())[-1])
        return text(slack.messages()[shown:][-1])

    def _labels(self) -> list[str]:
        assert self._last is not None
        elements = (e for b in self._last.blocks for e in b.get("elements") or ())
        return [e["text"]["text"] for e in elements if isinstance(e.get("text"), dict)]

    async def rate(self) -> None:
        assert self._last is not None
        await press(self._here, self._last, "👍 Helpful")
        await idle(self._here)


class TeamsRig:
    def __init__(self, here: Site) -> None:
        self.store = here.home / "andon.db"
        self._here = here
        self._last: Any = None
        self._place = here.chat
        self._thread: str | None = None

    async def alone(self, said: str, *, german: bool = False) -> str:
        here = self._here
        self._last = await here.ask(said, person=here.bernd if german else here.ana)
        self._place = here.chat
        return words_of(self._last)

    async def together(self, said: str, *, goes_on: bool = False) -> str:
        here = self._here
        thread = self._thread if goes_on else None
        self._last = await here.ask(said, here.floor, thread=thread)
        self._place, self._thread = here.floor, self._last.thread
        return words_of(self._last)

    async def press(self, label: str) -> str:
        here = self._here
        seen = len(here.answers(self._place))
        reply = await here.press(self._last, label, self._place)
        assert reply.ok
        if isinstance(reply.body.get("value"), str):
            return words_of(await here.answer(self._place, seen + 1))
        return str(reply.body).replace("\u00a0", " ").replace("\u200b", "")

    async def rate(self) -> None:
        here = self._here
        await here.settled()
        made = here.teams.activities.feedback(here.ana, self._last, self._place, "like")
        assert (await here.teams.deliver(made)).ok


@asynccontextmanager
async def console(tmp: Path, sample: Path) -> AsyncIterator[Rig]:
    (tmp / "plant.db").symlink_to(sample)
    store = tmp / "andon.db"
    app = build(Settings(home=tmp, store_url=f"sqlite:///{store}"), lambda: NOW)
    out = io.StringIO()
    screen = DrawnScreen(Terminal(out), Terminal(out))
    channel = ConsoleChannel(screen, User("console:local"), "thread")
    channel.mount(app.handle)
    try:
        yield ConsoleRig(channel, out, store)
    finally:
        await app.close()


@asynccontextmanager
async def slack(tmp: Path, sample: Path) -> AsyncIterator[Rig]:
    async with plant(tmp, sample) as here:
        yield SlackRig(here)


@asynccontextmanager
async def teams(tmp: Path, sample: Path) -> AsyncIterator[Rig]:
    async with site(tmp, sample) as here:
        yield TeamsRig(here)


Open = Callable[[Path, Path], AbstractAsyncContextManager[Rig]]
RIGS: dict[str, Open] = {"console": console, "slack": slack, "teams": teams}


def rated(rig: Rig) -> int:
    with sqlite3.connect(rig.store) as store:
        [(count,)] = store.execute("SELECT count(*) FROM feedback")
    return int(count)
