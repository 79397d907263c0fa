"""What people see while an answer takes its time: dots, a note, sentences, then the answer."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from adapters import Progress
from core.answer import Answer
from core.progress import Sentence
from core.request import Request
from tests.fakes.loop import in_loop, time_flies
from tests.fakes.teams import Message, Refuse, said
from tests.teams.conftest import HASTY
from tests.teams.scripted import Scripted, answered, scripted


async def in_sentences(request: Request, progress: Progress | None) -> Answer:
    assert progress is not None
    progress("Reading the plant's data …")
    await asyncio.sleep(0.2)
    for sentence in ("Line 3 stood still.", "It was a jam.", "The third one."):
        progress(Sentence(sentence))
        await asyncio.sleep(1.2)
    return answered("Line 3 stood still. It was a jam. The third one.")


async def slow(request: Request, progress: Progress | None) -> Answer:
    await asyncio.sleep(2.0)
    return answered("At last.")


def infos(here: Scripted) -> list[dict[str, object]]:
    """The streaminfo entities that were sent, in order."""
    entities = [e for c in here.teams.calls("send") for e in c.body.get("entities") or ()]
    return [entity for entity in entities if entity["type"] == "streaminfo"]


async def ask(here: Scripted, where: str = "chat") -> Message:
    place = getattr(here, where)
    assert (await here.teams.say(here.ana, place, "why?")).ok
    async with time_flies():
        return await here.teams.until(
            lambda: next((m for m in here.teams.messages(place) if m.cards), None), 600.0
        )


@in_loop
async def test_sentences_are_streamed_in_a_personal_chat(tmp_path: Path) -> None:
    async with scripted(tmp_path, in_sentences) as here:
        answer = await ask(here)
        [stream] = here.chat.streams.values()
        assert stream.over
        assert answer.id == stream.id
        assert "Reading" in stream.texts[0]
        assert stream.said.startswith("Line 3 stood still.")
        kinds = [str(info["streamType"]) for info in infos(here)]
        assert kinds[0] == "informative"
        assert kinds[-1] == "final"
        assert set(kinds[1:-1]) == {"streaming"}
        assert len(here.teams.messages()) == 1


@in_loop
async def test_elsewhere_a_message_grows_and_becomes_the_answer(tmp_path: Path) -> None:
    async with scripted(tmp_path, in_sentences) as here:
        for where in ("group", "floor"):
            answer = await ask(here, where)
            assert answer.revisions
            assert "stood still" in str(answer.revisions[0])
            place = getattr(here, where)
            assert len(here.teams.messages(place)) == 1
            assert not place.streams


@in_loop
async def test_a_slow_answer_is_announced(tmp_path: Path) -> None:
    async with scripted(tmp_path, slow) as here:
        await ask(here, "group")
        [message] = here.teams.messages(here.group)
        assert "reading" in str(message.revisions[0]).lower()
        assert here.group.typing
        await ask(here)
        assert [info["streamType"] for info in infos(here)] == ["informative", "final"]


@in_loop
async def test_a_stream_that_is_stopped_ends_in_a_message(tmp_path: Path) -> None:
    """By its reader, or after Teams' two minutes."""

    async with scripted(tmp_path, in_sentences) as here:
        stopped = Refuse("ContentStreamNotAllowed", status=403)
        here.teams.faults.add("send", stopped, times=9, where=_is_after_first)
        answer = await ask(here)
        assert not here.chat.streams or answer.id not in here.chat.streams
        assert "At last" not in said(answer)
        assert len([m for m in here.teams.messages() if m.cards]) == 1


def _is_after_first(body: dict[str, object]) -> bool:
    entities = body.get("entities") or []
    assert isinstance(entities, list)
    return any(e["type"] == "streaminfo" and "streamId" in e for e in entities)


@in_loop
async def test_what_takes_longer_than_teams_waits_comes_as_a_message(tmp_path: Path) -> None:
    ready = asyncio.Event()

    async def late(request: Request, progress: Progress | None) -> Answer:
        if request.text.startswith("/again"):
            await ready.wait()
        return answered("Here it is.")

    async with scripted(tmp_path, late, patience=replace(HASTY, reply=0.3)) as here:
        answer = await ask(here)
        data = {"command": here.channel._turns._seal.close("/again a1")}
        made = here.teams.activities.execute(here.ana, answer, here.chat, "again", data)
        reply = await here.teams.deliver(made)
        assert "comes as a message" in reply.body["value"]
        ready.set()
        await here.teams.message(here.chat, n=2)
        ready.clear()
        fetched = here.teams.activities.task(here.ana, here.chat, {"verb": "data", **data})
        dialog = (await here.teams.deliver(fetched)).body["task"]["value"]
        assert "longer than Teams waits" in str(dialog)
        [button] = dialog["card"]["content"]["actions"]
        assert button["data"] == {"verb": "data", **data}
        ready.set()
