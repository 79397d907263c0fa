"""A folder of files, and what a plant's mapping makes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.data import engines
from core.data.files.address import address_of
from core.data.files.problem import FileProblem
from core.data.mapping import PlantFile, parse
from core.data.query import Query
from core.data.source import Facts
from core.data.sql import SqlDataSource
from tests.data.databases import read

COLUMNS = {"asset": "line", "start": "start", "good_units": "good"}
GOOD = Query("production", measures=("good_units",))


@dataclass
class Exports:
    """`path` is the folder; what is read of it goes beside it."""

    path: Path
    source: SqlDataSource | None = None

    def put(self, name: str, content: str | bytes) -> Path:
        """Writes a file as an export should: beside its place, then moved there."""
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        spare = target.with_name(f".{target.name}")
        spare.write_bytes(content.encode() if isinstance(content, str) else content)
        return spare.replace(target)

    def address(self, options: str = "settle=0") -> str:
        cache = self.path.with_name("cache")
        return f"{address_of(self.path)}?{options}&cache={cache}"

    def plant(self, table: str = "production", options: str = "settle=0") -> PlantFile:
        fact = {"table": table, "columns": COLUMNS}
        content: dict[str, Any] = {
            "source": {"url": self.address(options), "timeout_seconds": 60},
            "facts": {"production": fact},
        }
        return parse(content, where="test", home=Path())

    def open(self, table: str = "production", options: str = "settle=0") -> SqlDataSource:
        self.close()
        self.source = SqlDataSource(self.plant(table, options))
        return self.source

    def close(self) -> None:
        if self.source is not None:
            asyncio.run(self.source.close())
            self.source = None

    def facts(self, query: Query = GOOD) -> Facts:
        return read(self.source or self.open(), query)

    def good(self) -> object:
        """How many good pieces there are in all."""
        return self.facts().rows[0]["good_units"]

    def problems(self) -> list[tuple[str, str]]:
        """What is to be said of the files: which, and which sentence."""
        return [(p.file, p.key) for p in self.said()]

    def said(self) -> tuple[FileProblem, ...]:
        return (self.source or self.open()).run(engines.problems)


@pytest.fixture
def exports(tmp_path: Path) -> Iterator[Exports]:
    folder = tmp_path / "exports"
    folder.mkdir()
    made = Exports(folder)
    yield made
    made.close()
