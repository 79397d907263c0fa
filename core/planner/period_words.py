"""Periods in words: finding them in a text, and working them out on a plant's calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from core.domain.periods import Period
from core.errors import UserError
from core.planner import time_rules
from core.planner.period_reading import PeriodReading
from core.planner.time_tokens import Day, Node, Said

if TYPE_CHECKING:
    from core.domain.shifts import ShiftCalendar


@dataclass(frozen=True, slots=True)
class PeriodSpan:
    """A stretch of a text that names a period; `when` says that it is yet to come, or that it is
    today or the running shift."""

    start: int
    end: int
    said: str
    name: str
    when: Literal["past", "running", "future"]


def find_period(text: str, shift_names: Sequence[str] = ()) -> tuple[PeriodSpan, ...]:
    """The stretches of `text` that name periods, in order; parse_period understands each. Those
    within a longer word are part of a name: "press-a3d"."""
    return tuple(
        PeriodSpan(
            node.start, node.end, text[node.start : node.end], node.value.name, _when(node.value)
        )
        for node in time_rules.read(text, tuple(shift_names))
        if node.code == "R" and not _within_a_word(text, node)
    )


def parse_period(text: str, calendar: ShiftCalendar, now: datetime) -> Period:
    """The period that `text` names, on that plant's calendar.

    "Last N weeks" are 7 × N whole production days, "last N months" whole months. Raises UserError
    "period_not_understood", "period_unsure_date" (both readings are told), "period_future",
    "period_reversed", "period_empty", "period_no_shift", "period_no_shift_that_day",
    "period_no_current_shift".
    """
    nodes = time_rules.joined(time_rules.read(text, calendar.names))
    found = [node for node in nodes if node.code == "R"]
    if len(found) != 1 or any(_unread(node, text) for node in nodes):
        raise UserError("period_not_understood", said=text[:80])
    try:
        return PeriodReading(calendar, now, text[:80]).period(found[0].value)
    except (ValueError, OverflowError) as error:
        raise UserError("period_not_understood", said=text[:80]) from error


def _within_a_word(text: str, node: Node) -> bool:
    return text[: node.start][-1:].isalnum() or text[node.end :][:1].isalnum()


def _unread(node: Node, text: str) -> bool:
    """Whether a node is a word that says something else than a period."""
    return node.code not in "RfIzF" and any(c.isalnum() for c in text[node.start : node.end])


def _when(said: Said) -> Literal["past", "running", "future"]:
    offsets = [a.offset for a in said.arguments if isinstance(a, Day) and a.offset is not None]
    if said.name == "future" or any(offset > 0 for offset in offsets):
        return "future"
    return "running" if said.name == "this_shift" or 0 in offsets else "past"
