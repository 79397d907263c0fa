"""POST /v1/responses: what it takes."""

from collections.abc import Mapping
from typing import Any

from tests.fakes.model import models
from tests.fakes.model.errors import (
    ApiError,
    Json,
    bad_request,
    missing,
    not_among,
    too_long,
    unknown,
    wrong_type,
)
from tests.fakes.model.request import Message, Request, plain, tokens_of
from tests.fakes.model.schemas import read_tools
from tests.fakes.model.turns import ToolCall

_FIELDS = """
access_programs background background_options context_management conversation include input
instructions max_output_tokens max_tool_calls metadata model moderation parallel_tool_calls
previous_response_id prompt prompt_cache_key prompt_cache_options prompt_cache_retention
reasoning safety_identifier service_tier store stream stream_options temperature text
tool_choice tools top_logprobs top_p truncation user
"""
FIELDS = frozenset(_FIELDS.split())
"""As openai 3.54 declares them (types/responses/response_create_params.py)."""

ROLES = ["assistant", "system", "developer", "user"]
_KEYS = {
    "message": {"type", "role", "content", "id", "status", "phase"},
    "function_call": {"type", "call_id", "name", "arguments", "id", "status", "namespace"},
    "function_call_output": {"type", "call_id", "output", "id", "status"},
    "reasoning": {"type", "id", "summary", "content", "encrypted_content", "status"},
}
_PREFIX = {"message": "msg", "function_call": "fc", "reasoning": "rs"}
_PARTS = {"assistant": ["output_text", "refusal"]}
_OTHER_PARTS = ["input_text", "input_image", "input_file"]


def read(body: Json, headers: Mapping[str, str]) -> Request:
    """
    Raises:
        ApiError: for unknown fields, items that do not fit, calls without their output.
    """
    for field in body:
        if field not in FIELDS:
            raise unknown(field)
    previous = body.get("previous_response_id")
    if previous is not None:
        # This server keeps no responses: each request carries the whole conversation.
        message = f"Previous response with id '{previous}' not found."
        raise bad_request(message, "previous_response_id", "previous_response_not_found")
    messages = _read_input(body)
    tools = read_tools(body, nested=False)
    models.check_responses(body["model"], body)
    most = body.get("max_output_tokens")
    stream = bool(body.get("stream"))
    used = tokens_of(messages, tools)
    return Request("responses", body["model"], messages, tools, stream, headers, body, most, used)


def _read_input(body: Json) -> tuple[Message, ...]:
    given = body.get("input")
    told = body.get("instructions")
    first = [Message("system", told)] if told else []
    if given is None:
        raise missing("input")
    if isinstance(given, str):
        return (*first, Message("user", given))
    if not isinstance(given, list):
        raise wrong_type("input", "a string or an array of objects", given)
    items = [_read_item(item, f"input[{i}]") for i, item in enumerate(given)]
    messages = [item for item in items if item is not None]
    _check_ids(given)
    _check_pairs(messages)
    return (*first, *messages)


def _read_item(item: Any, at: str) -> Message | None:
    if not isinstance(item, dict):
        raise wrong_type(at, "an object", item)
    kind = item.get("type", "message")
    if kind not in _KEYS:
        raise not_among(kind, list(_KEYS), at)
    for key in item:
        if key not in _KEYS[kind]:
            raise unknown(f"{at}.{key}")
    own = item.get("id")
    if own is not None and kind in _PREFIX and not str(own).startswith(_PREFIX[kind]):
        message = f"Invalid '{at}.id': '{own}'. Expected an ID that begins with '{_PREFIX[kind]}'."
        raise bad_request(message, f"{at}.id", "invalid_value")
    match kind:
        case "message":
            return _read_message(item, at)
        case "function_call":
            call_id = _call_id(item, at)
            for key in ("name", "arguments"):
                if not isinstance(item.get(key), str):
                    raise wrong_type(f"{at}.{key}", "a string", item.get(key))
            return Message("assistant", "", (ToolCall(item["name"], item["arguments"], call_id),))
        case "function_call_output":
            if not isinstance(item.get("output"), str | list):
                raise wrong_type(f"{at}.output", "a string or an array", item.get("output"))
            return Message("tool", plain(item["output"]), answers=_call_id(item, at))
        case _:
            return None


def _read_message(item: Json, at: str) -> Message:
    role = item.get("role")
    if role not in ROLES:
        raise not_among(role, ROLES, f"{at}.role")
    content = item.get("content")
    if not isinstance(content, str | list):
        raise wrong_type(f"{at}.content", "a string or an array of objects", content)
    if isinstance(content, list):
        supported = _PARTS.get(role, _OTHER_PARTS)
        for i, part in enumerate(content):
            if part.get("type") not in supported:
                raise not_among(part.get("type"), supported, f"{at}.content[{i}]")
    return Message(role, plain(content))


def _call_id(item: Json, at: str) -> str:
    call_id = item.get("call_id")
    if not isinstance(call_id, str):
        raise missing(f"{at}.call_id")
    if len(call_id) > 64:
        raise too_long(f"{at}.call_id", 64, call_id)
    return call_id


def _check_ids(items: list[Json]) -> None:
    ids: set[str] = set()
    for item in items:
        own = item.get("id")
        if own in ids:
            # vercel/ai#13307
            raise _about_input(
                f"Duplicate item found with id {own}. "
                "Remove duplicate items from your input and try again."
            )
        if own is not None:
            ids.add(own)


def _check_pairs(messages: list[Message]) -> None:
    """Each call has one output after it (continuedev/continue#10092 for the wording)."""
    called: list[str] = []
    answered: set[str] = set()
    for message in messages:
        called += [str(call.id) for call in message.calls]
        call_id = message.answers
        if call_id is None:
            continue
        if call_id not in called:
            raise _about_input(
                f"No tool call found for function call output with call_id {call_id}."
            )
        if call_id in answered:  # that it is refused is known, its wording here is not
            raise _about_input(f"Duplicate function call output found for call_id {call_id}.")
        answered.add(call_id)
    for call_id in called:
        if call_id not in answered:
            raise _about_input(f"No tool output found for function call {call_id}.")


def _about_input(message: str) -> ApiError:
    return bad_request(message, "input")
