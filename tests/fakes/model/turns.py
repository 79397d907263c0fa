"""What a model says in one turn."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tests.fakes.model.tokens import count, tokens

Finish = Literal["stop", "length", "content_filter"]


@dataclass(frozen=True, slots=True)
class Say:
    """Text. `None` and "" are what a model sends that has nothing to say."""

    text: str | None
    finish: Finish = "stop"


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call of a tool. Arguments given as a string are sent as they are, JSON or not."""

    name: str
    arguments: Mapping[str, Any] | str
    id: str | None = None

    @property
    def raw(self) -> str:
        if isinstance(self.arguments, str):
            return self.arguments
        return json.dumps(dict(self.arguments), ensure_ascii=False)

    @property
    def key(self) -> tuple[str, str]:
        """Equal for the same call whatever its id and the order of its arguments."""
        try:
            return self.name, json.dumps(json.loads(self.raw), sort_keys=True)
        except ValueError:
            return self.name, self.raw


@dataclass(frozen=True, slots=True)
class CallTools:
    """Calls of tools, in parallel when there are several; `say` comes before them."""

    calls: Sequence[ToolCall]
    say: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """The model declines: the text stands in the field `refusal`, and there is no content."""

    text: str


Turn = Say | CallTools | Refusal


def text_of(turn: Turn) -> str:
    """All that the model writes in a turn, as it is counted."""
    match turn:
        case Say(text=text):
            return text or ""
        case Refusal(text=text):
            return text
        case CallTools(calls=calls, say=say):
            return "\n".join([say or "", *(f"{call.name} {call.raw}" for call in calls)])


def cut(turn: Turn, limit: int | None) -> Turn:
    """The turn as far as `limit` tokens carry it: a longer text ends with "length"."""
    if limit is None or not isinstance(turn, Say) or count(turn.text or "") <= limit:
        return turn
    return Say("".join(tokens(turn.text or "")[:limit]), "length")
