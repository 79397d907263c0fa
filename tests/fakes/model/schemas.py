"""Tools as the API checks them: names, and the JSON Schema of their parameters."""

import re
from typing import Any

from tests.fakes.model.errors import (
    ApiError,
    Json,
    bad_request,
    missing,
    no_match,
    not_among,
    too_long,
    unknown,
    wrong_type,
)
from tests.fakes.model.request import Tool

NAME = re.compile(r"[a-zA-Z0-9_-]+")
MOST_TOOLS = 128
_TYPES = {"object", "array", "string", "number", "integer", "boolean", "null"}
_FUNCTION = {"name", "description", "parameters", "strict"}
_NOT_AT_TOP = ("oneOf", "anyOf", "allOf", "enum", "not")


def read_tools(body: Json, *, nested: bool) -> tuple[Tool, ...]:
    """The tools of a request; `nested`: under "function", as /v1/chat/completions has them."""
    tools = body.get("tools")
    if tools is None:
        for field in ("tool_choice", "parallel_tool_calls"):
            if nested and body.get(field) is not None and body[field] != "none":
                problem = f"'{field}' is only allowed when 'tools' are specified."
                raise bad_request(f"Invalid value for '{field}': {problem}", field)
        return ()
    if not isinstance(tools, list):
        raise wrong_type("tools", "an array of objects", tools)
    if len(tools) > MOST_TOOLS:
        message = (
            f"Invalid 'tools': array too long. Expected an array with maximum length {MOST_TOOLS}, "
            f"but got an array with length {len(tools)} instead."
        )
        raise bad_request(message, "tools", "array_above_max_length")
    found = tuple(_read_tool(tool, f"tools[{i}]", nested) for i, tool in enumerate(tools))
    _check_choice(body.get("tool_choice"), found, nested)
    return found


def _read_tool(tool: Any, at: str, nested: bool) -> Tool:
    if not isinstance(tool, dict):
        raise wrong_type(at, "an object", tool)
    if tool.get("type") != "function":
        raise not_among(tool.get("type"), ["function", "custom"], f"{at}.type")
    function = tool.get("function") if nested else {k: v for k, v in tool.items() if k != "type"}
    if nested:
        _no_others(tool, {"type", "function"}, at)
        at = f"{at}.function"
    if not isinstance(function, dict):
        raise missing(at)
    _no_others(function, _FUNCTION, at)
    name = function.get("name")
    _check_name(name, f"{at}.name")
    description = function.get("description") or ""
    if not isinstance(description, str):
        raise wrong_type(f"{at}.description", "a string", description)
    parameters = function.get("parameters") or {"type": "object", "properties": {}}
    check_parameters(str(name), parameters, f"{at}.parameters", strict=bool(function.get("strict")))
    return Tool(str(name), description, parameters)


def _no_others(value: Json, allowed: set[str], at: str) -> None:
    for key in value:
        if key not in allowed:
            raise unknown(f"{at}.{key}")


def _check_name(name: Any, at: str) -> None:
    if name is None:
        raise missing(at)
    if not isinstance(name, str):
        raise wrong_type(at, "a string", name)
    if not NAME.fullmatch(name):
        raise no_match(at, "^[a-zA-Z0-9_-]+$")
    if len(name) > 64:
        raise too_long(at, 64, name)


def _check_choice(choice: Any, tools: tuple[Tool, ...], nested: bool) -> None:
    if choice in (None, "none", "auto", "required"):
        return
    if not isinstance(choice, dict):
        raise not_among(choice, ["none", "auto", "required"], "tool_choice")
    if choice.get("type") == "allowed_tools":
        return
    name = (choice.get("function") or {}).get("name") if nested else choice.get("name")
    if name not in {tool.name for tool in tools}:
        field = "tool_choice.function.name" if nested else "tool_choice"
        raise bad_request(f"Tool choice '{name}' not found in 'tools' parameter.", field)


def check_parameters(name: str, schema: Any, at: str, *, strict: bool) -> None:
    """
    Raises:
        ApiError: invalid_function_parameters, saying where in the schema.
    """

    def wrong(problem: str) -> ApiError:
        message = f"Invalid schema for function '{name}': {problem}"
        return bad_request(message, at, "invalid_function_parameters")

    if not isinstance(schema, dict):
        raise wrong_type(at, "an object", schema)
    if any(key in schema for key in _NOT_AT_TOP):
        raise wrong(
            "schema must have type 'object' and not have "
            "'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level."
        )
    if schema.get("type") != "object":
        got = schema.get("type", "None")
        raise wrong(f"schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{got}\"'.")
    if "properties" not in schema:
        raise wrong("In context=(), object schema missing properties.")
    for context, part in _parts(schema, ()):
        problem = _problem(part, schema, strict)
        if problem:
            raise wrong(f"In context={context}, {problem}")


def _parts(schema: Any, context: tuple[str, ...]) -> list[tuple[tuple[str, ...], Json]]:
    """The schema and all schemas in it, with the way that leads there."""
    if not isinstance(schema, dict):
        return []
    found = [(context, schema)]
    for group in ("properties", "$defs", "definitions"):
        for key, part in (schema.get(group) or {}).items():
            found += _parts(part, (*context, group, key))
    found += _parts(schema.get("items"), (*context, "items"))
    found += _parts(schema.get("additionalProperties"), (*context, "additionalProperties"))
    for group in ("anyOf", "oneOf", "allOf"):
        for i, part in enumerate(schema.get(group) or []):
            found += _parts(part, (*context, group, str(i)))
    return found


def _problem(part: Json, whole: Json, strict: bool) -> str | None:
    kinds = part.get("type", [])
    kinds = kinds if isinstance(kinds, list) else [kinds]
    for kind in kinds:
        if kind not in _TYPES:
            return f"'{kind}' is not valid under any of the given schemas."
    if "array" in kinds and "items" not in part and "prefixItems" not in part:
        return "array schema missing items."
    reference = part.get("$ref")
    if reference is not None and not _resolves(str(reference), whole):
        return "reference can only point to definitions defined at the top level of the schema."
    if strict and "object" in kinds:
        return _strict_problem(part)
    return None


def _strict_problem(part: Json) -> str | None:
    if part.get("additionalProperties") is not False:
        return "'additionalProperties' is required to be supplied and to be false."
    for key in part.get("properties") or {}:
        if key not in (part.get("required") or []):
            return (
                "'required' is required to be supplied and to be an array including every key "
                f"in properties. Missing '{key}'."
            )
    return None


def _resolves(reference: str, whole: Json) -> bool:
    if reference == "#":
        return True
    _, _, path = reference.partition("#/")
    group, _, key = path.partition("/")
    return group in ("$defs", "definitions") and key in (whole.get(group) or {})
