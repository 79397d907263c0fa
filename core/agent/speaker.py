"""A language model that answers with the tools; LangChain is imported with the first question."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Protocol

from cachetools import LRUCache

from core.agent.conversation import Conversation
from core.agent.counted import OVER_BUDGET
from core.agent.limits import Limits, Spent
from core.agent.models import ModelChoice
from core.agent.turn import Spoken, Turn
from core.errors import AndonError
from core.meter import Meter, Unmetered
from core.trace import pseudonym

if TYPE_CHECKING:
    import httpx

    from core.agent.loop import Loop

log = logging.getLogger(__name__)
_PEOPLE = 10_000


class Ledger(Protocol):
    """What people spent; the days are days in UTC, in ISO 8601."""

    async def spent(self, user_id: str, day: str) -> tuple[int, float]:
        """Tokens and cost. Raises SourceUnavailable."""

    async def spend(self, user_id: str, day: str, tokens: int, cost: float) -> None:
        """Adds to them. Raises SourceUnavailable."""


class ModelSpeaker:
    """Speaks with the models that are configured, within each person's budget.

    Belongs to one event loop, from the first question until `close`.
    """

    def __init__(
        self, choice: ModelChoice, ledger: Ledger | None, meter: Meter | None = None
    ) -> None:
        self._choice = choice
        self._meter = meter or Unmetered()
        self._limits: Limits = choice.limits
        self._ledger = ledger
        # What this process saw being spent: it holds where the store does not answer, too.
        self._seen: LRUCache[tuple[str, str], Spent] = LRUCache(_PEOPLE)
        self._making = asyncio.Lock()
        # First come, first served: all at once would all be late.
        self._running = asyncio.Semaphore(choice.limits.at_once)
        self._loop: Loop | None = None
        self._client: httpx.AsyncClient | None = None

    async def answer(self, turn: Turn) -> Spoken | None:
        """See Speaker. A defect on the way costs the model's words, not the answer."""
        try:
            return await self._answer(turn)
        except Exception:
            log.exception("a defect: answered without the language model")
            return None

    async def _answer(self, turn: Turn) -> Spoken | None:
        earlier = await self._spent(turn)
        if not self._limits.allow(earlier):
            self._meter.add(OVER_BUDGET)
            who = pseudonym(turn.user_id)
            log.warning("the day's budget for the language model is used up: %s", who)
            return None
        talk, began = Conversation(turn, self._limits, earlier), time.perf_counter()
        try:
            loop = await self._made()
            async with asyncio.timeout(self._limits.turn_seconds), self._running:
                await loop.run(talk)
        except Exception as error:  # noqa: BLE001 - whatever a client raises: the planner answers
            _tell(error)
            talk.unfinished = talk.unfinished or ("cut" if talk.speech.released else "failed")
        finally:
            await self._spend(turn, talk.spent)
        spoken = talk.spoken()
        ending = "silent" if spoken is None else spoken.unfinished or "said"
        talk.tally.told(self._meter, talk.spent, time.perf_counter() - began, ending)
        return spoken

    async def ready(self) -> None:
        """See Speaker."""
        await self._made()

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()

    # --- the loop, once it is needed

    async def _made(self) -> Loop:
        async with self._making:
            if self._loop is not None:
                return self._loop
            # Importing takes a second or two, in which others are answered.
            loop, client = await asyncio.to_thread(_loop, self._choice)
            self._loop, self._client = loop, client
            return loop

    # --- the budget

    async def _spent(self, turn: Turn) -> Spent:
        seen = self._seen.get(_key(turn), Spent())
        if self._ledger is None:
            return seen
        try:
            tokens, cost = await self._ledger.spent(*_key(turn))
        except AndonError:
            return seen
        return Spent(max(tokens, seen.tokens), max(cost, seen.cost))

    async def _spend(self, turn: Turn, spent: Spent) -> None:
        if not spent.tokens:
            return
        key = _key(turn)
        self._seen[key] = self._seen.get(key, Spent()) + spent
        if self._ledger is not None:
            try:
                await self._ledger.spend(*key, spent.tokens, spent.cost)
            except AndonError as error:
                log.warning("what was spent cannot be written down: %s", error)


def _key(turn: Turn) -> tuple[str, str]:
    return turn.user_id, turn.now.date().isoformat()


def _loop(choice: ModelChoice) -> tuple[Loop, httpx.AsyncClient]:
    import httpx

    from core.agent.loop import Loop
    from core.agent.models import models

    client = httpx.AsyncClient(
        timeout=choice.limits.call_seconds,
        limits=httpx.Limits(max_connections=1_000, max_keepalive_connections=100),
    )
    return Loop(models(choice, client), choice.limits), client


def _tell(error: Exception) -> None:
    """The kind of a client's error only: its text may hold what was asked."""
    kind = type(error)
    if kind.__module__.partition(".")[0] in ("openai", "langchain_openai", "anthropic", "httpx"):
        log.warning("the language model: %s %s", kind.__name__, getattr(error, "status_code", ""))
    elif isinstance(error, TimeoutError) or kind.__name__ == "Unfit":
        log.warning("the language model: %s %s", kind.__name__, error)
    else:
        log.warning("the language model: %s", kind.__name__, exc_info=error)
