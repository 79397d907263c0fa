"""Several sources as one: routed, stood in for, compared, left alone while they fail."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

import core.data
from core.answer import Answer, Notice, Table
from core.assistant import Assistant
from core.data.breaker import FAILURES, REST, Breaker
from core.data.cache import CachedSource
from core.data.composite import CompositeDataSource
from core.data.disagreement import differences
from core.data.mapping import PlantFile, load
from core.data.query import Fact, Query
from core.data.routing import Route
from core.data.source import DataSource, Facts, Origin, Scope
from core.data.sql import SqlDataSource
from core.domain.periods import Interval
from core.errors import NoData, SourceUnavailable
from core.request import Language, Place, Request, User
from tests.plants import NOW

SAMPLE = Path(core.data.__path__[0]) / "sample.toml"
DAY = Interval(NOW - timedelta(days=2), NOW - timedelta(days=1))
MADE = Query("production", ("line-3", "line-4"), DAY, ("total_units", "run_min"), ("asset",))
ZONES = ("America/Chicago", "Europe/Berlin")


@dataclass(slots=True)
class Named:
    """A real source that can be switched off and counts what it is asked. One that is "slow"
    answers once its gate is opened."""

    inner: DataSource
    name: str
    down: str = ""
    asked: int = 0
    scopes: set[Scope | None] = field(default_factory=set)
    meeting: asyncio.Barrier | None = None
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def fetch(self, query: Query, scope: Scope | None = None) -> Facts:
        self.asked += 1
        self.scopes.add(scope)
        if self.meeting is not None:
            await self.meeting.wait()
        if self.down == "slow":
            self.reached.set()
            await self.gate.wait()
        elif self.down:
            raise SourceUnavailable(self.name, self.down)
        return await self.inner.fetch(query, scope)

    async def columns(self, fact: Fact) -> frozenset[str]:
        if self.down and self.down != "slow":
            raise SourceUnavailable(self.name, self.down)
        return await self.inner.columns(fact)

    def use_keys(self, keys: Mapping[str, str]) -> None:
        self.inner.use_keys(keys)

    async def close(self) -> None:
        await self.inner.close()


def plant_at(path: Path, name: str) -> PlantFile:
    plant = load(SAMPLE, home=Path(), url=f"sqlite:///{path}")
    return plant.model_copy(update={"source": plant.source.model_copy(update={"name": name})})


class Pair:
    """The sample plant twice: `mes` as it is, `copy` as a test changes it."""

    def __init__(self, sample: Path, folder: Path) -> None:
        self.path = folder / "copy.db"
        shutil.copy(sample, self.path)
        self.plant = plant_at(sample, "MES")
        self.mes = Named(SqlDataSource(self.plant), "MES")
        self.copy = Named(SqlDataSource(plant_at(self.path, "Copy")), "Copy")
        self.now = NOW

    def change(self, statement: str) -> None:
        with sqlite3.connect(self.path) as connection:
            connection.execute(statement)

    def source(self, routes: Mapping[str, Route]) -> CompositeDataSource:
        every: dict[Fact, Route] = {fact: Route("mes") for fact in self.plant.facts}
        made: dict[Fact, Route] = every | routes  # type: ignore[operator]
        both = {"mes": self.mes, "copy": self.copy}
        return CompositeDataSource(both, made, "mes", lambda: self.now, ZONES)

    def fetch(self, query: Query, **routes: Route) -> Facts:
        return asyncio.run(self.source(routes).fetch(query))

    def ask(self, text: str, language: Language = "en", **routes: Route) -> Answer:
        source = CachedSource(self.source(routes), lambda: NOW)
        asked = Request(User("console:local"), Place("console"), text, NOW, language=language)
        return asyncio.run(Assistant(self.plant, source, None).handle(asked))


@pytest.fixture
def pair(sample_path: Path, tmp_path: Path) -> Pair:
    return Pair(sample_path, tmp_path)


COPY = Route("mes", also="copy")


def test_each_fact_comes_from_where_it_lies(pair: Pair) -> None:
    pair.change("update cost set per_hour = 1")
    assert pair.fetch(Query("cost"), cost=Route("copy")).rows[0]["per_hour"] == 1
    assert pair.fetch(MADE, cost=Route("copy")).origin.source == "MES"
    with pytest.raises(NoData):
        asyncio.run(CompositeDataSource({"mes": pair.mes}, {}, "mes", lambda: NOW).fetch(MADE))


def test_the_scope_reaches_every_source(pair: Pair) -> None:
    scope = Scope(frozenset({"packaging"}))
    asyncio.run(pair.source({"production": COPY}).fetch(MADE, scope))
    assert pair.mes.scopes == pair.copy.scopes == {scope}


def test_what_stands_in_is_named(pair: Pair) -> None:
    pair.mes.down = "unreachable"
    facts = pair.fetch(MADE, production=Route("mes", fallback="copy"))
    assert facts.origin.source == "Copy"
    assert [one.key for one in facts.remarks] == ["instead"]
    with pytest.raises(SourceUnavailable) as caught:
        pair.fetch(Query("cost"))
    assert caught.value.system == "MES"


@pytest.mark.parametrize("route", [Route("mes", fallback="copy"), Route("mes", also="copy")])
def test_what_one_does_not_allow_no_other_is_asked_for(pair: Pair, route: Route) -> None:
    pair.mes.down = "not_allowed"
    with pytest.raises(SourceUnavailable) as caught:
        pair.fetch(MADE, production=route)
    assert (caught.value.system, caught.value.problem) == ("MES", "not_allowed")


def test_nothing_is_said_where_they_agree(pair: Pair) -> None:
    facts = pair.fetch(MADE, production=COPY)
    assert (facts.remarks, facts.second, facts.differences) == ((), None, ())
    assert pair.copy.asked == 1


def test_both_are_asked_at_the_same_time(pair: Pair) -> None:
    """Each waits until the other is asked as well."""

    async def scenario() -> Facts:
        pair.mes.meeting = pair.copy.meeting = asyncio.Barrier(2)
        async with asyncio.timeout(30):
            return await pair.source({"production": COPY}).fetch(MADE)

    assert asyncio.run(scenario()).rows


def test_a_difference_within_tolerance_is_none(pair: Pair) -> None:
    pair.change("update production set total_units = total_units * 1.004")
    assert pair.fetch(MADE, production=COPY).differences == ()
    exact = Route("mes", also="copy", tolerance=0.001)
    assert {one.asset for one in pair.fetch(MADE, production=exact).differences} == {
        "line-3",
        "line-4",
    }


@pytest.mark.parametrize(
    ("statement", "query", "cause"),
    [
        (
            "update production set start = datetime(start, '-5 hours'), "
            '"end" = datetime("end", \'-5 hours\')',
            MADE,
            "time_zone",
        ),
        ("delete from production where start > '{late}'", MADE, "late"),
        ("delete from production where asset = 'line-3' and start < '{early}'", MADE, "rows"),
        ("update production set total_units = total_units * 2", MADE, "unknown"),
        (
            "update downtime set loss = 'setup' where loss = 'breakdown'",
            Query("downtime", ("line-3",), DAY, ("minutes", "stops"), ("asset", "loss"), until=NOW),
            "reclassified",
        ),
    ],
)
def test_the_probable_cause(statement: str, query: Query, cause: str, pair: Pair) -> None:
    late, early = DAY.end - timedelta(hours=4), DAY.start + timedelta(hours=2)
    pair.change(statement.format(late=f"{late:%F %T}", early=f"{early:%F %T}"))
    facts = pair.fetch(query, **{query.fact: COPY})
    assert facts.differences
    assert {one.cause for one in facts.differences} == {cause}
    assert facts.second is not None
    assert (facts.origin.source, facts.second.origin.source) == ("MES", "Copy")


def test_definitions_are_compared_row_by_row(pair: Pair) -> None:
    pair.change("update cost set per_hour = per_hour + 50 where cost_center = 'cc-line-3'")
    facts = pair.fetch(Query("cost"), cost=COPY)
    assert {(one.measure, one.group.split(",")[0]) for one in facts.differences} == {
        ("per_hour", "cc-line-3")
    }


def test_a_measure_that_one_does_not_hold_is_no_difference() -> None:
    def made(**row: object) -> Facts:
        return Facts(({"asset": "line-3", **row},), Origin("x", "production", 1))

    ours = made(total_units=5, run_min=60.0)
    assert differences(MADE, ours, made(total_units=5, run_min=None), 0.01) == []
    assert len(differences(MADE, ours, made(total_units=50, run_min=60.0), 0.01)) == 1


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_answer_shows_both_and_the_gap(pair: Pair, language: Language) -> None:
    pair.change("update production set total_units = total_units * 1.1")
    alone = pair.ask("/oee line-3 yesterday", language)
    both = pair.ask("/oee line-3 yesterday", language, production=COPY)
    table = next(p for p in both.parts if isinstance(p, Table) and "MES" in p.columns)
    assert {"MES", "Copy"} < set(table.columns)
    assert any("10.0" in cell or "10,0" in cell for row in table.rows for cell in row)
    assert {c.source for c in both.citations} == {"MES", "Copy"}
    assert {both.citations[n - 1].source for n in table.cites} == {"MES", "Copy"}
    assert any(isinstance(p, Notice) and "Copy" in p.text for p in both.parts)
    # The figures themselves are those of the first source.
    assert alone.parts[1] == both.parts[1]


def test_the_answer_says_who_stood_in(pair: Pair) -> None:
    pair.mes.down = "timeout"
    fallbacks: dict[str, Route] = {fact: Route("mes", fallback="copy") for fact in pair.plant.facts}
    answer = pair.ask("/oee line-3 yesterday", "en", **fallbacks)
    assert answer.outcome == "answer"
    assert {c.source for c in answer.citations} == {"Copy"}
    notices = [p.text for p in answer.parts if isinstance(p, Notice)]
    assert any(text.startswith("MES does not answer") and "Copy" in text for text in notices)


def test_the_answer_says_that_it_was_not_compared(pair: Pair) -> None:
    pair.copy.down = "timeout"
    answer = pair.ask("/oee line-3 yesterday", production=COPY)
    assert answer.outcome == "answer"
    assert any(
        isinstance(p, Notice) and p.text.startswith("Copy does not answer") for p in answer.parts
    )


def test_what_stood_in_is_not_kept(pair: Pair) -> None:
    """As soon as the first source is back, it is asked again."""

    async def scenario() -> list[str]:
        cached = CachedSource(
            pair.source({"production": Route("mes", fallback="copy")}), lambda: NOW
        )
        found = []
        for down in ("unreachable", "", "unreachable"):
            pair.mes.down = down
            found.append((await cached.fetch(MADE)).origin.source)
        return found

    assert asyncio.run(scenario()) == ["Copy", "MES", "MES"]  # the last one from the cache


# --- breaker ---------------------------------------------------------------------------------


def test_a_source_that_keeps_failing_is_left_alone_and_tried_again(pair: Pair) -> None:
    async def scenario() -> None:
        breaker = Breaker(pair.mes, lambda: pair.now)
        pair.mes.down = "timeout"
        told = [await problem(breaker) for _ in range(FAILURES + 3)]
        assert told == ["timeout"] * FAILURES + ["resting"] * 3
        assert pair.mes.asked == FAILURES
        pair.now += REST
        assert await problem(breaker) == "timeout"  # one try
        assert await problem(breaker) == "resting"
        pair.now += REST
        pair.mes.down = "slow"
        first, *others = [asyncio.create_task(problem(breaker)) for _ in range(4)]
        assert await asyncio.gather(*others) == ["resting"] * 3  # one try at a time
        pair.mes.gate.set()
        assert await first == ""
        assert await problem(breaker) == ""
        await breaker.close()

    asyncio.run(scenario())


@pytest.mark.parametrize("down", ["column_wrong", "not_allowed", "table_missing"])
def test_what_is_about_one_table_does_not_close_the_source(pair: Pair, down: str) -> None:
    async def scenario() -> set[str]:
        breaker = Breaker(pair.mes, lambda: pair.now)
        pair.mes.down = down
        return {await problem(breaker) for _ in range(FAILURES * 2)}

    assert asyncio.run(scenario()) == {down}


def test_an_asker_who_gives_up_leaves_the_next_try_open(pair: Pair) -> None:
    async def scenario() -> None:
        breaker = Breaker(pair.mes, lambda: pair.now)
        pair.mes.down = "timeout"
        for _ in range(FAILURES):
            await problem(breaker)
        pair.now += REST
        pair.mes.down = "slow"
        trying = asyncio.create_task(problem(breaker))
        await pair.mes.reached.wait()
        trying.cancel()
        await asyncio.gather(trying, return_exceptions=True)
        pair.mes.gate.set()
        assert await problem(breaker) == ""

    asyncio.run(scenario())


async def problem(source: DataSource) -> str:
    try:
        await source.fetch(MADE)
    except SourceUnavailable as error:
        return error.problem
    return ""
