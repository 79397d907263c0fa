"""A question taken apart: the assets and periods it names, and the words that are left."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from core.planner.asset_words import AssetNames
from core.planner.features import ASSET, FUTURE, NUMBER, PERIOD, RUNNING
from core.planner.lexicon import (
    LANGUAGES,
    MAX_TEXT,
    Phrases,
    fold,
    folded,
    vocabulary,
    word_list,
)
from core.planner.mentions import Mention
from core.planner.period_words import PeriodSpan, find_period
from core.request import Language

WORD = re.compile(r"\d+|[^\W\d_]+|[$€]")
# What asks for two periods apart.
COMPARED = "comparative_analysis"
SIGN_OF = {"past": PERIOD, "running": RUNNING, "future": FUTURE}


@dataclass(frozen=True, slots=True)
class Spot:
    """A word of the question, or the sign of a mention, with its place in the text."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reading:
    """`spots` are the question's words in order, mentions as signs; `words` the same as text."""

    text: str
    mentions: tuple[Mention, ...]
    periods: tuple[PeriodSpan, ...]
    spots: tuple[Spot, ...]
    cues: tuple[tuple[str, int], ...]

    @property
    def words(self) -> list[str]:
        return [NUMBER if spot.word.isdecimal() else spot.word for spot in self.spots]

    @property
    def plain(self) -> list[str]:
        return [spot.word for spot in self.spots]

    def said(self, start: int, end: int) -> str:
        """The text of the spots from `start` until `end`."""
        return self.text[self.spots[start].start : self.spots[end - 1].end]


def read(text: str, names: AssetNames, shift_names: Sequence[str] = ()) -> Reading:
    """Takes a question apart; assets are found first, so that "line 3" is no day of a month."""
    mentions = names.find(text)
    rest = _blanked(text, mentions)
    periods = find_period(rest, shift_names)
    periods = tuple(
        PeriodSpan(p.start, p.end, text[p.start : p.end], p.name, p.when) for p in periods
    )
    spots = _spots(text, mentions, periods)
    found = cues([spot.word for spot in spots])
    if len(periods) == 2 and not any(aim == COMPARED for aim, _ in found):
        periods = _joined(text, *periods)
        spots = _spots(text, mentions, periods)
    return Reading(text, mentions, periods, spots, found)


def _joined(text: str, first: PeriodSpan, last: PeriodSpan) -> tuple[PeriodSpan, ...]:
    """As in "gestern und heute": one period of both."""
    gap = folded(text[first.end : last.start])
    ands = [word for word in gap if word in word_list("and", "time")]
    rest = [word for word in gap if word not in ands and word not in word_list("filler", "time")]
    if rest or not ands:
        return first, last
    return (PeriodSpan(first.start, last.end, text[first.start : last.end], "both", last.when),)


def with_mentions(reading: Reading, found: Sequence[Mention]) -> Reading:
    """The reading with these mentions, too."""
    mentions = tuple(sorted((*reading.mentions, *found), key=lambda mention: mention.start))
    spots = _spots(reading.text, mentions, reading.periods)
    said = cues([spot.word for spot in spots])
    return Reading(reading.text, mentions, reading.periods, spots, said)


def _blanked(text: str, mentions: Sequence[Mention]) -> str:
    """The text with a sign that no rule reads in place of every mention, of the same length."""
    pieces, done = [], 0
    for mention in mentions:
        if mention.start >= done:
            pieces += [text[done : mention.start], "¤".ljust(mention.end - mention.start)]
            done = mention.end
    return "".join((*pieces, text[done:]))


def _spots(
    text: str, mentions: Sequence[Mention], periods: Sequence[PeriodSpan]
) -> tuple[Spot, ...]:
    signs = {(m.start, m.end): ASSET for m in mentions}
    signs |= {(p.start, p.end): SIGN_OF[p.when] for p in periods}
    spots: list[Spot] = []
    done = 0
    for (start, end), sign in sorted(signs.items()):
        if start >= done:
            spots += _words(text, done, start)
            spots.append(Spot(sign, start, end))
            done = end
    return (*spots, *_words(text, done, min(len(text), MAX_TEXT)))


def _words(text: str, start: int, end: int) -> list[Spot]:
    return [Spot(fold(m.group()), m.start(), m.end()) for m in WORD.finditer(text, start, end)]


@cache
def _cues() -> Phrases[tuple[tuple[str, int], ...]]:
    """Every cue with what it speaks for: (tool, weight), of all languages."""
    found: dict[str, list[tuple[str, int]]] = {}
    for language in LANGUAGES:
        for aim, by_weight in vocabulary(language)["cues"].items():
            for weight, phrases in by_weight.items():
                for phrase in phrases:
                    found.setdefault(phrase, []).append((aim, int(weight)))
    return Phrases((_signed(phrase), tuple(aims)) for phrase, aims in found.items())


def _signed(phrase: str) -> str:
    """Mentions in cues are written <a> and <p>; as words they are xassetx and xperiodx."""
    return phrase.replace("<a>", "xassetx").replace("<p>", "xperiodx")


def cues(words: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """What the cues among the words speak for, as (tool or reason to decline, weight)."""
    signed = {ASSET: "xassetx", PERIOD: "xperiodx", RUNNING: "xperiodx"}
    said = [signed.get(word, word) for word in words]
    found: list[tuple[str, int]] = []
    for index in range(len(said)):
        match = _cues().at(said, index)
        found += match[0] if match else ()
    return tuple(found)


def detect_language(text: str, default: Language = "en") -> Language:
    """Either "en" or "de", by the words that only one of them uses."""
    found = dict.fromkeys(LANGUAGES, 0)
    for spot in _words(text, 0, 2000):
        for language in LANGUAGES:
            found[language] += spot.word in _marks(language)
    found["de"] += 2 * sum(c in "äöüßÄÖÜ" for c in text[:2000])
    best = max(LANGUAGES, key=lambda language: (found[language], language == default))
    return best if found[best] else default


@cache
def _marks(language: str) -> Phrases[str]:
    return Phrases((word, language) for word in vocabulary(language)["marks"])


def is_greeting(words: Sequence[str]) -> bool:
    return bool(words) and word_list("greeting").at(words, 0) is not None
