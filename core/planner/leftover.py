"""What of a question nobody understood, where it stands as an asset or a period would.

Words that nobody knows are no rarity in a sentence and mostly do not matter. They do where the
answer would otherwise be about something else: after "oee of …", before a number ("wrapper 2"),
after "since …", or as all that is left of three words ("line 3 oee christmas").
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from itertools import takewhile

from core.planner.asset_terms import LONG, common_words
from core.planner.concepts import known_concept
from core.planner.features import PERIOD, RUNNING
from core.planner.lexicon import phrases, word_list
from core.planner.mentions import Mention
from core.planner.reading import Reading, Spot, with_mentions

SHORTEST = 3
# Shorter words are too alike to be mended.
TYPO = 5
# A question of at most so many words, none of them a verb or the like, is a mere list.
LIST = 6
LONGEST_NUMBER = 3
# So many words after "since" are told as not understood.
MOST = 6


@cache
def known_words() -> frozenset[str]:
    """The words of the vocabulary and of all phrasings that the model has learned from."""
    source = files("core.planner").joinpath("words.txt").read_text(encoding="utf-8")
    return frozenset(source.split()) | common_words()


def with_unknown(reading: Reading) -> Reading:
    """The reading with what stands where an asset would, and is none, as unknown assets."""
    spots = reading.spots
    strange = [_strange(spot.word) for spot in spots]
    found: list[Mention] = []
    index = 0
    while index < len(spots):
        length = sum(1 for _ in takewhile(bool, strange[index : index + 3]))
        end = index + length
        numbered = bool(length) and _is_number(spots, end)
        end += numbered
        if numbered or (length and not reading.mentions and _asset_place(reading, index, end)):
            start, stop = spots[index].start, spots[end - 1].end
            found.append(Mention(start, stop, reading.text[start:stop], (), "unknown"))
        index = max(end, index + 1)
    return with_mentions(reading, found) if found else reading


def leftover(reading: Reading, used: Collection[int]) -> str:
    """The words of a period, or of a mere list, that nobody understood; `used` are the spots
    that arguments were made of."""
    spots, words = reading.spots, list[str]()
    untimed = {
        place
        for start, length, _ in word_list("untimed", "leftover").all(reading.plain)
        for place in range(start, start + length)
    }
    index = 0
    while index < len(spots):
        end = index + 1
        if index not in used and spots[index].word in word_list("since", "time"):
            end = _since(reading, index)
            words.append(reading.said(index, end))
        elif index in untimed:
            while end in untimed:
                end += 1
            if _time_place(spots, index) or _is_list(spots) or _beside_period(spots, index, end):
                words.append(reading.said(index, end))
        elif (
            index not in used
            and _strange(spots[index].word)
            and (_time_place(spots, index) or _is_list(spots))
        ):
            words.append(reading.said(index, end))
        index = end
    return " ".join(words)


def _since(reading: Reading, index: int) -> int:
    """Where "since the overhaul" ends: with its noun in German, else before the next mention."""
    spots = reading.spots
    rest = list(takewhile(lambda i: spots[i].word[0] != "<", range(index + 1, len(spots))))[:MOST]
    nouns = [i for i in rest if reading.text[spots[i].start].isupper()]
    return (nouns or rest or [index])[-1] + 1


def _strange(word: str) -> bool:
    if not word.isalpha() or len(word) < SHORTEST or word in known_words():
        return False
    if any(word in phrases(section) for section in ("kinds", "plurals", "reason", "kpi")):
        return False
    return not known_concept(word) and not _mistyped(word)


@cache
def _by_length() -> Mapping[int, Sequence[str]]:
    found: dict[int, list[str]] = {}
    for word in sorted(known_words()):
        found.setdefault(len(word), []).append(word)
    return found


@lru_cache(maxsize=1024)
def _mistyped(word: str) -> bool:
    """Whether a word is one typo from a known one, two if it is long."""
    if len(word) < TYPO:
        return False
    from rapidfuzz import process  # only here: most questions have no such word
    from rapidfuzz.distance import OSA

    typos = 2 if len(word) >= LONG else 1
    near = (_by_length().get(n, ()) for n in range(len(word) - typos, len(word) + typos + 1))
    return any(process.extractOne(word, w, scorer=OSA.distance, score_cutoff=typos) for w in near)


def _is_number(spots: Sequence[Spot], index: int) -> bool:
    """Whether a number follows that counts nothing, as in "wrapper 2"."""
    if index >= len(spots) or not spots[index].word.isdecimal():
        return False
    counts = index + 1 < len(spots) and spots[index + 1].word in phrases("time", "unit")
    return len(spots[index].word) <= LONGEST_NUMBER and not counts


def _before(spots: Sequence[Spot], index: int) -> tuple[str, bool]:
    """The preposition before a word, and whether an article stands between."""
    articles = word_list("the")
    place = index - 1
    while place >= 0 and spots[place].word in articles and spots[place].word not in ("am", "beim"):
        place -= 1
    return (spots[place].word if place >= 0 else ""), place < index - 1


def _asset_place(reading: Reading, start: int, end: int) -> bool:
    """As in "oee of wrapper", "why did the boiler stop", "downtime boiler", "what about the
    boiler?"; not "on christmas"."""
    preposition, article = _before(reading.spots, start)
    if article or preposition in word_list("whose", "leftover") or _is_list(reading.spots):
        return True
    opening = word_list("follow_up").at(reading.plain, 0)
    return opening is not None and opening[1] == start and end == len(reading.spots)


def _time_place(spots: Sequence[Spot], index: int) -> bool:
    """As in "on christmas", "seit dem Sommer": at the end of what is asked."""
    preposition, _ = _before(spots, index)
    return preposition in word_list("when", "leftover")


def _beside_period(spots: Sequence[Spot], start: int, end: int) -> bool:
    """As in "nights this week"."""
    beside = [*spots[max(0, start - 1) : start], *spots[end : end + 1]]
    return any(spot.word in (PERIOD, RUNNING) for spot in beside)


def _is_list(spots: Sequence[Spot]) -> bool:
    """Whether a question has no verb and hardly a word beside names, periods and figures."""
    content = (phrases("kpi"), phrases("reason"), word_list("content", "leftover"))
    odd = word_list("untimed", "leftover")
    said = [spot.word for spot in spots if spot.word[0] != "<"]
    plain = [word for word in said if word not in odd and not _strange(word)]
    figures = [word for word in plain if any(word in known for known in content)]
    return len(spots) <= LIST and 0 < len(figures) == len(plain)
