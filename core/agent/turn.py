"""What the one door hands to a language model, and what comes back; imports no LangChain."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, Protocol

from core.agent.limits import NOTHING, Spent
from core.answer import Answer
from core.citing import recited
from core.data.query import Query
from core.installation import Installation
from core.progress import Progress
from core.request import Language
from core.tool import AnyTool, Args


@dataclass(frozen=True, slots=True)
class Ran:
    """What one tool answered: its own parts, with the citations and queries they point into, not
    yet numbered among those of other tools. `call` is the tool and its arguments in words, as a
    follow-up inherits them. Where the outcome is not "answer" the tool could not answer, and its
    first sentence says what to mend."""

    answer: Answer
    queries: tuple[Query, ...] = ()
    call: Mapping[str, object] = field(default_factory=dict)

    def behind(self, others: Sequence[Ran]) -> Ran:
        """The same, with its citations and queries numbered behind those of the others."""
        citations = sum(len(one.answer.citations) for one in others)
        queries = sum(len(one.queries) for one in others)
        moved = tuple(
            replace(
                c,
                number=c.number + citations,
                query=c.query + queries,
                also=tuple(query + queries for query in c.also),
            )
            for c in self.answer.citations
        )
        order = {c.number: c.number + citations for c in self.answer.citations}
        parts = tuple(recited(part, order) for part in self.answer.parts)
        return replace(self, answer=replace(self.answer, parts=parts, citations=moved))


RunTool = Callable[[AnyTool, Args], Awaitable[Ran]]
"""Runs a tool with the asker's rights. Raises nothing but defects."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of one person, and everything that a model may know of it.

    `now` is aware UTC. `thread` are the thread's last questions with the tools that answered
    them, oldest first; `memories` what the person asked and was told before. Both are data, like
    every name in `places`, which are the ids and names of what the person may see.
    """

    question: str
    language: Language
    now: datetime
    user_id: str
    installation: Installation
    plant: str
    run_tool: RunTool
    places: tuple[Mapping[str, str], ...] = ()
    own_places: tuple[str, ...] = ()
    may_see_money: bool = True
    thread: tuple[Mapping[str, Any], ...] = ()
    memories: str = ""
    progress: Progress | None = None


Unfinished = Literal["", "cut", "unspeakable", "limit", "failed"]


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a model said: `text` is checked, final and may be empty, `cites` are citation numbers of
    `rans`. `rans` are the tools' answers, numbered one behind the other; `pointed` are the places
    in it of those that the text speaks of. `unfinished` says why the tools' own words follow."""

    text: str
    cites: tuple[int, ...]
    rans: tuple[Ran, ...]
    pointed: frozenset[int] = frozenset()
    unfinished: Unfinished = ""
    spent: Spent = NOTHING
    refused: int = 0


class Speaker(Protocol):
    """A language model that answers free text with the tools."""

    async def answer(self, turn: Turn) -> Spoken | None:
        """What it said; None where it said nothing that may be shown: it failed, took too long,
        or the person's budget for the day is used up. Raises nothing."""

    async def ready(self) -> None:
        """Makes the first question as quick as the others, where it is called before."""

    async def close(self) -> None: ...
