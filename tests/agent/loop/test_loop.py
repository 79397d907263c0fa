"""langchain-openai itself against a scripted server: what a model does right and wrong."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from core.access import Access
from core.agent.limits import Limits, Price
from core.answer import Chart, Heading, Metric, Metrics, Table, Text
from core.progress import Sentence
from tests.agent.loop.conftest import LIMITS, Talking, notices, prose
from tests.fakes.loop import in_loop
from tests.fakes.model import (
    CallTools,
    Hold,
    Refusal,
    Request,
    Say,
    ToolCall,
    Turn,
    echo,
    endless,
    step_by_step,
)

OEE = ToolCall("oee_query", {"assets": ["line-3"], "period": "yesterday"})
STOPS = ToolCall("downtime_analysis", {"assets": ["line-3"], "period": "yesterday"})
WELL = Say("The OEE of Line 3 was [[a1]].")
YESTERDAY = Say("Yesterday the OEE of Line 3 was [[a1]].")
SAID = "The OEE of Line 3 was 78.1 %."
Turns = Sequence[Turn | Callable[[Request], Turn]]
WITHOUT = "Answered without the language model."


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_a_tool_and_a_sentence(talking: Talking, api: str) -> None:
    @in_loop
    async def turn() -> None:
        name = "gpt-4.1-mini" if api == "chat" else "gpt-6-luna"
        async with talking([CallTools([OEE]), WELL], names=(name,)) as talk:
            answer = await talk.ask("How was line 3 yesterday?")
            assert {request.api for request in talk.model.requests} == {api}
        assert (answer.outcome, answer.tool, answer.by_model) == ("answer", "oee_query", True)
        assert prose(answer) == SAID
        # Below it the tool's own parts, but not the sentence that the model's stands for.
        assert [type(part) for part in answer.parts[:3]] == [Heading, Text, Metrics]
        assert sum(isinstance(part, Text) for part in answer.parts) == 1
        assert any(isinstance(part, Chart) for part in answer.parts)
        assert answer.args["assets"] == ["line-3"]
        assert [c.number for c in answer.citations] == list(range(1, len(answer.citations) + 1))
        assert notices(answer) == []

    turn()


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_several_tools_at_once(talking: Talking, api: str) -> None:
    @in_loop
    async def turn() -> None:
        name = "gpt-4.1-mini" if api == "chat" else "gpt-6-luna"
        turns = [
            CallTools([OEE, STOPS], say="Let me look at 3 things."),
            Say("The OEE of Line 3 was [[a1]]. Line 3 was down for [[b1]]."),
        ]
        async with talking(turns, names=(name,)) as talk:
            answer = await talk.ask("How was line 3 yesterday, and why?")
            assert len(talk.model.requests) == 2
            results = [json.loads(result.text) for result in talk.model.requests[1].results]
        assert {result["tool"] for result in results} == {"oee_query", "downtime_analysis"}
        assert prose(answer) == f"{SAID} Line 3 was down for 3 h 9 min."
        assert answer.tool == "oee_query downtime_analysis"
        assert talk.sentences == [text.replace(" %", "\u00a0%") for text in (SAID,)] + [
            "Line 3 was down for 3\u00a0h\u00a09\u00a0min."
        ]
        used = {cite for part in answer.parts if isinstance(part, Table) for cite in part.cites}
        assert used <= {citation.number for citation in answer.citations}
        # What both tools read stands under one number, and every number is used.
        shown = [(c.table, c.filter, c.period) for c in answer.citations]
        assert len(set(shown)) == len(shown)

    turn()


def test_a_calculation_over_ids(talking: Talking) -> None:
    """The only way to a figure that no tool gave; in the answer it says what it is made of."""

    def apart(request: Request) -> Turn:
        figures = json.loads(request.results[0].text)["figures"]
        names = {told.get("measure"): name for name, told in reversed(figures.items())}
        ids = [names["Availability"], names["Performance"]]
        return CallTools([ToolCall("calculate", {"operation": "difference", "ids": ids})])

    @in_loop
    async def turn() -> None:
        turns: Turns = [CallTools([OEE]), apart, echo(r'"(z\w+)":', "[[{}]] lies between them.")]
        async with talking(by_step(turns)) as talk:
            answer = await talk.ask("How far apart are availability and performance of line 3?")
            (made,) = json.loads(talk.model.requests[2].results[-1].text)["figures"].values()
        assert made["value"].startswith("\N{MINUS SIGN}7.1\u00a0pp")
        assert answer.outcome == "answer"

    turn()


def by_step(turns: Turns) -> Callable[[Request], Turn]:
    def play(request: Request) -> Turn:
        turn = turns[min(request.step, len(turns) - 1)]
        return turn(request) if callable(turn) else turn

    return play


# --- what the model does wrong ---------------------------------------------------------------


def test_an_invented_figure_is_told_and_mended(talking: Talking) -> None:
    @in_loop
    async def turn() -> None:
        turns = [CallTools([OEE]), Say("The OEE of Line 3 was 91.4 %. Well done."), WELL]
        async with talking(turns) as talk:
            answer = await talk.ask("How was line 3 yesterday?")
            mend = talk.model.requests[2].question
        assert "91.4" in mend
        assert prose(answer) == SAID
        assert talk.sentences == [SAID.replace(" %", "\u00a0%")]  # nothing of the first attempt

    turn()


def test_invented_twice_the_tool_speaks(talking: Talking) -> None:
    @in_loop
    async def turn() -> None:
        wrong = Say("The OEE of Line 3 was 91.4 %.")
        async with talking([CallTools([OEE]), wrong, wrong]) as talk:
            answer = await talk.ask("How was line 3 yesterday?")
        assert (answer.outcome, answer.by_model) == ("answer", False)
        assert prose(answer).startswith("OEE of Line 3 yesterday: 78.1 %")
        assert talk.sentences == []
        assert "could not be checked" in notices(answer)[0]

    turn()


def test_invented_after_a_released_sentence_stops(talking: Talking) -> None:
    @in_loop
    async def turn() -> None:
        said = Say("The OEE of Line 3 was [[a1]]. It stood for 17 minutes. It made [[a4]].")
        async with talking([CallTools([OEE]), said]) as talk:
            answer = await talk.ask("How was line 3 yesterday?")
            assert len(talk.model.requests) == 2  # nothing is said anew
        texts = [
            part.text.replace("\u00a0", " ") for part in answer.parts if isinstance(part, Text)
        ]
        assert texts[0] == SAID
        assert texts[1].startswith("OEE of Line 3 yesterday: 78.1 %")
        assert "17" not in " ".join(texts + talk.told)
        assert "did not finish" in notices(answer)[0]

    turn()


def test_no_tool_no_figure(talking: Talking) -> None:
    @in_loop
    async def turn() -> None:
        wrong = Say("The OEE of Line 3 was 78.1 %.")
        async with talking([wrong, wrong]) as talk:
            answer = await talk.ask("What was the OEE of line 3 yesterday?")
        assert (answer.tool, answer.by_model) == ("oee_query", False)  # the planner's
        assert WITHOUT in notices(answer)
        assert talk.sentences == []

    turn()


@pytest.mark.parametrize(
    ("call", "hint"),
    [
        (ToolCall("read_mind", {"of": "Bernd"}), "not a valid tool"),
        (ToolCall("oee_query", {"assets": ["line-3"], "colour": "red"}), "colour"),
        (ToolCall("oee_query", {"assets": "line-3", "period": ["yesterday"]}), "period"),
        (ToolCall("oee_query", {"assets": ["line-33"]}), "Line 3"),
        (ToolCall("oee_query", {"assets": ["line-3"], "period": "smarch"}), "smarch"),
        (ToolCall("oee_query", {"assets": ["line-3"], "period": "next week"}), "future"),
        (ToolCall("downtime_analysis", {"runtime": "mine", "assets": ["line-3"]}), "tool"),
        (ToolCall("calculate", {"operation": "power", "ids": []}), "operation"),
        (ToolCall("calculate", {"operation": "sum", "ids": ["q1", "q2"]}), "q1"),
    ],
)
def test_a_wrong_call_is_told_what_to_mend(talking: Talking, call: ToolCall, hint: str) -> None:
    @in_loop
    async def turn() -> None:
        turns: Turns = [CallTools([call]), CallTools([OEE]), echo(r'"(\w1)":\{"value":"78', SAYS)]
        async with talking(by_step(turns)) as talk:
            answer = await talk.ask("How was line 3 yesterday?")
            assert hint in talk.model.requests[1].results[0].text
        assert prose(answer) == SAID

    turn()


SAYS = "The OEE of Line 3 was [[{}]]."


def test_arguments_that_are_no_object(talking: Talking) -> None:
    @in_loop
    async def turn() -> None:
        broken = CallTools([ToolCall("oee_query", "[1]")])
        async with talking([broken, CallTools([OEE]), WELL]) as talk:
            answer = await talk.ask("How was line 3 yesterday?")
        assert prose(answer) == SAID

    turn()


def test_two_calls_under_one_id_are_asked_anew(talking: Talking) -> None:
    @in_loop
    async def turn() -> None:
        twice = CallTools([replace(OEE, id="call_1"), replace(STOPS, id="call_1")])
        async with talking([twice, CallTools([OEE]), WELL]) as talk:
            answer = await talk.ask("How was line 3 yesterday?")
            assert len(talk.model.requests[2].results) == 1
        assert prose(answer) == SAID

    turn()


@pytest.mark.parametrize("said", [Say(None), Say(""), Say("  \n"), Refusal("I will not.")])
def test_a_model_that_says_nothing(talking: Talking, said: Say | Refusal) -> None:
    @in_loop
    async def turn() -> None:
        async with talking(step_by_step([said])) as talk:
            answer = await talk.ask("What was the OEE of line 3 yesterday?")
        assert answer.tool == "oee_query"
        assert WITHOUT in notices(answer)

    turn()


def test_an_endless_loop_ends_with_a_sentence_of_ours(talking: Talking) -> None:
    @in_loop
    async def turn() -> None:
        limits = replace(LIMITS, model_calls=4)
        async with talking(endless(OEE), limits=limits) as talk:
            answer = await talk.ask("How was line 3 yesterday?")
            assert len(talk.model.requests) == 4
            assert talk.model.requests[-1].body["tool_choice"] == "none"
        assert "too many steps" in notices(answer)[0]
        texts = [part.text for part in answer.parts if isinstance(part, Text)]
        assert texts[0].startswith("OEE of Line 3 yesterday:")

    turn()


def test_many_calls_at_once_are_bounded(talking: Talking) -> None:
    @in_loop
    async def turn() -> None:
        limits = replace(LIMITS, tool_calls=3)
        async with talking([CallTools([OEE] * 20), WELL], limits=limits) as talk:
            answer = await talk.ask("How was line 3 yesterday?")
            results = [result.text for result in talk.model.requests[1].results]
        assert sum("no more tool calls" in text for text in results) == 17
        assert prose(answer) == SAID

    turn()


def test_the_model_may_ask_back(talking: Talking) -> None:
    @in_loop
    async def turn() -> None:
        async with talking([Say("Which line do you mean?"), CallTools([OEE]), YESTERDAY]) as talk:
            asked = await talk.ask("How was it yesterday?")
            await talk.ask("the third")
            context = talk.model.requests[1].messages[1].text
        assert (asked.outcome, asked.tool, prose(asked)) == (
            "clarify", None, "Which line do you mean?",
        )  # fmt: skip
        (before,) = json.loads(context)["context"]["asked_before_in_this_thread"]
        assert before == {
            "asked": "How was it yesterday?", "tools": [], "said": "Which line do you mean?",
        }  # fmt: skip

    turn()


def test_what_the_model_asks_back_is_taken_up(talking: Talking) -> None:
    """The tool could not tell which asset is meant; its choices stand below the model's words."""

    @in_loop
    async def turn() -> None:
        either = ToolCall("oee_query", {"assets": ["grinder"], "period": "yesterday"})
        async with talking([CallTools([either]), Say("Which grinder do you mean?")]) as talk:
            asked = await talk.ask("How was the grinder yesterday?")
            chosen = await talk.ask("grinder 4")
            assert len(talk.model.requests) == 2
        assert (asked.outcome, prose(asked)) == ("clarify", "Which grinder do you mean?")
        assert len(asked.actions) == 6
        assert (chosen.tool, chosen.args["assets"]) == ("oee_query", ["grinder-4"])

    turn()


