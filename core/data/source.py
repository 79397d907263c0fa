"""What a data source promises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from core.data.query import Fact, Query

Row = Mapping[str, object]
Cause = Literal["time_zone", "late", "reclassified", "rows", "unknown"]


@dataclass(frozen=True, slots=True)
class Scope:
    """On whose behalf rows are asked for: ids of plants and areas. A row counts where its place
    is one of `places`, those that the asker may see, and one of `audience`, those that everyone
    else who reads the answer may see. None is all there are."""

    places: frozenset[str] | None = None
    audience: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where rows came from, in words that may be shown: no credentials."""

    source: str
    table: str
    rows: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """A caveat on facts: a key of the topic `notices` and its arguments."""

    key: str
    arguments: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Difference:
    """Two sources give different figures. `group` says which part of it differs, where the whole
    does not; None is a figure that a source does not have."""

    measure: str
    asset: str
    group: str
    ours: float | None
    theirs: float | None
    cause: Cause


@dataclass(frozen=True, slots=True)
class Facts:
    """Rows under their logical names: times as aware UTC, durations in minutes.

    `as_of` is the time of the data; None where the source cannot tell. `stale` is set when
    the source failed and an older value is served: the time at which it was read. `second` is
    what a second source holds of the same, where it gives other figures: `differences`.
    """

    rows: tuple[Row, ...]
    origin: Origin
    as_of: datetime | None = None
    stale: datetime | None = None
    remarks: tuple[Remark, ...] = ()
    second: Facts | None = None
    differences: tuple[Difference, ...] = ()


class DataSource(Protocol):
    """Read-only. `fetch` raises SourceUnavailable when the system does not answer in time."""

    name: str

    async def fetch(self, query: Query, scope: Scope | None = None) -> Facts:
        """`scope` is for sources that check rights themselves; None is the bot's own: definitions,
        no figures."""

    async def columns(self, fact: Fact) -> frozenset[str]:
        """The logical columns this source holds for the fact; empty if it lacks the fact."""

    def use_keys(self, keys: Mapping[str, str]) -> None:
        """Asset id → the id that the plant's own tables hold, where the two differ."""

    async def close(self) -> None: ...


class System(DataSource, Protocol):
    """One system outside, behind an address of its own."""

    async def ping(self) -> None:
        """Returns where it answers: what costs it least. Raises SourceUnavailable."""
