"""What a model reads of a tool's answer: its figures by id, and no more than it needs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from core.agent.figure import Figure
from core.answer import Answer, Heading, Notice
from core.words import Words

# An answer's figures beyond this many characters are left out, and it is said how many.
MOST_CHARACTERS = 9_000
_MOST_NOTICES, _MOST_COMMANDS = 8, 6


def compact(answer: Answer, figures: Sequence[Figure]) -> str:
    """JSON with the answer's heading, its figures (id → value, measure and what it is of), its
    notices, which say what is withheld and why, and commands that may be asked next.

    What all figures share (assets, period) is said once. Text of the plant's data in it is data.
    """
    words = Words(answer.language)
    usual = _usual(figures)
    told: dict[str, Any] = {
        "tool": answer.tool,
        "about": next((p.text for p in answer.parts if isinstance(p, Heading)), ""),
        "unless_said": usual,
        "figures": {},
    }
    notices = [part.text for part in answer.parts if isinstance(part, Notice)]
    told["notices"] = notices[:_MOST_NOTICES]
    told["next"] = [action.command for action in answer.actions][:_MOST_COMMANDS]
    size, shown = len(_json(told)), told["figures"]
    for number, figure in enumerate(figures):
        row = _row(figure, usual)
        size += len(_json(row)) + len(figure.id) + 6
        if size > MOST_CHARACTERS:
            told["left_out"] = words.say("agent.left_out", n=len(figures) - number)
            break
        shown[figure.id] = row
    return _json(told)


def _usual(figures: Sequence[Figure]) -> dict[str, str]:
    first = next(iter(figures), None)
    if first is None:
        return {}
    return {
        name: said
        for name, said in (("assets", first.asset_names), ("period", first.period_name))
        if said
    }


def _row(figure: Figure, usual: dict[str, str]) -> dict[str, str]:
    row = {"value": figure.shown.replace("\u00a0", " ")}
    if figure.kind not in ("value", "target"):
        row["kind"] = figure.kind
    said = {
        "measure": figure.measure,
        "assets": figure.asset_names,
        "row": figure.subject,
        "shift": figure.shift if figure.shift not in figure.period_name else "",
        "period": figure.period_name,
    }
    return row | {name: text for name, text in said.items() if text and text != usual.get(name)}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
