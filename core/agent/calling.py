"""One call of a model: streamed, bounded in time, whole before it counts, checked as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Any

from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse
from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    message_chunk_to_message,
)
from langchain_core.messages.ai import add_ai_message_chunks
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool

from core.agent.conversation import Conversation
from core.agent.models import Model
from core.agent.prompt import prompt
from core.agent.speech import Heard
from core.agent.turn import Unfinished

_WHOLE = frozenset({"stop", "tool_calls", "completed", "end_turn", "tool_use"})
_CHARACTERS_PER_TOKEN = 4  # where a server does not tell what it used


class Unfit(Exception):
    """What came from the model is no whole message: cut off, empty, or not to be read."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Calling(AgentMiddleware[Any, Conversation, Any]):
    """Speaks with the model itself, so it stands innermost, and what it raises may be retried.

    Raises Unfit, TimeoutError and whatever a client may raise, but not once a sentence was
    released: that cannot be said anew, so the turn ends there.
    """

    def __init__(self, models: Sequence[Model], tools: Sequence[BaseTool]) -> None:
        super().__init__()
        # A client has no name of its own for us: it is told by being that object.
        self._models = {id(model.chat): model for model in models}
        self._asking = {id(model.chat): model.chat.bind_tools(tools) for model in models}
        self._ending = {
            id(model.chat): model.chat.bind_tools(tools, tool_choice=model.no_tools)
            for model in models
        }

    async def awrap_model_call(
        self,
        request: ModelRequest[Conversation],
        _handler: Callable[[ModelRequest[Conversation]], Awaitable[ModelResponse[Any]]],
    ) -> AIMessage:
        talk = request.runtime.context
        try:
            return await self._answer(request, talk)
        except Exception as error:
            talk.tally.failures[_kind(error)] += 1
            if not talk.speech.released:
                raise
            return _ended(talk, "cut")

    async def _answer(self, request: ModelRequest[Conversation], talk: Conversation) -> AIMessage:
        """What the model says, once more where the guard refused all of it."""
        rules = SystemMessage(prompt(talk.turn.language))
        messages: list[BaseMessage] = [rules, *request.messages]
        for attempt in range(2):
            heard, is_last = talk.listen(), talk.must_end
            message = await self._heard(request, messages, heard, talk)
            if message.tool_calls and not heard.is_cut:
                return _ended(talk, "limit") if is_last else message
            if not heard.end():
                return message
            talk.tally.refusals.update(one.why for one in heard.offenders)
            if heard.is_cut:
                return _ended(talk, "cut")
            if attempt:
                break
            messages += [AIMessage(heard.text), HumanMessage(talk.mend(heard.offenders))]
        return _ended(talk, "unspeakable")

    async def _heard(
        self,
        request: ModelRequest[Conversation],
        messages: Sequence[BaseMessage],
        heard: Heard,
        talk: Conversation,
    ) -> AIMessage:
        """One message, whole; or as far as it came where it was cut."""
        bound = self._ending if talk.must_end else self._asking
        model: Runnable[LanguageModelInput, AIMessage] = bound[id(request.model)]
        chunks: list[AIMessageChunk] = []
        try:
            async with asyncio.timeout(talk.limits.call_seconds):
                async with aclosing(model.astream(messages)) as stream:  # type: ignore[type-var]
                    async for chunk in stream:
                        assert isinstance(chunk, AIMessageChunk)
                        chunks.append(chunk)
                        heard.hear(chunk.text)
                        if heard.is_cut:
                            return AIMessage("")
            message = _whole(chunks)
            talk.tally.calls += 1
            return message
        finally:
            read, written = _used(chunks, messages)
            talk.spent += self._models[id(request.model)].price.of(read, written)


def _kind(error: Exception) -> str:
    """What went wrong, as one of few words: never what a client's error says."""
    status, name = getattr(error, "status_code", None), type(error).__name__
    if isinstance(status, int):
        return f"status {status}"
    if isinstance(error, Unfit):
        return "unfit"
    return next((kind for kind in ("Timeout", "Connection") if kind in name), "other").lower()


def _ended(talk: Conversation, why: Unfinished) -> AIMessage:
    """A message without calls: the loop ends here."""
    talk.unfinished = why
    return AIMessage(talk.speech.written)


def _whole(chunks: Sequence[AIMessageChunk]) -> AIMessage:
    """The message, fit to be acted on. Raises Unfit.

    A stream that breaks off ends without an error, and half the arguments of a call are read as
    if they were whole: only the reason why it ended tells.
    """
    if not chunks:
        raise Unfit("nothing came")
    message = message_chunk_to_message(add_ai_message_chunks(*chunks))
    assert isinstance(message, AIMessage)
    told = message.response_metadata
    ending = told.get("finish_reason") or told.get("status") or told.get("stop_reason")
    if ending not in _WHOLE:
        raise Unfit(str(ending or "cut off"))
    if message.invalid_tool_calls:
        raise Unfit("unreadable arguments")
    ids = [call["id"] for call in message.tool_calls]
    if len(set(ids)) < len(ids):
        raise Unfit("two calls under one id")
    if not ids and not message.text.strip():
        raise Unfit("empty")
    return message


def _used(chunks: Sequence[AIMessageChunk], messages: Sequence[BaseMessage]) -> tuple[int, int]:
    """Tokens read and written; estimated where nobody told, as when a stream breaks off. What did
    not even begin costs nothing."""
    if not chunks:
        return 0, 0
    for chunk in reversed(chunks):
        if chunk.usage_metadata is not None:
            return chunk.usage_metadata["input_tokens"], chunk.usage_metadata["output_tokens"]
    written = sum(len(chunk.text) for chunk in chunks)
    read = sum(len(message.text) for message in messages)
    return read // _CHARACTERS_PER_TOKEN, written // _CHARACTERS_PER_TOKEN
