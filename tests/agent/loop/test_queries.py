"""A model that asks the data in its own way: what it may say of it, and what never leaves."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from core.access import Access
from core.answer import Answer, Table
from core.answer_json import to_json
from tests.agent.loop.conftest import LIMITS, Talk, Talking, notices, prose
from tests.fakes.loop import in_loop
from tests.fakes.model import CallTools, Request, Say, ToolCall, Turn, step_by_step

WRITING = replace(LIMITS, sql=True)
PRODUCTS = ToolCall(
    "data_query",
    {"table": "production", "measures": ["good_units"], "group_by": ["product"],
     "assets": ["line-1"], "period": "yesterday"},
)  # fmt: skip
WEEKDAYS = ToolCall(
    "data_query",
    {"table": "downtime", "measures": ["stops", "minutes"], "group_by": ["weekday"],
     "assets": ["line-3"], "period": "last 30 days",
     "where": [{"column": "reason", "value": "changeover"}]},
)  # fmt: skip
REASON = ToolCall(
    "data_query",
    {"table": "downtime", "measures": ["stops", "minutes"], "assets": ["line-3"],
     "period": "last 7 days", "where": [{"column": "reason", "value": "changeover"}]},
)  # fmt: skip
SQL = ToolCall(
    "sql_query",
    {"statement": "SELECT product, sum(good_units) AS made FROM production GROUP BY product "
     "ORDER BY made DESC", "assets": ["line-1"], "period": "yesterday"},
)  # fmt: skip


def say(sentence: str) -> Callable[[Request], Say]:
    """The sentence with {words} replaced by the id of the figure that the tools listed so."""

    def play(request: Request) -> Say:
        figures: dict[str, Any] = {}
        for message in request.messages:
            if message.role == "tool":
                figures |= json.loads(message.text).get("figures", {})

        def found(match: re.Match[str]) -> str:
            wanted = match[1].split("/")
            ids = [i for i, one in figures.items() if all(w in json.dumps(one) for w in wanted)]
            assert ids, (wanted, figures)
            return f"[[{ids[-1]}]]"

        return Say(re.sub(r"\{([^}]+)\}", found, sentence))

    return play


def played(*steps: Turn | Callable[[Request], Say]) -> Callable[[Request], Turn]:
    """A step for each tool that has answered; the last one again and again."""

    def play(request: Request) -> Turn:
        step = steps[min(len(request.called), len(steps) - 1)]
        return step(request) if callable(step) else step

    return play


async def answered(talk: Talk, question: str = "How many good units per product?") -> Answer:
    return await talk.ask(question)


def whole(answer: Answer) -> str:
    return json.dumps(to_json(answer), ensure_ascii=False).replace("\u00a0", " ")


def test_a_figure_by_its_id(talking: Talking) -> None:
    @in_loop
    async def turn() -> None:
        turns = played(
            CallTools([PRODUCTS]),
            say("The good units of water-500 on Line 1 were {water-500/Good units}."),
        )
        async with talking(turns) as talk:
            answer = await answered(talk, "How many good units of each product did line 1 make?")
        (table,) = (part for part in answer.parts if isinstance(part, Table))
        shown = next(c for product, c in table.rows if product == "water-500").replace(
            "\u00a0", " "
        )
        assert prose(answer) == f"The good units of water-500 on Line 1 were {shown}."
        assert (answer.tool, answer.by_model) == ("data_query", True)
        assert answer.citations[0].table == "production"

    turn()


WRONG = [
    (PRODUCTS, "The good units of cola-500 on Line 1 were {water-500/Good units}."),
    (PRODUCTS, "The good units of water-500 on Line 2 were {water-500/Good units}."),
    (PRODUCTS, "The scrap of water-500 on Line 1 was {water-500/Good units}."),
    (PRODUCTS, "Last week the good units of water-500 on Line 1 were {water-500/Good units}."),
    (REASON, "Line 3 had {\"measure\": \"Stops\"} stops for infeed conveyor jam."),
    (REASON, "Line 3 had {\"measure\": \"Stops\"} stops."),
    (WEEKDAYS, "Line 3 had on Mondays {Monday: Stops} stops."),
    (SQL, "Line 1 made {SUM(good_units)} of water-500."),
]  # fmt: skip


@pytest.mark.parametrize(("call", "sentence"), WRONG, ids=lambda one: str(one)[:50])
def test_a_figure_of_something_else_is_not_said(
    talking: Talking, call: ToolCall, sentence: str
) -> None:
    @in_loop
    async def turn() -> None:
        turns = played(CallTools([call]), say(sentence))
        async with talking(turns, limits=WRITING) as talk:
            answer = await answered(talk)
            said = [call.turn.text for call in talk.model.calls if isinstance(call.turn, Say)]
        assert all("[[" in str(text) for text in said)
        assert said
        assert not answer.by_model
        assert talk.sentences == []
        assert "Line 3" in whole(answer) or "Line 1" in whole(answer)

    turn()


def test_a_filter_belongs_to_its_figures(talking: Talking) -> None:
    @in_loop
    async def turn() -> None:
        said = 'Line 3 had {"measure": "Stops"} stops for changeover.'
        async with talking(played(CallTools([REASON]), say(said))) as talk:
            answer = await answered(talk)
        assert re.fullmatch(r"Line 3 had \d+ stops for changeover\.", prose(answer))

    turn()


def test_what_a_sentence_cannot_hold_is_quoted_whole(talking: Talking) -> None:
    @in_loop
    async def turn() -> None:
        async with talking(played(CallTools([WEEKDAYS]), say("{Monday: Stops}"))) as talk:
            answer = await answered(talk)
        assert prose(answer).startswith("Monday: Stops ")
        assert "Reason = changeover · Line 3 · the last 30 days" in prose(answer)

    turn()


def test_show_the_data_and_run_again(talking: Talking) -> None:
    @in_loop
    async def turn() -> None:
        said = 'Line 3 had {"measure": "Stops"} stops for changeover.'
        async with talking(played(CallTools([REASON]), say(said))) as talk:
            answer = await answered(talk)
            data = await talk.ask(f"/data {answer.id}")
            again = await talk.ask(f"/again {answer.id}")
        (table,) = (part for part in data.parts if isinstance(part, Table))
        count = int(re.findall(r"\d+", prose(answer).replace("Line 3", ""))[0])
        assert len(table.rows) == count
        assert "downtime" in table.title
        assert again.tool == "data_query"
        assert prose(again).startswith("Nothing changed")

    turn()


def test_an_error_lets_a_model_mend_its_query(talking: Talking) -> None:
    @in_loop
    async def turn() -> None:
        wrong = ToolCall("data_query", {**PRODUCTS.arguments, "measures": ["good_parts"]})  # type: ignore[dict-item]
        turns = played(
            CallTools([wrong]),
            CallTools([PRODUCTS]),
            say("The good units of water-500 on Line 1 were {water-500/Good units}."),
        )
        async with talking(turns) as talk:
            answer = await answered(talk)
            first = talk.model.requests[1].results[0].text
        assert "good_units" in first
        assert answer.by_model

    turn()


# --- SQL -------------------------------------------------------------------------------------


def test_sql_is_offered_only_where_it_is_on(talking: Talking) -> None:
    @in_loop
    async def turn() -> None:
        for limits, is_offered in ((LIMITS, False), (WRITING, True)):
            async with talking([Say("Nothing to say of it.")], limits=limits) as talk:
                await answered(talk)
                offered = set(talk.model.requests[0].tool_names)
            assert ("sql_query" in offered) is is_offered
            assert "data_query" in offered

    turn()


def test_a_statement_is_cited_and_its_rows_are_shown(talking: Talking) -> None:
    @in_loop
    async def turn() -> None:
        async with talking(played(CallTools([SQL]), say("{water-500}")), limits=WRITING) as talk:
            answer = await answered(talk)
            data = await talk.ask(f"/data {answer.id}")
            again = await talk.ask(f"/again {answer.id}")
        assert prose(answer).startswith("water-500: SUM(good_units) ")
        assert "SELECT product, sum(good_units) AS made" in answer.citations[0].filter
        (told,) = (part for part in answer.parts if isinstance(part, Table))
        (table,) = (part for part in data.parts if isinstance(part, Table))
        assert table.rows == told.rows
        assert prose(again).startswith("Nothing changed")
        assert any("as a language model's statement says" in text for text in notices(answer))

    turn()


MINE = Access(places=frozenset({"line-3"}), money=False)
THEIRS = [
    ToolCall("data_query", {**PRODUCTS.arguments}),  # type: ignore[dict-item]
    ToolCall("data_query", {"table": "downtime", "assets": ["riverside"], "measures": ["minutes"]}),
    ToolCall("data_query", {"table": "downtime", "assets": ["grinder-5"]}),
    ToolCall("data_query", {"table": "safety", "measures": ["events"], "assets": ["machining"]}),
    ToolCall("data_query", {"table": "cost", "measures": ["per_hour"]}),
    SQL,
    *(
        ToolCall("sql_query", {"statement": statement})
        for statement in (
            "SELECT asset, sum(good_units) AS made FROM production WHERE asset = 'line-1' "
            "GROUP BY asset",
            "SELECT asset, reason FROM main.downtime WHERE asset = 'grinder-5'",
            "SELECT name, contact FROM assets",
            "SELECT cost_center, per_hour FROM cost",
            "SELECT comment FROM downtime",
            "SELECT description FROM safety",
            "SELECT id AS a, name AS n FROM assets WHERE id <> 'line-3'",
            "DELETE FROM downtime",
        )
    ),
]


@pytest.mark.parametrize("call", THEIRS, ids=lambda call: json.dumps(call.arguments)[:60])
def test_what_the_person_may_not_see_does_not_leave(talking: Talking, call: ToolCall) -> None:
    @in_loop
    async def turn() -> None:
        turns = step_by_step([CallTools([call]), Say("Line 1 is fine.")])
        async with talking(turns, limits=WRITING, access=MINE) as talk:
            answer = await answered(talk, "How is it?")
            read = [result.text for r in talk.model.requests for result in r.results]
            sent = json.dumps([request.messages for request in talk.model.requests], default=str)
        assert read
        for told in read:
            found = json.loads(told)
            assert "error" in found or "no row" in told or "nothing like" in told, told
        for word in ("Line 1", "Grinder 5", "water-500", "USD", "spindle", "slip"):
            assert not any(word in told.partition("may not see")[0] for told in read), read
        assert 'per_hour":' not in whole(answer)
        assert "password" not in sent

    turn()
