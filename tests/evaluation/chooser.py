"""A scripted model that chooses tools as the planner does and says the first figures of what they
answer: the whole loop runs, and its score can be compared with the planner's own."""

from __future__ import annotations

import json
from typing import Any

from core.agent.conversation import MEND
from core.installation import Installation
from core.planner.planner import FIELDS, Clarify, Decline, Plan, Planner, ThreadContext
from tests.evaluation.labelled import Question
from tests.fakes.model import CallTools, Request, Say, ToolCall, Turn

_PLANT = "riverside"
_MOST = 3  # sentences


class Chooser:
    """One conversation at a time; it is told whose question comes next."""

    def __init__(self, installation: Installation) -> None:
        self._planner = Planner(FIELDS)
        self._names = installation.names(_PLANT)
        self._shifts = installation.shift_names
        self._question: Question | None = None
        self._context: ThreadContext | None = None

    def listen(self, question: Question, _text: str) -> None:
        if question is not self._question:
            self._question, self._context = question, None

    def play(self, request: Request) -> Turn:
        results = [json.loads(m.text) for m in request.messages if m.role == "tool"]
        if request.question.startswith(MEND):
            return Say("See below.")
        if results:
            return Say(_said(results))
        plan = self._planner.plan(request.question, self._names, self._shifts, self._context)
        match plan:
            case Plan(tool="help") | Decline():
                return Say("That I cannot answer.")
            case Clarify():
                return Say("Which one do you mean?")
            case Plan(tool=tool, args=args):
                self._context = ThreadContext(tool, args)
                return CallTools([ToolCall(tool, args)])


def _said(results: list[dict[str, Any]]) -> str:
    sentences = [sentence for result in results for sentence in _sentences(result)]
    return " ".join(sentences[:_MOST]) or "There is nothing to say of it."


def _sentences(result: dict[str, Any]) -> list[str]:
    if "error" in result:
        return ["Which one do you mean?"]
    usual = result["unless_said"].get("assets", "")
    return [
        f"{row['measure']} of {row.get('assets', usual)}: [[{name}]]."
        for name, row in result["figures"].items()
        if row.get("measure") and not {"kind", "row", "period"} & set(row)
    ]
