"""Slack's bad days: what the client sees, and what Slack has done all the same."""

import asyncio

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from tests.fakes.bolt import client_of
from tests.fakes.loop import in_loop
from tests.fakes.slack import (
    FakeSlack,
    Fault,
    Garbage,
    Hang,
    Refuse,
    Reset,
    ServerError,
    Slow,
    TooMany,
)

Raised = type[BaseException] | tuple[type[BaseException], ...]


@pytest.mark.parametrize(
    ("fault", "raised", "stored"),
    [
        (Hang(), TimeoutError, 0),
        (Hang(accepted=True), TimeoutError, 1),
        (Reset(), aiohttp.ClientError, 0),
        (Reset(accepted=True), aiohttp.ClientError, 1),
        (ServerError(), SlackApiError, 0),
        (ServerError(502, accepted=True), SlackApiError, 1),
        (TooMany(7), SlackApiError, 0),
        (Garbage(), SlackApiError, 1),
        (Refuse("fatal_error"), SlackApiError, 0),
        (Refuse("internal_error", accepted=True), SlackApiError, 1),
    ],
    ids=str,
)
@in_loop
async def test_a_fault_strikes_once(fault: Fault, raised: Raised, stored: int) -> None:
    async with FakeSlack() as slack:
        line = slack.channel("line-3")
        client = client_of(slack)
        client.timeout = 0.3  # type: ignore[assignment]  # aiohttp takes it
        client.retry_handlers = []
        rule = slack.faults.add("chat.postMessage", fault)
        with pytest.raises(raised):
            await client.chat_postMessage(channel=line.id, text="x")
        assert len(slack.messages(line)) == stored
        assert rule.fired == 1
        assert slack.calls("chat.postMessage")[0].fault == type(fault).__name__
        await client.chat_postMessage(channel=line.id, text="x")
        assert len(slack.messages(line)) == stored + 1


@in_loop
async def test_too_many_tells_when_to_come_back() -> None:
    async with FakeSlack() as slack:
        line = slack.channel("line-3")
        slack.faults.add("*", TooMany(7), times=2)
        for _ in range(2):
            with pytest.raises(SlackApiError) as failed:
                await client_of(slack).chat_postMessage(channel=line.id, text="x")
            assert failed.value.response.status_code == 429
            assert failed.value.response.headers["Retry-After"] == "7"
        await client_of(slack).chat_postMessage(channel=line.id, text="x")


@in_loop
async def test_slow_is_right_but_late() -> None:
    async with FakeSlack() as slack:
        line = slack.channel("line-3")
        slack.faults.add("chat.postMessage", Slow(0.2))
        post = asyncio.ensure_future(client_of(slack).chat_postMessage(channel=line.id, text="x"))
        message = await slack.message(line)
        assert not post.done()
        assert (await post)["ts"] == message.ts


@in_loop
async def test_the_default_retry_of_slack_sdk_posts_twice_after_a_reset() -> None:
    """The trap that PLATFORMS.md measured: the client sees one ok, the channel two messages."""
    async with FakeSlack() as slack:
        line = slack.channel("line-3")
        slack.faults.add("chat.postMessage", Reset(accepted=True))
        answer = await client_of(slack).chat_postMessage(channel=line.id, text="x")
        assert answer["ok"]
        assert len(slack.messages(line)) == 2


@in_loop
async def test_which_calls_are_struck() -> None:
    async with FakeSlack() as slack:
        line, other = slack.channel("line-3"), slack.channel("line-4")
        client = client_of(slack)
        slack.faults.add(
            "chat.postMessage",
            Refuse(),
            times=None,
            after=1,
            where=lambda args: args["channel"] == line.id,
        )
        await client.chat_postMessage(channel=other.id, text="x")
        await client.chat_postMessage(channel=line.id, text="passes")
        for _ in range(2):
            with pytest.raises(SlackApiError):
                await client.chat_postMessage(channel=line.id, text="x")
        slack.faults.clear()
        await client.chat_postMessage(channel=line.id, text="x")


@in_loop
async def test_response_urls_and_uploads_fail_too() -> None:
    async with FakeSlack() as slack:
        ana = slack.user("ana")
        command = slack.interactions.command(ana, slack.channel("line-3", [ana]), "/oee")
        slack.faults.add("response_url", ServerError(500, accepted=True))
        slack.faults.add("upload", ServerError(500))
        async with aiohttp.ClientSession() as session:
            url = command.payload["response_url"]
            assert (await session.post(url, json={"text": "x"})).status == 500
        assert len(slack.messages(to=ana)) == 1
        with pytest.raises(Exception, match="Failed to upload"):
            await client_of(slack).files_upload_v2(filename="a.png", content=b"x")


@in_loop
async def test_waiting_in_vain_says_what_there_is() -> None:
    async with FakeSlack() as slack:
        line = slack.channel("line-3")
        await client_of(slack).chat_postMessage(channel=line.id, text="only this")
        with pytest.raises(TimeoutError, match="only this"):
            await slack.message(line, n=2, within=0.05)
