"""Processes that end, two at once, and what is sent unasked after a restart."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from adapters import Gone, MaybeSent, NotSent, Unsupported
from adapters.teams.channel import TeamsChannel, TeamsSettings
from adapters.teams.inbound import key_of
from bot.clock import wall_clock
from bot.serve import running
from core.request import Place, User
from tests.fakes.loop import in_loop
from tests.fakes.teams import Hang, Refuse, said
from tests.fakes.teams.watching import SOON
from tests.slack.conftest import Clock, free_port
from tests.teams.bots import hurried
from tests.teams.conftest import HASTY, QUICK, Site, bot_of, site
from tests.teams.scripted import Door, Scripted, answered, echo, scripted


def restarted(here: Scripted) -> TeamsChannel:
    """Another process on the same store: it remembers nothing itself."""
    settings, clock = TeamsSettings(bot_of(here.teams)), Clock()
    channel = TeamsChannel(
        settings, here.store, clock, wall_clock, lambda user, place: False,
        times=QUICK, patience=HASTY,
    )  # fmt: skip
    channel.mount(Door(echo))
    return channel


def test_sent_unasked_after_a_restart(tmp_path: Path) -> None:
    async def run() -> None:
        async with scripted(tmp_path) as here:
            for place in (here.chat, here.group):
                assert (await here.teams.say(here.ana, place, "hi")).ok
                await here.teams.message(place, contains="You said")
            mention = here.teams.activities.message(here.ana, here.floor, "hi")
            assert (await here.teams.deliver(mention)).ok
            await here.teams.message(here.floor, contains="You said")
            await here.channel.close(2.0)
            channel = restarted(here)
            await channel.open()
            for where in (here.chat, here.group, here.floor):
                message = await channel.send(here.place(where), answered("The briefing."))
                shown = next(m for m in here.teams.messages(where) if m.id == message)
                assert "The briefing" in said(shown)
                assert shown.thread is None
                await channel.update(here.place(where), message, answered("Newer."))
                assert "Newer" in said(shown)
            thread = replace(here.place(here.floor), thread=mention["id"])
            message = await channel.send(thread, answered("To you."))
            assert here.floor.messages[message].thread == mention["id"]
            user = User(f"teams:{here.teams.tenant_id}:{here.bernd.object_id}")
            await channel.send_private(here.place(here.group), user, answered("For Bernd."))
            private = here.teams.personal(here.bernd)
            assert here.teams.messages(private, contains="For Bernd")
            await channel.close(2.0)

    asyncio.run(run())


@in_loop
async def test_what_sending_unasked_may_raise(tmp_path: Path) -> None:
    async with scripted(tmp_path) as here:
        place, answer = here.place(here.group), answered("The briefing.")
        with pytest.raises(Gone):
            await here.channel.send(place, answer)
        assert (await here.teams.say(here.ana, here.group, "hi")).ok
        await here.teams.message(here.group, contains="You said")
        here.teams.faults.add("send", Hang(accepted=True))
        with pytest.raises(MaybeSent):
            await hurried(here.channel.send(place, answer))
        here.teams.faults.add("send", Refuse("BadSyntax", status=400))
        with pytest.raises(NotSent):
            await here.channel.send(place, answer)
        with pytest.raises(Unsupported):
            await here.channel.find(place, "delivery")
        here.group.gone = "ForbiddenOperationException"
        with pytest.raises(Gone):
            await here.channel.send(place, answer)
        with pytest.raises(Gone):
            await here.channel.send(Place("teams", "tenant:19:nowhere"), answer)


def test_removed_and_back_again(tmp_path: Path) -> None:
    async def run() -> None:
        async with scripted(tmp_path) as here:
            make, deliver = here.teams.activities, here.teams.deliver
            assert (await deliver(make.installed(here.ana, here.group))).ok
            await here.teams.message(here.group, contains="I am Andon")
            assert (await deliver(make.installed(here.ana, here.group, "remove"))).ok
            async with asyncio.timeout(SOON):
                while not await here.store.places.gone():  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            assert (await deliver(make.installed(here.ana, here.group))).ok
            assert not await here.store.places.gone()
            assert len(here.teams.messages()) == 1

    asyncio.run(run())


def test_removed_and_back_again_at_another_process(tmp_path: Path) -> None:
    """Who knew the conversation from before knows that one can write there again."""

    async def run() -> None:
        async with scripted(tmp_path) as here:
            make, deliver = here.teams.activities, here.teams.deliver
            assert (await deliver(make.installed(here.ana, here.group))).ok
            await here.teams.message(here.group, contains="I am Andon")
            await here.store.places.lose(here.place(here.group), "removed", Clock().now)
            assert await here.store.places.gone()
            assert (await deliver(make.installed(here.ana, here.group))).ok
            assert not await here.store.places.gone()

    asyncio.run(run())


async def left_behind(here: Scripted, *, sending: bool) -> str:
    """A question that another process took and then died over."""
    asked = here.teams.activities.message(here.ana, here.chat, "hi")
    key, long_ago = key_of(asked), Clock().now - timedelta(hours=1)
    assert key
    inbox, later = here.store.inbox, Clock().now + timedelta(hours=1)
    claim = await inbox.receive("teams", key, asked, long_ago, later)
    assert claim
    await (inbox.sending if sending else inbox.hand_back)(claim, long_ago)
    return key


async def ending(tmp: Path, key: str) -> str:
    async with asyncio.timeout(SOON):
        while True:
            with closing(sqlite3.connect(tmp / "andon.db")) as store:
                [(state,)] = store.execute("SELECT state FROM inbox WHERE key = ?", (key,))
            if state not in ("working", "sending"):
                return str(state)
            await asyncio.sleep(0.02)


def test_what_another_process_left_is_answered_with_a_word(tmp_path: Path) -> None:
    async def run() -> None:
        async with scripted(tmp_path) as here:
            key = await left_behind(here, sending=False)
            shown = await here.teams.message(here.chat, contains="You said hi")
            assert "Sorry for the wait" in said(shown)
            assert await ending(tmp_path, key) == "done"

    asyncio.run(run())


def test_what_may_have_been_shown_is_left_as_unknown(tmp_path: Path) -> None:
    async def run() -> None:
        async with scripted(tmp_path) as here:
            key = await left_behind(here, sending=True)
            assert await ending(tmp_path, key) == "unknown"
            assert not here.teams.messages()

    asyncio.run(run())


def test_four_times_to_two_processes(tmp_path: Path, sample_path: Path) -> None:
    async def act(here: Site, urls: tuple[str, str]) -> None:
        asked = here.teams.activities.message(here.ana, here.floor, "oee line-3")
        told = [here.teams.deliver(asked, to=urls[n % 2]) for n in range(4)]
        assert all(reply.ok for reply in await asyncio.gather(*told))
        answer = await here.answer(here.floor)
        await here.settled()
        assert len(here.teams.messages(here.floor)) == 1
        clicked = here.pressed(answer, "again", here.floor)
        told = [here.teams.deliver(clicked, to=urls[n % 2]) for n in range(4)]
        assert all(reply.ok for reply in await asyncio.gather(*told))
        await here.settled()
        assert len(here.teams.messages(here.floor)) == 1

    async def run() -> None:
        async with site(tmp_path, sample_path) as here:
            other = replace(here.settings, port=free_port())
            how = {"teams_times": QUICK, "teams_patience": HASTY}
            async with running(other, here.clock, **how):  # type: ignore[arg-type]
                urls = f"http://127.0.0.1:{other.port}/api/messages"
                assert here.teams.bot_url
                await act(here, (here.teams.bot_url, urls))

    asyncio.run(run())
