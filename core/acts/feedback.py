"""`/feedback ID up|down [reason]`: whether an answer was of use."""

from __future__ import annotations

from typing import Literal

from core.answer import Answer, Text
from core.errors import UserError
from core.kept import Kept
from core.request import Request
from core.store import Feedback
from core.words import Words

_UP = frozenset({"up", "+", "yes", "ja"})
_DOWN = frozenset({"down", "-", "no", "nein"})


async def feedback(text: str, request: Request, kept: Kept, words: Words) -> Answer:
    """Keeps the verdict; one per person and answer, the last one counts.

    Raises UserError for a command that is not whole or an answer that is not there.
    """
    _, *given = text.split(maxsplit=3)
    said = given[1].lower() if len(given) > 1 else ""
    if said not in _UP | _DOWN:
        raise UserError("bad_feedback")
    if await kept.answer(given[0], request) is None:
        raise UserError("unknown_answer", id=given[0][:20])
    verdict: Literal["up", "down"] = "up" if said in _UP else "down"
    reason = given[2] if len(given) > 2 else None
    made = Feedback(given[0], request.user.id, verdict, reason, request.now)
    await kept.feedback(made)
    return Answer("answer", (Text(words.say("answer.feedback_thanks")),))
