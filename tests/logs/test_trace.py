"""One id goes along from what a platform delivered to the last statement of a database."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import aiohttp
from sqlalchemy import insert

from bot.clock import wall_clock
from bot.metrics import Metrics
from bot.unasked.scheduler import Job, Scheduler
from core.counted import STAGES
from core.meter import Timed, Unmetered
from core.store import Store
from core.store.schema import inbox
from core.trace import along, current, pseudonym, short, stage, traced
from tests.logs.listening import listening
from tests.plants import NOW
from tests.slack.conftest import Plant, plant
from tests.slack.steps import idle
from tests.teams.conftest import site

COUNTED = (
    'andon_asks_total{cause="person",channel="slack",outcome="answer"} 1.0',
    'andon_ask_seconds_count{channel="slack"} 1.0',
    'andon_work_seconds_count{channel="slack",ending="done"} 1.0',
    *(f'andon_stage_seconds_count{{stage="{one}"}}' for one in ("ack", "plan", "tools", "send")),
    'andon_stage_seconds_count{stage="render"}',
    'andon_tool_seconds_count{ending="ok",tool="downtime_analysis"} 1.0',
    'andon_source_seconds_count{ending="ok",source="main"}',
    'andon_cache_reads_total{result="miss",tier="static"}',
    'andon_deliveries{state="dead"} 0.0',
    'andon_alerts{priority="high",state="unacknowledged"} 0.0',
    "andon_alerts_raised_last_hour 0.0",
    'andon_trouble{name="outbox"} 0.0',
    "andon_loop_lag_seconds_count",
    "andon_build_info{version=",
    "process_resident_memory_bytes",
)


async def observed(here: Plant) -> str:
    """/metrics, once the store and the loop were looked at."""
    url = f"http://127.0.0.1:{here.settings.port}/metrics"
    async with asyncio.timeout(60), aiohttp.ClientSession() as session:
        while True:
            async with session.get(url) as told:
                shown = await told.text()
            if "andon_observed_timestamp_seconds 1" in shown and "loop_lag_seconds_count" in shown:
                return shown
            await asyncio.sleep(0.05)


def test_from_slacks_event_to_the_last_statement(tmp_path: Path, sample_path: Path) -> None:
    async def run() -> None:
        with listening() as heard:
            async with plant(tmp_path, sample_path, memory=False) as here:
                command = here.slack.interactions.command(
                    here.ana, here.floor, "/downtime", "line-3 yesterday"
                )
                assert (await here.slack.deliver(command)).ok
                await here.slack.message(
                    here.floor, to=here.ana, where=lambda m: bool(m.blocks), within=60
                )
                await idle(here)
                shown = await observed(here)
        for name in COUNTED:
            assert name in shown
        request = short(f"trigger:{command.payload['trigger_id']}")
        own = [line for line in heard.lines if line.get("request") == request]
        [worked] = [line for line in own if line["event"] == "worked off"]
        assert worked["ending"] == "done"
        assert {"ack_ms", "plan_ms", "tools_ms", "render_ms", "send_ms"} <= set(worked)
        [answered] = [line for line in own if line["event"] == "answered"]
        assert (answered["tool"], answered["cause"]) == ("downtime_analysis", "person")
        statements = [line for line in own if line["event"] == "statement"]
        assert {line["system"] for line in statements} == {"sample plant", "store"}
        # The first writes the event down, the last ends it: nothing of it is outside.
        assert statements[0]["sql"].startswith("INSERT INTO inbox")
        assert statements[-1]["sql"].startswith("UPDATE inbox")
        assert {line["fact"] for line in own if line["event"] == "read"} >= {"downtime"}

    asyncio.run(run())


def test_from_teams_activity_on(tmp_path: Path, sample_path: Path) -> None:
    async def run() -> None:
        with listening(level=logging.INFO) as heard:
            async with site(tmp_path, sample_path, memory=False) as here:
                await here.ask("/oee line-3 yesterday")
                await here.settled()
        [worked] = heard.of("worked off", channel="teams", ending="done")
        [answered] = heard.of("answered", channel="teams")
        assert answered["request"] == worked["request"]

    asyncio.run(run())


def test_a_thread_is_given_it_and_others_are_left_alone() -> None:
    async def run() -> None:
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1) as threads:

            async def asked(origin: str) -> tuple[str, str, str]:
                with traced(origin, Unmetered()) as trace:
                    await asyncio.sleep(0)
                    task = asyncio.create_task(asyncio.sleep(0, current().id))
                    there = await loop.run_in_executor(threads, along(lambda: current().id))
                    return trace.id, there, await task or current().id

            for one in await asyncio.gather(*(asked(f"event:{n}") for n in range(20))):
                assert len(set(one)) == 1
            assert await loop.run_in_executor(threads, lambda: current().id) == ""
        assert current().id == ""

    asyncio.run(run())


def test_writes_of_several_requests_in_one_transaction_keep_theirs(tmp_path: Path) -> None:
    async def run() -> None:
        store = Store.open(f"sqlite:///{tmp_path / 'andon.db'}")

        async def write(n: int) -> tuple[str, str]:
            row = {
                "key": f"event:{n}",
                "channel": "slack",
                "payload": {},
                "state": "working",
                "attempt": 1,
                "received_at": NOW,
                "lease_until": NOW + timedelta(minutes=1),
            }
            with traced(f"event:{n}", Unmetered()) as trace:
                seen: list[str] = []

                def work(connection: object) -> None:
                    seen.append(current().id)
                    connection.execute(insert(inbox), row)  # type: ignore[attr-defined]

                await store.write(work)
                return trace.id, seen[-1]

        try:
            for own, seen in await asyncio.gather(*(write(n) for n in range(50))):
                assert own == seen
        finally:
            store.close()

    asyncio.run(run())


def test_the_same_origin_has_the_same_id_everywhere() -> None:
    with traced("event:1", Unmetered()) as here, traced("event:1", Unmetered()) as there:
        assert here.id == there.id == short("event:1")
    assert pseudonym("slack:T1:U1") == f"p-{short('slack:T1:U1')}"


class Noted(Unmetered):
    def __init__(self) -> None:
        self.times: list[tuple[Timed, tuple[str, ...]]] = []

    def took(self, what: Timed, seconds: float, *labels: str) -> None:
        self.times.append((what, labels))


def test_a_stage_is_timed_also_where_it_fails() -> None:
    meter = Noted()
    with traced("event:1", meter) as trace:
        for _ in range(2):
            try:
                with stage("tools"):
                    raise RuntimeError
            except RuntimeError:
                pass
        with stage("send"):
            pass
    assert set(trace.milliseconds) == {"tools_ms", "send_ms"}
    assert meter.times == [(STAGES, ("tools",)), (STAGES, ("tools",)), (STAGES, ("send",))]
    with stage("plan"):  # outside of a request nobody counts
        pass
    assert len(meter.times) == 3


def test_each_run_of_a_job_has_one_and_is_timed() -> None:
    async def run() -> None:
        seen: list[str] = []
        done, metrics = asyncio.Event(), Metrics()

        async def work(_now: object) -> None:
            seen.append(current().id)
            if len(seen) == 2:
                done.set()

        scheduler = Scheduler([Job("tick", 0.05, work)], lambda: NOW, wall_clock, metrics)
        scheduler.open()
        async with asyncio.timeout(60):
            await done.wait()
        await scheduler.close()
        assert seen[0] != seen[1]
        assert "" not in seen
        assert b'andon_job_seconds_count{ending="ok",job="tick"}' in metrics.exposed()

    asyncio.run(run())
