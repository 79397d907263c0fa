"""The one door with a scripted model behind OpenAI's own protocol; nothing else can be reached."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from bot.metrics import Metrics
from core.access import EVERYTHING, Access
from core.agent.limits import Limits, Price
from core.agent.models import ModelChoice
from core.agent.speaker import ModelSpeaker
from core.answer import Answer, Notice, Text
from core.assistant import Assistant
from core.data.cache import CachedSource
from core.data.freeform.statements import Statements
from core.data.mapping import PlantFile
from core.data.sql import SqlDataSource
from core.memory import Memory
from core.progress import Sentence
from core.request import Language, Place, Request, User
from core.store import Store
from tests import stores
from tests.agent.turns import sample_file
from tests.fakes.model import FakeModel
from tests.fakes.waiting import Changes
from tests.plants import NOW

FREE = Price()
LIMITS = Limits(turn_seconds=40, call_seconds=30, tool_seconds=30, pause=0.01)
"""Never reached, also where the machine stands still, and within the assistant's own 45 s. Whoever
wants to see a time-out makes the model hang and puts the clock forward: `impatient`."""


@dataclass
class Talk:
    """One assistant and its model. `told` is all that progress was given."""

    model: FakeModel
    assistant: Assistant
    store: Store
    meter: Metrics
    told: list[str] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes)

    def counted(self, name: str, **labels: str) -> float:
        """What stands under this name in what Prometheus reads; 0 if it does not."""
        told = ",".join(f'{key}="{value}"' for key, value in labels.items())
        start = f"{name}{{{told}}} " if told else f"{name} "
        lines = self.meter.exposed().decode().splitlines()
        return next((float(x.rpartition(" ")[2]) for x in lines if x.startswith(start)), 0.0)

    @property
    def sentences(self) -> list[str]:
        return [text for text in self.told if isinstance(text, Sentence)]

    def tell(self, text: str) -> None:
        self.told.append(text)
        self.changes.happened()

    async def spoke(self) -> None:
        """Once a sentence was released."""
        while not self.sentences:
            await self.changes.wait()

    async def ask(
        self, text: str, *, user: str = "console:ana", thread: str = "1", language: Language = "en"
    ) -> Answer:
        request = Request(
            User(user), Place("console", "here", thread), text, NOW, language=language
        )
        return await self.assistant.handle(request, self.tell)


Talking = Callable[..., Any]


@pytest.fixture(scope="session")
def plant(sample_path: Path) -> PlantFile:
    return sample_file(sample_path)


@pytest.fixture
def talking(plant: PlantFile, tmp_path: Path) -> Talking:
    """`async with talking(turns) as talk`: see FakeModel.script for the turns."""

    @asynccontextmanager
    async def make(
        turns: Any,
        *,
        limits: Limits = LIMITS,
        access: Access = EVERYTHING,
        names: tuple[str, ...] = ("gpt-4.1-mini",),
        price: Price = FREE,
        file: PlantFile = plant,
        remembers: bool = False,
        **choices: Any,
    ) -> AsyncIterator[Talk]:
        store = stores.opened(tmp_path / "andon.db")
        async with FakeModel(models=("gpt-4.1-mini", "gpt-6-luna", "spare")) as model:
            model.script(turns)
            choice = ModelChoice(
                names,
                api_key=model.api_key,
                base_url=model.url,
                prices=tuple((name, price) for name in names),
                limits=limits,
            )
            meter = Metrics()
            speaker = ModelSpeaker(replace(choice, **choices), store, meter)
            statements = Statements("", file.source.url) if limits.sql else None
            source = CachedSource(SqlDataSource(file, statements=statements), lambda: NOW)
            memory = Memory(store, tmp_path / "memory") if remembers else None
            assistant = Assistant(
                file,
                source,
                store,
                access_of=lambda user, place: access,
                speaker=speaker,
                memory=memory,
            )
            try:
                yield Talk(model, assistant, store, meter)
            finally:
                await speaker.close()
                await source.close()
                if memory is not None:
                    memory.close()
                store.close()

    return make


def prose(answer: Answer) -> str:
    return next(p.text for p in answer.parts if isinstance(p, Text)).replace("\u00a0", " ")


def notices(answer: Answer) -> list[str]:
    return [p.text.replace("\u00a0", " ") for p in answer.parts if isinstance(p, Notice)]
