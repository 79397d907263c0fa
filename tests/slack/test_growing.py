"""What a model says appears while it speaks; the whole answer takes its place, once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from core.agent.limits import Limits
from core.agent.models import ModelChoice
from tests.fakes.model import CallTools, FakeModel, Hold, Say, ToolCall
from tests.fakes.model.tokens import count
from tests.fakes.slack import FakeSlack, Hang, Message, Refuse, Reset, TooMany
from tests.prove.serving import Serving, serving
from tests.slack import hurry
from tests.slack.conftest import Plant, free_port, plant
from tests.slack.hurry import UNHURRIED
from tests.slack.replicas import ended
from tests.slack.steps import SOON

QUICK = replace(UNHURRIED, first=0.01)
QUESTION = "How was line 3 yesterday?"
OEE = CallTools([ToolCall("oee_query", {"assets": ["line-3"], "period": "yesterday"})])
FIRST = "The OEE of Line 3 was [[a1]]."
SECOND = "Line 3 reached an OEE of [[a1]] yesterday."
THIRD = "That is the OEE of Line 3."
WHOLE = Say(f"{FIRST} {SECOND} {THIRD}")
SHOWN = ("The OEE of Line 3 was 78.1 %.", "Line 3 reached an OEE of 78.1 % yesterday.", THIRD)


@dataclass
class Talk:
    """A plant whose model holds its breath after so many sentences."""

    here: Plant
    model: FakeModel
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def speaks(self, sentences: int) -> None:
        """So many, and the rest when the gate is open."""
        self.model.script([OEE, Hold(self.gate, after=spoken(sentences)), WHOLE])

    async def ask(self, *, direct: bool) -> None:
        events, here = self.here.slack.events, self.here
        told = (
            events.direct_message(here.ana, QUESTION)
            if direct
            else events.mention(here.ana, here.floor, QUESTION)
        )
        assert (await here.slack.deliver(told)).ok

    async def reads(self, *sentences: str) -> Message:
        """The one message, once it says them."""
        slack = self.here.slack

        def find() -> Message | None:
            for message in slack.messages():
                text = plain(message)
                if all(sentence in text for sentence in sentences):
                    return message
            return None

        return await slack.until(find, SOON, f"{sentences}")

    async def answered(self) -> Message:
        """The only message, whole and closed."""
        await ended(self.here)
        [message] = self.here.slack.messages()
        whole(message)
        return message


def spoken(sentences: int) -> int:
    """After so many events of the model's stream the sentences have ended."""
    return count(" ".join((FIRST, SECOND, THIRD)[:sentences])) + 3


def whole(message: Message) -> None:
    assert all(plain(message).count(sentence) == 1 for sentence in SHOWN), plain(message)
    assert not message.streaming
    assert message.metadata is not None
    assert "actions" in message.block_types


def plain(message: Message) -> str:
    return message.text.replace("\u00a0", " ")


@asynccontextmanager
async def talking(tmp: Path, sample: Path, **changed: Any) -> AsyncIterator[Talk]:
    async with FakeModel(models=("gpt-4.1-mini",)) as model:
        limits = Limits(turn_seconds=900, call_seconds=900, pause=0.01)
        choice = ModelChoice(
            ("gpt-4.1-mini",), api_key=model.api_key, base_url=model.url, limits=limits
        )
        times = changed.pop("times", QUICK)
        async with plant(tmp, sample, times=times, model=choice, memory=False, **changed) as here:
            talk = Talk(here, model)
            try:
                yield talk
            finally:
                talk.gate.set()


def played(act: Any) -> Any:
    def test(tmp_path: Path, sample_path: Path) -> None:
        async def run() -> None:
            async with talking(tmp_path, sample_path) as talk:
                await act(talk)

        hurry.run(run())

    test.__doc__ = act.__doc__
    return test


@played
async def test_a_direct_message_streams(talk: Talk) -> None:
    talk.speaks(2)
    await talk.ask(direct=True)
    shown = await talk.reads(*SHOWN[:2])
    assert shown.streaming
    assert shown.thread_ts is not None
    [begun] = talk.here.slack.calls("chat.startStream")
    assert begun.args["recipient_user_id"] == talk.here.ana.id
    assert begun.args["recipient_team_id"]
    talk.gate.set()
    answer = await talk.answered()
    assert answer.ts == shown.ts
    assert not talk.here.slack.calls("chat.postMessage")


@played
async def test_in_a_channel_all_see_it_grow(talk: Talk) -> None:
    """A stream would grow for the asker only."""
    talk.speaks(2)
    await talk.ask(direct=False)
    shown = await talk.reads(*SHOWN[:2])
    assert shown.metadata is not None
    assert not talk.here.slack.calls("chat.startStream")
    talk.gate.set()
    assert (await talk.answered()).ts == shown.ts


