"""That changes are those of a part of the period."""

from __future__ import annotations

from core.answer import Notice
from core.domain.periods import Period
from core.measures.compared import Compared, M
from core.words import Words


def cut_short(against: Compared[M] | None, period: Period, words: Words) -> tuple[Notice, ...]:
    """Nothing where all of the period is compared."""
    if against is None or against.until is None:
        return ()
    clock = words.clock(against.until, period.zone)
    return (Notice(words.say("notices.compared_until", clock=clock), "neutral"),)
