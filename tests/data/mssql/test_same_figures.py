"""Every tool gives the same answer from SQL Server as from the sample plant's own file."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from core.answer import Answer
from core.assistant import Assistant
from core.data.cache import CachedSource
from core.data.sql import SqlDataSource
from core.request import Place, Request, User
from tests.data.mssql.conftest import plant_on
from tests.plants import NOW

QUESTIONS = (
    "/oee line-3 yesterday",
    "/oee packaging last 7 days",
    "/oee riverside this month",
    "/downtime packaging",
    "/downtime line-3 last night",
    "/downtime hamburg",
    "/production",
    "/safety",
    "/cost packaging",
    "/losses machining",
    "/trend line-3",
    "/trend scrap press-2",
    "/compare line-1 line-2",
    "/compare line-3 yesterday vs last week",
    "/actions",
    "/alerts",
    "/improve line-3",
    "/asset grinder-5",
    "/asset cnc-4",
)


async def _answers(assistant: Assistant) -> dict[str, Answer]:
    asker, place = User("console:local"), Place("console")
    return {q: await assistant.handle(Request(asker, place, q, NOW)) for q in QUESTIONS}


async def _all(url: URL | str) -> dict[str, Answer]:
    plant = plant_on(url)
    source = SqlDataSource(plant)
    try:
        return await _answers(Assistant(plant, CachedSource(source, lambda: NOW), None))
    finally:
        await source.close()


@pytest.fixture(scope="module")
def from_file(sample_path: Path) -> dict[str, Answer]:
    return asyncio.run(_all(f"sqlite:///{sample_path}"))


def test_every_tool_says_the_same(from_file: dict[str, Answer], address: URL) -> None:
    from_server = asyncio.run(_all(address))
    for question, wanted in from_file.items():
        assert wanted.outcome == "answer", question
        found = from_server[question]
        assert list(_unlike(wanted.parts, found.parts, question)) == []
        assert [c.rows for c in found.citations] == [c.rows for c in wanted.citations], question


def _unlike(wanted: object, found: object, where: str) -> Iterator[str]:
    """Where the two differ, but for the last digits of sums added up in another order."""
    if isinstance(wanted, float) and isinstance(found, float | int):
        if not math.isclose(wanted, found, rel_tol=1e-12, abs_tol=1e-12):
            yield f"{where}: {wanted} {found}"
    elif isinstance(wanted, tuple) and isinstance(found, tuple):
        if len(wanted) != len(found):
            yield where
        for n, (a, b) in enumerate(zip(wanted, found, strict=False)):
            yield from _unlike(a, b, f"{where}[{n}]")
    elif is_dataclass(wanted) and type(wanted) is type(found):
        for field in fields(wanted):
            name = field.name
            yield from _unlike(getattr(wanted, name), getattr(found, name), f"{where}.{name}")
    elif wanted != found:
        yield f"{where}: {wanted} {found}"