def test_nothing_is_shown_bit_by_bit_that_is_there_at_once(
    tmp_path: Path, sample_path: Path
) -> None:
    async def run() -> None:
        async with talking(tmp_path, sample_path, times=UNHURRIED) as talk:
            talk.model.script([OEE, WHOLE])
            await talk.ask(direct=False)
            assert not (await talk.answered()).revisions

    hurry.run(run())


@pytest.mark.parametrize("after", [1, 2])
def test_a_stream_dies_in_between(tmp_path: Path, sample_path: Path, after: int) -> None:
    """What follows is put into its message."""

    async def run() -> None:
        async with talking(tmp_path, sample_path) as talk:
            talk.speaks(after)
            await talk.ask(direct=True)
            shown = await talk.reads(*SHOWN[:after])
            talk.here.slack.workspace.streams[shown.ts].started -= 301
            talk.gate.set()
            assert (await talk.answered()).ts == shown.ts
            assert shown.revisions

    hurry.run(run())


@pytest.mark.parametrize("direct", [True, False])
@pytest.mark.parametrize(
    "fault", [TooMany(1), Hang(accepted=True), Reset(accepted=True), Refuse("internal_error")]
)
def test_slack_has_a_bad_moment(
    tmp_path: Path, sample_path: Path, fault: Any, direct: bool
) -> None:
    """Whatever becomes of a sentence on its way, the answer is whole and there is one."""

    # What hangs is given up soon, and whatever else a slow machine makes of that, it holds.
    times = replace(QUICK, call=3.0) if isinstance(fault, Hang) else QUICK

    async def run() -> None:
        async with talking(tmp_path, sample_path, times=times) as talk:
            talk.speaks(2)
            grows = "chat.appendStream" if direct else "chat.update"
            begins = "chat.startStream" if direct else "chat.postMessage"
            rules = [talk.here.slack.faults.add(m, fault) for m in (begins, grows)]
            await talk.ask(direct=direct)
            await talk.here.slack.until(lambda: rules[0].fired or None, SOON)
            await asyncio.sleep(0.3)
            talk.gate.set()
            await talk.answered()

    hurry.run(run())


@played
async def test_an_app_that_may_not_stream(talk: Talk) -> None:
    talk.speaks(2)
    talk.here.slack.faults.add("chat.startStream", Refuse("channel_type_not_supported"), times=None)
    await talk.ask(direct=True)
    shown = await talk.reads(*SHOWN[:2])
    assert not shown.streaming
    talk.gate.set()
    assert (await talk.answered()).ts == shown.ts


@pytest.mark.parametrize("direct", [True, pytest.param(False, marks=pytest.mark.prove)])
def test_killed_between_sentences(tmp_path: Path, sample_path: Path, direct: bool) -> None:
    """Whoever takes over finds what was said so far, and tells all of it there."""

    async def run() -> None:
        async with FakeModel(models=("gpt-4.1-mini",)) as model, FakeSlack() as slack:
            ana = slack.user("ana", locale="en-US")
            floor = slack.channel("packaging", [ana])
            gate = asyncio.Event()
            model.script([OEE, Hold(gate, after=spoken(2)), WHOLE, OEE, WHOLE])
            (tmp_path / "plant.db").symlink_to(sample_path)
            named = {"OPENAI_API_KEY": model.api_key, "OPENAI_BASE_URL": model.url,
                     "ANDON_MODEL": model.name, "ANDON_MEMORY": "off"}  # fmt: skip
            one, two = (Serving(slack, tmp_path, free_port(), more=named) for _ in range(2))
            async with serving(one):
                slack.request_url = one.url
                events = slack.events
                told = (
                    events.direct_message(ana, QUESTION)
                    if direct
                    else events.mention(ana, floor, QUESTION)
                )
                assert (await slack.deliver(told)).ok
                last = SHOWN[1]
                await slack.until(
                    lambda: any(last in plain(m) for m in slack.messages()) or None, SOON, last
                )
                await one.stop()
            [begun] = slack.messages()
            assert begun.streaming is direct
            gate.set()
            async with serving(two):
                await slack.until(lambda: "actions" in begun.block_types or None, SOON)
                acks = await slack.deliver_many(told, 3, to=[two.url])  # Slack's own repetition
                assert all(ack.ok for ack in acks)
                await slack.settled(within=SOON)
            [answer] = slack.messages()
            whole(answer)

    hurry.run(run())
