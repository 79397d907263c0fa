"""`andon serve` as an administrator meets it: what it says, on stderr, and how it ends."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.commands.serve import Aloud
from tests.fakes.slack import FakeSlack
from tests.slack.conftest import free_port

ROOT = Path(__file__).parents[2]
SOON = 60.0


class Serving:
    """The process; `lines` are what it has said so far."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.lines: list[str] = []

    async def until(self, *words: str) -> str:
        """The first line with all of these words."""
        stream = self.process.stderr
        assert stream is not None
        async with asyncio.timeout(SOON):
            while line := (await stream.readline()).decode():
                self.lines.append(line.rstrip())
                if all(word in line for word in words):
                    return line.rstrip()
        raise AssertionError(f"never said {words}: {self.lines}")

    async def ended(self) -> int:
        stream = self.process.stderr
        assert stream is not None
        async with asyncio.timeout(SOON):
            while line := (await stream.readline()).decode():
                self.lines.append(line.rstrip())
            return await self.process.wait()


@asynccontextmanager
async def serving(home: Path, **environ: str) -> AsyncIterator[Serving]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ANDON_", "SLACK_"))}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "serve", "--now", "2026-03-12T11:20:00Z"),
        cwd=home,
        env={**kept, "PYTHONPATH": str(ROOT), "ANDON_HOME": str(home), **environ},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield Serving(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def slack_at(slack: FakeSlack, **changed: str) -> dict[str, str]:
    return {
        "ANDON_SLACK_API_URL": slack.api_url,
        "ANDON_PORT": str(free_port()),
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        **changed,
    }


@pytest.fixture
def home(tmp_path: Path, sample_path: Path) -> Path:
    (tmp_path / "plant.db").symlink_to(sample_path)
    return tmp_path


def test_it_says_what_is_open_and_ends_quietly_with_ctrl_c(home: Path) -> None:
    async def run() -> None:
        access = '[default]\nsee = ["packging"]\n'
        (home / "access.toml").write_text(access, "utf-8")
        async with FakeSlack() as slack:
            own = slack_at(slack, ANDON_ACCESS_FILE="access.toml")
            async with serving(home, **own) as it:
                first = await it.until("Andon answers in Slack")
                assert "(Socket Mode)" in first
                assert "the sample plant" in first
                assert "access: access.toml" in first
                await it.until("Slack: connected.")
                if not any("packging" in line for line in it.lines):
                    await it.until("packging")
                [warned] = [line for line in it.lines if "packging" in line]
                assert warned.startswith("andon: warning: access.toml: there is no 'packging'")
                assert "packaging" in warned.partition("near it")[2]
                it.process.send_signal(signal.SIGINT)
                assert await it.ended() == 0
                said = "\n".join(it.lines)
                assert "Traceback" not in said
                assert slack.bot_token not in said
                assert len(it.lines) == 3

    asyncio.run(run())


def test_a_token_that_slack_refuses_is_said_aloud(home: Path) -> None:
    async def run() -> None:
        async with FakeSlack() as slack:
            own = slack_at(slack, SLACK_BOT_TOKEN="xoxb-mistyped")
            async with serving(home, **own) as it:
                line = await it.until("refuses")
                assert line.startswith("andon: error: ")
                assert "invalid_auth" in line
                assert "mistyped" not in line
                it.process.send_signal(signal.SIGTERM)
                assert await it.ended() == 0

    asyncio.run(run())


def test_an_app_token_that_slack_refuses_is_said_aloud(home: Path) -> None:
    async def run() -> None:
        async with FakeSlack() as slack:
            own = slack_at(slack, SLACK_APP_TOKEN="xapp-mistyped")
            async with serving(home, **own) as it:
                line = await it.until("andon: warning", "to Slack")
                assert "mistyped" not in line
                assert not any("connected" in said for said in it.lines)

    asyncio.run(run())


def test_a_port_in_use_is_named(home: Path) -> None:
    async def run() -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            own = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s3", "ANDON_PORT": port}
            async with serving(home, **own) as it:
                assert await it.ended() == 2
                assert it.lines == [
                    f"andon: ANDON_PORT: {port} is in use by another program; set another one"
                ]

    asyncio.run(run())


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({}, "andon: .env: no chat platform is set; for Slack put SLACK_BOT_TOKEN"),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "andon: SLACK_APP_TOKEN: "),
        (
            {
                "SLACK_BOT_TOKEN": "xoxb-1",
                "SLACK_APP_TOKEN": "xapp-1",
                "ANDON_STORE_URL": "sqlite:////proc/andon/andon.db",
            },
            "andon: ANDON_STORE_URL: the bot's own database cannot be opened",
        ),
        (
            {
                "SLACK_BOT_TOKEN": "xoxb-1",
                "SLACK_SIGNING_SECRET": "s3cret",
                "ANDON_HOST": "192.0.2.1",
            },
            "andon: ANDON_HOST: 192.0.2.1 is none of this machine's",
        ),
    ],
)
def test_what_is_missing_ends_it_with_one_line(
    home: Path, environ: dict[str, str], said: str
) -> None:
    async def run() -> None:
        async with serving(home, **environ) as it:
            assert await it.ended() == 2
            assert it.lines[-1].startswith(said)
            assert all(line.startswith("andon: ") for line in it.lines)

    asyncio.run(run())


def test_without_slack_no_plant_is_made_first(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving(tmp_path) as it:
            assert await it.ended() == 2
        assert not (tmp_path / "plant.db").exists()

    asyncio.run(run())


def record(
    name: str, text: str, *, at: float = 0.0, level: int = logging.WARNING
) -> logging.LogRecord:
    made = logging.LogRecord(name, level, "file.py", 1, text, (), None)
    made.created = at
    return made


def test_aloud_is_one_line_without_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    aloud = Aloud(Path("home/andon.log"), ["xoxb-s3cret"])
    aloud.handle(record("adapters.slack", "first\nsecond \x1b[31m xoxb-s3cret"))
    err = capsys.readouterr().err
    assert err.startswith("andon: warning: first")
    assert err.count("\n") == 1
    assert "\x1b" not in err
    assert "s3cret" not in err


def test_aloud_repeats_itself_once_an_hour(capsys: pytest.CaptureFixture[str]) -> None:
    aloud = Aloud(Path("andon.log"), [])
    for at in (0, 1, 60, 3599, 3601, 3700):
        aloud.handle(record("bot.serve", f"no socket, again in {at} s", at=at))
    assert capsys.readouterr().err.count("no socket") == 2


def test_aloud_leaves_libraries_to_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    aloud = Aloud(Path("andon.log"), [])
    aloud.handle(record("slack_sdk.web", "token=…", level=logging.ERROR))
    assert capsys.readouterr().err == ""


def test_a_defect_points_to_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    aloud = Aloud(Path("home/andon.log"), [])
    made = record("andon", "defect 1a2b", level=logging.ERROR)
    made.exc_info = (ValueError, ValueError("x"), None)
    aloud.handle(made)
    assert capsys.readouterr().err == "andon: error: defect 1a2b (more in home/andon.log)\n"
