"""The one door with a scripted model behind OpenAI's own protocol; nothing else can be reached."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from core.access import EVERYTHING, Access
from core.agent.limits import Limits, Price
from core.agent.models import ModelChoice
from core.agent.speaker import ModelSpeaker
from core.answer import Answer, Notice, Text
from core.assistant import Assistant
from core.data.cache import CachedSource
from core.data.mapping import PlantFile
from core.data.sql import SqlDataSource
from core.progress import Sentence
from core.request import Language, Place, Request, User
from core.store import Store
from tests.agent.turns import sample_file
from tests.fakes.model import FakeModel
from tests.plants import NOW

FREE = Price()
QUICK = Limits(turn_seconds=6, call_seconds=3, pause=0.01)


@dataclass
class Talk:
    """One assistant and its model. `told` is all that progress was given."""

    model: FakeModel
    assistant: Assistant
    store: Store
    told: list[str] = field(default_factory=list)

    @property
    def sentences(self) -> list[str]:
        return [text for text in self.told if isinstance(text, Sentence)]

    async def ask(
        self, text: str, *, user: str = "console:ana", thread: str = "1", language: Language = "en"
    ) -> Answer:
        request = Request(
            User(user), Place("console", "here", thread), text, NOW, language=language
        )
        return await self.assistant.handle(request, self.told.append)


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
        limits: Limits = QUICK,
        access: Access = EVERYTHING,
        names: tuple[str, ...] = ("gpt-4.1-mini",),
        price: Price = FREE,
        file: PlantFile = plant,
        **choices: Any,
    ) -> AsyncIterator[Talk]:
        store = Store.open(f"sqlite:///{tmp_path}/andon.db")
        async with FakeModel(models=("gpt-4.1-mini", "gpt-6-luna", "spare")) as model:
            model.script(turns)
            choice = ModelChoice(
                names,
                api_key=model.api_key,
                base_url=model.url,
                prices=tuple((name, price) for name in names),
                limits=limits,
            )
            speaker = ModelSpeaker(replace(choice, **choices), store)
            source = CachedSource(SqlDataSource(file), lambda: NOW)
            assistant = Assistant(
                file, source, store, access_of=lambda user, place: access, speaker=speaker
            )
            try:
                yield Talk(model, assistant, store)
            finally:
                await speaker.close()
                await source.close()
                store.close()

    return make


def prose(answer: Answer) -> str:
    return next(p.text for p in answer.parts if isinstance(p, Text)).replace("\u00a0", " ")


def notices(answer: Answer) -> list[str]:
    return [p.text.replace("\u00a0", " ") for p in answer.parts if isinstance(p, Notice)]
