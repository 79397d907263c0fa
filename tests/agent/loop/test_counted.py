"""What Prometheus reads of a language model's turns."""

from __future__ import annotations

from dataclasses import replace

from core.agent.limits import Price
from tests.agent.loop.conftest import LIMITS, Talking
from tests.fakes.loop import in_loop
from tests.fakes.model import CallTools, Say, ServerError, ToolCall, TooMany

OEE = CallTools([ToolCall("oee_query", {"assets": ["line-3"], "period": "yesterday"})])
WELL = Say("The OEE of Line 3 was [[a1]].")
INVENTED = Say("The OEE of Line 3 was 91 %.")
QUESTION = "How was line 3 yesterday?"


def test_a_good_turn(talking: Talking) -> None:
    @in_loop
    async def turn() -> None:
        price = Price(read=1.0, written=2.0)
        async with talking([OEE, WELL], price=price) as talk:
            await talk.ask(QUESTION)
            assert talk.counted("andon_model_calls_total") == 2
            assert talk.counted("andon_model_tool_calls_total", tool="oee_query") == 1
            assert talk.counted("andon_guard_retries_total") == 0
            assert talk.counted("andon_model_turn_seconds_count", ending="said") == 1
            tokens, cost = await talk.store.spent("console:ana", "2026-03-12")
            assert talk.counted("andon_model_tokens_total") == tokens > 0
            assert abs(talk.counted("andon_model_cost_total") - cost) < 1e-9
            await talk.ask("/oee line-3 yesterday")
            assert talk.counted("andon_model_calls_total") == 2

    turn()


def test_what_the_guard_refuses(talking: Talking) -> None:
    @in_loop
    async def turn() -> None:
        async with talking([OEE, INVENTED, WELL, OEE, INVENTED, INVENTED]) as talk:
            await talk.ask(QUESTION)
            assert talk.counted("andon_guard_refusals_total", why="number") == 1
            assert talk.counted("andon_guard_retries_total") == 1
            await talk.ask(QUESTION)
            assert talk.counted("andon_guard_refusals_total", why="number") == 3
            assert talk.counted("andon_guard_retries_total") == 2
            assert talk.counted("andon_model_turn_seconds_count", ending="unspeakable") == 1

    turn()


def test_failures_by_their_kind(talking: Talking) -> None:
    @in_loop
    async def turn() -> None:
        turns = [TooMany(0.01), ServerError(500), OEE, WELL, *[ServerError(503)] * 3]
        async with talking(turns) as talk:
            await talk.ask(QUESTION)
            kinds = {"status 429": 1, "status 500": 1}
            for kind, times in kinds.items():
                assert talk.counted("andon_model_failures_total", kind=kind) == times
            assert (await talk.ask(QUESTION)).by_model is False
            assert talk.counted("andon_model_turn_seconds_count", ending="silent") == 1

    turn()


def test_who_has_spent_the_budget(talking: Talking) -> None:
    @in_loop
    async def turn() -> None:
        async with talking(
            [OEE, WELL, OEE, WELL], limits=replace(LIMITS, tokens_per_day=1)
        ) as talk:
            await talk.ask(QUESTION)
            await talk.ask(QUESTION)
            assert talk.counted("andon_model_over_budget_total") == 1

    turn()