# --- streaming, threads, budget --------------------------------------------------------------


def test_a_sentence_is_released_while_the_next_is_written(talking: Talking) -> None:
    @in_loop
    async def turn() -> None:
        gate = asyncio.Event()
        said = Say("The OEE of Line 3 was [[a1]]. " + "It made [[a7]] and more of it. " * 1)
        async with talking([CallTools([OEE]), Hold(gate, after=16), said]) as talk:
            asking = asyncio.create_task(talk.ask("How was line 3 yesterday?"))
            await talk.spoke()
            assert talk.sentences == [SAID.replace(" %", "\u00a0%")]
            assert not asking.done()
            assert all("[[" not in text for text in talk.told)
            assert not isinstance(talk.told[0], Sentence)  # "Reading the plant's data …"
            gate.set()
            await asking

    turn()


def test_a_follow_up_after_a_restart(talking: Talking) -> None:
    @in_loop
    async def turn() -> None:
        async with talking([CallTools([OEE]), WELL]) as talk:
            await talk.ask("How was line 3 yesterday?")
        async with talking([Say("Which one?")]) as talk:
            await talk.ask("and the day before?")
            context = json.loads(talk.model.requests[0].messages[1].text)["context"]
        (before,) = context["asked_before_in_this_thread"]
        assert before["asked"] == "How was line 3 yesterday?"
        assert before["tools"] == [
            {"tool": "oee_query", "args": {"assets": ["line-3"], "period": "yesterday"}}
        ]
        assert "78" not in json.dumps(before)  # a figure is fetched anew

    turn()


