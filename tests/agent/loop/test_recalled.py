"""What was told before is never passed off as a fresh figure."""

from __future__ import annotations

import json
import re

import pytest

from tests.agent.loop.conftest import Talking, prose
from tests.fakes.loop import in_loop
from tests.fakes.model import CallTools, Request, Say, ToolCall, Turn

RECALL = CallTools([ToolCall("memory_recall", {"assets": ["line-3"]})])
SENTENCES = (
    "The OEE of Line 3 was [[{id}]].",
    "Yesterday the OEE of Line 3 was [[{id}]].",
    "Line 3 made [[{id}]] bottles yesterday.",
    "OEE: [[{id}]]",
)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_no_figure_of_then_in_a_sentence_of_now(talking: Talking, sentence: str) -> None:
    @in_loop
    async def turn() -> None:
        tried: list[str] = []

        def play(request: Request) -> Turn:
            results = [json.loads(m.text) for m in request.messages if m.role == "tool"]
            if not results:
                return RECALL
            left = [i for i in results[-1]["figures"] if i not in tried]
            tried.append(left[0] if left else "")
            return Say(sentence.format(id=tried[-1] or "a0"))

        async with talking(play, remembers=True) as talk:
            assert (await talk.ask("/oee line-3 yesterday")).outcome == "answer"
            while "" not in tried:
                answer = await talk.ask("What was the OEE of line 3?", thread="2")
                assert talk.sentences == []
                assert answer.tool == "memory_recall"
            assert len(tried) > 10

    turn()


def test_told_as_what_it_is(talking: Talking) -> None:
    @in_loop
    async def turn() -> None:
        def play(request: Request) -> Turn:
            results = [json.loads(m.text) for m in request.messages if m.role == "tool"]
            if not results:
                return RECALL
            figures = results[-1]["figures"].items()
            return Say(f"[[{next(i for i, row in figures if row['value'].startswith('OEE'))}]]")

        async with talking(play, remembers=True) as talk:
            await talk.ask("/oee line-3 yesterday")
            said = prose(await talk.ask("What did you tell me about line 3?", thread="2"))
            assert re.fullmatch(r"OEE: Then 78.1 % \(“/oee line-3 yesterday” · .+\)", said), said

    turn()
