"""Sums of complete days before a project, and before a project beside the plant's own database."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.access import Access
from core.data.cache import CachedSource
from core.data.composite import CompositeDataSource
from core.data.mapping import FactMapping, PlantFile, SourceMapping
from core.data.query import Fact, Query
from core.data.routing import routes
from core.data.source import DataSource, Facts, Scope
from core.data.sql import SqlDataSource
from core.domain.periods import Interval
from core.errors import SourceUnavailable
from core.installation import Definitions
from core.rollup.job import Rollup
from core.rollup.source import RolledSource
from tests import stores
from tests.data.mssql.conftest import plant_on as plant_of_sql
from tests.data.supabase.conftest import plant_on, source_on
from tests.data.supabase.project import Project
from tests.plants import NOW
from tests.rollup.plant import equal

EVERYTHING = Scope()
PACKAGING = Access(places=frozenset({"packaging"})).scope
ASSETS = ("line-3", "line-4", "grinder-5", "cnc-1")
THERE: tuple[Fact, ...] = ("production", "scrap")


@dataclass(slots=True)
class Rolled:
    """`raw` without and `source` with sums of days in front of it."""

    raw: DataSource
    source: RolledSource
    definitions: Definitions
    week: Interval
    loop: asyncio.Runner

    def fetch(self, query: Query, scope: Scope | None) -> tuple[Facts, Facts]:
        async def both() -> tuple[Facts, Facts]:
            return await self.raw.fetch(query, scope), await self.source.fetch(query, scope)

        return self.loop.run(both())

    def production(self, *assets: str) -> Query:
        sums = ("total_units", "good_units", "run_min", "planned_min")
        return Query("production", assets, self.week, sums, ("asset", "product"))


def alone(project: Project) -> tuple[PlantFile, DataSource]:
    plant = plant_on(project.url)
    source = SourceMapping(kind="supabase", url=project.url, name="Supabase")
    return plant.model_copy(update={"source": source}), source_on(project)


def together(project: Project, sample: Path) -> tuple[PlantFile, DataSource]:
    """Stops in the plant's own database; production and scrap in the project, where the plant's
    own stands in for it; what the two also hold in common is compared."""
    cloud = SourceMapping(kind="supabase", url=project.url, name="Supabase")
    main = plant_of_sql(f"sqlite:///{sample}")
    main = main.model_copy(update={"source": main.source.model_copy(update={"name": "MES"})})
    facts = dict(main.facts)
    for fact in THERE:
        facts[fact] = FactMapping(source="cloud", fallback="main")
    facts["order"] = facts["order"].model_copy(update={"also": "cloud"})
    own = main.source.model_copy(update={"facts": {fact: main.facts[fact] for fact in THERE}})
    plant = main.model_copy(update={"source": own, "sources": {"cloud": cloud}, "facts": facts})
    both: dict[str, DataSource] = {"main": SqlDataSource(main), "cloud": source_on(project)}
    return plant, CompositeDataSource(both, routes(plant), "main", lambda: NOW)


@pytest.fixture(scope="module", params=["alone", "together"])
def rolled(
    request: pytest.FixtureRequest, project: Project, sample_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Rolled]:  # fmt: skip
    made = alone(project) if request.param == "alone" else together(project, sample_path)
    plant, raw = made
    store = stores.opened(tmp_path_factory.mktemp("rolled") / "andon.db")
    source = RolledSource(raw, store, plant)
    definitions = Definitions(plant, CachedSource(source, lambda: NOW))
    with asyncio.Runner() as loop:
        job = Rollup(plant, definitions, raw, store)
        loop.run(job.fill(NOW, (NOW - timedelta(days=4)).date()))
        calendar = loop.run(definitions.load()).calendars["riverside"]
        last = calendar.production_day(NOW)
        week = Interval(
            calendar.day(last - timedelta(days=4)).start, calendar.day(last - timedelta(days=1)).end
        )
        yield Rolled(raw, source, definitions, week, loop)
        loop.run(raw.close())
    store.close()


def test_it_says_what_the_tables_say(rolled: Rolled) -> None:
    scrap = Query("scrap", ASSETS, rolled.week, ("units",), ("asset", "reason"))
    stops = Query("downtime", ("line-3",), rolled.week, ("median",), (), until=NOW)
    for query in (rolled.production(*ASSETS), scrap):
        raw, summed = rolled.fetch(query, EVERYTHING)
        equal(raw.rows, summed.rows, query.group_by)
        assert summed.origin.note in ("whole", "partly")
        assert (summed.origin.source, summed.origin.table) == (raw.origin.source, raw.origin.table)
        assert summed.origin.rows == raw.origin.rows
    raw, asked = rolled.fetch(stops, EVERYTHING)
    assert (asked.rows, asked.origin) == (raw.rows, raw.origin)


def test_a_sum_holds_no_row_that_a_person_may_not_see(rolled: Rolled) -> None:
    """The sums were made with all rows; whoever may not see them all is answered by the
    database, which goes by their token."""
    whole, _ = rolled.fetch(rolled.production(*ASSETS), EVERYTHING)
    raw, found = rolled.fetch(rolled.production(*ASSETS), PACKAGING)
    assert found.rows == raw.rows
    assert found.origin.note == ""
    assert {row["asset"] for row in found.rows} == {"line-3", "line-4"}
    assert {row["asset"] for row in whole.rows} == set(ASSETS)
    shared = replace(EVERYTHING, audience=frozenset({"packaging"}))
    assert rolled.fetch(rolled.production(*ASSETS), shared)[1].rows == raw.rows
    everyone = Scope(frozenset({"riverside", "hamburg"}))
    assert rolled.fetch(rolled.production("line-3"), everyone)[1].origin.note == ""


def test_the_bot_itself_gets_no_sums(rolled: Rolled) -> None:
    """Without a scope a project gives definitions only; the sums must not give more."""
    with pytest.raises(SourceUnavailable) as caught:
        rolled.loop.run(rolled.source.fetch(rolled.production("line-3"), None))
    assert caught.value.problem == "not_allowed"
