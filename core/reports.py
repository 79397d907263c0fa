"""Reports: composed as a tool's answer is, asked for by command only, and never by a model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from typing import Any

from core.commands import Command
from core.errors import UserError
from core.installation import Installation
from core.planner.arguments import fill
from core.planner.period_words import find_period
from core.tool import AnyTool

_FOUND = {
    "briefing": ("core.briefing.report", "Briefing"),
    "summary": ("core.briefing.summary", "Summary"),
    "handover": ("core.handover.report", "HandoverReport"),
    "handover_log": ("core.handover.log", "HandoverLog"),
    "action": ("core.action_card", "ActionCard"),
}
LISTED: Mapping[str, tuple[str, str]] = {
    "briefing": ("briefing.about", "/briefing packaging"),
    "handover": ("handover.about", "/handover line 3 last week"),
    "summary": ("briefing.summary_about", "/summary weekly packaging"),
    "action": ("action.about", "/action 3f2a91c0 done"),
    "alert": ("alert_card.about", "/alert 3f2a91 take"),
}
"""What the help and a platform's list of commands say of a report: a sentence, an example."""
_AT = re.compile(r"\bat\s+(\d{4}-\d\d-\d\d(?:T[\d:.]+)?(?:Z|[+-]\d\d:?\d\d)?)", re.IGNORECASE)
_AT_OTHER = re.compile(r"\bat\s+(\S+)", re.IGNORECASE)


@cache
def report(name: str) -> AnyTool | None:
    """The report of that name; imported when it is first asked for."""
    found = _FOUND.get(name)
    if found is None:
        return None
    made: AnyTool = getattr(import_module(found[0]), found[1])()
    return made


def command_of(name: str, values: Mapping[str, Any]) -> Command:
    tool = report(name)
    assert tool is not None
    return Command(tool, tool.args.model_validate(dict(values)))


def moment_of(rest: str) -> tuple[str, datetime | None]:
    """The words without "at 2026-11-23T06:00Z", and that moment; UTC without an offset.

    Raises UserError for one that is none.
    """
    found = _AT.search(rest)
    if found is None:
        other = _AT_OTHER.search(rest)
        if other is not None:
            raise UserError("briefing.bad_moment", said=other[1][:40])
        return rest, None
    try:
        at = datetime.fromisoformat(found[1])
    except ValueError:
        raise UserError("briefing.bad_moment", said=found[1]) from None
    left = f"{rest[: found.start()]} {rest[found.end() :]}"
    return left.strip(), at if at.tzinfo else at.replace(tzinfo=UTC)


def places_in(rest: str, installation: Installation, plant: str) -> tuple[str, ...]:
    """The places that the words name; what is none is left for the asker to hear of."""
    return places_and_rest(rest, installation, plant)[0]


def places_and_rest(
    rest: str, installation: Installation, plant: str
) -> tuple[tuple[str, ...], str]:
    """As `places_in`, with the words beside the places that name none."""
    ids = [word for word in re.split(r"[,\s]+", rest) if word]
    if all(word in installation.hierarchy for word in ids):
        return tuple(ids), ""
    names, shifts = installation.names(plant), installation.shift_names
    filled = fill(frozenset({"assets"}), rest, names, shifts)
    given = filled.args.get("assets")
    left = " ".join(filled.left).strip()
    periods = " ".join(span.said for span in find_period(rest, shifts))  # `fill` passes over them
    if isinstance(given, list | tuple) and given:
        return tuple(map(str, given)), f"{left} {periods}".strip()
    return ((left,), "") if left else ((), periods)
