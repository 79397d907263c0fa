"""Whatever is brought to the bot's messaging endpoint: never 5xx, nothing of the program said, and
whoever asked is answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.fakes.teams import Message
from tests.fuzz.junk import ANYTHING, TEXTS, spoilt
from tests.fuzz.running_bot import Bot, bot, harmless
from tests.fuzz.test_door import anything as typed
from tests.fuzz.test_slack_edge import HOWS, altered
from tests.fuzz.trying import trying
from tests.teams.conftest import Site, buttons, site

LONGEST_REPLY = 200_000  # a card
PRINTED = st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), max_size=40)
ANYTHING_TYPED = typed.map(lambda text: text[:15_000])  # a longer body is refused as such
Running = Bot[Site]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, sample_path: Path) -> Iterator[Running]:
    with bot(site(tmp_path_factory.mktemp("teams"), sample_path)) as started:
        yield started


async def brought(here: Site, body: bytes, header: str | None, typed: str, kind: str = "") -> int:
    """The status, once all that it led to is over."""
    assert here.teams.bot_url is not None
    headers = {"Content-Type": kind or "application/json"}
    if header is not None:
        headers["Authorization"] = header
    async with (
        aiohttp.ClientSession() as session,
        session.post(here.teams.bot_url, data=body, headers=headers) as reply,
    ):
        said = await reply.text()
    harmless(said, typed)
    assert len(said) < LONGEST_REPLY
    await here.settled()
    for message in messages(here):
        harmless(json.dumps(message.activity, ensure_ascii=False), typed)
    return reply.status


def messages(here: Site) -> list[Message]:
    return here.teams.messages()


def tidy(here: Site) -> None:
    for place in here.teams.tenant.conversations.values():
        place.messages.clear()
    here.teams.tenant.calls.clear()
    assert here.teams.problems == []


def real(here: Site) -> list[dict[str, Any]]:
    """One of each kind that Teams sends."""
    make, ana, chat = here.teams.activities, here.ana, here.chat
    shown = here.teams.tenant.add(chat, {"type": "message"}, by_bot=True, thread=None)
    data = {"verb": "ask", "command": "sig./oee line-3", "areas": "packaging", "reason": "x"}
    written = make.message(ana, chat, "oee line-3 yesterday")
    return [
        written,
        make.message(ana, here.floor, "why?"),
        make.edit(ana, chat, written, "oee line-4"),
        make.submit(ana, shown, chat, data),
        make.execute(ana, shown, chat, "ask", data),
        make.task(ana, chat, data),
        make.task(ana, chat, data, submit=True),
        make.feedback(ana, shown, chat, "dislike", "wrong shift"),
        make.members_added(ana, chat),
        make.members_added(ana, here.floor, [here.bernd]),
        make.installed(ana, here.floor),
        make.invoke("composeExtension/query", ana, chat, {"commandId": "search"}),
    ]


@trying(10)
@given(data=st.data(), kind=st.integers(0, 11))
def test_an_activity_with_anything_in_it(running: Running, data: st.DataObject, kind: int) -> None:
    here = running.here
    activity = real(here)[kind]
    wrong = data.draw(spoilt(activity, ANYTHING))
    body = json.dumps(wrong).encode()

    async def bring() -> None:
        status = await brought(here, body, here.teams.header(), body.decode("unicode-escape"))
        assert status < 500 or status == 501, status
        tidy(here)

    running.do(bring())


@trying(10)
@given(
    body=st.binary(max_size=300) | ANYTHING.map(lambda value: json.dumps(value).encode()),
    header=st.none() | PRINTED,
    known=st.booleans(),
)  # fmt: skip
@example(body=b"[" * 5_000, header=None, known=True)
@example(body=b'{"type":"message","serviceUrl":' + b"9" * 5_000 + b"}", header=None, known=True)
def test_any_body(running: Running, body: bytes, header: str | None, known: bool) -> None:
    here = running.here

    async def bring() -> None:
        status = await brought(here, body, here.teams.header() if known else header, "")
        assert status in (400, 401, 403) or (known and status in (200, 202))
        tidy(here)

    running.do(bring())


@trying(4)
@given(text=ANYTHING_TYPED, alone=st.booleans())
@example(text="line-3 yesterday\n", alone=False)
def test_whoever_asks_is_answered(running: Running, text: str, alone: bool) -> None:
    here = running.here
    place = here.chat if alone else here.floor
    sent = text.encode("utf-8", "replace").decode()

    async def ask() -> None:
        made = here.teams.activities.message(here.ana, place, sent)
        assert (await here.teams.deliver(made)).ok
        await here.settled()
        assert any(m.by_bot for m in here.teams.messages(place)), "nothing was said"
        for message in here.teams.messages():
            harmless(json.dumps(message.activity, ensure_ascii=False), json.dumps(text) + text)
        tidy(here)

    running.do(ask())


@trying(4)
@given(button=st.integers(0, 20), how=HOWS, more=TEXTS | ANYTHING_TYPED)
@example(button=0, how="command", more="/andon forget everything")
def test_an_altered_button_does_nothing(running: Running, button: int, how: str, more: str) -> None:
    here = running.here

    async def click() -> None:
        answer = await here.ask("oee of line 3 yesterday")
        sealed = [b for b in buttons(answer.cards) if "command" in b.get("data", {})]
        chosen = sealed[button % len(sealed)]
        value = chosen["data"]["command"]
        new = altered(value, how, more).encode("utf-8", "replace").decode()
        data, activities = {**chosen["data"], "command": new}, here.teams.activities
        made = activities.execute(here.ana, answer, here.chat, chosen.get("verb", "ask"), data)
        shown = len(here.answers(here.chat))
        body = json.dumps(made).encode()
        assert await brought(here, body, here.teams.header(), json.dumps(more) + more) == 200
        if new != value:
            told = here.answers(here.chat)[shown:]
            assert not any("Line 3" in str(m.activity.get("summary")) for m in told)
        tidy(here)

    running.do(click())
