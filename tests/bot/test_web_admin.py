"""`/admin/…` is there for whoever shows the token, and for nobody where none is set."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.metrics import Metrics
from bot.settings import load
from bot.web.application import web_app
from core.errors import MisconfiguredError

TOKEN = "0123456789abcdef0123456789abcdef"


class Office:
    def __init__(self, token: str = TOKEN, problem: str = "") -> None:
        self.admin_token = token
        self.problem = problem

    async def status(self) -> dict[str, Any]:
        return {"ready": True}

    async def told(self, said: str) -> tuple[int, dict[str, Any]]:
        return 200, {"text": said}

    async def reload(self) -> str:
        return self.problem


async def asked(
    office: Office | None, method: str, path: str, shown: str = TOKEN
) -> tuple[int, str]:
    async with TestClient(TestServer(web_app(None, Metrics(), admin=office))) as client:
        headers = {"Authorization": f"Bearer {shown}"} if shown else {}
        response = await client.request(method, path, headers=headers)
        return response.status, await response.text()


@pytest.mark.parametrize("shown", ["", "wrong", TOKEN[:-1], TOKEN + "0", "tökén", "Bearer"])
def test_another_token_is_refused(shown: str) -> None:
    status, said = asyncio.run(asked(Office(), "GET", "/admin/status", shown))
    assert status == 401
    assert TOKEN not in said


@pytest.mark.parametrize("office", [None, Office(token="")])
@pytest.mark.parametrize("shown", ["", TOKEN])
def test_without_a_token_nothing_is_there(office: Office | None, shown: str) -> None:
    for method, path in (("GET", "/admin/status"), ("POST", "/admin/reload")):
        assert asyncio.run(asked(office, method, path, shown))[0] == 404


def test_with_it_an_administrator_sees_and_acts() -> None:
    assert asyncio.run(asked(Office(), "GET", "/admin/status")) == (200, '{"ready": true}')
    assert asyncio.run(asked(Office(), "POST", "/admin/reload"))[0] == 200
    status, said = asyncio.run(asked(Office(problem="plant.toml: no"), "POST", "/admin/reload"))
    assert status == 409
    assert "plant.toml: no" in said
    assert asyncio.run(asked(Office(), "GET", "/admin/reload"))[0] == 405


@pytest.mark.parametrize("token", ["short", "with a line\nbreak and more", "ä" * 30])
def test_a_token_that_can_be_guessed_or_not_be_sent_is_none(token: str, tmp_path: Path) -> None:
    with pytest.raises(MisconfiguredError, match="ANDON_ADMIN_TOKEN") as refused:
        load({"ANDON_HOME": str(tmp_path), "ANDON_ADMIN_TOKEN": token})
    assert token not in str(refused.value)


@pytest.mark.parametrize("seconds", ["-1", "601", "soon", "1.5"])
def test_seconds_are_a_number_of_seconds(seconds: str, tmp_path: Path) -> None:
    with pytest.raises(MisconfiguredError, match="ANDON_DRAIN_SECONDS"):
        load({"ANDON_HOME": str(tmp_path), "ANDON_DRAIN_SECONDS": seconds})