def test_run_again_and_the_data_of_several_tools(talking: Talking) -> None:
    @in_loop
    async def turn() -> None:
        said = Say("The OEE of Line 3 was [[a1]]. Line 3 was down for [[b1]].")
        async with talking([CallTools([OEE, STOPS]), said]) as talk:
            answer = await talk.ask("How was line 3 yesterday, and why?")
            again = await talk.ask(f"/again {answer.id}")
            last = answer.citations[-1]
            data = await talk.ask(f"/data {answer.id} {last.number}")
            assert len(talk.model.requests) == 2
        assert again.tool == answer.tool
        assert not again.by_model
        assert prose(again) == "Nothing changed since then."
        assert (data.outcome, str(last.rows) in prose(data)) == ("answer", True)

    turn()


def test_commands_never_touch_the_model(talking: Talking) -> None:
    @in_loop
    async def turn() -> None:
        async with talking([]) as talk:
            answer = await talk.ask("/oee line-3 yesterday")
            assert (answer.tool, answer.by_model, talk.model.requests) == ("oee_query", False, [])
            assert (await talk.ask("/andon help")).outcome == "answer"
            assert talk.model.requests == []

    turn()


def test_german(talking: Talking) -> None:
    @in_loop
    async def turn() -> None:
        async with talking([CallTools([OEE]), Say("Die OEE von Line 3 lag bei [[a1]].")]) as talk:
            answer = await talk.ask("Wie lief Linie 3 gestern?", language="de")
            assert "In German" in talk.model.requests[0].system
        assert prose(answer) == "Die OEE von Line 3 lag bei 78,1 %."

    turn()


