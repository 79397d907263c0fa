"""What a person says of themselves, to be kept in mind: "remember that …", "I run the night
shift", "always in minutes"; and what a language model notices beside a question."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace

from core.answer import Answer, Text
from core.asking import Asking
from core.errors import NoData
from core.kept import Kept
from core.past import NOTICED, SAID

# Told to be kept in mind; "remember what I asked?" is a question.
_TOLD = re.compile(
    r"(?:/andon\s+)?(?:(?:please\s+)?(?:(?:remember|keep in mind)(?:\s+that|:)?|note(?: that|:))"
    r"|(?:bitte\s+)?merk(?:e)?\s+dir(?:\s+bitte)?(?:,?\s+dass|:|,)?)\s+(?P<said>.+)",
    re.IGNORECASE | re.DOTALL,
)
_ASKING = re.compile(
    r"(?:what|when|which|who|how|why|where|whether|if|our|the last|my last|me|was|wann|welche\w*"
    r"|wer|wie|warum|wo|ob|unsere?n?|meine?)\b",
    re.IGNORECASE,
)
# Said of oneself, and nothing else in the sentence.
_OWN = tuple(
    re.compile(rf"{pattern}\s*[.!]?", re.IGNORECASE)
    for pattern in (
        r"(?:i|we)(?:'m| am|'re| are)? (?:usually |always |mostly )?"
        r"(?:run|work|lead|supervise|do|on|in|have) (?:on |in )?(?:the )?[\w ]{1,30}\bshifts?",
        r"(?:i|we)(?:'m| am|'re| are)? (?:responsible for|in charge of|look(?:ing)? after) .{1,60}",
        r"(?:please )?(?:always|never) (?:(?:show|give|tell|answer|use) (?:me |it |them )?|in |as )"
        r"[\w ]{1,30}",
        r"ich (?:mache|arbeite|leite|fahre|habe|bin)(?: immer| meistens| meist)?"
        r"(?: in| auf)?(?: der| die)? [\w ]{0,20}schicht",
        r"ich bin (?:zuständig|verantwortlich) für .{1,60}",
        r"(?:bitte )?(?:immer|nie) (?:in|als|mit|ohne) [\w ]{1,30}",
    )
)
_LONGEST = 300


def told(text: str) -> str:
    """What is to be kept in mind; "" where the text says nothing of the kind, or asks."""
    text = text.strip()
    if text.endswith("?") or len(text) > _LONGEST:
        return ""
    explicit = _TOLD.fullmatch(text)
    if explicit:
        said = explicit["said"].strip()
        return "" if _ASKING.match(said) else said
    return text if any(pattern.fullmatch(text) for pattern in _OWN) else ""


async def remember(said: str, asking: Asking, kept: Kept) -> Answer:
    """Keeps it for this person, under the assets that it names. Raises SourceUnavailable,
    NoData where nothing is remembered."""
    if kept.past(asking.request) is None:
        raise NoData("memory_off")
    answer = _noted(said, asking)
    await kept.say(replace(asking.request, text=said), answer)
    return replace(answer, id="")


def listen(answer: Answer, asking: Asking, kept: Kept) -> None:
    """Once an answer was given: what the person said of themselves beside the question is noticed
    and kept, later and elsewhere, where that is switched on. Returns at once."""
    request, noticing = asking.request, kept.noticing
    if noticing is None or not request.typed:
        return

    async def keep(said: Sequence[str], is_wanted: Callable[[], bool]) -> None:
        for one in said:
            noted = _noted(one, asking, **{NOTICED: True})
            await kept.notice(replace(request, text=one), noted, answer.id, is_wanted)

    noticing.hear(request.user.id, request.now.date().isoformat(), request.text, keep)


def _noted(said: str, asking: Asking, **more: object) -> Answer:
    names = asking.installation.names(asking.plant)
    ids = [i for mention in names.find(said) if mention.sort == "known" for i in mention.ids]
    parts = (Text(asking.words.say("memory.noted", said=said)),)
    args: dict[str, object] = {"assets": ids, **more}
    return Answer("answer", parts, (), SAID, args, secrets.token_hex(4), asking.words.language)
