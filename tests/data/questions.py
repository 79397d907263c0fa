"""Questions that reach every tool on data, and whether two sources answer them alike."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass

import pytest

from core.answer import Answer
from core.assistant import Assistant
from core.data.cache import CachedSource
from core.data.mapping import PlantFile
from core.data.source import DataSource
from core.request import Place, Request, User
from tests.plants import NOW

FEW = (
    "/oee line-3 yesterday",
    "/downtime line-3 last night",
    "/production",
    "/safety",
    "/cost packaging",
    "/trend scrap press-2",
    "/alerts",
    "/asset cnc-4",
)
"""What CI asks of a source that is slow to ask: every fact is read, stops are cut to shifts."""
PATIENCE = 100.0
"""Seconds for a question to a source, where only its figures count: the machine may be busy."""
QUESTIONS = (
    *FEW,
    "/oee packaging last 7 days",
    "/oee riverside this month",
    "/downtime packaging",
    "/downtime hamburg",
    "/losses machining",
    "/trend line-3",
    "/compare line-1 line-2",
    "/compare line-3 yesterday vs last week",
    "/actions",
    "/improve line-3",
    "/asset grinder-5",
)
SOME_OR_ALL = [
    pytest.param(FEW, id="few"),
    pytest.param(QUESTIONS, id="all", marks=pytest.mark.prove),
]


def answers(plant: PlantFile, source: DataSource, questions: Iterable[str]) -> dict[str, Answer]:
    """What a whole assistant says; the source is closed afterwards."""

    async def ask() -> dict[str, Answer]:
        assistant = Assistant(plant, CachedSource(source, lambda: NOW), None)
        asker, place = User("console:local"), Place("console")
        try:
            return {q: await assistant.handle(Request(asker, place, q, NOW)) for q in questions}
        finally:
            await source.close()

    return asyncio.run(ask())


def same(wanted: Mapping[str, Answer], found: Mapping[str, Answer]) -> None:
    """The same parts with the same figures, and as many rows cited."""
    for question, ours in wanted.items():
        assert ours.outcome == "answer", question
        theirs = found[question]
        apart = list(unlike(ours.parts, theirs.parts, question))
        assert not apart, apart[:5]
        # What is asked at the same time is cited in the order in which it came.
        cited = [sorted(c.rows for c in answer.citations) for answer in (ours, theirs)]
        assert cited[0] == cited[1], (question, cited)


def unlike(wanted: object, found: object, where: str) -> Iterator[str]:
    """Where the two differ, but for the last digits of sums added up in another order."""
    if isinstance(wanted, float) and isinstance(found, float | int):
        if not math.isclose(wanted, found, rel_tol=1e-12, abs_tol=1e-12):
            yield f"{where}: {wanted} {found}"
    elif isinstance(wanted, tuple) and isinstance(found, tuple):
        if len(wanted) != len(found):
            yield where
        for n, (a, b) in enumerate(zip(wanted, found, strict=False)):
            yield from unlike(a, b, f"{where}[{n}]")
    elif is_dataclass(wanted) and type(wanted) is type(found):
        for field in fields(wanted):
            name = field.name
            yield from unlike(getattr(wanted, name), getattr(found, name), f"{where}.{name}")
    elif wanted != found:
        yield f"{where}: {wanted} {found}"
