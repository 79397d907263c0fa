"""A request as the model reads it: the same for /v1/chat/completions and /v1/responses."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.fakes.model.errors import Json
from tests.fakes.model.tokens import count
from tests.fakes.model.turns import ToolCall

Api = Literal["chat", "responses"]
Role = Literal["system", "developer", "user", "assistant", "tool"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message. A tool's result names the call that it answers."""

    role: Role
    text: str
    calls: tuple[ToolCall, ...] = ()
    answers: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool that the model may call; `parameters` is its JSON Schema."""

    name: str
    description: str
    parameters: Json


@dataclass(frozen=True, slots=True)
class Request:
    """What the model is asked. `headers` are in small letters and without the key."""

    api: Api
    model: str
    messages: tuple[Message, ...]
    tools: tuple[Tool, ...]
    stream: bool
    headers: Mapping[str, str]
    body: Json
    most_tokens: int | None = None
    prompt_tokens: int = field(default=0)

    @property
    def turn(self) -> tuple[Message, ...]:
        """The messages after the last one of the user."""
        users = [i for i, message in enumerate(self.messages) if message.role == "user"]
        return self.messages[users[-1] + 1 :] if users else self.messages

    @property
    def step(self) -> int:
        """How often the model has spoken since the user did: 0 in the first request of a turn."""
        spoken = 0
        before = "user"
        for message in self.turn:
            # Responses sends a text and each parallel call as items of their own: one utterance.
            spoken += message.role == "assistant" and before != "assistant"
            before = message.role
        return spoken

    @property
    def question(self) -> str:
        """The user's last message."""
        return next((m.text for m in reversed(self.messages) if m.role == "user"), "")

    @property
    def system(self) -> str:
        return "\n".join(m.text for m in self.messages if m.role in ("system", "developer"))

    @property
    def results(self) -> tuple[Message, ...]:
        """What tools have answered since the user spoke."""
        return tuple(message for message in self.turn if message.role == "tool")

    @property
    def called(self) -> tuple[ToolCall, ...]:
        """What the model has called since the user spoke."""
        return tuple(call for message in self.turn for call in message.calls)

    @property
    def tool_names(self) -> frozenset[str]:
        return frozenset(tool.name for tool in self.tools)


def plain(content: Any) -> str:
    """The text of a content that is a string, a list of parts, or null."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(str(part.get("text") or part.get("refusal") or "") for part in content)
    return ""


def tokens_of(messages: tuple[Message, ...], tools: tuple[Tool, ...]) -> int:
    """The tokens of a prompt: four for each message beside its text, and the tools' schemas."""
    total = 3
    for message in messages:
        total += 4 + count(message.text)
        total += sum(count(f"{call.name} {call.raw}") for call in message.calls)
    return total + sum(_tokens_of_tool(tool) for tool in tools)


_TOOLS: dict[str, int] = {}


def _tokens_of_tool(tool: Tool) -> int:
    text = f"{tool.name} {tool.description} {json.dumps(tool.parameters)}"
    if text not in _TOOLS:
        _TOOLS[text] = count(text)
    return _TOOLS[text]
