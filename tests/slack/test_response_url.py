"""What only the author sees goes to Slack's own address, over TLS, whatever a payload names."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from adapters.seal import Seal
from adapters.slack.inbound import Target
from adapters.slack.posts import Posts
from adapters.slack.web_api import Refused, WebApi
from core.answer import Answer, Chart, Text
from core.request import Language, Place


class Api:
    """Slack's Web API at its usual address, as far as it is called here."""

    def __init__(self) -> None:
        self.client = SimpleNamespace(base_url=AsyncWebClient.BASE_URL)
        self.told: list[str] = []

    async def respond(self, url: str, body: Mapping[str, Any]) -> None:
        self.told.append(url)


async def _no_picture(_chart: Chart, _language: Language) -> bytes | None:
    return None


async def show(api: Api, url: str) -> None:
    posts = Posts(cast("WebApi", api), "plain", Seal("s"), _no_picture)
    target = Target("C1", Place("slack", "T1:C1"), response_url=url)
    await posts.show(target, Answer("answer", (Text("made 980"),)))


@pytest.mark.parametrize(
    "url",
    ["https://hooks.slack.com/commands/T1/1/x", "https://hooks.slack-gov.com/actions/T1/1/x",
     "https://slack.com/x"],
)  # fmt: skip
def test_slacks_own_addresses_are_answered(url: str) -> None:
    api = Api()
    asyncio.run(show(api, url))
    assert api.told == [url]


@pytest.mark.parametrize(
    "url",
    ["https://evil.example/x", "https://hooks.slack.com.evil.example/x", "http://hooks.slack.com/x",
     "https://evil.example/?hooks.slack.com", "https://hooks.slack.com@evil.example/x",
     "file:///etc/passwd", "//hooks.slack.com/x", "gopher://hooks.slack.com/x"],
)  # fmt: skip
def test_no_other_address_is_called(url: str) -> None:
    api = Api()
    with pytest.raises(Refused, match="response_url"):
        asyncio.run(show(api, url))
    assert api.told == []
