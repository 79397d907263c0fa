"""Whether the plant's systems answer, how fast, and how new what they hold is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.data.query import Fact, Query
from core.data.source import Scope, System
from core.domain.periods import Interval
from core.errors import AndonError, SourceUnavailable

# Those that tell how new the data are, the quickest first, and the name of what tells it.
_NEWEST: dict[Fact, str] = {"live": "updated", "production": "latest", "downtime": "latest"}
_RECENT = timedelta(days=7)
_SECONDS = 5.0
_ALL = Scope()


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """`problem` is "" where it answered, after `seconds`; `newest` is the time of the newest data
    of `fact`, None where it cannot tell."""

    name: str
    problem: str
    seconds: float
    fact: str = ""
    newest: datetime | None = None


async def look_at(name: str, system: System) -> SourceHealth:
    """Asks what costs the system least, past every cache. Raises nothing but defects."""
    began = time.perf_counter()
    problem = ""
    try:
        async with asyncio.timeout(_SECONDS):
            await system.ping()
    except TimeoutError:
        problem = "timeout"
    except SourceUnavailable as error:
        problem = error.problem
    return SourceHealth(name, problem, time.perf_counter() - began)


async def newest_of(
    system: System, held: Collection[Fact], now: datetime
) -> tuple[str, datetime | None]:
    """The fact that tells it, and the time of its newest row of the last week; "" where the system
    holds no such fact. Raises nothing but defects."""
    fact = next((one for one in _NEWEST if one in held), None)
    if fact is None:
        return "", None
    if fact == "live":
        query = Query(fact, order_by=("-updated",), limit=1)
    else:
        query = Query(fact, None, Interval(now - _RECENT, now), measures=("latest",))
    try:
        async with asyncio.timeout(_SECONDS):
            rows = (await system.fetch(query, _ALL)).rows
    except (TimeoutError, AndonError):
        return fact, None
    times = (row.get(_NEWEST[fact]) for row in rows)
    return fact, max((at for at in times if isinstance(at, datetime)), default=None)
