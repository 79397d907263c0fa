"""Calls to Slack: what a failure means, what is tried again, and how fast."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from adapters.slack.times import Times
from adapters.slack.web_api import OutcomeUnknown, Pacer, Refused, Unreachable, WebApi
from tests.fakes.loop import time_flies
from tests.fakes.slack import (
    FakeSlack,
    Fault,
    Garbage,
    Hang,
    Limits,
    Refuse,
    Reset,
    ServerError,
    TooMany,
)
from tests.slack import hurry
from tests.slack.hurry import UNHURRIED, CountedLoop, meeting, run_counted

UNPACED = replace(UNHURRIED, pace=0.0)


def calling(act: Callable[[FakeSlack, WebApi, str], Awaitable[None]]) -> None:
    async def run() -> None:
        async with acting(UNPACED) as (slack, api, channel):
            await act(slack, api, channel)

    hurry.run(run())


@asynccontextmanager
async def acting(times: Times, **how: Any) -> AsyncIterator[tuple[FakeSlack, WebApi, str]]:
    async with FakeSlack(**how) as slack:
        floor = slack.channel("floor", [slack.user("ana")])
        api = WebApi(slack.bot_token, url=slack.api_url, times=times)
        try:
            yield slack, api, floor.id
        finally:
            await api.close()


async def post(api: WebApi, channel: str, **how: bool) -> None:
    await api.call(api.client.chat_postMessage, channel=channel, text="71 %", repeatable=False)


@pytest.mark.parametrize(
    "fault",
    [Hang(), Reset(), ServerError(), ServerError(500), Garbage(), Refuse("fatal_error")],
    ids=repr,
)
def test_what_may_have_been_done_is_not_done_again(fault: Fault) -> None:
    async def act(slack: FakeSlack, api: WebApi, channel: str) -> None:
        rule = slack.faults.add("chat.postMessage", fault, times=None)
        with pytest.raises(OutcomeUnknown):
            await meeting(slack, rule, post(api, channel))
        assert len(slack.calls("chat.postMessage")) == 1

    calling(act)


@pytest.mark.parametrize("fault", [Hang(), Reset(), ServerError(), Garbage()], ids=repr)
def test_what_may_be_repeated_is(fault: Fault) -> None:
    async def act(slack: FakeSlack, api: WebApi, _channel: str) -> None:
        rule = slack.faults.add("auth.test", fault, times=2)
        told = await meeting(slack, rule, api.call(api.client.auth_test), times=2)
        assert told["user_id"]
        assert len(slack.calls("auth.test")) == 3

    calling(act)


def test_a_refusal_is_final_and_says_why() -> None:
    async def act(slack: FakeSlack, api: WebApi, _channel: str) -> None:
        with pytest.raises(Refused) as caught:
            await post(api, "C404")
        assert caught.value.code == "channel_not_found"
        assert len(slack.calls("chat.postMessage")) == 1

    calling(act)


def test_retry_after_is_honoured_for_what_must_not_be_repeated() -> None:
    async def act(slack: FakeSlack, api: WebApi, channel: str) -> None:
        slack.faults.add("chat.postMessage", TooMany(1), times=2)
        began = asyncio.get_running_loop().time()
        async with time_flies():
            await post(api, channel)
        assert asyncio.get_running_loop().time() - began >= 2
        assert len(slack.messages()) == 1

    calling(act)


def test_who_has_no_patience_is_told_at_once() -> None:
    async def act(slack: FakeSlack, api: WebApi, _channel: str) -> None:
        slack.faults.add("auth.test", TooMany(1), times=None)
        with pytest.raises(Unreachable) as caught:
            await api.call(api.client.auth_test, patience=0)
        assert caught.value.wait == 1
        assert len(slack.calls("auth.test")) == 1

    calling(act)


def test_nobody_is_there_for_a_while() -> None:
    """A refused connection did nothing: it is tried until patience ends, or somebody is there."""

    async def run() -> None:
        async with FakeSlack() as slack:
            port, token = int(slack.url.rpartition(":")[2]), slack.bot_token
        api = WebApi(token, url=slack.api_url, times=Times(patience=120.0))
        calling = asyncio.create_task(
            api.call(api.client.auth_test, repeatable=False), name="calling"
        )
        hasty = api.call(api.client.auth_test, patience=0.3)
        with pytest.raises(Unreachable):
            await hasty
        back = FakeSlack(port=port)
        back.bot_token = back._api._bot_token = token
        async with back:
            assert (await calling)["ok"]
        await api.close()

    asyncio.run(run())


def test_a_response_url_says_its_code() -> None:
    async def act(slack: FakeSlack, api: WebApi, _channel: str) -> None:
        ana = slack.user("bernd")
        floor = slack.channel("other", [ana])
        told = slack.interactions.command(ana, floor, "/oee", "")
        url = told.payload["response_url"]
        for _ in range(5):
            await api.respond(url, {"text": "71 %"})
        with pytest.raises(Refused) as caught:
            await api.respond(url, {"text": "71 %"})
        assert caught.value.code == "used_url"
        with pytest.raises(Refused):
            await api.respond(url, {"text": "71 %", "blocks": [{"type": "nonsense"}]})
        assert len(slack.messages(to=ana)) == 5

    calling(act)


@pytest.mark.parametrize("fault", [Hang(), Reset(), ServerError()], ids=repr)
def test_a_response_url_is_never_called_twice_in_doubt(fault: Fault) -> None:
    async def act(slack: FakeSlack, api: WebApi, channel: str) -> None:
        ana = slack.user("bernd")
        told = slack.interactions.command(ana, slack.channel("other", [ana]), "/oee", "")
        rule = slack.faults.add("response_url", fault, times=None)
        url = told.payload["response_url"]
        with pytest.raises(OutcomeUnknown):
            await meeting(slack, rule, api.respond(url, {"text": "71 %"}))
        assert len(slack.calls("response_url")) == 1

    calling(act)


def test_pacing_keeps_a_burst_within_slacks_limit() -> None:
    """Against a Slack that counts: nobody is ever told to wait."""

    async def counted(loop: CountedLoop) -> None:
        limits = Limits(posts_per_second=5.0, burst=4)
        times = replace(UNHURRIED, pace=0.3, burst=3)
        async with acting(times, limits=limits, clock=loop) as (slack, api, channel):
            said = api.client.chat_postMessage
            posts = [
                api.call(said, channel=channel, text=f"{n}", paced=True, repeatable=False)
                for n in range(9)
            ]
            await asyncio.gather(*posts)
            assert len(slack.messages()) == len(slack.calls("chat.postMessage")) == 9

    run_counted(counted)


def test_a_turn_each_and_no_wait_elsewhere() -> None:
    async def counted(loop: CountedLoop) -> None:
        pacer, now = Pacer(0.1, 2), loop.time
        began = now()
        await asyncio.gather(*(pacer.turn("C1") for _ in range(5)))
        assert now() - began >= 0.29
        began = now()
        await pacer.turn("C2")
        assert now() - began < 0.1
        pacer.hold("C2", 0.4)
        await pacer.turn("C2")
        assert now() - began >= 0.35

    run_counted(counted)


def test_one_session_for_all_calls() -> None:
    async def act(_slack: FakeSlack, api: WebApi, channel: str) -> None:
        session = api.open()
        await post(api, channel)
        await api.call(api.client.auth_test)
        assert api.open() is session
        assert api.client.session is session

    calling(act)
