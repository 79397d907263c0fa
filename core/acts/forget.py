"""`/andon forget`, `/andon forget me`, `/andon forget line-3`: deletes what a person asked."""

from __future__ import annotations

import re
from dataclasses import asdict

from core.acts.subscribe_list import ends, table
from core.answer import Action, Actions, Answer, Notice, Part, Table, Text
from core.asking import Asking
from core.kept import Kept
from core.past import SAID
from core.store import Asked, Forgotten
from core.words import Words

_COMMANDS = frozenset({"forget", "vergiss", "vergessen", "löschen"})
_ALL = frozenset({"me", "all", "everything", "mich", "alles", "alle"})
_IN_WORDS = re.compile(
    r"(?:please |bitte )?(?:forget|delete|erase|vergiss|lösche?)\b.{0,20}?"
    r"\b(?:everything|all|me|my (?:data|questions|history)|alles|mich|meine (?:daten|fragen))\b",
    re.IGNORECASE,
)
_RECALL = "memory_recall"


def is_forget(text: str) -> bool:
    """Whether it is "/andon forget …"."""
    return text.split()[1:2] != [] and text.split()[1].lower() in _COMMANDS


def in_words(text: str) -> str:
    """The command behind "forget everything" or "delete my data", which asks first; "" for
    anything else."""
    return "/andon forget" if _IN_WORDS.match(text.strip()) else ""


async def forget(text: str, asking: Asking, kept: Kept) -> Answer:
    """Deletes and says what; without a word that says what, asks first. Raises UserError for an
    asset that is not known, SourceUnavailable."""
    said, words = " ".join(text.split()[2:]), asking.words
    user_id = asking.request.user.id
    if not said:
        return _offered(len(_questions(await kept.asked(user_id))), words)
    if said.lower() in _ALL:
        return _told(await kept.forget(user_id, None), words, *await _left(asking, kept))
    hierarchy = asking.installation.hierarchy
    named = asking.installation.names(asking.plant).resolve_all((said,))
    meant = {*named, *(below.id for name in named for below in hierarchy.below(name))}
    # Answers to /recall quote the others.
    only = {
        asked.id
        for asked in await kept.asked(user_id)
        if not meant.isdisjoint(asked.assets) or _RECALL in asked.tool
    }
    shown = words.joined([hierarchy[name].name for name in named])
    about = Notice(words.say("memory.about", assets=shown), "neutral")
    return _told(await kept.forget(user_id, only), words, about)


async def _left(asking: Asking, kept: Kept) -> tuple[Part, ...]:
    """What the person subscribed in channels goes on, for others read it; with how to end it."""
    left = await kept.store.subscriptions.owned(asking.request.user.id) if kept.store else ()
    if not left:
        return ()
    said = Notice(asking.words.say("memory.still"), "neutral")
    return said, table(left, asking), Actions(ends(left, asking))


def _questions(listed: tuple[Asked, ...]) -> list[Asked]:
    return [asked for asked in listed if asked.tool not in (_RECALL, SAID)]


def _offered(count: int, words: Words) -> Answer:
    said = Text(words.say("memory.what_is_kept", n=count))
    button = Actions((Action(words.say("memory.forget_all"), "/andon forget me"),))
    return Answer("clarify", (said, button))


def _told(gone: Forgotten, words: Words, *more: Part) -> Answer:
    counts = {name: count for name, count in asdict(gone).items() if count}
    if not counts:
        return Answer("answer", (Text(words.say("memory.nothing_forgotten")), *more))
    rows = tuple((words.say(f"memory.{name}"), words.number(n)) for name, n in counts.items())
    table = Table((words.say("memory.what"), words.say("memory.rows")), rows, "lr")
    return Answer("answer", (Text(words.say("memory.forgotten")), table, *more))
