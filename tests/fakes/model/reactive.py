"""Scripts that look at the request. They keep no state: many conversations may share one."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tests.fakes.model.request import Message, Request, Role
from tests.fakes.model.turns import CallTools, Say, ToolCall, Turn

_CALL = re.compile(r"\bcall (?:the tool )?`?([A-Za-z0-9_-]+)`? with (?=\{)", re.IGNORECASE)
_SAY = re.compile(
    r"\b(?:say|answer|write|reply)(?: only| exactly)?:? [\"“](.+?)[\"”]", re.IGNORECASE
)


def step_by_step(turns: Sequence[Turn]) -> Callable[[Request], Turn]:
    """The n-th turn answers the n-th request after the user spoke, also when it is repeated;
    the last one answers all further ones. In every conversation it begins anew."""

    def play(request: Request) -> Turn:
        return turns[min(request.step, len(turns) - 1)]

    return play


def endless(*calls: ToolCall) -> Callable[[Request], Turn]:
    """Calls these tools again and again, whatever they answer."""
    return lambda request: CallTools(calls)


def echo(pattern: str, sentence: str = "{}") -> Callable[[Request], Turn]:
    """Says what matches in the last tool result, each in the sentence, in order, once.

    pattern: its first group, or all of it: r'"id": ?"(f\\d+)"' with sentence "[[{}]]".
    """

    def play(request: Request) -> Turn:
        text = request.results[-1].text if request.results else ""
        found = dict.fromkeys(match[match.re.groups and 1] for match in re.finditer(pattern, text))
        return Say(" ".join(sentence.format(one) for one in found))

    return play


def obedient(
    otherwise: Callable[[Request], Turn], reads: Sequence[Role] = ("tool", "user")
) -> Callable[[Request], Turn]:
    """A model that is wholly taken over: it does what any text in these messages tells it.

    `call sql_query with {"statement": "…"}` makes it call that tool with these arguments, known
    or not, once each; `say "…"` makes it say that. Texts are found inside JSON, too. Without an
    order it goes on with `otherwise`. Memories stand in the system message if the product puts
    them there: add "system".
    """

    def play(request: Request) -> Turn:
        done = {call.key for call in request.called}
        texts = [text for m in request.messages if m.role in reads for text in _texts(m)]
        orders = dict.fromkeys(text for text in texts)
        calls = {call.key: call for text in orders for call in _calls(text)}
        new = [call for key, call in calls.items() if key not in done]
        if new:
            return CallTools(new)
        said = [found for text in orders for found in _SAY.findall(text)]
        return Say(" ".join(dict.fromkeys(said))) if said else otherwise(request)

    return play


def _texts(message: Message) -> Iterator[str]:
    """The message's text, or all strings in it where it is JSON."""
    try:
        value = json.loads(message.text)
    except ValueError:
        yield message.text
    else:
        yield from _strings(value)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield str(key)
            yield from _strings(item)


def _calls(text: str) -> Iterator[ToolCall]:
    for found in _CALL.finditer(text):
        try:
            arguments, _ = json.JSONDecoder().raw_decode(text, found.end())
        except ValueError:
            continue
        yield ToolCall(found[1], arguments)
