"""POST /v1/chat/completions: the answers. What it takes stands in `chat_input`."""

import json
from collections.abc import Iterator

from tests.fakes.model.answer import Answer
from tests.fakes.model.errors import Json
from tests.fakes.model.tokens import pieces
from tests.fakes.model.turns import CallTools, Refusal, Say, ToolCall


def body(answer: Answer) -> Json:
    """The answer in one piece."""
    turn = answer.turn
    message: Json = {"role": "assistant", "content": None, "refusal": None, "annotations": []}
    match turn:
        case Say(text=text):
            message["content"] = text
        case Refusal(text=text):
            message["refusal"] = text
        case CallTools(calls=calls, say=say):
            message["content"] = say
            message["tool_calls"] = [_call(call) for call in calls]
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _finish(answer)}
    return {**_head(answer, "chat.completion"), "choices": [choice], "usage": usage(answer)}


def events(answer: Answer) -> Iterator[bytes]:
    """The answer as server-sent events: a role, pieces, a finish reason, perhaps usage, [DONE]."""
    asked = (answer.request.body.get("stream_options") or {}).get("include_usage")
    more: Json = {"usage": None} if asked else {}
    head = _head(answer, "chat.completion.chunk")
    for delta in _deltas(answer):
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": None}
        yield _event({**head, "choices": [choice], **more})
    last = {"index": 0, "delta": {}, "logprobs": None, "finish_reason": _finish(answer)}
    yield _event({**head, "choices": [last], **more})
    if asked:
        yield _event({**head, "choices": [], "usage": usage(answer)})
    yield b"data: [DONE]\n\n"


def failure(message: str) -> bytes:
    """The event with which a stream fails midway."""
    error = {"message": message, "type": "server_error", "param": None, "code": None}
    return _event({"error": error})


def _deltas(answer: Answer) -> Iterator[Json]:
    match answer.turn:
        case Say(text=text):
            yield {"role": "assistant", "content": None if text is None else "", "refusal": None}
            yield from ({"content": piece} for piece in pieces(text or ""))
        case Refusal(text=text):
            yield {"role": "assistant", "content": None, "refusal": ""}
            yield from ({"refusal": piece} for piece in pieces(text))
        case CallTools(calls=calls, say=say):
            yield {"role": "assistant", "content": "" if say else None, "refusal": None}
            yield from ({"content": piece} for piece in pieces(say or ""))
            for index, call in enumerate(calls):
                opened = _call(call)
                opened["function"]["arguments"] = ""
                yield {"tool_calls": [{"index": index, **opened}]}
                for piece in pieces(call.raw):
                    yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}


def _call(call: ToolCall) -> Json:
    function = {"name": call.name, "arguments": call.raw}
    return {"id": call.id, "type": "function", "function": function}


def _finish(answer: Answer) -> str:
    match answer.turn:
        case Say(finish=finish):
            return finish
        case Refusal():
            return "stop"
        case CallTools():
            return "tool_calls"


def _head(answer: Answer, kind: str) -> Json:
    return {
        "id": f"chatcmpl-{answer.number:08d}",
        "object": kind,
        "created": answer.created,
        "model": answer.request.model,
        "service_tier": "default",
        "system_fingerprint": "fp_fake",
    }


def usage(answer: Answer) -> Json:
    return {
        "prompt_tokens": answer.request.prompt_tokens,
        "completion_tokens": answer.tokens,
        "total_tokens": answer.request.prompt_tokens + answer.tokens,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    }


def _event(value: Json) -> bytes:
    data = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return f"data: {data}\n\n".encode()
