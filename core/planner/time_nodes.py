"""What the rules of times are made of: nodes picked by their codes, and new ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from core.planner.time_tokens import Day, Node, Said

Found = Sequence[Node]
# Patterns over the codes of nodes, with what makes one node of those that match.
Rules = tuple[tuple[str, Callable[[Found], Node | None]], ...]


def pick(found: Found, codes: str) -> list[Any]:
    return [node.value for node in found if node.code in codes]


def value_of(found: Found, codes: str) -> Any:
    return next((node.value for node in found if node.code in codes), None)


def day_node(value: Day | None) -> Node | None:
    return None if value is None else Node("d", value, 0, 0)


def period_node(name: str, *arguments: Any) -> Node:
    return Node("R", Said(name, arguments), 0, 0)
