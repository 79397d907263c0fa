"""What a person asked before: found by asset, by time and by what it was about."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from rapidfuzz import fuzz

from core.access import Access
from core.domain.assets import Hierarchy
from core.domain.periods import Interval
from core.memory import NOT_REMEMBERED, Memory
from core.planner.asset_words import AssetNames
from core.planner.lexicon import folded
from core.planner.period_words import find_period
from core.request import Place
from core.stated import topic
from core.store import Asked, Store, StoredAnswer
from core.store.asked import place_of

SAID = "remember"
"""Stands for the tool of what a person told the bot to keep in mind."""
NOTICED = "noticed"
"""Among the arguments: nobody told it to be kept, a language model noticed it."""
_MOST = 5_000
_IN_MIND, _LONGEST = 5, 200
_AS_NEAR = 0.03  # cosine
_SAME_WORD = 80  # percent of letters


@dataclass(frozen=True, slots=True)
class Found:
    """The questions that are meant, the best first, each once. `is_near`: those nearest to the
    matter, which need not be it; `by_words`: it was only compared word by word."""

    asked: tuple[Asked, ...]
    said: tuple[Asked, ...] = ()
    is_near: bool = False
    by_words: bool = False


class Past:
    """One person's, as far as it may be recalled in one place: in a private one all of it, where
    others read only what that person asked there.

    Every method raises SourceUnavailable where the store does not answer.
    """

    def __init__(self, store: Store, memory: Memory, user_id: str, place: Place) -> None:
        self._store, self._memory, self._user_id = store, memory, user_id
        self._place = None if place.private else place.key.rpartition("|")[0]

    async def find(
        self,
        about: str,
        assets: Collection[str],
        interval: Interval | None,
        may_see: Callable[[Asked], bool],
    ) -> Found:
        """What was asked of any of the assets (empty: of whatever), asked in the interval or
        about it, and about that matter."""
        known = [asked for asked in await self._all() if may_see(asked)]
        said = tuple(a for a in standing(known) if _is_of(a, assets))
        questions = [a for a in known if a.tool != SAID and _is_of(a, assets)]
        if interval is not None:
            then = [a for a in questions if interval.start <= a.asked_at < interval.end]
            questions = then or [a for a in questions if a.interval == interval]
        if not about or not questions:
            return Found(_once(questions), said)
        if not self._memory.is_installed:
            return Found(_once(_by_words(about, questions)), said, by_words=True)
        alike = await self._memory.similar(self._user_id, about, self._place)
        near = sorted((a for a in questions if a.id in alike), key=lambda a: -alike[a.id])
        if not near:  # none of what was asked of these assets, or at that time, is like it
            narrowed = bool(assets) or interval is not None
            return Found(_once(questions) if narrowed else (), said)
        best = alike[near[0].id]
        return Found(_once(a for a in near if best - alike[a.id] <= _AS_NEAR), said, is_near=True)

    async def in_mind(self, may_see: Callable[[Asked], bool]) -> str:
        """For a language model, a line each: what the person told to be kept in mind, and their
        last questions. Without figures: those are fetched anew."""
        known = [asked for asked in await self._all() if may_see(asked)]
        said = standing(known)[:_IN_MIND]
        questions = _once(a for a in known if a.tool != SAID)[:_IN_MIND]
        lines = [_line(a) for a in said]
        lines += [f"asked on {a.asked_at:%Y-%m-%d}: {a.question[:_LONGEST]}" for a in questions]
        return "\n".join(lines)

    async def answer(self, asked: Asked) -> StoredAnswer | None:
        """The whole of it; None where it was forgotten meanwhile."""
        return await self._store.answer(asked.id)

    async def _all(self) -> list[Asked]:
        return [
            asked
            for asked in await self._store.asked(self._user_id, _MOST)
            if asked.tool not in NOT_REMEMBERED and self._is_for_here(asked)
        ]

    def _is_for_here(self, asked: Asked) -> bool:
        return self._place is None or place_of(asked.place_key, self._user_id) == self._place


def standing(known: Iterable[Asked]) -> tuple[Asked, ...]:
    """What the person said and did not say anew or otherwise since, the newest first: of those
    that are told the same or are of one topic, the newest. `known` has the newest first."""
    newest: dict[str, Asked] = {}
    for asked in known:
        if asked.tool == SAID:
            newest.setdefault(topic(asked.question), asked)
    return tuple(newest.values())


def visible(access: Access, hierarchy: Hierarchy) -> Callable[[Asked], bool]:
    """Whether all that a question was about may be seen."""

    def may_see(asked: Asked) -> bool:
        known = [hierarchy.get(asset) for asset in asked.assets]
        return all(asset is not None and access.allows(asset, hierarchy) for asset in known)

    return may_see


def matter(text: str, names: AssetNames, shift_names: Sequence[str]) -> str:
    """What a question about the past is about, without its assets, periods and "what did I ask"."""
    spans = [(m.start, m.end) for m in names.find(text) if m.sort != "unknown"]
    spans += [(p.start, p.end) for p in find_period(text, shift_names)]
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]} {text[end:]}"
    words = (word.strip(".,;:!?\"'“”„()") for word in text.split())
    left = [word for word in words if word and word.casefold() not in _asking_words()]
    return " ".join(left) if any(len(word) > 1 for word in left) else ""


@cache
def _asking_words() -> frozenset[str]:
    """With which one asks for what was asked; what is left names the matter."""
    return frozenset(files("core").joinpath("past_words.txt").read_text("utf-8").split())


def _line(said: Asked) -> str:
    how = "said in passing" if said.args.get(NOTICED) else "told to keep in mind"
    return f"{how}: {said.question[:_LONGEST]}"


def _is_of(asked: Asked, assets: Collection[str]) -> bool:
    return not assets or not set(assets).isdisjoint(asked.assets)


def _by_words(about: str, questions: Sequence[Asked]) -> list[Asked]:
    """Those with most of the words first; spelling and inflection matter little."""
    wanted = folded(about)
    shared = [(_shared(wanted, folded(asked.question)), asked) for asked in questions]
    shared.sort(key=lambda pair: -pair[0])
    return [asked for count, asked in shared if count]


def _shared(wanted: Sequence[str], said: Sequence[str]) -> int:
    return sum(any(fuzz.ratio(word, other) >= _SAME_WORD for other in said) for word in wanted)


def _once(questions: Iterable[Asked]) -> tuple[Asked, ...]:
    """Each question once, however often it was asked."""
    first: dict[tuple[str, str], Asked] = {}
    for asked in questions:
        first.setdefault((asked.tool, asked.question.strip().casefold()), asked)
    return tuple(first.values())
