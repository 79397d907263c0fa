"""POST /v1/responses: the answers. What it takes stands in `responses_input`."""

import json
from collections.abc import Iterator

from tests.fakes.model.answer import Answer
from tests.fakes.model.errors import Json
from tests.fakes.model.tokens import pieces
from tests.fakes.model.turns import CallTools, Refusal, Say, ToolCall


def body(answer: Answer) -> Json:
    """The answer in one piece."""
    return _response(answer, _items(answer), "done")


def events(answer: Answer) -> Iterator[bytes]:
    """The answer as server-sent events, each with its name and number; there is no [DONE]."""
    for number, (kind, event) in enumerate(_events(answer)):
        yield _event(kind, number, event)


def failure(answer: Answer, message: str, number: int) -> bytes:
    """The event with which a stream fails midway."""
    response = _response(answer, [], "failed")
    response["error"] = {"code": "server_error", "message": message}
    return _event("response.failed", number, {"response": response})


def usage(answer: Answer) -> Json:
    return {
        "input_tokens": answer.request.prompt_tokens,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": answer.tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": answer.request.prompt_tokens + answer.tokens,
    }


def _events(answer: Answer) -> Iterator[tuple[str, Json]]:
    started = _response(answer, [], "in_progress")
    yield "response.created", {"response": started}
    yield "response.in_progress", {"response": started}
    items = _items(answer)
    for index, item in enumerate(items):
        place = {"output_index": index, "item_id": item["id"]}
        if item["type"] == "message":
            yield from _message_events(item, place)
        else:
            yield from _call_events(item, place)
    done = _response(answer, items, "done")
    yield f"response.{done['status']}", {"response": done}


def _message_events(item: Json, place: Json) -> Iterator[tuple[str, Json]]:
    opened = {**item, "status": "in_progress", "content": []}
    yield "response.output_item.added", {"output_index": place["output_index"], "item": opened}
    for index, part in enumerate(item["content"]):
        where = {**place, "content_index": index}
        kind = "refusal" if part["type"] == "refusal" else "output_text"
        field = "refusal" if kind == "refusal" else "text"
        more: Json = {} if kind == "refusal" else {"logprobs": []}
        yield "response.content_part.added", {**where, "part": {**part, field: ""}}
        for piece in pieces(part[field]):
            yield f"response.{kind}.delta", {**where, "delta": piece, **more}
        yield f"response.{kind}.done", {**where, field: part[field], **more}
        yield "response.content_part.done", {**where, "part": part}
    yield "response.output_item.done", {"output_index": place["output_index"], "item": item}


def _call_events(item: Json, place: Json) -> Iterator[tuple[str, Json]]:
    opened = {**item, "status": "in_progress", "arguments": ""}
    yield "response.output_item.added", {"output_index": place["output_index"], "item": opened}
    for piece in pieces(item["arguments"]):
        yield "response.function_call_arguments.delta", {**place, "delta": piece}
    done = {**place, "name": item["name"], "arguments": item["arguments"]}
    yield "response.function_call_arguments.done", done
    yield "response.output_item.done", {"output_index": place["output_index"], "item": item}


def _items(answer: Answer) -> list[Json]:
    match answer.turn:
        case Say(text=text, finish=finish):
            status = "completed" if finish == "stop" else "incomplete"
            return [] if text is None else [_message(answer, _text(text), status)]
        case Refusal(text=text):
            return [_message(answer, {"type": "refusal", "refusal": text}, "completed")]
        case CallTools(calls=calls, say=say):
            said = [_message(answer, _text(say), "completed")] if say else []
            return [*said, *(_call(answer, call, i) for i, call in enumerate(calls))]


def _message(answer: Answer, part: Json, status: str) -> Json:
    name = f"msg_{answer.number:08d}"
    head = {"id": name, "type": "message", "status": status, "role": "assistant"}
    return {**head, "content": [part]}


def _text(text: str) -> Json:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _call(answer: Answer, call: ToolCall, index: int) -> Json:
    return {
        "id": f"fc_{answer.number:08d}_{index}",
        "type": "function_call",
        "status": "completed",
        "call_id": call.id,
        "name": call.name,
        "arguments": call.raw,
    }


_SETTINGS: Json = {
    "instructions": None,
    "max_output_tokens": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "store": True,
    "temperature": 1.0,
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tools": [],
    "top_p": 1.0,
    "truncation": "disabled",
}
_REASONS = {"length": "max_output_tokens", "content_filter": "content_filter"}


def _response(answer: Answer, items: list[Json], stage: str) -> Json:
    """`stage`: in_progress, failed, or done, which is completed or incomplete by the turn."""
    finish = answer.turn.finish if isinstance(answer.turn, Say) else "stop"
    reason = _REASONS.get(finish) if stage == "done" else None
    status = ("incomplete" if reason else "completed") if stage == "done" else stage
    asked = answer.request.body
    return {
        "id": f"resp_{answer.number:08d}",
        "object": "response",
        "created_at": answer.created,
        "status": status,
        "error": None,
        "incomplete_details": {"reason": reason} if reason else None,
        "model": asked["model"],
        "output": items,
        "usage": usage(answer) if stage == "done" else None,
        **{key: asked.get(key, usual) for key, usual in _SETTINGS.items()},
    }


def _event(kind: str, number: int, event: Json) -> bytes:
    value = {"type": kind, "sequence_number": number, **event}
    data = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return f"event: {kind}\ndata: {data}\n\n".encode()
