"""Every tool gives the same answer from a Supabase project as from the sample plant's own file,
alone and together with the plant's own Postgres or SQL Server."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from core.data.composite import CompositeDataSource
from core.data.mapping import PlantFile, SourceMapping
from core.data.routing import routes
from core.data.source import DataSource
from core.data.sql import SqlDataSource
from tests.data.mssql.conftest import plant_on as plant_of_sql
from tests.data.questions import PATIENCE, QUESTIONS, SOME_OR_ALL, answers, same
from tests.data.supabase.conftest import clock, plant_on, source_on
from tests.data.supabase.project import Project

DEFINITIONS = ("asset", "product", "product_rate", "cost", "target", "calendar")
HAPPENS = ("production", "downtime", "scrap")
TO_SQL_SERVER = [
    pytest.param(("/production", "/safety", "/cost packaging"), id="few"),
    pytest.param(QUESTIONS, id="all", marks=pytest.mark.prove),
]


@pytest.mark.parametrize("questions", SOME_OR_ALL)
def test_every_tool_says_the_same(
    questions: Sequence[str], sample_path: Path, project: Project
) -> None:
    file = plant_of_sql(f"sqlite:///{sample_path}")
    same(
        answers(file, SqlDataSource(file), questions),
        answers(plant_on(project.url), source_on(project, PATIENCE), questions),
    )


@pytest.mark.parametrize("questions", SOME_OR_ALL)
def test_it_says_the_same_beside_postgres(
    questions: Sequence[str], sample_path: Path, project: Project
) -> None:
    """The Postgres is the project's own, by SQL and with all rights."""
    owner = project.owner.render_as_string(hide_password=False)
    _beside(plant_on(owner, PATIENCE), questions, sample_path, project)


@pytest.mark.parametrize("questions", TO_SQL_SERVER)
def test_it_says_the_same_beside_sql_server(
    questions: Sequence[str], sample_path: Path, project: Project, address: URL
) -> None:
    _beside(plant_of_sql(address, PATIENCE), questions, sample_path, project)


def _beside(main: PlantFile, questions: Sequence[str], sample: Path, project: Project) -> None:
    """Definitions come from the project; what happens lies in both, and is compared."""
    file = plant_of_sql(f"sqlite:///{sample}")
    plant = together(main, project)
    both: dict[str, DataSource] = {
        "main": SqlDataSource(main),
        "cloud": source_on(project, PATIENCE),
    }
    source = CompositeDataSource(both, routes(plant), "main", clock)
    found = answers(plant, source, questions)
    # Nothing differs, so nothing is told of a comparison: the parts are those of one source.
    same(answers(file, SqlDataSource(file), questions), found)
    assert {c.source for a in found.values() for c in a.citations} >= {main.source.name}


def together(main: PlantFile, project: Project) -> PlantFile:
    facts = dict(main.facts)
    for fact, mapping in main.facts.items():
        if fact in DEFINITIONS:
            facts[fact] = mapping.model_copy(update={"source": "cloud"})
        elif fact in HAPPENS:
            facts[fact] = mapping.model_copy(update={"also": "cloud"})
    cloud = SourceMapping(kind="supabase", url=project.url, name="Supabase")
    return main.model_copy(update={"facts": facts, "sources": {"cloud": cloud}})
