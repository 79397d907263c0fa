"""Microsoft or the store having a bad day: nothing doubled, nobody left without a word."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from adapters import Progress
from core.answer import Answer
from core.request import Request
from tests.fakes.loop import in_loop, skip
from tests.fakes.teams import Fault, Garbage, Hang, Refuse, Reset, ServerError, TooMany
from tests.fakes.teams.watching import SOON
from tests.teams.bots import happens, hurried
from tests.teams.conftest import HASTY, QUICK
from tests.teams.scripted import Scripted, echo, scripted

Act = Callable[[Scripted], Awaitable[None]]


def play(tmp: Path, act: Act, **how: Any) -> None:
    @in_loop
    async def run() -> None:
        async with scripted(tmp, how.pop("say", echo), **how) as here:
            await act(here)

    run()


def states(tmp: Path) -> list[str]:
    with closing(sqlite3.connect(tmp / "andon.db")) as store:
        return [row[0] for row in store.execute("SELECT state FROM inbox")]


async def ended(tmp: Path, state: str) -> None:
    async with asyncio.timeout(SOON):
        while state not in states(tmp):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    "fault", [Hang(accepted=True), Reset(accepted=True), ServerError(500, accepted=True), Garbage()]
)
def test_what_may_have_been_shown_is_not_sent_again(tmp_path: Path, fault: Fault) -> None:
    async def act(here: Scripted) -> None:
        struck = here.teams.faults.add("send", fault, where=lambda body: body["type"] == "message")
        assert (await here.teams.say(here.ana, here.chat, "hi")).ok
        await happens(lambda: struck.fired)
        skip(QUICK.call)
        await ended(tmp_path, "unknown")
        assert len(here.teams.messages()) == 1

    play(tmp_path, act)


@pytest.mark.parametrize("fault", [TooMany(1), Refuse("PreconditionFailed", status=412)])
def test_what_was_not_shown_is_sent_again(tmp_path: Path, fault: Fault) -> None:
    async def act(here: Scripted) -> None:
        here.teams.faults.add("send", fault, where=lambda body: body["type"] == "message")
        assert (await here.teams.say(here.ana, here.chat, "hi")).ok
        await here.teams.message(here.chat, contains="You said hi")
        await ended(tmp_path, "done")
        assert len(here.teams.messages()) == 1

    play(tmp_path, act)


def test_a_conversation_that_is_gone(tmp_path: Path) -> None:
    async def act(here: Scripted) -> None:
        here.chat.gone = "ConversationNotFound"
        assert (await here.teams.say(here.ana, here.chat, "hi")).ok
        await ended(tmp_path, "failed")
        place = here.place(here.chat)
        assert f"teams|{place.address}" in await here.store.places.gone()
        here.chat.gone = None  # and it was only a bad hour: who writes there can be written to
        assert (await here.teams.say(here.ana, here.chat, "again")).ok
        await here.teams.message(here.chat, contains="You said again")
        assert not await here.store.places.gone()

    play(tmp_path, act)


def test_a_defect_is_told(tmp_path: Path) -> None:
    async def broken(request: Request, progress: Progress | None) -> Answer:
        raise RuntimeError("nobody expects this")

    async def act(here: Scripted) -> None:
        sent = here.teams.activities.task(here.ana, here.chat, {"verb": "settings"})
        assert (await here.teams.deliver(sent)).status == 200  # and not after the time-out
        await ended(tmp_path, "failed")

    play(tmp_path, act, say=broken)


def test_a_store_that_hangs_is_said(tmp_path: Path) -> None:
    async def act(here: Scripted) -> None:
        await here.teams.say(here.ana, here.chat, "hi")
        shown = await here.teams.message(here.chat, contains="You said hi")
        await ended(tmp_path, "done")
        with closing(sqlite3.connect(tmp_path / "andon.db", isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            asked = here.teams.activities.message(here.ana, here.chat, "are you there?")
            assert (await hurried(here.teams.deliver(asked))).ok
            await here.teams.message(here.chat, contains="did not take it")
            made = here.teams.activities.execute(here.ana, shown, here.chat, "ask", {})
            reply = await hurried(here.teams.deliver(made))
            assert "did not take it" in reply.body["value"]
            other.execute("ROLLBACK")
        assert (await here.teams.say(here.ana, here.chat, "and now?")).ok
        await here.teams.message(here.chat, contains="You said and now")
        await ended(tmp_path, "done")
        assert not here.teams.messages(contains="are you there")

    play(tmp_path, act, patience=replace(HASTY, ack=5.0))
    assert states(tmp_path) == ["done", "done"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'{"a": NaN}', b'"x"', b"[" * 99_999])
def test_what_is_no_activity(tmp_path: Path, body: bytes) -> None:
    """Without a token it is not even looked at; no 5xx whatever comes."""

    async def act(here: Scripted) -> None:
        assert here.teams.bot_url
        post = here.teams._delivery.post
        assert (await post(here.teams.bot_url, body, None, 0)).status in (401, 403)
        token = here.teams.header()
        assert (await post(here.teams.bot_url, body, token, 0)).status in (400, 401, 403)

    play(tmp_path, act)


def test_everything_hangs_and_acks_go_on(tmp_path: Path) -> None:
    async def act(here: Scripted) -> None:
        here.teams.faults.add("*", Hang(), times=None)
        people = [here.teams.person(f"P {n}") for n in range(40)]
        said = [here.teams.say(who, here.teams.personal(who), "hi") for who in people]
        replies = await asyncio.gather(*said)
        assert all(reply.ok for reply in replies)  # none waited for what Microsoft never takes

    play(tmp_path, act)


def test_somebody_who_is_let_in_by_a_link_can_be_answered(tmp_path: Path) -> None:
    """Without an object id the account is the person."""

    async def act(here: Scripted) -> None:
        told = here.teams.activities.message(here.ana, here.chat, "hi")
        del told["from"]["aadObjectId"]
        assert (await here.teams.deliver(told)).ok
        await here.teams.message(here.chat, contains="You said hi")
        [request] = here.door.asked
        assert request.user.id == f"teams:{here.teams.tenant_id}:{here.ana.id}"

    play(tmp_path, act, say=echo)


def test_a_form_of_a_web_page_is_no_activity(tmp_path: Path) -> None:
    """The Playground sends no token, so that any page in a browser on this machine could post."""

    async def act(here: Scripted) -> None:
        made = json.dumps(here.teams.activities.message(here.ana, here.chat, "hi"))
        headers = {"Authorization": here.teams.header() or "", "Content-Type": "text/plain"}
        assert here.teams.bot_url
        async with (
            aiohttp.ClientSession() as session,
            session.post(here.teams.bot_url, data=made, headers=headers) as response,
        ):
            assert response.status == 400
        assert not here.door.asked

    play(tmp_path, act)
