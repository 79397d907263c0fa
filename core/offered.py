"""Choices that were offered, taken up in words: "robot 1" after "which one do you mean?"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.answer import Answer
from core.planner.lexicon import folded

_ASKED_BACK = ("clarify", "unknown_asset")
KEY = "offered"


def with_choices(before: Mapping[str, Any], answer: Answer) -> Mapping[str, Any] | None:
    """The thread's context with the choices that the answer offers; None where it offers none."""
    if answer.outcome not in _ASKED_BACK or not answer.actions:
        return None
    return {**before, KEY: [[action.label, action.command] for action in answer.actions]}


def taken_up(text: str, before: Mapping[str, Any]) -> str:
    """The command of the choice that the text names; "" where it names none, or not one alone.

    A label may be named without what stands in brackets: "Robot 1" for "Robot 1 (assembly)".
    """
    said = folded(text)
    choices = before.get(KEY) or ()
    found = {
        command
        for label, command in choices
        if said in (folded(label), folded(label.partition(" (")[0]))
    }
    return found.pop() if len(found) == 1 and said else ""
