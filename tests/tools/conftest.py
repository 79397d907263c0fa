"""Asks tools on the sample plant and on small plants made for one test."""

from __future__ import annotations

import asyncio
import sqlite3
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import pytest

import core.data
from core import registry
from core.access import EVERYTHING, Access
from core.answer import Actions, Chart, Heading, Metric, Metrics, Notice, Part, Table, Text
from core.context import ToolContext
from core.data.cache import CachedSource
from core.data.mapping import PlantFile, parse
from core.data.sql import SqlDataSource
from core.installation import Definitions, Installation
from core.request import User
from core.words import Words
from tests.plants import NOW, sample_path

__all__ = ["sample_path"]

P = TypeVar("P")
SAMPLE = Path(core.data.__file__).parent / "sample.toml"


@dataclass(frozen=True)
class Asked:
    """What a tool found and said."""

    result: Any
    parts: tuple[Part, ...]
    context: ToolContext

    def of(self, kind: type[P]) -> list[P]:
        return [part for part in self.parts if isinstance(part, kind)]

    @property
    def heading(self) -> str:
        return self.of(Heading)[0].text

    @property
    def sentence(self) -> str:
        """The sentence that matters, with ordinary spaces."""
        return self.of(Text)[0].text.replace("\u00a0", " ")

    @property
    def tables(self) -> list[Table]:
        return self.of(Table)

    @property
    def charts(self) -> list[Chart]:
        return self.of(Chart)

    @property
    def notices(self) -> list[str]:
        return [notice.text.replace("\u00a0", " ") for notice in self.of(Notice)]

    @property
    def metrics(self) -> dict[str, Metric]:
        return {m.label: m for group in self.of(Metrics) for m in group.metrics}

    @property
    def commands(self) -> list[str]:
        return [action.command for group in self.of(Actions) for action in group.actions]

    @property
    def said(self) -> str:
        """All that is shown, as one text with ordinary spaces."""
        return "\n".join(repr(part) for part in self.parts).replace("\\xa0", " ")


@dataclass(frozen=True)
class Plant:
    """A plant that tools can be asked about; `db` is its SQLite file."""

    file: PlantFile
    db: Path

    @cached_property
    def source(self) -> CachedSource:
        return CachedSource(SqlDataSource(self.file), lambda: NOW)

    @cached_property
    def definitions(self) -> Definitions:
        return Definitions(self.file, self.source)

    @property
    def installation(self) -> Installation:
        return asyncio.run(self.definitions.load())

    def ask(
        self,
        tool_name: str,
        args: Mapping[str, Any] | None = None,
        language: str = "en",
        now: datetime = NOW,
        *,
        plant: str | None = None,
        access: Access = EVERYTHING,
        user: User | None = None,
    ) -> Asked:
        """Runs and presents; raises what the tool raises."""
        return asyncio.run(
            self._ask(tool_name, dict(args or {}), language, now, plant, access, user)
        )

    async def _ask(
        self,
        tool_name: str,
        args: dict[str, Any],
        language: str,
        now: datetime,
        plant: str | None,
        access: Access,
        user: User | None,
    ) -> Asked:
        tool = registry.tool(tool_name)
        context = ToolContext(
            user=user or User("console:test"),
            now=now,
            words=Words("de" if language == "de" else "en"),
            installation=await self.definitions.load(),
            source=self.source,
            access=access,
            plant=plant,
        )
        result = await tool.run(tool.args(**args), context)
        return Asked(result, tuple(tool.present(result, context.words)), context)


Ask = Callable[..., Asked]
MakePlant = Callable[[str, str], Plant]


@pytest.fixture(scope="session")
def sample_plant(sample_path: Path) -> Plant:
    text = SAMPLE.read_text("utf-8").replace("{home}/plant.db", sample_path.as_posix())
    return Plant(
        parse(tomllib.loads(text), where="sample.toml", home=sample_path.parent), sample_path
    )


@pytest.fixture(scope="session")
def ask(sample_plant: Plant) -> Ask:
    """ask(tool_name, args, language="en", now=NOW, plant=…, access=…, user=…) on the sample
    plant, for an asker at riverside unless told otherwise."""

    def on_sample(tool_name: str, *args: Any, **kwargs: Any) -> Asked:
        kwargs.setdefault("plant", "riverside")
        return sample_plant.ask(tool_name, *args, **kwargs)

    return on_sample


@pytest.fixture(scope="session")
def db(sample_path: Path) -> Iterator[sqlite3.Connection]:
    """The sample plant's file itself, for computations of the test's own."""
    uri = f"file:{sample_path}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, check_same_thread=False)) as connection:
        connection.row_factory = sqlite3.Row
        yield connection


@pytest.fixture
def make_plant(tmp_path: Path) -> MakePlant:
    """make_plant(plant.toml without its source, SQL script) → a plant of that shape."""

    def make(toml: str, script: str) -> Plant:
        path = tmp_path / "bare.db"
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(script)
        table = tomllib.loads(toml)
        table["source"] = {"url": f"sqlite:///{path.as_posix()}", "name": "bare plant"}
        return Plant(parse(table, where="plant.toml", home=tmp_path), path)

    return make
