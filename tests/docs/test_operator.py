"""docs/operator.md: what it says can be asked is asked, and answered by the tool it names."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

import pytest

from bot.app import build
from bot.plant import plant_file
from bot.settings import Settings
from core import registry
from core.answer import Answer
from core.installation import Definitions
from core.planner.asset_words import AssetNames
from core.planner.planner import FIELDS, Plan, Planner
from core.planner.reading import detect_language
from core.request import Language, Place, Request, User
from core.tool import AnyTool
from tests.docs.pages import pages
from tests.plants import NOW

PAGE = pages()["docs/operator.md"]
_SECTION = re.compile(r"^### [^\n]*`/(\w+)`\n\n((?:\|[^\n]*\n)+)", re.MULTILINE)
_CANNOT = PAGE.text.partition("## What it cannot do")[2]


def _rows(table: str) -> Iterator[tuple[str, ...]]:
    """The cells of a Markdown table, below its head."""
    for line in table.splitlines()[2:]:
        yield tuple(cell.strip() for cell in line.strip("|").split("|"))


ASKED = [
    (command, question, language)
    for command, table in _SECTION.findall(PAGE.text)
    for row in _rows(table)
    for question, language in zip(row, ("en", "de"), strict=True)
]
SAID = sorted(
    {span for span in PAGE.spans if span.startswith("/") and "…" not in span}
    - {f"/{command}" for command, _, _ in ASKED}
)
REFUSED = {row[0]: row[1] for row in _rows(_CANNOT.strip().partition("\n\n")[0])}


class Asked:
    """The bot as it is put together, memory and all; one for the whole page."""

    def __init__(self, home: Path, sample: Path) -> None:
        (home / "plant.db").symlink_to(sample)
        self.app = build(Settings(home=home, store_url=f"sqlite:///{home}/andon.db"), lambda: NOW)
        self.runner = asyncio.Runner()
        self.planner = Planner(FIELDS)

    @cached_property
    def words(self) -> tuple[AssetNames, tuple[str, ...]]:
        """What the plant's assets and shifts are called."""
        definitions = Definitions(plant_file(self.app.settings), self.app.source)
        installation = self.runner.run(definitions.load())
        return installation.names("riverside"), tuple(installation.shift_names)

    def ask(self, question: str, now: datetime = NOW) -> Answer:
        """In a thread of its own, so that no question follows up on another."""
        place = Place("console", "here", question)
        request = Request(User("console:ana"), place, question, now)
        return self.runner.run(self.app.handle(request))

    def close(self) -> None:
        self.runner.run(self.app.close())
        self.runner.close()


@pytest.fixture(scope="module")
def asked(sample_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    opened = Asked(tmp_path_factory.mktemp("home"), sample_path)
    opened.ask("why was line 3 down last night?", NOW - timedelta(days=1))
    yield opened
    opened.close()


@pytest.mark.parametrize(("command", "question", "language"), ASKED)
def test_a_question_is_answered_by_its_tool(
    asked: Asked, command: str, question: str, language: Language
) -> None:
    answer = asked.ask(question)
    assert (answer.outcome, answer.tool) == ("answer", registry.by_command()[command])
    assert answer.language == language


def test_every_tool_stands_there_with_its_questions() -> None:
    commands = [command for command, _, _ in ASKED]
    assert set(commands) == set(registry.by_command())
    assert min(commands.count(command) for command in commands) >= 4


@pytest.mark.parametrize("command", SAID)
def test_a_command_does_something(asked: Asked, command: str) -> None:
    answer = asked.ask(command)
    assert answer.outcome in ("answer", "no_data"), answer


@pytest.mark.parametrize("question", REFUSED)
def test_what_it_cannot_do_is_said(asked: Asked, question: str) -> None:
    assert asked.ask(question).outcome in ("decline", "unknown_asset")


@pytest.mark.parametrize("tool", registry.tools(), ids=lambda tool: tool.name)
def test_what_a_tool_says_it_can_be_asked_is_put_to_it(asked: Asked, tool: AnyTool) -> None:
    """The examples of the help, of the README and for a model: understood, not answered."""
    names, shifts = asked.words
    for language, questions in tool.examples.items():
        for question in questions:
            plan = asked.planner.plan(question, names, shifts)
            assert isinstance(plan, Plan), question
            assert plan.tool == tool.name, question
            assert detect_language(question, language) == language
