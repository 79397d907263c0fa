"""What a follow-up needs to know of the thread: the last questions and what answered them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

_TURNS = 3
_TOOLS = 4
_CHARACTERS = 300


def turns(
    before: Mapping[str, Any],
    asked: str,
    calls: Sequence[Mapping[str, object]],
    said: str = "",
) -> list[dict[str, Any]]:
    """The thread's last questions with this one, oldest first, as the thread's context keeps them.

    Figures are not kept: they are fetched anew. `said` is what was said where no tool answered.
    """
    short = [call for call in calls if len(json.dumps(call, default=str)) <= _CHARACTERS]
    now: dict[str, Any] = {"asked": asked[:_CHARACTERS], "tools": short[-_TOOLS:]}
    if said:
        now["said"] = said[:_CHARACTERS]
    return [*before.get("turns", ()), now][-_TURNS:]
