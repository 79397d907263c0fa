"""Turns on the sample plant: a question, what tools answered, and references by what they mean.

In the sentences of these tests `[[a OEE]]` stands for the figure of the first tool's answer that
is called so, `[[a OEE target]]` for its target, `[[a Duration / conveyor]]` for that of the row:
ids are numbers in the order of the answer, and tools may come to show more.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from core.agent.detectors import Detectors
from core.agent.figure import Figure
from core.agent.figures import figures_of
from core.agent.guard import Guard, Refused, Released
from core.answer import Answer
from core.assistant import Assistant
from core.data.cache import CachedSource
from core.data.mapping import PlantFile, parse
from core.data.sql import SqlDataSource
from core.domain.periods import Period
from core.errors import UserError
from core.installation import Definitions, Installation
from core.planner.period_words import parse_period
from core.request import Language, Place, Request, User
from tests.plants import NOW

_MEANT = re.compile(r"\[\[([a-d]) ([^\]]+)\]\]")
_KINDS = ("target", "change", "label", "quote")


class Plant:
    """The sample plant's tools, and what detectors know of it."""

    def __init__(self, file: PlantFile) -> None:
        self._runner = asyncio.Runner()
        source = CachedSource(SqlDataSource(file), lambda: NOW)
        self._assistant = Assistant(file, source, None)
        self.installation: Installation = self._runner.run(Definitions(file, source).load())
        calendar = self.installation.calendars["riverside"]

        def read_period(said: str) -> Period | None:
            try:
                return parse_period(said, calendar, NOW)
            except UserError:
                return None

        self.detectors = Detectors.of(
            self.installation.hierarchy.assets,
            self.installation.names("riverside"),
            self.installation.shift_names,
            read_period,
        )
        self._answers: dict[tuple[str, Language], Answer] = {}

    def answer(self, command: str, language: Language) -> Answer:
        key = (command, language)
        if key not in self._answers:
            request = Request(
                User("console:ana"), Place("console", "here", "1"), command, NOW, language=language
            )
            self._answers[key] = self._runner.run(self._assistant.handle(request))
            assert self._answers[key].outcome == "answer", command
        return self._answers[key]

    def turn(self, question: str, *commands: str, language: Language = "en") -> Turn:
        figures: list[Figure] = []
        for prefix, command in zip("abcd", commands, strict=False):
            figures += figures_of(self.answer(command, language), prefix, self.detectors)
        return Turn(question, tuple(figures), self.detectors, language)


@dataclass(frozen=True)
class Turn:
    question: str
    figures: tuple[Figure, ...]
    detectors: Detectors
    language: Language

    @cached_property
    def guard(self) -> Guard:
        return Guard(self.question, self.figures, self.detectors)

    @cached_property
    def by_id(self) -> dict[str, Figure]:
        return {figure.id: figure for figure in self.figures}

    def check(self, sentence: str, before: str = "") -> Released | Refused:
        return self.guard.check(self.written(sentence), self.written(before))

    def written(self, sentence: str) -> str:
        """The sentence as a model writes it: with ids."""
        return _MEANT.sub(lambda match: f"[[{self.meant(match[1], match[2]).id}]]", sentence)

    def meant(self, prefix: str, said: str) -> Figure:
        said, _, row = (part.strip() for part in said.partition("/"))
        kind = next((k for k in _KINDS if said.endswith(f" {k}")), "value")
        label = said.removesuffix(f" {kind}")
        found = [
            figure
            for figure in self.figures
            if figure.id.startswith(prefix)
            and (figure.kind == kind or (figure.kind == "derived" and kind == "value"))
            and figure.measure.casefold().endswith(label.casefold())
            and (not row or any(row.casefold() in name.casefold() for name in rows(figure)))
        ]
        exact = [figure for figure in found if figure.measure.casefold() == label.casefold()]
        assert found, f"no figure {said!r} / {row!r} of {prefix}"
        found = exact or found
        return next((f for f in found if row and row in rows(f)), found[0])


def rows(figure: Figure) -> tuple[str, ...]:
    """What the row of a figure is called."""
    day = figure.period_name if figure.kind == "label" else ""
    return (figure.subject, figure.asset_names, figure.shift, figure.period_name, day)


def sample_file(path: Path) -> PlantFile:
    import tomllib

    import core.data

    text = (Path(core.data.__path__[0]) / "sample.toml").read_text("utf-8")
    text = text.replace("{home}/plant.db", path.as_posix())
    return parse(tomllib.loads(text), where="sample.toml", home=path.parent)
