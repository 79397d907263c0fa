"""A process that has lost its lease writes nothing, however far the call had come."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from adapters.fence import fenced
from adapters.slack.web_api import OutcomeUnknown, Unreachable, WebApi
from tests.fakes.slack import FakeSlack


@pytest.mark.parametrize("before_the_call", [True, False])
def test_nothing_is_posted_once_the_lease_is_lost(before_the_call: bool) -> None:
    """It is lost before the call, or while the connection for it is opened."""

    async def run() -> None:
        async with FakeSlack() as slack:
            floor = slack.channel("floor")
            api = WebApi(slack.bot_token, url=slack.api_url)
            answers = [False] if before_the_call else [True, False]
            arguments: dict[str, Any] = {"channel": floor.id, "text": "hello"}
            post = api.client.chat_postMessage
            try:
                with (
                    fenced(lambda: bool(answers) and answers.pop(0), 0.1),
                    pytest.raises((Unreachable, OutcomeUnknown)),
                ):
                    await api.call(post, repeatable=False, **arguments)
                assert answers == []
                await slack.settled()
                assert slack.messages() == []
                await api.call(post, repeatable=False, **arguments)
                assert len(slack.messages()) == 1
            finally:
                await api.close()

    asyncio.run(run())
