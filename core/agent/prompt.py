"""What a model is told before the question: the rules, and the plant and the person as data."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from core.agent.turn import Turn
from core.errors import UserError
from core.planner.period_words import parse_period
from core.request import Language
from core.words import Words

_NAMES = {"en": "English", "de": "German"}
MOST_PLACES = 150
MOST_MEMORIES = 4_000


@cache
def prompt(language: Language) -> str:
    """The rules. They are the same in every turn, so that a vendor can keep them prepared."""
    text = files("core.agent").joinpath("prompt.md").read_text("utf-8")
    return text.replace("{language}", _NAMES[language])


def context_of(turn: Turn) -> str:
    """The plant, the person and the conversation as one JSON object: data, no instructions."""
    calendar = turn.installation.calendars[turn.plant]
    words = Words("en")
    told: dict[str, object] = {
        "now": words.moment(turn.now, calendar.zone, year=True),
        "plant": turn.plant,
        "shifts": [pattern.name for pattern in calendar.patterns],
        "places": list(turn.places[:MOST_PLACES]),
        "person": {
            "own_places": list(turn.own_places),
            "may_see_money": turn.may_see_money,
        },
    }
    try:
        told["shift_now"] = words.period(parse_period("this shift", calendar, turn.now))
    except UserError:  # none is running
        told["shift_now"] = None
    if len(turn.places) > MOST_PLACES:
        told["more_places"] = "asset_lookup finds those that are not listed"
    if turn.thread:
        told["asked_before_in_this_thread"] = list(turn.thread)
    if turn.memories:
        told["remembered"] = turn.memories[:MOST_MEMORIES]
    return json.dumps({"context": told}, ensure_ascii=False)