def test_tokens_are_counted_and_bounded_by_person_and_day(talking: Talking) -> None:
    @in_loop
    async def turn() -> None:
        limits = replace(LIMITS, tokens_per_day=12_000)
        turns = step_by_step([CallTools([OEE]), WELL])
        price = Price(read=0.5, written=2.0)
        async with talking(turns, limits=limits, price=price) as talk:
            first = await talk.ask("How was line 3 yesterday?")
            tokens, cost = await talk.store.spent("console:ana", "2026-03-12")
            requests = len(talk.model.requests)
            second = await talk.ask("What was the OEE of line 3 yesterday?")
            assert len(talk.model.requests) == requests
            other = await talk.ask("How was line 3 yesterday?", user="console:bernd")
        assert first.tool == second.tool == other.tool == "oee_query"
        assert (second.by_model, other.tool) == (False, "oee_query")
        assert WITHOUT in notices(second)
        assert WITHOUT not in notices(other)
        assert 12_000 < tokens < 24_000
        assert 0 < cost < tokens * 2 / 1_000_000

    turn()


def test_cost_is_bounded_within_a_turn(talking: Talking) -> None:
    @in_loop
    async def turn() -> None:
        limits = replace(LIMITS, cost_per_day=0.001)
        price = Price(read=1.0, written=1.0)
        async with talking(endless(OEE), limits=limits, price=price) as talk:
            await talk.ask("How was line 3 yesterday?")
            assert len(talk.model.requests) == 2
            assert talk.model.requests[1].body["tool_choice"] == "none"

    turn()


