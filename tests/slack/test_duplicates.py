"""The same thing delivered several times, at once, to one process and to two, acts once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.fakes.slack import Envelope, Message
from tests.slack.conftest import Plant, Way
from tests.slack.replicas import Two, inbox, two_replicas, worked_off
from tests.slack.steps import SOON, WAYS, scene, write

QUESTION = "OEE of line 3 yesterday"


def told(here: Plant) -> list[Envelope]:
    """An event, a command and a mention that comes as two events."""
    slack = here.slack
    return [
        slack.events.direct_message(here.bernd, QUESTION),
        slack.interactions.command(here.ana, here.floor, "/oee", "line-3 yesterday"),
        *slack.events.says(here.ana, here.floor, f"<@U0ANDONBOT> {QUESTION}"),
    ]


async def deliver(two: Two, envelopes: list[Envelope], times: int = 4) -> None:
    """Each so many times, all at once, to both replicas in turn."""
    slack = two.here.slack
    acks = await asyncio.gather(
        *(slack.deliver_many(envelope, times, to=two.urls) for envelope in envelopes)
    )
    assert all(ack.ok for several in acks for ack in several)
    await worked_off(two.here)


def said_once(here: Plant) -> None:
    direct = here.slack.direct(here.bernd)
    assert len(here.slack.messages(direct)) == 1
    assert len(here.slack.messages(here.floor, to=here.ana)) == 1
    assert len(here.slack.messages(here.floor)) == 2
    assert [m.revisions for m in here.slack.messages()] == [[], [], []]


@scene(*WAYS)
async def test_four_times_to_one_process(here: Plant) -> None:
    await deliver(Two(here, []), told(here))
    said_once(here)


@pytest.mark.parametrize("way", WAYS)
def test_four_times_to_two_processes(tmp_path: Path, sample_path: Path, way: Way) -> None:
    async def run() -> None:
        async with two_replicas(tmp_path, sample_path, way) as two:
            await deliver(two, told(two.here))
            said_once(two.here)

    asyncio.run(run())


def test_four_times_to_two_processes_on_postgres(
    tmp_path: Path, sample_path: Path, postgres_url: str
) -> None:
    async def run() -> None:
        async with two_replicas(tmp_path, sample_path, "http", postgres_url) as two:
            await deliver(two, told(two.here))
            said_once(two.here)
            assert len(inbox(two.here, "SELECT key FROM inbox WHERE state = 'done'")) == 3

    asyncio.run(run())


@scene(*WAYS)
async def test_a_click_four_times(here: Plant) -> None:
    answer = await write(here, QUESTION)
    before = len(here.slack.messages())
    click = here.slack.interactions.click(here.ana, answer, follow_up(here, answer))
    assert all(ack.ok for ack in await here.slack.deliver_many(click, 4))
    await worked_off(here)
    assert len(here.slack.messages()) == before + 1


def follow_up(here: Plant, answer: Message) -> str:
    """The value of the first button that asks something."""
    values = [
        element["value"]
        for block in answer.blocks
        if block["type"] == "actions"
        for element in block["elements"]
        if element.get("action_id", "").startswith("ask")
    ]
    return str(values[0])


@scene(*WAYS)
async def test_the_same_question_asked_twice_is_answered_twice(here: Plant) -> None:
    """What people do twice is two things, however alike."""
    for _ in range(2):
        envelope = here.slack.interactions.command(here.ana, here.floor, "/oee", "line-3")
        assert (await here.slack.deliver(envelope)).ok
    await here.slack.message(here.floor, to=here.ana, n=2, within=SOON)


@scene("http")
async def test_an_event_again_long_after(here: Plant) -> None:
    """Slack's third try comes after five minutes."""
    event = here.slack.events.direct_message(here.ana, QUESTION)
    for _ in range(4):
        assert (await here.slack.deliver(event)).ok
        await worked_off(here)
    assert len(here.slack.messages()) == 1


def test_an_envelope_that_was_not_acked_comes_again_on_another_socket(
    tmp_path: Path, sample_path: Path
) -> None:
    """The ack is lost with its socket; Slack brings the event to the other process."""

    async def run() -> None:
        async with two_replicas(tmp_path, sample_path, "socket") as two:
            slack = two.here.slack
            event = slack.events.direct_message(two.here.bernd, QUESTION)
            _, number = await slack.sockets.send(event)
            again, other = await slack.sockets.send(event, 1, "timeout", number)
            assert (again.ok, other != number) == (True, True)
            await worked_off(two.here)
            assert len(slack.messages()) == 1

    asyncio.run(run())
