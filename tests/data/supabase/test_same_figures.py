"""Every tool gives the same answer from a Supabase project as from the sample plant's own file."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from core.answer import Answer
from core.assistant import Assistant
from core.data.cache import CachedSource
from core.data.sql import SqlDataSource
from core.request import Place, Request, User
from tests.data.mssql.conftest import plant_on as plant_of_sql
from tests.data.mssql.test_same_figures import QUESTIONS, _unlike
from tests.data.supabase.conftest import plant_on, source_on
from tests.data.supabase.project import Project
from tests.plants import NOW


async def _answers(assistant: Assistant) -> dict[str, Answer]:
    asker, place = User("console:local"), Place("console")
    return {q: await assistant.handle(Request(asker, place, q, NOW)) for q in QUESTIONS}


@pytest.fixture(scope="module")
def from_file(sample_path: Path) -> dict[str, Answer]:
    async def ask() -> dict[str, Answer]:
        plant = plant_of_sql(f"sqlite:///{sample_path}")
        source = SqlDataSource(plant)
        try:
            return await _answers(Assistant(plant, CachedSource(source, lambda: NOW), None))
        finally:
            await source.close()

    return asyncio.run(ask())


def test_every_tool_says_the_same(from_file: dict[str, Answer], project: Project) -> None:
    async def ask() -> dict[str, Answer]:
        source = source_on(project)
        try:
            cached = CachedSource(source, lambda: NOW)
            return await _answers(Assistant(plant_on(project.url), cached, None))
        finally:
            await source.close()

    from_project = asyncio.run(ask())
    for question, wanted in from_file.items():
        assert wanted.outcome == "answer", question
        found = from_project[question]
        assert list(_unlike(wanted.parts, found.parts, question)) == []
        assert [c.rows for c in found.citations] == [c.rows for c in wanted.citations], question
