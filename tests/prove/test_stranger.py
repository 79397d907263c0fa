"""A stranger's path, on a clean clone of what is committed: the README's commands word for word,
the demo by a pipe, the tests, and `andon serve` with a Slack that behaves like Slack, until its
first answer. Takes some minutes, and pip fetches the packages."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.docs.pages import Block, Page
from tests.docs.shell import lines
from tests.fakes.slack import FakeSlack, said
from tests.slack.conftest import free_port, is_answer

ROOT = Path(__file__).parents[2]
LONG = 900.0  # seconds: packages are fetched
SOON = 300.0  # seconds: a sample plant of 400 days is made
# `make test` as it is, but not of everything: that takes ten minutes, and CI does it.
SCOPE = {"PYTEST_ADDOPTS": "tests/domain tests/console"}

pytestmark = pytest.mark.prove


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not (ROOT / ".git").exists():
        pytest.skip("this is no checkout: git clone it")
    made = tmp_path_factory.mktemp("stranger") / "andon"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(made)], check=True)
    run(made, lines(blocks(made)[0])[1])  # the first of all commands sets up what the others need
    return made


def environ(**more: str) -> dict[str, str]:
    """As a stranger has it: nothing of Andon's, of this run's or of its virtual environment."""
    ours = ("ANDON_", "SLACK_", "TEAMS_", "PYTEST_", "VIRTUAL_ENV", "PYTHONPATH", "COV_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"PYTHON": getattr(sys, "_base_executable", sys.executable), **more}


def run(clone: Path, line: str, typed: str = "", more: Mapping[str, str] | None = None) -> str:
    """What a line of the README prints, typed into a shell in the clone."""
    done = subprocess.run(
        ["bash", "-c", f"set -eo pipefail; {line}"],
        cwd=clone,
        env=environ(**(more or {})),
        input=typed,
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )
    assert done.returncode == 0, f"{line}\n{done.stdout[-4000:]}{done.stderr[-4000:]}"
    return done.stdout.replace("\u00a0", " ")


def blocks(clone: Path) -> list[Block]:
    """The shell blocks of the clone's README."""
    page = Page("README.md", (clone / "README.md").read_text("utf-8"))
    return [block for block in page.blocks if block.language == "sh"]


def test_the_demo_answers(clone: Path) -> None:
    demo, piped = lines(blocks(clone)[0])
    assert "plan" in run(clone, demo, "who is behind plan right now?\n")
    assert "infeed conveyor jam" in run(clone, piped)


def test_a_plant_of_ones_own(clone: Path) -> None:
    """With a sample's file in the place of a Postgres that is not there."""
    first, exported, checked, asked = lines(blocks(clone)[1])
    run(clone, ".venv/bin/andon sample --days 40 --out mine.db")
    first = first.replace("postgresql://reader@host/mes", "sqlite:///mine.db")
    assert "mine.db" in first
    assert "facts were found" in run(clone, first)
    assert "oee_query" in run(clone, f"{exported}; {checked} || [ $? = 1 ]")  # some rows are wrong
    assert "OEE" in run(clone, f"{exported}; {asked}")


def test_the_first_answer(clone: Path) -> None:
    """docs/slack.md's two tokens in `.env`, and what the README says then."""
    (line,) = lines(blocks(clone)[2])

    async def act() -> None:
        async with FakeSlack() as slack:
            ana = slack.user("ana", locale="en-US")
            channel = slack.channel("packaging", [ana])
            settings = {
                "SLACK_BOT_TOKEN": slack.bot_token,
                "SLACK_APP_TOKEN": slack.app_token,
                "ANDON_SLACK_API_URL": slack.api_url,
                "ANDON_PORT": str(free_port()),
            }
            text = "".join(f"{name}={value}\n" for name, value in settings.items())
            (clone / ".env").write_text(text, "utf-8")
            async with serving(clone, line):
                await slack.until(lambda: slack.sockets.open or None, within=SOON)
                asked = slack.events.mention(ana, channel, "why was line 3 down last night?")
                assert (await slack.deliver(asked)).ok
                shown = await slack.message(channel, where=is_answer, within=SOON)
                assert "infeed conveyor jam" in said(shown)

    asyncio.run(act())


def test_the_tests_are_green(clone: Path) -> None:
    for line in lines(blocks(clone)[3]):
        run(clone, line, more=SCOPE)


@asynccontextmanager
async def serving(clone: Path, line: str) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(*line.split(), cwd=clone, env=environ())
    try:
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        assert await process.wait() == 0
