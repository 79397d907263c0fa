"""Questions worth asking now: offered where a conversation begins."""

from __future__ import annotations

from datetime import datetime

from core.access import Access
from core.answer import Action, Actions, Answer, Text
from core.domain.assets import Asset
from core.domain.shifts import ShiftCalendar
from core.errors import NoData
from core.installation import Installation
from core.request import User
from core.words import Words

_AT_START = ("actions", "down", "alerts", "losses")
_LATER = ("now", "actions", "down", "alerts")
_AT_END = ("now", "oee", "losses", "down")
_EDGE = 0.25  # the first and the last quarter of a shift


def prompts(
    user: User, installation: Installation, access: Access, now: datetime, words: Words
) -> Answer:
    """Four questions about the user's area (else what they may see), for this hour of the shift.

    Raises NoData where there is nothing that they may see.
    """
    place = _place(user, installation, access)
    if place is None:
        raise NoData("nothing_to_see")
    keys = _fitting(installation.calendar(place), now)
    asked = [words.say(f"prompts.{key}", area=place.name) for key in keys]
    said = words.say("prompts.greeting")
    return Answer("answer", (Text(said), Actions(tuple(Action(text, text) for text in asked))))


def _place(user: User, installation: Installation, access: Access) -> Asset | None:
    hierarchy = installation.hierarchy
    first = (*user.areas, *((user.plant,) if user.plant else ()), *installation.plants)
    known = [hierarchy.get(name) for name in first]
    known += [hierarchy.get(name) for name in sorted(access.named)]
    return next((asset for asset in known if asset and access.allows(asset, hierarchy)), None)


def _fitting(calendar: ShiftCalendar, now: datetime) -> tuple[str, ...]:
    shift = calendar.current(now)
    if shift is None:
        return _AT_END
    gone = (now - shift.interval.start) / (shift.interval.end - shift.interval.start)
    return _AT_START if gone < _EDGE else _AT_END if gone > 1 - _EDGE else _LATER
