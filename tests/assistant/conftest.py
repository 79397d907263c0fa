"""The one door on the sample plant, with a store of its own."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

import core.data
from core.access import EVERYTHING, Access
from core.answer import Action, Answer, Notice, Text
from core.assistant import Assistant
from core.data.cache import CachedSource
from core.data.mapping import PlantFile, parse
from core.data.sql import SqlDataSource
from core.request import Language, Place, Request, User
from core.store import Store
from tests import stores
from tests.plants import NOW

SAMPLE = Path(core.data.__path__[0]) / "sample.toml"


class Door:
    """Asks one assistant, as one person in one thread unless told otherwise."""

    def __init__(self, file: PlantFile, store: Store | None, access: Access = EVERYTHING) -> None:
        self._runner = asyncio.Runner()
        self.now = NOW
        self.store = store
        self.source = CachedSource(SqlDataSource(file), lambda: self.now)
        self.assistant = Assistant(file, self.source, store, access_of=lambda user, place: access)

    def ask(
        self,
        text: str,
        *,
        user: str = "console:ana",
        thread: str = "1",
        language: Language | None = None,
        now: datetime | None = None,
        progress: Callable[[str], None] | None = None,
    ) -> Answer:
        request = Request(
            User(user), Place("console", "here", thread), text, now or self.now, language=language
        )
        return self._runner.run(self.assistant.handle(request, progress))

    def close(self) -> None:
        self._runner.run(self.source.close())
        self._runner.close()
        if self.store is not None:
            self.store.close()


def first_text(answer: Answer) -> str:
    return next(p.text for p in answer.parts if isinstance(p, Text)).replace("\u00a0", " ")


def notices(answer: Answer) -> list[str]:
    return [p.text.replace("\u00a0", " ") for p in answer.parts if isinstance(p, Notice)]


def action(answer: Answer, label: str) -> Action:
    return next(a for a in answer.actions if a.label == label)


@pytest.fixture(scope="session")
def sample_file(sample_path: Path) -> PlantFile:
    text = SAMPLE.read_text("utf-8").replace("{home}/plant.db", sample_path.as_posix())
    return parse(tomllib.loads(text), where="sample.toml", home=sample_path.parent)


@pytest.fixture
def door(sample_file: PlantFile, tmp_path: Path) -> Iterator[Door]:
    opened = Door(sample_file, stores.opened(tmp_path / "andon.db"))
    yield opened
    opened.close()
