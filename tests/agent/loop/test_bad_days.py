"""The model having a bad day: a right answer or an honest sentence, within the turn's time.

Time-outs fire by the loop's clock, which `impatient` puts forward: none of these tests hurries.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from core.answer import Text
from tests.agent.loop.conftest import LIMITS, Talk, Talking, notices, prose
from tests.agent.loop.test_loop import OEE, SAID, WELL, WITHOUT
from tests.fakes.loop import in_loop, skip
from tests.fakes.model import (
    BrokenEvents,
    BrokenJson,
    CallTools,
    FailMidway,
    Fault,
    Hang,
    NotUtf8,
    Request,
    Reset,
    Say,
    ServerError,
    Slow,
    TooMany,
    Truncate,
    Turn,
    impatient,
    step_by_step,
)

HANGING = replace(LIMITS, call_seconds=9)  # so that all three attempts fit into the turn
CALL = HANGING.call_seconds
NOBODY = "http://127.0.0.1:9"  # a port where nothing listens
QUESTION = "What was the OEE of line 3 yesterday?"
FAULTS: list[Fault] = [
    Hang(),
    Hang(after=2),
    Reset(),
    Reset(after=2),
    Truncate(after=0),
    Truncate(after=3),
    BrokenJson(after=1),
    BrokenJson(after=3),
    BrokenEvents(after=2),
    NotUtf8(after=2),
    FailMidway(after=2),
    TooMany(retry_after=30),
    TooMany(quota=True),
    ServerError(500),
    ServerError(502),
    ServerError(503),
]
Script = Callable[[Request], Turn]
NAMES = ("gpt-4.1-mini", "gpt-6-luna")
APIS = pytest.mark.parametrize("name", NAMES)
ALL = pytest.mark.parametrize("fault", FAULTS, ids=repr)
# Each fault with one of the two, in turn; `make prove` has both.
EITHER = pytest.mark.parametrize(
    ("fault", "name"),
    [
        pytest.param(
            fault, name, marks=[] if (n + m) % 2 else pytest.mark.prove, id=f"{fault}-{name}"
        )
        for n, fault in enumerate(FAULTS)
        for m, name in enumerate(NAMES)
    ],
)


def after_the_tools(request: Request) -> bool:
    return any(message.role == "tool" for message in request.messages)


@asynccontextmanager
async def hanging(talking: Talking, turns: Script, name: str) -> AsyncIterator[Talk]:
    """A scene in which each call that hangs is given up at once."""
    scene = talking(turns, limits=HANGING, names=(name,))
    async with scene as talk, impatient(talk.model, CALL):
        yield talk


@APIS
@ALL
def test_it_passes(talking: Talking, fault: Fault, name: str) -> None:
    """One such call, before the tool and after it: the next attempt answers."""

    @in_loop
    async def turn() -> None:
        turns = step_by_step([CallTools([OEE]), WELL])
        async with hanging(talking, turns, name) as talk:
            talk.model.faults.add(fault, times=1)
            first = await talk.ask(QUESTION)
            talk.model.faults.add(fault, times=1, where=after_the_tools)
            second = await talk.ask(QUESTION, thread="2")
        if fault == TooMany(quota=True):  # asking again brings no money
            assert WITHOUT in notices(first)
        else:
            assert prose(first) == prose(second) == SAID
        assert talk.sentences == [SAID.replace(" %", "\u00a0%")] * len(talk.sentences)

    turn()


@EITHER
def test_it_stays(talking: Talking, fault: Fault, name: str) -> None:
    """Every call fails: the planner answers, in time, and says so."""

    @in_loop
    async def turn() -> None:
        turns = step_by_step([CallTools([OEE]), WELL])
        async with hanging(talking, turns, name) as talk:
            talk.model.faults.add(fault, times=None)
            clock = asyncio.get_running_loop().time
            began = clock()
            answer = await talk.ask(QUESTION)
            assert clock() - began < LIMITS.turn_seconds
            # What never began costs nobody anything.
            tokens, _ = await talk.store.spent("console:ana", "2026-03-12")
            assert not (tokens and isinstance(fault, TooMany | ServerError))
        assert (answer.outcome, answer.tool, answer.by_model) == ("answer", "oee_query", False)
        assert "78.1 %" in prose(answer)
        assert notices(answer)[-1] == WITHOUT
        assert talk.sentences == []

    turn()


@EITHER
def test_it_fails_after_the_tools(talking: Talking, fault: Fault, name: str) -> None:
    """The tools have answered, and the model never speaks again: they speak for themselves."""

    @in_loop
    async def turn() -> None:
        turns = step_by_step([CallTools([OEE]), WELL])
        async with hanging(talking, turns, name) as talk:
            talk.model.faults.add(fault, times=None, where=after_the_tools)
            answer = await talk.ask(QUESTION)
        assert (answer.outcome, answer.tool, answer.by_model) == ("answer", "oee_query", False)
        assert "78.1 %" in prose(answer)
        assert "did not answer" in notices(answer)[0]

    turn()


LONG = Say("The OEE of Line 3 was [[a1]]. " + "It is fine and more can be said of it here. " * 20)


@APIS
@pytest.mark.parametrize(
    "fault",
    [Hang(25), Reset(25), Truncate(25), BrokenJson(25), FailMidway(25), NotUtf8(25)],
    ids=repr,
)
def test_it_goes_down_mid_stream(talking: Talking, fault: Fault, name: str) -> None:
    """A sentence was released already: it stays, nothing is said twice, the tool goes on."""

    @in_loop
    async def turn() -> None:
        turns = step_by_step([CallTools([OEE]), LONG])
        async with talking(turns, limits=HANGING, names=(name,)) as talk:
            talk.model.faults.add(fault, times=None, where=after_the_tools)
            async with impatient(talk.model, CALL, talk.spoke):
                answer = await talk.ask(QUESTION)
            assert len(talk.model.requests) == 2
        texts = [p.text.replace("\u00a0", " ") for p in answer.parts if isinstance(p, Text)]
        assert texts[0].startswith(SAID)
        assert texts[0].count(SAID) == 1
        assert texts[1].startswith("OEE of Line 3 yesterday: 78.1 %")
        assert "did not finish" in notices(answer)[0]
        assert talk.sentences[0] == SAID.replace(" %", "\u00a0%")

    turn()


@APIS
def test_lines_lost_on_the_way(talking: Talking, name: str) -> None:
    """The client passes over lines that are no event, and nobody can tell that text is missing:
    what is left is checked like everything else."""

    @in_loop
    async def turn() -> None:
        turns = step_by_step([CallTools([OEE]), LONG])
        async with talking(turns, names=(name,)) as talk:
            talk.model.faults.add(BrokenEvents(25), times=None, where=after_the_tools)
            answer = await talk.ask(QUESTION)
        assert prose(answer).startswith(SAID)
        assert set(prose(answer)) & set("0123456789") <= set(SAID)

    turn()


@pytest.mark.parametrize("finish", ["length", "content_filter"])
def test_a_text_that_was_cut_does_not_count_as_whole(talking: Talking, finish: str) -> None:
    @in_loop
    async def turn() -> None:
        cut = Say("The OEE of Line 3 was [[a1]]", finish=finish)  # type: ignore[arg-type]
        async with talking(step_by_step([CallTools([OEE]), cut])) as talk:
            answer = await talk.ask(QUESTION)
            assert len(talk.model.requests) == 2  # the same again would be cut again
        assert not answer.by_model
        assert "78.1 %" in prose(answer)
        assert "did not answer" in notices(answer)[0]

    turn()


def test_half_the_arguments_never_run_a_tool(talking: Talking) -> None:
    """Cut inside its arguments a call reads as a whole one; it is asked for anew."""

    @in_loop
    async def turn() -> None:
        turns = step_by_step([CallTools([OEE]), WELL])
        for after in range(1, 9):
            async with talking(turns) as talk:
                talk.model.faults.add(Truncate(after), times=1)
                answer = await talk.ask(QUESTION)
                asked = [call for request in talk.model.requests for call in request.called]
            assert prose(answer) == SAID
            assert {call.key for call in asked} <= {OEE.key}

    turn()


def test_the_next_model_takes_over(talking: Talking) -> None:
    @in_loop
    async def turn() -> None:
        turns = step_by_step([CallTools([OEE]), WELL])
        async with talking(turns, names=("gpt-4.1-mini", "spare")) as talk:
            talk.model.faults.add(
                ServerError(500), times=None, where=lambda request: request.model != "spare"
            )
            answer = await talk.ask(QUESTION)
            tried = [request.model for request in talk.model.requests]
        assert prose(answer) == SAID
        assert tried == (["gpt-4.1-mini"] * 3 + ["spare"]) * 2  # retried first, then the other

    turn()


@pytest.mark.parametrize(
    "choices", [{"api_key": "sk-wrong"}, {"names": ("gpt-unheard-of",)}, {"api": "responses"}]
)
def test_what_is_set_wrongly_is_not_tried_again(talking: Talking, choices: dict[str, str]) -> None:
    @in_loop
    async def turn() -> None:
        turns = step_by_step([CallTools([OEE]), WELL])
        async with talking(turns, **choices) as talk:
            answer = await talk.ask(QUESTION)
            calls = len(talk.model.calls)
        if "api" in choices:  # that is no mistake: the server speaks both
            assert {request.api for request in talk.model.requests} == {"responses"}
            assert prose(answer) == SAID
        else:
            assert calls == 1
            assert WITHOUT in notices(answer)

    turn()


def test_a_server_that_is_not_there(talking: Talking) -> None:
    @in_loop
    async def turn() -> None:
        async with talking([], base_url=f"{NOBODY}/v1") as talk:
            answer = await talk.ask(QUESTION)
        assert WITHOUT in notices(answer)
        assert "78.1 %" in prose(answer)

    turn()


def test_a_slow_model_is_waited_for_no_longer_than_the_turn(talking: Talking) -> None:
    @in_loop
    async def turn() -> None:
        limits = replace(LIMITS, turn_seconds=25, call_seconds=1_000)
        async with talking(step_by_step([CallTools([OEE]), LONG]), limits=limits) as talk:
            talk.model.faults.add(Slow(per_second=40), times=None, where=after_the_tools)
            asking = asyncio.create_task(talk.ask(QUESTION))
            await talk.spoke()
            skip(limits.turn_seconds)  # the rest would take 20 s more
            answer = await asking
            assert talk.model.calls[-1].left
        assert prose(answer).startswith(SAID)
        assert "did not finish" in notices(answer)[0]

    turn()


def test_whoever_gives_up_frees_everything(talking: Talking) -> None:
    @in_loop
    async def turn() -> None:
        async with talking(step_by_step([WELL])) as talk:
            talk.model.faults.add(Hang(), times=None)
            asking = asyncio.create_task(talk.ask(QUESTION))
            await talk.model.until(lambda: talk.model.under_way)
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
            assert await talk.model.until(lambda: talk.model.under_way == 0)

    turn()


def test_what_went_wrong_is_logged_without_what_was_asked(
    talking: Talking, caplog: pytest.LogCaptureFixture
) -> None:
    @in_loop
    async def turn() -> None:
        async with talking(step_by_step([WELL]), api_key="sk-verysecret") as talk:
            await talk.ask("What was the OEE of line 3 yesterday, says Bernd?")

    turn()
    assert "AuthenticationError" in caplog.text
    assert "sk-very" not in caplog.text
    assert "Bernd" not in caplog.text
