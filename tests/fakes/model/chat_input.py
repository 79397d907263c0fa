"""POST /v1/chat/completions: what it takes."""

import re
from collections.abc import Mapping
from typing import Any

from tests.fakes.model import models
from tests.fakes.model.errors import (
    Json,
    bad_request,
    empty_array,
    missing,
    no_match,
    not_among,
    too_long,
    unknown,
    wrong_type,
)
from tests.fakes.model.request import Message, Request, plain, tokens_of
from tests.fakes.model.schemas import read_tools
from tests.fakes.model.turns import ToolCall

_FIELDS = """
audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens
max_tokens messages metadata modalities model moderation n parallel_tool_calls prediction
presence_penalty prompt_cache_key prompt_cache_options prompt_cache_retention
reasoning_effort response_format safety_identifier seed service_tier stop store stream
stream_options temperature tool_choice tools top_logprobs top_p user verbosity
web_search_options
"""
FIELDS = frozenset(_FIELDS.split())
"""As openai 3.54 declares them (types/chat/completion_create_params.py)."""

ROLES = ["system", "assistant", "user", "function", "tool", "developer"]
_KEYS = {"role", "content", "name", "tool_calls", "tool_call_id", "refusal", "audio"}
_NAME = re.compile(r"[^\s<|\\/>]+")


def read(body: Json, headers: Mapping[str, str]) -> Request:
    """
    Raises:
        ApiError: in the order in which the API looks: fields, messages, tools.
    """
    for field in body:
        if field not in FIELDS:
            # Seen up to 2026 (nashsu/llm_wiki#336); no parameter is named.
            raise bad_request(f"Unrecognized request argument supplied: {field}")
    if body.get("stream_options") is not None and not body.get("stream"):
        message = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
        raise bad_request(message, "stream_options")
    messages = _read_messages(body.get("messages"))
    tools = read_tools(body, nested=True)
    models.check_chat(body["model"], body)
    most = body.get("max_completion_tokens") or body.get("max_tokens")
    stream = bool(body.get("stream"))
    used = tokens_of(messages, tools)
    return Request("chat", body["model"], messages, tools, stream, headers, body, most, used)


def _read_messages(messages: Any) -> tuple[Message, ...]:
    if messages is None:
        raise missing("messages")
    if not isinstance(messages, list):
        raise wrong_type("messages", "an array of objects", messages)
    if not messages:
        raise empty_array("messages")
    found = tuple(_read_message(message, i) for i, message in enumerate(messages))
    _check_pairs(found)
    return found


def _read_message(message: Any, i: int) -> Message:
    at = f"messages[{i}]"
    if not isinstance(message, dict):
        raise wrong_type(at, "an object", message)
    role = message.get("role")
    if role is None:
        raise missing(f"{at}.role")
    if role not in ROLES:
        raise not_among(role, ROLES, f"{at}.role")
    for key in message:
        if key not in _KEYS:
            raise unknown(f"{at}.{key}")
    name = message.get("name")
    if name is not None and not _NAME.fullmatch(name):
        raise no_match(f"{at}.name", r"^[^\s<|\\/>]+$")
    calls = _read_calls(message.get("tool_calls"), f"{at}.tool_calls")
    content = message.get("content")
    if not isinstance(content, str | list) and not (calls or message.get("refusal")):
        got = "null" if content is None else type(content).__name__
        problem = f"Invalid value for 'content': expected a string, got {got}."
        raise bad_request(problem, f"messages.[{i}].content")
    if role == "tool" and not isinstance(message.get("tool_call_id"), str):
        raise missing(f"{at}.tool_call_id")
    text = plain(content) or plain(message.get("refusal"))
    return Message(role, text, calls, message.get("tool_call_id"), name)


def _read_calls(calls: Any, at: str) -> tuple[ToolCall, ...]:
    if calls is None:
        return ()
    if not isinstance(calls, list):
        raise wrong_type(at, "an array of objects", calls)
    if not calls:
        raise empty_array(at)
    found = []
    for i, call in enumerate(calls):
        function = call.get("function") or {}
        for key in ("name", "arguments"):
            if not isinstance(function.get(key), str):
                raise wrong_type(f"{at}[{i}].function.{key}", "a string", function.get(key))
        if not isinstance(call.get("id"), str):
            raise missing(f"{at}[{i}].id")
        if len(call["id"]) > 40:
            raise too_long(f"{at}[{i}].id", 40, call["id"])
        found.append(ToolCall(function["name"], function["arguments"], call["id"]))
    return tuple(found)


def _check_pairs(messages: tuple[Message, ...]) -> None:
    """Each call is answered once, in the messages right after it."""
    waiting: list[str] = []
    answered: dict[str, int] = {}
    for i, message in enumerate(messages):
        if message.role != "tool":
            _none_left(waiting, i)
            waiting = [str(call.id) for call in message.calls]
            answered = {}
            continue
        call_id = str(message.answers)
        if call_id in answered:
            # agno-agi/agno#5116
            raise bad_request(
                f"Invalid parameter: Duplicate value for 'tool_call_id' of '{call_id}', in "
                f"messages[{answered[call_id]}] and messages[{i}].",
                f"messages.[{i}].tool_call_id",
            )
        if call_id not in waiting:
            raise bad_request(
                "Invalid parameter: messages with role 'tool' must be a response to a "
                "preceeding message with 'tool_calls'.",
                f"messages.[{i}].role",
            )
        waiting.remove(call_id)
        answered[call_id] = i
    _none_left(waiting, len(messages))


def _none_left(waiting: list[str], i: int) -> None:
    if waiting:
        raise bad_request(
            "An assistant message with 'tool_calls' must be followed by tool messages responding "
            "to each 'tool_call_id'. The following tool_call_ids did not have response messages: "
            + ", ".join(waiting),
            f"messages.[{i}].role",
        )
