"""What people do in the tests, and what they wait for."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.slack import Channel, Message, User, View, said, watching
from tests.slack import hurry
from tests.slack.conftest import Plant, Way, is_answer, plant

WAYS: tuple[Way, ...] = ("http", "socket")
SOON = watching.SOON
Scene = Callable[[Plant], Awaitable[None]]


def scene(*ways: Way, access: str = "", **changed: Any) -> Callable[[Scene], Callable[..., None]]:
    """Plays the test on the sample plant with the bot running, over each of the ways. `access` is
    what stands in access.toml."""

    def played(act: Scene) -> Callable[..., None]:
        def test(tmp_path: Path, sample_path: Path, way: Way) -> None:
            if access:
                changed["access_file"] = tmp_path / "access.toml"
                changed["access_file"].write_text(access)

            async def run() -> None:
                async with plant(tmp_path, sample_path, way, **changed) as here:
                    await act(here)

            hurry.run(run())

        test.__doc__ = act.__doc__
        return pytest.mark.parametrize("way", ways or ("http",))(test)

    return played


def text(message: Message | View) -> str:
    """All that is to be read, with plain spaces."""
    return said(message).replace("\u00a0", " ")


def answers(here: Plant, place: Channel | None = None, **more: Any) -> list[Message]:
    """All that the bot has answered; notes to wait are left out."""
    return here.slack.messages(place, where=is_answer, **more)


async def shown(here: Plant, place: Channel, n: int = 1, **more: Any) -> Message:
    """The n-th of them, as soon as it is there."""
    return await here.slack.message(place, where=is_answer, n=n, within=SOON, **more)


async def mention(
    here: Plant, question: str, user: User | None = None, thread: Message | str | None = None
) -> Message:
    """The bot is asked in the channel; its answer in the thread."""
    told = here.slack.events.mention(user or here.ana, here.floor, question, thread)
    event = told.payload["event"]
    root = event.get("thread_ts") or event["ts"]
    seen = len(answers(here, here.floor, thread=root))
    assert (await here.slack.deliver(told)).ok
    return await shown(here, here.floor, thread=root, n=seen + 1)


async def talk(here: Plant, words: str, thread: Message | str, user: User | None = None) -> None:
    """Somebody says something in a thread without naming the bot; worked off when this returns."""
    for told in here.slack.events.says(user or here.ana, here.floor, words, thread):
        assert (await here.slack.deliver(told)).ok
    await idle(here)


async def write(
    here: Plant, question: str, user: User | None = None, thread: Message | None = None
) -> Message:
    """A direct message and its answer."""
    user = user or here.ana
    direct = here.slack.direct(user)
    seen = len(answers(here, direct))
    assert (await here.slack.deliver(here.slack.events.direct_message(user, question, thread))).ok
    return await shown(here, direct, n=seen + 1)


async def press(
    here: Plant, source: Message | View, label: str, user: User | None = None, **more: Any
) -> None:
    click = here.slack.interactions.click(user or here.ana, source, label, **more)
    assert (await here.slack.deliver(click)).ok


async def answer_to(
    here: Plant, source: Message, label: str, user: User | None = None, place: Channel | None = None
) -> Message:
    """What comes of a button, wherever it stands: beside it or, for one's own eyes, hidden."""
    place = place or here.floor
    seen = len(answers(here, place))
    await press(here, source, label, user)
    return await shown(here, place, n=seen + 1)


async def opened(here: Plant, user: User | None = None, n: int = 1, updates: int = 1) -> View:
    """The n-th modal of the user, filled."""
    return await here.slack.view(user or here.ana, n, updates=updates, within=SOON)


async def idle(here: Plant) -> None:
    """Returns once everything that was received is worked off."""
    async with asyncio.timeout(SOON):
        while _open(here.home / "andon.db"):  # noqa: ASYNC110
            await asyncio.sleep(0.02)  # a database tells nobody of a change
    await here.slack.settled()


def rows(here: Plant, statement: str) -> list[tuple[Any, ...]]:
    """What the bot's own database holds."""
    with sqlite3.connect(here.home / "andon.db") as store:
        return store.execute(statement).fetchall()


def _open(store: Path) -> int:
    with sqlite3.connect(store) as connection:
        [(count,)] = connection.execute(
            "SELECT count(*) FROM inbox WHERE state IN ('working', 'sending')"
        )
    return int(count)
