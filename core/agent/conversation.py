"""One turn under way: what tools answered so far, what may be said of it, and what it cost."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from string import ascii_lowercase
from typing import Any

from pydantic import ValidationError

from core import registry
from core.agent.calculator import Calculator, Operation
from core.agent.compact import compact
from core.agent.counted import Tally
from core.agent.detectors import Detectors
from core.agent.figure import Figure
from core.agent.figures import figures_of
from core.agent.guard import Guard, Offender
from core.agent.limits import NOTHING, Limits, Spent
from core.agent.speech import Heard, Speech
from core.agent.turn import Ran, Spoken, Turn, Unfinished
from core.answer import Text
from core.domain.periods import Period
from core.errors import UserError
from core.planner.period_words import parse_period
from core.words import Words

log = logging.getLogger(__name__)
MOST_OFFENDERS = 10
NO_MORE = "no more tool calls in this turn: answer with what you have"
MEND = "Nothing of that was shown. Write the whole answer again without these mistakes:"


@dataclass(eq=False)
class Conversation:
    """What the loop's parts share. It belongs to one turn and knows no LangChain.

    `earlier` is what the person spent before on this day.
    """

    turn: Turn
    limits: Limits
    earlier: Spent = NOTHING
    spent: Spent = NOTHING
    tally: Tally = field(default_factory=Tally)
    unfinished: Unfinished = ""
    _tool_calls: int = 0
    _rans: list[Ran] = field(default_factory=list)
    _figures: list[Figure] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.speech = Speech(self.turn.progress)
        self._detectors = _detectors(self.turn)
        self._guard = Guard(self.turn.question, (), self._detectors)

    @property
    def must_end(self) -> bool:
        """Whether the next call of the model is the last one, in which it has to answer."""
        within = self.limits.allow(self.earlier + self.spent)
        return not within or self.tally.calls + 1 >= self.limits.model_calls

    # --- what the model hears

    async def call(self, name: str, given: Mapping[str, Any]) -> tuple[str, Ran | None]:
        """What the tool of that name answers: for the model, and as it is."""
        self._tool_calls += 1
        self.tally.tools[name] += 1
        if self._tool_calls > self.limits.tool_calls:
            return _problem(NO_MORE), None
        tool = registry.tool(name)
        try:
            args = tool.args.model_validate(dict(given))
        except ValidationError as error:
            return _problem("these arguments do not fit", mend=_mistakes(error)), None
        try:
            async with asyncio.timeout(self.limits.tool_seconds):
                ran = await self.turn.run_tool(tool, args)
        except TimeoutError:
            return _problem("the tool took too long: ask for less, or say so"), None
        except Exception as error:
            defect = secrets.token_hex(4)
            log.error("defect %s", defect, exc_info=error)
            return _problem(f"the tool failed; it is logged as {defect}"), None
        return self._heard(ran), ran

    def calculate(self, operation: Operation, ids: Sequence[str]) -> str:
        """A figure made of figures that were given, under an id of its own."""
        self._tool_calls += 1
        self.tally.tools["calculate"] += 1
        if self._tool_calls > self.limits.tool_calls:
            return _problem(NO_MORE)
        prefix = f"z{ascii_lowercase[self._tool_calls % 26]}"
        try:
            calculator = Calculator(self._figures, self.turn.language, prefix)
            made = calculator.calculate(operation, ids)
        except UserError as error:
            return _problem(Words(self.turn.language).say(error.key, **error.arguments))
        self._know(made)
        shown = {"value": made.shown, "measure": made.measure}
        return json.dumps({"figures": {made.id: shown}}, ensure_ascii=False)

    def _know(self, *figures: Figure) -> None:
        self._figures += figures
        self._guard = Guard(self.turn.question, self._figures, self._detectors)

    def _heard(self, ran: Ran) -> str:
        answer = ran.answer
        if answer.outcome != "answer":
            self._rans.append(ran)
            offered = [action.command for action in answer.actions]
            return _problem(_first_text(ran), outcome=answer.outcome, instead=offered)
        ran = ran.behind(self._rans)
        prefix = ascii_lowercase[len(self._rans)]
        self._rans.append(ran)
        figures = figures_of(ran.answer, prefix, self._detectors)
        self._know(*figures)
        return compact(ran.answer, figures)

    # --- what the model says

    def listen(self) -> Heard:
        """For the next message of the model. What it writes before any tool answered may be the
        talk before a call, so it is not shown at once."""
        return Heard(self.speech, self._guard, is_live=bool(self._rans))

    def mend(self, offenders: Sequence[Offender]) -> str:
        """What the model is told of a text of which nothing could be shown."""
        self.tally.retries += 1
        told = [one.told(self.turn.language) for one in dict.fromkeys(offenders)]
        return "\n".join((MEND, *(f"- {one}" for one in told[:MOST_OFFENDERS])))

    def spoken(self) -> Spoken | None:
        """What may be shown of the turn as it stands now; None where that is nothing."""
        said = self.speech.released
        if not said and not any(ran.answer.outcome == "answer" for ran in self._rans):
            return None
        used = [figure for one in said for figure in one.figures]
        cites = tuple(dict.fromkeys(cite for figure in used for cite in figure.cites))
        letters = {figure.id[0] for figure in used}
        return Spoken(
            text=self.speech.text,
            cites=cites,
            rans=tuple(self._rans),
            pointed=frozenset(
                n
                for n, ran in enumerate(self._rans)
                if ascii_lowercase[n] in letters
                or any(citation.number in cites for citation in ran.answer.citations)
            ),
            unfinished=self.unfinished,
            spent=self.spent,
            refused=self.tally.refusals.total(),
        )


def _detectors(turn: Turn) -> Detectors:
    installation = turn.installation
    calendar = installation.calendars[turn.plant]

    def read_period(said: str) -> Period | None:
        try:
            return parse_period(said, calendar, turn.now)
        except UserError:
            return None

    names = installation.names(turn.plant)
    return Detectors.of(installation.hierarchy.assets, names, installation.shift_names, read_period)


def _problem(what: str, **more: object) -> str:
    return json.dumps({"error": what, **more}, ensure_ascii=False)


def _mistakes(error: ValidationError) -> list[str]:
    """What to mend, argument by argument."""
    return [
        f"{'.'.join(map(str, wrong['loc'])) or 'arguments'}: {wrong['msg']}"
        for wrong in error.errors(include_url=False, include_input=False)[:5]
    ]


def _first_text(ran: Ran) -> str:
    return next((part.text for part in ran.answer.parts if isinstance(part, Text)), "")
