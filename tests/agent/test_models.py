"""The clients of a model, as the loop needs them."""

from __future__ import annotations

import httpx

from core.agent.models import ModelChoice, models


def test_no_wait_of_a_client_loses_the_end_of_the_turn() -> None:
    """LangChain's limit between two pieces waits with `asyncio.wait_for`, which before Python 3.12
    swallows a cancellation that comes together with a piece: the model then talked on past the
    limit of the turn, in one turn of 24. Ours hold without it."""
    choice = ModelChoice(("gpt-4.1-mini", "gpt-6-luna"), api_key="sk-x")
    for model in models(choice, httpx.AsyncClient()):
        assert model.chat.stream_chunk_timeout is None  # type: ignore[attr-defined]
