"""The fault matrix: what each source must say of each thing that can go wrong with it.

docs/sources.md shows it; tests/data/test_fault_table.py compares the two. The rows are proven in
tests/data/test_faults.py, tests/data/mssql/test_faults.py and tests/data/supabase/test_faults.py.
"""

from __future__ import annotations

import asyncio
import io
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from core.data.cache import CachedSource
from core.data.composite import CompositeDataSource
from core.data.problems import PROBLEMS
from core.data.query import Fact, Query
from core.data.routing import Route
from core.data.source import DataSource, Facts, Origin, Scope
from core.errors import NoData, SourceUnavailable
from core.words import Words
from tests.fakes.ran import BEAT, Ran
from tests.plants import NOW

FAULTS: Mapping[str, Mapping[str, str]] = {
    "refused": {
        "sqlite": "missing_file", "postgres": "unreachable", "mssql": "unreachable",
        "supabase": "unreachable",
    },
    "hang": {"postgres": "timeout", "mssql": "timeout", "supabase": "timeout"},
    "reset mid-result": {
        "postgres": "unreachable", "mssql": "unreachable", "supabase": "unreachable",
    },
    "wrong password": {"postgres": "refused", "mssql": "refused", "supabase": "refused"},
    "missing table": dict.fromkeys(
        ("sqlite", "postgres", "mssql"), "table_missing") | {"supabase": "fact_missing"},
    "missing column": dict.fromkeys(
        ("sqlite", "postgres", "mssql", "supabase"), "column_missing"),
    "permission denied": {
        "postgres": "not_allowed", "mssql": "not_allowed", "supabase": "not_allowed",
    },
    "deadlock victim": {"postgres": "busy", "mssql": "busy", "supabase": "busy"},
    "time-out": dict.fromkeys(("sqlite", "postgres", "mssql", "supabase"), "timeout"),
    "locked": {"sqlite": "locked", "postgres": "timeout", "mssql": "busy", "supabase": "timeout"},
    "wrong types": {
        "sqlite": "not_a_time", "postgres": "wrong_type", "mssql": "wrong_type",
        "supabase": "wrong_type",
    },
    "clock skew": {"supabase": "token_refused"},
}  # fmt: skip
"""Fault → kind of source → the problem (core.data.problems) or the reason of a NoData. A kind that
is not named cannot have the fault."""
KINDS = ("sqlite", "postgres", "mssql", "supabase")
SECRETS = ("hunter2", "wrong-password", "sb_publishable", "Bearer", "eyJ")
STALL_SECONDS, WAIT_SECONDS = 0.5, 30.0
"""What the loop may stand still at most, by seconds in which the process ran (Heartbeat.longest;
on a quiet machine it is a hundredth) and by the clock, which shows waiting for ever (waited)."""


@dataclass(slots=True)
class Seen:
    """What became of one question to a source that has a fault."""

    problem: str
    told: str
    beating: Heartbeat
    log: str = ""


@dataclass(slots=True)
class Steady:
    """A source that stands in: it holds one row, and is in order."""

    name: str = "History"
    asked: list[Fact] = field(default_factory=list)

    async def fetch(self, query: Query, scope: Scope | None = None) -> Facts:
        self.asked.append(query.fact)
        return Facts(({"asset": "line-3"},), Origin(self.name, query.fact, 1))

    async def columns(self, fact: Fact) -> frozenset[str]:
        return frozenset({"asset"})

    def use_keys(self, keys: Mapping[str, str]) -> None: ...

    async def close(self) -> None: ...


def ask(make: Callable[[], DataSource], query: Query, scope: Scope | None = None) -> Seen:
    """Asks the faulty source while a heartbeat runs on the same loop; the source is closed."""
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        seen = asyncio.run(_asked(make, query, scope))
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
    seen.log = log.getvalue()
    print(f"the loop stood still for {seen.beating.waited * 1000:.0f} ms at most")
    return seen


def proven(
    fault: str,
    kind: str,
    make: Callable[[], DataSource],
    query: Query,
    scope: Scope | None = None,
    *,
    stands_in: bool = True,
) -> None:
    """It is the problem of the table, it can be said, nothing secret is in it, and the loop went
    on meanwhile. Where another source holds the fact, that one answers and says for whom
    (`stands_in`: this is asked as well)."""
    seen = ask(make, query, scope)
    assert seen.problem == FAULTS[fault][kind], seen.problem
    for language in ("en", "de"):
        words = Words("de" if language == "de" else "en")
        known = seen.problem not in PROBLEMS or words.has(f"problems.{seen.problem}")
        assert known, f"{language} cannot say {seen.problem}"
    assert not [secret for secret in SECRETS if secret in seen.told + seen.log]
    went_on(seen.beating)
    if stands_in and seen.problem in PROBLEMS - {"not_allowed"}:
        facts = stood_in_for(make, query, scope)
        assert [(one.key, one.arguments["other"]) for one in facts.remarks] == [
            ("instead", "History")
        ]


def went_on(beating: Heartbeat) -> None:
    if beating.longest >= STALL_SECONDS:  # more than others on this machine explain
        assert beating.longest < STALL_SECONDS * _slowness(), beating.longest
    assert beating.waited < WAIT_SECONDS, beating.waited


def _slowness() -> float:
    """How many times as long as alone on a processor this process takes for its work just now."""
    began, worked, enough = time.monotonic(), time.process_time(), 0.1
    while time.process_time() - worked < enough:
        pass
    return max(1.0, (time.monotonic() - began) / enough)


async def _asked(make: Callable[[], DataSource], query: Query, scope: Scope | None) -> Seen:
    async with Heartbeat() as beating:
        source = make()
        try:
            problem, told = await problem_of(lambda: source.fetch(query, scope))
        finally:
            await source.close()
    return Seen(problem, told, beating)


async def problem_of(asking: Callable[[], Awaitable[Facts]]) -> tuple[str, str]:
    """The key of what went wrong, and everything that an error could be shown as."""
    try:
        found = await asking()
    except SourceUnavailable as error:
        return error.problem, f"{error} {error!r} {error.system}"
    except NoData as error:
        return error.key, f"{error} {error!r} {error.arguments}"
    raise AssertionError(f"it answered: {found}")


def stood_in_for(make: Callable[[], DataSource], query: Query, scope: Scope | None) -> Facts:
    """The answer where another source stands in: its remark names the one that failed."""

    async def run() -> Facts:
        faulty, steady = make(), Steady()
        route = Route("first", fallback="second")
        both: dict[str, DataSource] = {"first": faulty, "second": steady}
        source = CompositeDataSource(both, {query.fact: route}, "first", _clock)
        try:
            return await CachedSource(source, _clock).fetch(query, scope)
        finally:
            await source.close()

    return asyncio.run(run())


class Heartbeat:
    """How long the loop stood still at most, `longest`, in seconds in which this process ran.
    `waited` is the longest by the clock, which also shows a driver that keeps all threads
    waiting."""

    def __init__(self) -> None:
        self.longest = self.waited = 0.0
        self._ran = Ran()

    async def __aenter__(self) -> Heartbeat:
        self._ran.__enter__()
        self._task = asyncio.create_task(self._beat())
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        self._ran.__exit__()

    async def _beat(self) -> None:
        while True:
            ran, began = self._ran.seconds, time.monotonic()
            await asyncio.sleep(BEAT)
            self.waited = max(self.waited, time.monotonic() - began - BEAT)
            self.longest = max(self.longest, self._ran.seconds - ran - BEAT)


def _clock() -> datetime:
    return NOW
