"""OpenAI's HTTP API with a scripted model behind it, as a small aiohttp server.

    async with FakeModel() as model:
        model.script([CallTools([ToolCall("oee", {"asset": "Line 3"})]), Say("OEE was [[f1]].")])
        …  # ChatOpenAI(model=model.name, base_url=model.url, api_key=model.api_key)
        assert model.requests[1].results[0].text == "…"

It speaks /v1/chat/completions and /v1/responses (both in one piece and as a stream),
/v1/embeddings and /v1/models. It checks what it is sent as the real API does and answers with its
error bodies; where the wording was seen stands in the files. What it does not know: images, audio,
tools run by the vendor, structured output (the field is taken, the script must fit),
`previous_response_id`, `n` > 1, log probabilities.
"""

from tests.fakes.model.calls import Call
from tests.fakes.model.faults import (
    BrokenEvents,
    BrokenJson,
    FailMidway,
    Fault,
    Hang,
    Hold,
    NotUtf8,
    Reset,
    Rule,
    ServerError,
    Slow,
    TooMany,
    Truncate,
)
from tests.fakes.model.impatience import impatient
from tests.fakes.model.reactive import echo, endless, obedient, step_by_step
from tests.fakes.model.request import Message, Request, Tool
from tests.fakes.model.script import NothingToSay
from tests.fakes.model.server import FakeModel
from tests.fakes.model.turns import CallTools, Refusal, Say, ToolCall, Turn

__all__ = [
    "BrokenEvents",
    "BrokenJson",
    "Call",
    "CallTools",
    "FailMidway",
    "FakeModel",
    "Fault",
    "Hang",
    "Hold",
    "Message",
    "NotUtf8",
    "NothingToSay",
    "Refusal",
    "Request",
    "Reset",
    "Rule",
    "Say",
    "ServerError",
    "Slow",
    "TooMany",
    "Tool",
    "ToolCall",
    "Truncate",
    "Turn",
    "echo",
    "endless",
    "impatient",
    "obedient",
    "step_by_step",
]
