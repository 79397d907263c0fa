"""Plays the labelled questions through the one door."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from core.agent.models import ModelChoice
from core.agent.speaker import ModelSpeaker
from core.answer import Answer
from core.assistant import Assistant
from core.data.cache import CachedSource
from core.data.sql import SqlDataSource
from core.meter import Counted, Timed
from core.request import Place, Request, User
from core.store import Store
from tests.agent.turns import sample_file
from tests.evaluation.labelled import Question
from tests.evaluation.plain_sql import Plant
from tests.evaluation.score import Score, score
from tests.plants import NOW


@dataclass(frozen=True, slots=True)
class Played:
    question: Question
    answer: Answer
    score: Score
    seconds: float


@dataclass(slots=True)
class Tallied:
    """A Meter whose numbers can be read."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, what: Counted, amount: float = 1, *labels: str) -> None:
        self.counts[what.name, " ".join(labels)] += amount  # type: ignore[assignment]

    def took(self, what: Timed, seconds: float, *labels: str) -> None:
        self.counts[what.name, " ".join(labels)] += 1

    def total(self, what: Counted | Timed) -> float:
        return sum(count for (name, _), count in self.counts.items() if name == what.name)

    def by_label(self, what: Counted | Timed) -> dict[str, float]:
        return {label: n for (name, label), n in self.counts.items() if name == what.name and n}


@asynccontextmanager
async def assistant(
    plant: Path, home: Path, model: ModelChoice | None, meter: Tallied
) -> AsyncIterator[Assistant]:
    """The product on the sample plant; without a model the planner answers."""
    file = sample_file(plant)
    store = Store.open(f"sqlite:///{home}/andon.db")
    source = CachedSource(SqlDataSource(file), lambda: NOW)
    speaker = ModelSpeaker(model, store, meter) if model else None
    if speaker is not None:
        await speaker.ready()
    try:
        yield Assistant(file, source, store, speaker=speaker)
    finally:
        if speaker is not None:
            await speaker.close()
        await source.close()
        store.close()


async def play(
    questions: Sequence[Question],
    asked: Assistant,
    plant: Plant,
    *,
    at_once: int = 1,
    before: Callable[[Question, str], None] = lambda _question, _text: None,
) -> list[Played]:
    """Each question in a thread and by a person of its own; `before` hears what is asked next."""
    free = asyncio.Semaphore(at_once)

    async def one(number: int, question: Question) -> Played:
        user, place = User(f"console:{number}"), Place("console", "evaluation", str(number))
        async with free:
            for text in (*question.after, question.ask):
                before(question, text)
                began = time.perf_counter()
                answer = await asked.handle(Request(user, place, text, NOW))
                seconds = time.perf_counter() - began
        return Played(question, answer, score(question, answer, plant), seconds)

    return list(await asyncio.gather(*(one(n, q) for n, q in enumerate(questions))))
