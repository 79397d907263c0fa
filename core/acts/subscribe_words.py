"""What "/andon subscribe packaging briefing,alerts" says, in English and German."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from core.request import Place
from core.store import Kind

Act = Literal["subscribe", "unsubscribe", "list", "change", "farewell"]

_ACTS: dict[str, Act] = {
    "subscribe": "subscribe", "abonnieren": "subscribe", "abonniere": "subscribe",
    "abo": "subscribe", "unsubscribe": "unsubscribe", "abbestellen": "unsubscribe",
    "deabonnieren": "unsubscribe", "list": "list", "liste": "list", "subscriptions": "list",
    "abos": "list", "abonnements": "list", "change": "change", "ändern": "change",
    "farewell": "farewell",
}  # fmt: skip
_KINDS: dict[str, Kind] = {
    "briefing": "briefing", "briefings": "briefing", "schichtbriefing": "briefing",
    "schichtbriefings": "briefing", "alert": "alerts", "alerts": "alerts", "alarm": "alerts",
    "alarme": "alerts", "alarms": "alerts", "meldungen": "alerts", "handover": "handover",
    "handovers": "handover", "übergabe": "handover", "übergaben": "handover",
    "schichtübergabe": "handover", "weekly": "weekly", "wöchentlich": "weekly",
    "wochenbericht": "weekly", "monthly": "monthly", "monatlich": "monthly",
    "monatsbericht": "monthly",
}  # fmt: skip
_FILLERS = frozenset({"to", "for", "the", "a", "me", "us", "please", "of", "shift", "summary",
                      "summaries", "report", "reports", "für", "den", "die", "das", "mich", "uns",
                      "bitte", "zu", "zum", "zur"})  # fmt: skip
_ALL = frozenset({"all", "everything", "alle", "alles"})
# Said without a slash: the verb first, and nothing in front of it but politeness.
_IN_WORDS = re.compile(
    r"(?:please |bitte |can you )?(?P<verb>subscribe|unsubscribe|abonniere[n]?|abbestellen)\b"
    r"(?P<rest>[^?]{0,150})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Said:
    """`kinds` without the rest in `places`: words that each should name a place."""

    kinds: tuple[Kind, ...]
    places: tuple[str, ...]
    all: bool = False


def act_of(text: str) -> Act | None:
    """What "/andon abonnieren …" does; None where it is about something else."""
    words = text.split()
    if len(words) < 2 or words[0].lower() != "/andon":
        return None
    return _ACTS.get(words[1].lower())


def form_of(text: str) -> str:
    """The command whose answer a form is made of: behind a "/andon subscribe" that names nothing
    and a "/andon change" that names at most an id; "" for anything else."""
    words = text.split()
    match act_of(text):
        case "subscribe" if len(words) == 2:
            return "/andon change"
        case "change" if len(words) <= 3:
            return text
        case _:
            return ""


def in_words(text: str) -> str:
    """The command behind "subscribe packaging briefing" or "abonniere Verpackung"; "" for
    anything else."""
    found = _IN_WORDS.fullmatch(text.strip().rstrip(".!"))
    return f"/andon {found['verb'].lower()}{found['rest']}" if found else ""


def meant(text: str, place: Place) -> Place:
    """Where what the command asks for is read: of a subscription, by all who read along."""
    return place.room if act_of(text) or in_words(text) else place


def read(text: str) -> Said:
    """The kinds and the places that the command names."""
    kinds: list[Kind] = []
    places: list[str] = []
    everything = False
    for phrase in re.split(r"[,;]|\band\b|\bund\b", " ".join(text.split()[2:])):
        left = []
        for word in phrase.split():
            plain = word.lower().strip(".:")
            if plain in _KINDS:
                kinds.append(_KINDS[plain])
            elif plain in _ALL:
                everything = True
            else:
                left.append(word)
        said = " ".join(trimmed(left))
        if said:
            places.append(said)
    return Said(tuple(dict.fromkeys(kinds)), tuple(places), everything)


def trimmed(words: Sequence[str]) -> list[str]:
    """Without the words that only hold a sentence together, at its ends."""
    kept = list(words)
    while kept and kept[0].lower() in _FILLERS:
        kept.pop(0)
    while kept and kept[-1].lower() in _FILLERS:
        kept.pop()
    return kept
