"""Settings read anew: when a file changed, when told to, and what happens to what is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.reload import Reload, files_of
from bot.settings import Settings, load
from core.errors import MisconfiguredError
from tests.plants import NOW

SOON = 60.0


@dataclass
class Taking:
    """What takes them; `file` says how many days answers are kept."""

    file: Path
    taken: list[int] = field(default_factory=list)
    tries: int = 0
    away: bool = False

    def read(self) -> Settings:
        self.tries += 1
        try:
            return Settings(retention_days=int(self.file.read_text("utf-8")))
        except ValueError:
            raise MisconfiguredError(self.file.name, "is no number") from None

    async def take(self, settings: Settings) -> None:
        if self.away:
            raise MisconfiguredError("store", "no answer in time")
        self.taken.append(settings.retention_days)


@asynccontextmanager
async def reloading(taking: Taking, poll: float = 0.02) -> AsyncIterator[Reload]:
    reload = Reload(taking.read, taking.take, lambda: [taking.file], lambda: NOW, poll=poll)
    reload.open()
    try:
        yield reload
    finally:
        await reload.close()


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(SOON):
        while not happened():  # noqa: ASYNC110 - several things at once
            await asyncio.sleep(0.01)


@pytest.fixture
def taking(tmp_path: Path) -> Taking:
    file = tmp_path / "days"
    file.write_text("1", "utf-8")
    return Taking(file)


def test_a_file_that_changed_is_read(taking: Taking) -> None:
    async def run() -> None:
        async with reloading(taking):
            taking.file.write_text("22", "utf-8")
            await until(lambda: taking.taken == [22])
            replaced = taking.file.with_name("new")
            replaced.write_text("33", "utf-8")
            replaced.replace(taking.file)
            await until(lambda: taking.taken == [22, 33])

    asyncio.run(run())


def test_what_is_wrong_is_said_and_not_taken_until_it_is_right(
    taking: Taking, caplog: pytest.LogCaptureFixture
) -> None:
    async def run() -> None:
        async with reloading(taking) as reload:
            taking.file.write_text("many", "utf-8")
            await until(lambda: bool(reload.health.problem))
            assert reload.health.problem == "the old ones hold: days: is no number"
            assert reload.health.since == NOW
            taking.file.write_text("4", "utf-8")
            await until(lambda: not reload.health.problem)
            assert taking.taken == [4]

    asyncio.run(run())
    assert caplog.messages[:2] == [
        "settings: the old ones hold: days: is no number",
        "settings: works again",
    ]


def test_it_is_told_why(taking: Taking) -> None:
    async def run() -> None:
        async with reloading(taking, poll=SOON * 10) as reload:
            taking.away = True
            assert await reload.now() == "store: no answer in time"
            taking.away = False
            assert await reload.now() == ""
            assert taking.taken == [1]
            assert not reload.health.problem

    asyncio.run(run())


def test_told_to_it_reads_at_once_and_unchanged_files_are_left_alone(taking: Taking) -> None:
    async def run() -> None:
        async with reloading(taking, poll=SOON * 10) as reload:
            reload.tell()
            await until(lambda: taking.taken == [1])
        async with reloading(taking, poll=0.001):
            await asyncio.sleep(0.05)
        assert taking.tries == 1

    asyncio.run(run())


def test_half_a_file_is_not_read(taking: Taking, monkeypatch: pytest.MonkeyPatch) -> None:
    """It changes with every look: somebody is writing it."""
    sizes = iter(range(10, 1_000_000))
    settled = asyncio.Event()

    def stamp(_path: Path) -> tuple[int, int, int]:
        return (1, 9, 1) if settled.is_set() else (1, next(sizes), 1)

    async def run() -> None:
        monkeypatch.setattr("bot.reload._stamp", stamp)
        async with reloading(taking, poll=0.001):
            await until(lambda: next(sizes) > 30)
            assert taking.tries == 0
            settled.set()
            await until(lambda: taking.tries == 1)

    asyncio.run(run())


def test_all_files_of_the_settings_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("plant.toml", "access.toml", "token"):
        (tmp_path / name).write_text("xoxb-1", "utf-8")
    written = [
        "ANDON_HOME=.",
        "ANDON_PLANT_FILE=plant.toml",
        "ANDON_ACCESS_FILE=access.toml",
        "SLACK_BOT_TOKEN_FILE=token",
        "SLACK_SIGNING_SECRET=s3cret",
    ]
    (tmp_path / ".env").write_text("\n".join(written), "utf-8")
    found = {path.name for path in files_of(load(), tmp_path)}
    assert found == {".env", "plant.toml", "access.toml", "alerts.toml", "token"}
