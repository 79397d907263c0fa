"""What a data source promises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.data.query import Fact, Query

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where rows came from, in words that may be shown: no credentials."""

    source: str
    table: str
    rows: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Rows under their logical names: times as aware UTC, durations in minutes.

    `as_of` is the time of the data; None where the source cannot tell. `stale` is set when
    the source failed and an older value is served: the time at which it was read.
    """

    rows: tuple[Row, ...]
    origin: Origin
    as_of: datetime | None = None
    stale: datetime | None = None


class DataSource(Protocol):
    """Read-only. `fetch` raises SourceUnavailable when the system does not answer in time."""

    name: str

    async def fetch(self, query: Query) -> Facts: ...

    async def columns(self, fact: Fact) -> frozenset[str]:
        """The logical columns this source holds for the fact; empty if it lacks the fact."""

    def use_keys(self, keys: Mapping[str, str]) -> None:
        """Asset id → the id that the plant's own tables hold, where the two differ."""

    async def close(self) -> None: ...
