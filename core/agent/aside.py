"""Asks the models something that is no part of an answer, and that nobody waits for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.agent.counted import CALLS, COST, FAILURES, OVER_BUDGET, TOKENS
from core.agent.limits import NOTHING, Limits, Spent
from core.agent.models import Model, ModelChoice, models
from core.agent.speaker import Ledger
from core.meter import Meter, Unmetered

if TYPE_CHECKING:
    import httpx
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage

log = logging.getLogger(__name__)
_TRIES = 2
_MOST_TOKENS = 2_000  # those that think need some before they write
_LONGEST = 8_000  # characters
_CHARACTERS_PER_TOKEN = 4
_PASSING = frozenset({408, 409, 429})  # and 500 and above


class Aside:
    """Paid from the same budget of the person as answers are."""

    def __init__(self, choice: ModelChoice, ledger: Ledger, meter: Meter | None = None) -> None:
        self._choice, self._ledger = choice, ledger
        self._meter = meter or Unmetered()

    @property
    def longest_seconds(self) -> float:
        """How long `ask` takes at most."""
        return self._limits.turn_seconds

    async def ask(self, user_id: str, day: str, rules: str, text: str) -> str:
        """What a model says to it; "" where none does, or the person's budget for the day is used
        up. Raises SourceUnavailable where the store does not know what was spent."""
        if not self._limits.allow(Spent(*await self._ledger.spent(user_id, day))):
            self._meter.add(OVER_BUDGET)
            return ""
        try:
            async with asyncio.timeout(self._limits.turn_seconds):
                return await self._asked(user_id, day, rules, text)
        except TimeoutError:
            return ""

    @property
    def _limits(self) -> Limits:
        return self._choice.limits

    async def _asked(self, user_id: str, day: str, rules: str, text: str) -> str:
        client, asked = await asyncio.to_thread(_asked_of, self._choice)
        async with client:
            for model in asked:
                for attempt in range(_TRIES):
                    said, spent, again = await self._called(model, rules, text)
                    if spent.tokens:
                        await self._ledger.spend(user_id, day, spent.tokens, spent.cost)
                    if said or not again:
                        break
                    await asyncio.sleep(self._limits.pause * 2**attempt)
                if said:
                    return said
        return ""

    async def _called(self, model: Model, rules: str, text: str) -> tuple[str, Spent, bool]:
        """What it said, what that cost, and whether trying once more may help."""
        message, spent, again = None, NOTHING, False
        try:
            async with asyncio.timeout(self._limits.call_seconds):
                message = await _said(model.chat, rules, text)
            spent = model.price.of(*_used(message, rules, text))
            self._meter.add(CALLS)
        except TimeoutError:  # it may have been read, and is paid for then
            spent = model.price.of((len(rules) + len(text)) // _CHARACTERS_PER_TOKEN, 0)
            self._failed("timeout")
        except Exception as error:  # noqa: BLE001 - whatever a client raises; its text may quote
            status = getattr(error, "status_code", None)
            again = not isinstance(status, int) or status in _PASSING or status >= 500
            self._failed(f"status {status}" if isinstance(status, int) else "other")
        self._meter.add(TOKENS, spent.tokens)
        self._meter.add(COST, spent.cost)
        return (message.text[:_LONGEST] if message is not None else ""), spent, again

    def _failed(self, kind: str) -> None:
        self._meter.add(FAILURES, 1, kind)
        log.warning("the language model, asked aside: %s", kind)


def _asked_of(choice: ModelChoice) -> tuple[httpx.AsyncClient, tuple[Model, ...]]:
    """Imports LangChain and reads all certificates: in a thread, while others are answered."""
    import httpx

    client = httpx.AsyncClient(timeout=choice.limits.call_seconds)
    return client, models(choice, client)


async def _said(chat: BaseChatModel, rules: str, text: str) -> AIMessage:
    messages: Sequence[tuple[str, str]] = (("system", rules), ("user", text))
    return await chat.bind(max_tokens=_MOST_TOKENS).ainvoke(messages)


def _used(message: AIMessage, rules: str, text: str) -> tuple[int, int]:
    """Tokens read and written; estimated where the server does not tell."""
    if message.usage_metadata is not None:
        return message.usage_metadata["input_tokens"], message.usage_metadata["output_tokens"]
    read = len(rules) + len(text)
    return read // _CHARACTERS_PER_TOKEN, len(message.text) // _CHARACTERS_PER_TOKEN
