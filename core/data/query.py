"""A Query names what is wanted; it is the cache key, the citation and the pushed-down work."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from core.domain.periods import Interval

Fact = Literal[
    "asset",
    "product",
    "product_rate",
    "calendar",
    "production",
    "downtime",
    "scrap",
    "order",
    "safety",
    "live",
    "target",
    "cost",
]

Operator = Literal["=", "<>", "in", ">=", "<", "<=", ">", "is null", "contains"]
Value = str | int | float | datetime | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Condition:
    """A filter on a logical column. `contains` ignores case."""

    column: str
    operator: Operator
    value: Value = None


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of time in which stops count; see core.domain.shifts.Busy for `opens`.

    `window` is the index into the query's windows that the piece belongs to.
    """

    start: datetime
    end: datetime
    opens: datetime
    window: int = 0


@dataclass(frozen=True, slots=True)
class Planned:
    """The planned busy time that these assets share."""

    assets: tuple[str, ...]
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL that a language model wrote; see core/data/freeform. `zone` is that of its times."""

    text: str
    zone: str


@dataclass(frozen=True, slots=True)
class Query:
    """What is wanted of one fact; everything in it is pushed down to the source.

    - `measures`: names of core.data.schema; empty means the rows themselves, not sums
    - `group_by`: logical columns, or "window" (the index into `windows`) or "segment" (the
      number of `cuts` at or before the row's start); of stops also "is_open", "event" (its id)
      and "begins" (epoch seconds)
    - `planned`: downtime only: stops count inside these spans; empty means the whole interval
    - `until`: downtime only: where an open stop ends, min(now, time of the data)
    - `members`: downtime only: (line, asset in it) pairs; a line's blocked or starved time whose
      cause is a member is left out (DOMAIN.md, "Equipment hierarchy")
    - `order_by`: columns, of sums groups and measures; "-name" descends
    - `statement`: is run instead, on views of `assets` in `interval`; only `limit` and `offset`
      count besides, and `fact` stands for all
    """

    fact: Fact
    assets: tuple[str, ...] | None = None
    interval: Interval | None = None
    measures: tuple[str, ...] = ()
    group_by: tuple[str, ...] = ()
    where: tuple[Condition, ...] = ()
    windows: tuple[Interval, ...] = ()
    planned: tuple[Planned, ...] = ()
    cuts: tuple[datetime, ...] = ()
    members: tuple[tuple[str, str], ...] = ()
    until: datetime | None = None
    minor_stop_seconds: int = 0
    long_stop_seconds: int = 900
    order_by: tuple[str, ...] = ()
    limit: int | None = None
    offset: int = 0
    statement: Statement | None = None

    def rows(self, limit: int = 50, offset: int = 0) -> Query:
        """The rows behind the figure: same filter, no sums ("show the data")."""
        return replace(
            self,
            measures=(),
            group_by=(),
            windows=(),
            planned=(),
            cuts=(),
            members=(),
            order_by=(),
            limit=limit,
            offset=offset,
        )
