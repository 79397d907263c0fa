"""Canaries: words that nobody may find again in the log, on the terminal or in the numbers.

They are planted wherever a word can come from, and everything is made to fail; every logger says
everything. No canary stands in this file as a whole, for a traceback shows lines of code.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.__main__ import main
from core import running
from core.agent.models import ModelChoice
from tests.agent.loop.conftest import LIMITS
from tests.fakes.model import FakeModel
from tests.fakes.slack import Refuse, ServerError
from tests.fakes.teams import Refuse as TeamsRefuse
from tests.logs.listening import Heard, listening
from tests.slack.conftest import Plant, plant
from tests.slack.steps import idle, mention, text, write
from tests.teams.conftest import Site, site
from tests.teams.test_conversation import text as words_of


def canary(kind: str) -> str:
    return "Kana" + f"rienvogel{kind}"


PERSON, TEXT, VALUE = canary("person"), canary("text"), canary("value")
MAIL = f"{canary('mail')}@plant.example"
KEY = "sk-" + canary("key")
PASSWORD = canary("password")
QUESTION = f"why was line 3 down last night? {TEXT} wants to know, {MAIL}"


def spoil(home: Path) -> None:
    """The plant's data hold what no tool can work with, and a table is gone."""
    own = shutil.copyfile((home / "plant.db").resolve(), home / "own.db")
    with closing(sqlite3.connect(own)) as plant:
        plant.execute("UPDATE production SET total_units = ?", (VALUE,))
        plant.execute("UPDATE downtime SET comment = ?, reason = ?", (VALUE, VALUE))
        plant.execute("ALTER TABLE scrap RENAME TO gone")
        plant.commit()
    (home / "plant.db").unlink()
    own.rename(home / "plant.db")


