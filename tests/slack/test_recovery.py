"""What is gone comes back: the store, the plant's database, a process. Nobody is left without a
word, and nobody is told twice."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from shutil import ignore_patterns

import pytest
from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from adapters.intake import MOST_ATTEMPTS
from adapters.slack.inbound import key_of
from bot.serve import running
from tests.fakes.faults import Held
from tests.fakes.slack import Ack, Envelope, FakeSlack, Message, TooMany, said
from tests.prove.serving import ROOT, Serving, serving
from tests.slack.conftest import Clock, Plant, Way, free_port, made_settings, plant
from tests.slack.hurry import UNHURRIED, in_vain, run
from tests.slack.overheard import overheard
from tests.slack.replicas import ended, worked_off
from tests.slack.steps import SOON, WAYS, idle, rows, scene, write

QUESTION = "OEE of line 3 yesterday"
LOOKING = replace(UNHURRIED, look=0.1)


# --- the bot's own database


@contextmanager
def locked(here: Plant) -> Iterator[None]:
    """Another process holds the store's lock."""
    with closing(sqlite3.connect(here.home / "andon.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def without_table(here: Plant) -> Iterator[None]:
    with closing(sqlite3.connect(here.home / "andon.db")) as other:
        other.execute("ALTER TABLE inbox RENAME TO elsewhere")
        yield
        other.execute("ALTER TABLE elsewhere RENAME TO inbox")


@pytest.mark.parametrize("gone", [locked, without_table])
@pytest.mark.parametrize("way", ["http", "socket"])
def test_the_store_is_gone_for_a_while(
    tmp_path: Path, sample_path: Path, way: Way, gone: type
) -> None:
    """An event is not taken, and brought again; who typed a command is told."""

    async def played() -> None:
        async with plant(tmp_path, sample_path, way, times=LOOKING) as here:
            slack = here.slack
            event = slack.events.direct_message(here.ana, QUESTION)
            with gone(here):
                if way == "http":
                    ack = await in_vain(slack.deliver(event, retries=0))
                    assert ack.status == 503
                told = slack.interactions.command(here.ana, here.floor, "/oee", "line-3")
                assert (await in_vain(slack.deliver(told))).ok
                word = await slack.message(here.floor, to=here.ana, within=SOON)
                assert "I did not take it" in word.text
            assert (await slack.deliver(event)).ok
            await slack.message(here.direct, contains="OEE of Line", within=SOON)
            await idle(here)
            assert len(slack.messages(here.direct)) == 1
            assert len(slack.messages(here.floor)) == 1

    run(played())


@scene(times=LOOKING)
async def test_no_ack_waits_for_a_store_that_hangs(here: Plant) -> None:
    """Slack waits three seconds, SQLite five for a lock."""

    async def deliver() -> list[Ack]:
        told = [here.slack.events.direct_message(here.ana, QUESTION) for _ in range(5)]
        return await asyncio.gather(*(here.slack.deliver(t, retries=0) for t in told))

    with locked(here), overheard() as ears:
        acks = await in_vain(deliver())
    assert [ack.status for ack in acks] == [503] * 5
    assert len([line for line in ears.warnings if "not taken" in line and "in time" in line]) == 5


@scene(times=LOOKING)
async def test_a_store_that_goes_while_the_answer_is_made(here: Plant) -> None:
    """Taken, then the table is gone: logged, and taken up when it is back."""
    gone = asyncio.Event()
    first = here.slack.faults.add("users.info", Held(gone), times=1)
    with overheard() as ears:
        told = here.slack.events.direct_message(here.ana, QUESTION)
        assert (await here.slack.deliver(told)).ok
        await here.slack.call("users.info", within=SOON)
        with without_table(here):
            gone.set()
            async with asyncio.timeout(SOON):
                while True:
                    if [line for line in ears.warnings if "could not be written" in line]:
                        break
                    await asyncio.sleep(0.02)
        here.clock.now += timedelta(seconds=61)
        await here.slack.message(here.direct, contains="OEE of Line", within=SOON)
        await ended(here)
    assert first.fired == 1
    assert len(here.slack.messages(here.direct)) == 1


def test_postgres_goes_and_comes_back(
    tmp_path: Path, sample_path: Path, postgres_url: str, postgres_server: URL
) -> None:
    name = make_url(postgres_url).database
    administrator = create_engine(postgres_server, isolation_level="AUTOCOMMIT", poolclass=NullPool)

    def administer(statement: str) -> None:
        with administrator.connect() as connection:
            connection.execute(text(statement), {"name": name} if ":name" in statement else {})

    async def played() -> None:
        async with plant(tmp_path, sample_path, times=LOOKING, store_url=postgres_url) as here:
            await write(here, QUESTION)
            await worked_off(here)
            administer(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
            administer("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname=:name")
            event = here.slack.events.direct_message(here.ana, "downtime of line 3 yesterday")
            assert (await here.slack.deliver(event, retries=0)).status == 503
            told = here.slack.interactions.command(here.ana, here.floor, "/oee", "line-3")
            assert (await here.slack.deliver(told)).ok
            word = await here.slack.message(here.floor, to=here.ana, within=SOON)
            assert "I did not take it" in word.text
            administer(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")
            assert (await here.slack.deliver(event)).ok
            await here.slack.message(here.direct, n=2, within=SOON)
            await worked_off(here)
            assert len(here.slack.messages(here.direct)) == 2

    run(played())


# --- the plant's database, and defects


@asynccontextmanager
async def own_plant(tmp: Path, sample: Path) -> AsyncIterator[tuple[Plant, Path]]:
    """The bot on a copy of the sample plant, which may be broken."""
    copy = tmp / "copy.db"
    shutil.copy(sample, copy)
    async with plant(tmp, copy, times=LOOKING) as here:
        yield here, copy


def test_the_plants_database_is_gone(tmp_path: Path, sample_path: Path) -> None:
    async def played() -> None:
        async with own_plant(tmp_path, sample_path) as (here, copy):
            with closing(sqlite3.connect(copy)) as data:
                data.execute("ALTER TABLE production RENAME TO elsewhere")
            with overheard() as ears:
                answer = await write(here, QUESTION)
                alone = await here.command("/oee", "line-3 yesterday")
                await idle(here)
            for shown in (answer, alone):
                assert one_sentence(shown)
                assert "plant" in said(shown)
                assert "production" not in said(shown)
            assert not ears.defects
            with closing(sqlite3.connect(copy)) as data:
                data.execute("ALTER TABLE elsewhere RENAME TO production")
            back = await write(here, QUESTION)
            assert "OEE of Line" in said(back)
            assert len(here.slack.messages(here.direct)) == 2

    run(played())


def test_a_defect_is_told_in_a_sentence_with_its_id(tmp_path: Path, sample_path: Path) -> None:
    """A tool that somebody dropped into the folder raises what it should not."""
    root, home = tmp_path / "source", tmp_path / "home"
    for package in ("core", "adapters", "bot"):
        shutil.copytree(ROOT / package, root / package, ignore=ignore_patterns("__pycache__"))
    tool = root / "core" / "tools" / "safety_events.py"
    tool.write_text(tool.read_text("utf-8") + BROKEN, "utf-8")
    home.mkdir()
    (home / "plant.db").symlink_to(sample_path)

    async def played() -> None:
        async with FakeSlack() as slack:
            ana = slack.user("ana")
            floor = slack.channel("packaging", [ana])
            paths = {"PYTHONPATH": f"{root}{os.pathsep}{ROOT}"}  # the test's parts are not copied
            process = Serving(slack, home, free_port(), root=root, unhurried=True, more=paths)
            async with serving(process):
                slack.request_url = process.url
                command = slack.interactions.command(ana, floor, "/safety", "")
                event = slack.events.direct_message(ana, "safety events last week")
                assert all(ack.ok for ack in await slack.deliver_all([command, event]))
                told = [
                    await slack.message(floor, to=ana, within=SOON),
                    await slack.message(slack.direct(ana), within=SOON),
                ]
                fine = slack.interactions.command(ana, floor, "/oee", "line-3 yesterday")
                assert (await slack.deliver(fine)).ok
                await slack.message(floor, to=ana, contains="OEE of Line", within=SOON)
            log = process.log.read_text("utf-8")
            for shown in told:
                [word] = re.findall(r"logged as (\w+)", shown.text)
                assert f"defect {word}" in log
                assert len(shown.text) < 200
                assert "hush" not in said(shown)
                assert "Traceback" not in said(shown)
            assert "ZeroDivisionError" in log
            assert slack.bot_token not in log + process.said
            assert "Traceback" not in process.said
            assert len(slack.messages()) == 3

    run(played())


BROKEN = """

def _broken(self, args, context):
    hush = {"password": "hush-hush"}
    return len(hush) / 0


SafetyEvents.run = _broken
"""


def one_sentence(shown: Message) -> bool:
    return len(shown.text) < 200 and shown.text.count("\n") <= 1


# --- a process that died


async def died_over(here: Plant, told: Envelope, state: str, attempt: int = 1) -> None:
    """The inbox as a process leaves it that was killed over this, and its lease has run out."""
    with closing(sqlite3.connect(here.home / "andon.db")) as store, store:
        store.execute(
            "INSERT OR REPLACE INTO inbox VALUES (?, 'slack', ?, ?, ?, ?, ?)",
            (key_of(told.payload), json.dumps(told.payload), state, attempt, *[_stamp(here)] * 2),
        )
    here.clock.now += timedelta(seconds=1)


def _stamp(here: Plant) -> str:
    return here.clock.now.replace(tzinfo=None).isoformat(" ")


@scene(*WAYS, times=LOOKING)
async def test_nothing_had_gone_out(here: Plant) -> None:
    slack = here.slack
    await died_over(here, slack.events.direct_message(here.ana, QUESTION), "working")
    command = slack.interactions.command(here.ana, here.floor, "/oee", "line-3 yesterday")
    await died_over(here, command, "working")
    late = await slack.message(here.direct, within=SOON)
    alone = await slack.message(here.floor, to=here.ana, within=SOON)
    await idle(here)
    assert len(slack.messages()) == 2
    for shown in (late, alone):
        assert "Sorry for the wait" in said(shown)
    assert rows(here, "SELECT state, attempt FROM inbox") == [("done", 2), ("done", 2)]


@scene(*WAYS, times=LOOKING)
async def test_the_answer_is_there_already(here: Plant) -> None:
    """It is found by its mark and brought up to date in its place."""
    for told in (
        here.slack.events.direct_message(here.ana, QUESTION),
        here.slack.events.mention(here.ana, here.floor, QUESTION),
    ):
        before = len(here.slack.messages())
        assert (await here.slack.deliver(told)).ok
        await here.slack.message(n=before + 1, within=SOON)
        await idle(here)
        await died_over(here, told, "sending")
        await here.slack.message(edits=1, n=before + 1, within=SOON)
        await idle(here)
        assert len(here.slack.messages()) == before + 1


@scene(times=LOOKING)
async def test_it_had_begun_and_is_not_there(here: Plant) -> None:
    told = here.slack.events.mention(here.ana, here.floor, QUESTION)
    await died_over(here, told, "sending")
    await here.slack.message(here.floor, within=SOON)
    await idle(here)
    assert len(here.slack.messages()) == 1


@scene(times=LOOKING)
async def test_what_one_person_may_have_seen_is_not_said_again(here: Plant) -> None:
    told = here.slack.interactions.command(here.ana, here.floor, "/oee", "line-3 yesterday")
    await died_over(here, told, "sending")
    await idle(here)
    assert here.slack.messages() == []
    assert rows(here, "SELECT state FROM inbox") == [("unknown",)]


@scene(times=LOOKING)
async def test_what_kills_every_process_is_given_up(here: Plant) -> None:
    told = here.slack.events.direct_message(here.ana, QUESTION)
    with overheard() as ears:
        await died_over(here, told, "working", MOST_ATTEMPTS)
        await idle(here)
    assert rows(here, "SELECT state FROM inbox") == [("failed",)]
    assert not ears.defects


def test_one_that_is_stopped_hands_back_and_the_other_goes_on(
    tmp_path: Path, sample_path: Path
) -> None:
    """The lease has not run out: it was given back."""

    async def played() -> None:
        async with FakeSlack() as slack:
            ana = slack.user("ana")
            settings = made_settings(tmp_path, sample_path, slack)
            slack.request_url = f"http://127.0.0.1:{settings.port}/slack/events"
            slack.faults.add("chat.postMessage", TooMany(60))
            async with running(settings, clock, times=LOOKING, grace=0.2):
                assert (await slack.deliver(slack.events.direct_message(ana, QUESTION))).ok
                await slack.call("chat.postMessage", within=SOON)
            assert slack.messages() == []
            async with running(settings, clock, times=LOOKING):
                await slack.message(slack.direct(ana), within=SOON)
                await slack.settled()
            assert len(slack.messages()) == 1

    clock = Clock()
    run(played())
