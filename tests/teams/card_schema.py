"""Microsoft's Adaptive Card schema, and the few keywords of JSON Schema that it uses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "object": dict,
    "array": list,
    "boolean": bool,
    "number": (int, float),
    "null": type(None),
}


@cache
def schema() -> dict[str, Any]:
    file = Path(__file__).parent / "schema" / "adaptive-card-1.5.json"
    return dict(json.loads(file.read_text("utf-8")))


def version(kind: str) -> tuple[int, ...]:
    """The version that brought this type of element; a very new one for what the schema does not
    know."""
    definition = schema()["definitions"].get(kind)
    if definition is None:
        return (9, 9)
    return tuple(int(part) for part in definition.get("version", "1.0").split("."))


def problems(card: Any) -> list[str]:
    """What the schema finds wrong with a card; empty for a valid one."""
    return list(_problems(card, schema(), ""))


def _problems(value: Any, rule: Mapping[str, Any], path: str) -> Iterator[str]:
    if "$ref" in rule:
        name = rule["$ref"].removeprefix("#/definitions/")
        yield from _problems(value, schema()["definitions"][name], path)
    for part in rule.get("allOf", ()):
        yield from _problems(value, part, path)
    if "anyOf" in rule:
        yield from _none_of(value, rule["anyOf"], path)
    if "enum" in rule and value not in rule["enum"]:
        yield f"{path}: {value!r} is none of {rule['enum']}"
    if "pattern" in rule and isinstance(value, str) and not re.search(rule["pattern"], value):
        yield f"{path}: {value!r} is not like {rule['pattern']}"
    if "type" in rule and not _is(value, rule["type"]):
        yield f"{path}: {value!r} is no {rule['type']}"
    if isinstance(value, dict):
        yield from _object(value, rule, path)
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from _problems(item, rule.get("items", {}), f"{path}[{number}]")


def _object(value: Mapping[str, Any], rule: Mapping[str, Any], path: str) -> Iterator[str]:
    yield from (f"{path}: no {name!r}" for name in rule.get("required", ()) if name not in value)
    known = rule.get("properties", {})
    for name, inner in value.items():
        if name in known:
            yield from _problems(inner, known[name], f"{path}.{name}")
        elif rule.get("additionalProperties") is False:
            yield f"{path}: {name!r} is unknown"


def _none_of(value: Any, rules: list[Mapping[str, Any]], path: str) -> Iterator[str]:
    """The problems of the alternative that comes closest: one of the value's own type."""
    found = []
    for rule in rules:
        wrong = list(_problems(value, rule, path))
        if not wrong:
            return
        found.append(wrong)
    yield from min(found, key=lambda wrong: (f"{path}.type: " in wrong[0], len(wrong)))


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _TYPES[kind])