def test_what_may_not_be_seen_is_neither_listed_nor_answered(talking: Talking) -> None:
    @in_loop
    async def turn() -> None:
        access = Access(places=frozenset({"machining"}), money=False)
        turns = [CallTools([OEE]), Say("You may not see that line.")]
        async with talking(turns, access=access) as talk:
            answer = await talk.ask("How was line 3 yesterday?")
            first, second = talk.model.requests
            context = json.loads(first.messages[1].text)["context"]
        ids = {place["id"] for place in context["places"]}
        assert "grinder-5" in ids
        assert not any(name.startswith(("line", "filler", "packaging")) for name in ids)
        assert context["person"]["may_see_money"] is False
        assert "You may not see" in second.results[0].text
        assert (answer.outcome, answer.tool) == ("no_data", None)

    turn()


def test_limits_are_told_what_they_hold() -> None:
    from core.agent.limits import Spent

    limits = Limits(tokens_per_day=10, cost_per_day=1.0)
    assert limits.allow(Spent(9, 0.9))
    assert not limits.allow(Spent(10, 0.0))
    assert not limits.allow(Spent(0, 1.0))


def test_turns_at_once_do_not_mix(talking: Talking) -> None:
    """One loop serves everybody: each is told their own figures, and their own sentences."""

    def model(request: Request) -> Turn:
        line = next(n for n in "1234" if f"line {n} " in request.question)
        if request.step:
            return Say(f"The OEE of Line {line} was [[a1]].")
        return CallTools(
            [ToolCall("oee_query", {"assets": [f"line-{line}"], "period": "yesterday"})]
        )

    @in_loop
    async def turn() -> None:
        async with talking(model, limits=replace(LIMITS, at_once=7)) as talk:
            expected = {
                n: (await talk.ask(f"/oee line-{n} yesterday", thread=n)).parts for n in "1234"
            }
            asked = [
                talk.ask(f"How was line {n} yesterday?", user=f"console:{k}{n}", thread=f"{k}{n}")
                for k in range(8)
                for n in "1234"
            ]
            answers = await asyncio.gather(*asked)
        for answer, n in zip(answers, "1234" * 8, strict=True):
            metrics = next(part for part in expected[n] if isinstance(part, Metrics))
            assert prose(answer) == f"The OEE of Line {n} was {plain(metrics.metrics[0].value)}."
            told = next(part for part in answer.parts if isinstance(part, Metrics))
            assert uncited(told) == uncited(metrics)
        assert sorted(map(plain, talk.sentences)) == sorted(prose(answer) for answer in answers)

    turn()


def uncited(part: Metrics) -> list[Metric]:
    """The numbers of citations follow the sentences, which are others."""
    return [replace(metric, cites=()) for metric in part.metrics]


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")