@pytest.fixture
def breaking(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tool with a defect, whose error quotes what it was given."""
    usual = running.run

    async def run(tool: Any, args: Any, context: Any) -> Any:
        if tool.name == "safety_events":
            try:
                float(VALUE)
            except ValueError as error:
                raise RuntimeError(f"{VALUE} of {context.user.name} at {PASSWORD}") from error
        return await usual(tool, args, context)

    monkeypatch.setattr(running, "run", run)


async def numbers(port: int) -> str:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}/metrics") as told,
    ):
        return await told.text()


def silent(heard: Heard, numbers: str, said: str, planted: Iterable[str], *secrets: str) -> None:
    """None of them anywhere, although plain handlers would have written some."""
    for word in (PERSON, TEXT, MAIL, KEY, PASSWORD, VALUE, *secrets):
        found = [line for line in heard.log.splitlines() if word in line]
        assert not found, (word, found[:3])
        assert word not in numbers
        assert word not in said
    for word in planted:
        assert word in heard.raw.getvalue(), "nothing was planted"


def defect_of(heard: Heard, told: str) -> None:
    """The id in an answer finds the traceback, and the request that it belongs to."""
    [line] = [one for one in heard.lines if one.get("defect") and one["defect"] in told]
    assert "running.run" in line["exception"] or "in run" in line["exception"]
    assert "builtins" not in line["exception"]
    [worked] = [
        one for one in heard.of("answered", outcome="error") if one["request"] == line["request"]
    ]
    assert worked["who"].startswith("p-")


def test_nothing_is_heard_of_them_by_way_of_slack(
    tmp_path: Path,
    sample_path: Path,
    breaking: None,
    capfd: pytest.CaptureFixture[str],
) -> None:
    async def act(here: Plant, heard: Heard) -> str:
        heard.open_all()
        spoil(here.home / "home")
        cleo = here.slack.user(canary("name"), display_name=PERSON, real_name=PERSON)
        here.floor.members.add(cleo.id)
        told = [text(await mention(here, QUESTION, cleo)), text(await write(here, TEXT, cleo))]
        for command in ("/oee", "/safety", "/downtime", "/cost"):
            told += [text(await here.command(command, f"line-3 yesterday {TEXT}", cleo))]
        defect_of(heard, " ".join(told))
        for fault in (Refuse("not_authed"), Refuse("invalid_auth", status=401), ServerError(500)):
            here.slack.faults.add("chat.postMessage", fault, times=None)
            told_to = here.slack.events.direct_message(cleo, QUESTION)
            assert (await here.slack.deliver(told_to)).ok
            await idle(here)
            here.slack.faults.clear()
        wrong = here.slack.interactions.command(cleo, here.floor, "/oee", TEXT)
        await here.slack.send(wrong, here.slack.sign(wrong, "other_body"))
        seen = " ".join(told)
        for secret in (KEY, PASSWORD, here.slack.bot_token, here.slack.signing_secret):
            assert secret not in seen
        return await numbers(here.settings.port)

    async def run() -> None:
        async with FakeModel() as model:
            choice = ModelChoice(("gpt-4.1-mini",), api_key=KEY, base_url=model.url, limits=LIMITS)
            with listening({KEY, PASSWORD}) as heard:
                async with plant(tmp_path, sample_path, model=choice, memory=False) as here:
                    shown = await act(here, heard)
                own = (here.slack.bot_token, here.slack.signing_secret)
                silent(heard, shown, "".join(capfd.readouterr()), (TEXT, VALUE), *own)
                assert heard.of("the language model: OpenAIAuthenticationError 401")

    import_module("core.agent.loop")  # it takes seconds, which no question has to wait for
    asyncio.run(run())


def test_nothing_is_heard_of_them_by_way_of_teams(
    tmp_path: Path,
    sample_path: Path,
    breaking: None,
    capfd: pytest.CaptureFixture[str],
) -> None:
    async def act(here: Site, heard: Heard) -> str:
        heard.open_all()
        spoil(here.home / "home")
        cleo = here.teams.person(PERSON)
        told = [words_of(await here.ask(QUESTION, person=cleo))]
        told += [words_of(await here.ask(f"/safety line-3 {TEXT}", person=cleo))]
        defect_of(heard, " ".join(told))
        here.teams.faults.add("send", TeamsRefuse("NotAllowed", status=403), times=None)
        place = here.teams.personal(cleo)
        asked = here.teams.activities.message(cleo, place, f"/oee {TEXT}")
        assert (await here.teams.deliver(asked)).ok
        await here.settled()
        url = f"http://127.0.0.1:{here.settings.port}/api/messages"
        signed = {"Authorization": f"Bearer {KEY}"}
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, json={"type": TEXT}, headers=signed) as refused,
        ):
            assert refused.status in (401, 403)
        assert here.teams.secret not in " ".join(told)
        return await numbers(here.settings.port)

    async def run() -> None:
        with listening({PASSWORD}) as heard:
            async with site(tmp_path, sample_path, memory=False) as here:
                shown = await act(here, heard)
            silent(heard, shown, "".join(capfd.readouterr()), [VALUE], here.teams.secret)

    asyncio.run(run())


def test_nothing_is_heard_of_them_at_the_terminal(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that is down, with the password in its address; the question is in the process's
    own arguments, and nowhere else."""
    for name, value in {
        "ANDON_HOME": str(tmp_path),
        "ANDON_DATABASE_URL": f"postgresql://reader:{PASSWORD}@127.0.0.1:1/{VALUE}",
        "ANDON_LOG_LEVEL": "debug,libraries=debug",
        "OPENAI_API_KEY": "",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    with listening() as heard:
        before = list(logging.getLogger().handlers)
        try:
            assert main(["ask", QUESTION]) == 2
        finally:
            for handler in set(logging.getLogger().handlers) - set(before):
                logging.getLogger().removeHandler(handler)
                handler.close()
            logging.captureWarnings(capture=False)
    written = (tmp_path / "andon.log").read_text("utf-8")
    told = "".join(capfd.readouterr())
    for word in (PASSWORD, TEXT, MAIL):
        assert word not in written
        assert word not in heard.log
        assert word not in told
    [answered] = heard.of("answered")
    assert f"request={answered['request']}" in written
    [read] = [line for line in heard.of("read") if line["request"] == answered["request"]][:1]
    assert read["ending"] == "unreachable"
