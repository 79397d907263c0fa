"""`/readyz`: what was seen last of each part, without waiting for any of them."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.metrics import Metrics
from bot.readiness import Look, Readiness
from bot.web.application import web_app
from core.errors import SourceUnavailable

START = datetime(2026, 3, 12, 6, 0, tzinfo=UTC)


class Part:
    def __init__(self, problem: str = "") -> None:
        self.problem = problem
        self.looks = 0

    async def look(self) -> str:
        self.looks += 1
        return self.problem


class Clock:
    now = START

    def __call__(self) -> datetime:
        return self.now


def is_ready(readiness: Readiness) -> bool:
    return bool(readiness.report()["ready"])


def part_of(readiness: Readiness, name: str) -> dict[str, str]:
    report = json.loads(json.dumps(readiness.report()))
    part: dict[str, str] = report["parts"][name]
    return part


def test_it_is_ready_only_when_all_parts_are() -> None:
    async def run() -> None:
        store, slack = Part(), Part("no socket to Slack")
        readiness = Readiness(Clock())
        assert not is_ready(readiness)  # nothing is known yet
        readiness.watch({"store": store.look, "slack": slack.look})
        assert not is_ready(readiness)
        await readiness.look()
        assert not is_ready(readiness)
        assert part_of(readiness, "store")["state"] == "ready"
        assert part_of(readiness, "slack")["problem"] == "no socket to Slack"
        slack.problem = ""
        await readiness.look()
        assert is_ready(readiness)
        readiness.stopping = True
        assert not is_ready(readiness)

    asyncio.run(run())


def test_since_is_when_the_state_began() -> None:
    async def run() -> None:
        clock, part = Clock(), Part("timeout")
        readiness = Readiness(clock)
        readiness.watch({"source main": part.look})
        await readiness.look()
        clock.now += timedelta(minutes=1)
        part.problem = "unreachable"  # another reason, but the same state
        await readiness.look()
        seen = part_of(readiness, "source main")
        assert (seen["problem"], seen["since"]) == ("unreachable", "2026-03-12T06:00:00+00:00")
        part.problem = ""
        await readiness.look()
        assert part_of(readiness, "source main")["since"] == "2026-03-12T06:01:00+00:00"

    asyncio.run(run())


def test_a_part_that_hangs_or_fails_is_not_ready_and_holds_up_nobody() -> None:
    async def hangs() -> str:
        await asyncio.Event().wait()
        return ""

    async def is_away() -> str:
        raise SourceUnavailable("db.internal.example", "unreachable")

    async def is_broken() -> str:
        raise ValueError("postgresql://reader:s3cret@db")

    async def run() -> None:
        looks: dict[str, Look] = {"a": hangs, "b": is_away, "c": is_broken, "d": Part().look}
        readiness = Readiness(Clock(), limit=0.05)
        readiness.watch(looks)
        await readiness.look()
        found = [part_of(readiness, name).get("problem", "") for name in "abcd"]
        assert found == ["no answer in time", "unreachable", "a defect; the log says more", ""]
        told = json.dumps(readiness.report())
        assert "db" not in told
        assert "s3cret" not in told

    asyncio.run(run())


def test_what_is_away_at_the_start_is_said_with_what_helps(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def run() -> None:
        part, readiness = Part("unreachable"), Readiness(Clock())
        readiness.watch({"source mes": part.look})
        await readiness.look()
        await readiness.look()
        part.problem = ""
        await readiness.look()

    asyncio.run(run())
    assert caplog.messages == [
        "source mes: unreachable; `andon check` says more",
        "source mes: ready again",
    ]


def test_another_edition_s_parts_keep_what_was_seen_of_them() -> None:
    async def run() -> None:
        readiness = Readiness(Clock())
        readiness.watch({"store": Part().look, "slack": Part().look})
        await readiness.look()
        readiness.watch({"store": Part().look, "teams": Part().look})
        assert part_of(readiness, "store")["state"] == "ready"
        assert readiness.troubled == {"teams"}

    asyncio.run(run())


def test_the_pages_look_at_nothing_themselves() -> None:
    async def run() -> None:
        part, readiness = Part(), Readiness(Clock())
        readiness.watch({"store": part.look})
        app = web_app(None, Metrics(), readiness=readiness)
        async with TestClient(TestServer(app)) as client:
            assert (await client.get("/readyz")).status == 503
            assert (await client.get("/readyz/taking")).status == 200
            assert part.looks == 0
            await readiness.look()
            response = await client.get("/readyz")
            assert response.status == 200
            assert (await response.json())["parts"]["store"]["state"] == "ready"
            assert part.looks == 1
            readiness.stopping = True
            assert (await client.get("/readyz")).status == 503
            assert (await client.get("/readyz/taking")).status == 503
            assert (await client.get("/healthz")).status == 200

    asyncio.run(run())
