"""Shifts on the sample plant: the one door with a store, several people and places, and reports
asked for their results."""

from __future__ import annotations

import asyncio
import re
import tomllib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import core.data
from core import registry
from core.access import EVERYTHING, Access
from core.answer import Answer, Heading, Notice, Text
from core.assistant import Assistant
from core.context import ToolContext
from core.data.cache import CachedSource
from core.data.mapping import PlantFile, parse
from core.data.query import Query
from core.data.source import Facts, Scope
from core.data.sql import SqlDataSource
from core.errors import SourceUnavailable
from core.installation import Definitions, Installation
from core.reports import report
from core.request import Language, Place, Request, User
from core.store import Store
from core.words import Words
from tests import stores
from tests.plants import NOW, sample_path

__all__ = ["sample_path"]

SAMPLE = Path(core.data.__path__[0]) / "sample.toml"
CHANNEL = Place("slack", "T1:C1", private=False)
OTHER = Place("slack", "T1:C2", private=False)
ANA, BEN = "slack:T1:UANA", "slack:T1:UBEN"
NAMES = {ANA: "Ana", BEN: "Ben"}


class Halting(SqlDataSource):
    """The sample plant, of which some tables do not answer."""

    def __init__(self, file: PlantFile, down: tuple[str, ...]) -> None:
        super().__init__(file)
        self._down = down

    async def fetch(self, query: Query, scope: Scope | None = None) -> Facts:
        if query.fact in self._down:
            raise SourceUnavailable(self.name, "timeout")
        return await super().fetch(query)


class Reading:
    """A loop, and what was read of the plant there."""

    def __init__(self, file: PlantFile, down: tuple[str, ...] = ()) -> None:
        self.runner = asyncio.Runner()
        self.source = CachedSource(Halting(file, down), lambda: NOW)

    def close(self) -> None:
        self.runner.run(self.source.close())
        self.runner.close()


class Shop:
    """Asks one assistant as several people in several places; runs tools on the same store."""

    def __init__(
        self,
        file: PlantFile,
        store: Store,
        access: Access = EVERYTHING,
        down: tuple[str, ...] = (),
        reading: Reading | None = None,
    ) -> None:
        """`down` are the facts that the plant's database does not answer for; `reading` is shared
        with other shops."""
        self._own = None if reading else Reading(file, down)
        opened = reading or self._own
        assert opened is not None
        self._runner, self.source = opened.runner, opened.source
        self.store = store
        self.access = access
        self.definitions = Definitions(file, self.source)
        self.assistant = Assistant(
            file, self.source, store, access_of=lambda user, place: self.access
        )

    def ask(
        self,
        text: str,
        *,
        user: str = ANA,
        place: Place | None = None,
        now: datetime = NOW,
        language: Language = "en",
        typed: bool = True,
        addressed: bool = True,
    ) -> Answer:
        where = place or Place("slack", f"D{user[-3:]}")
        request = Request(
            User(user, NAMES.get(user, "")),
            where,
            text,
            now,
            language=language,
            typed=typed,
            addressed=addressed,
        )
        answer: Answer = self.run(self.assistant.handle(request))
        return answer

    def run(self, coroutine: Any) -> Any:
        return self._runner.run(coroutine)

    @property
    def installation(self) -> Installation:
        found: Installation = self.run(self.definitions.load())
        return found

    def context(self, now: datetime = NOW, access: Access | None = None) -> ToolContext:
        return ToolContext(
            User(ANA, "Ana"),
            now,
            Words("en"),
            self.installation,
            self.source,
            access or self.access,
            "riverside",
            store=self.store,
            place=CHANNEL,
        )

    def result(self, name: str, now: datetime = NOW, **args: Any) -> Any:
        """What a report or a tool finds."""
        tool = report(name) or registry.tool(name)
        return self.run(tool.run(tool.args(**args), self.context(now)))

    def break_store(self) -> None:
        """The database of the bot itself is gone from now on."""
        self.run(self.store.write(lambda c: c.exec_driver_sql("DROP TABLE actions")))
        self.run(self.store.write(lambda c: c.exec_driver_sql("DROP TABLE handovers")))
        self.run(self.store.write(lambda c: c.exec_driver_sql("DROP TABLE alerts")))

    def close(self) -> None:
        if self._own is not None:
            self._own.close()


def said(answer: Answer) -> str:
    """All sentences with ordinary spaces, one a line."""
    parts = [p.text for p in answer.parts if isinstance(p, Heading | Text | Notice)]
    return "\n".join(parts).replace("\u00a0", " ")


def ids(answer: Answer, act: str = "take") -> list[str]:
    """Of the actions that the answer offers to take."""
    found = (re.fullmatch(rf"/action (\w+) {act} v\d+", a.command) for a in answer.actions)
    return [one[1] for one in found if one]


@pytest.fixture(scope="session")
def sample_file(sample_path: Path) -> PlantFile:
    text = SAMPLE.read_text("utf-8").replace("{home}/plant.db", sample_path.as_posix())
    return parse(tomllib.loads(text), where="sample.toml", home=sample_path.parent)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = stores.opened(tmp_path / "andon.db")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def reading(sample_file: PlantFile) -> Iterator[Reading]:
    """Nothing changes in the plant: what one test read need not be read again."""
    opened = Reading(sample_file)
    yield opened
    opened.close()


@pytest.fixture
def shop(sample_file: PlantFile, store: Store, reading: Reading) -> Shop:
    return Shop(sample_file, store, reading=reading)
