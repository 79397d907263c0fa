"""The terms of asset names: "Linie drei" and "line #3" are both line, 3."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from core.planner.lexicon import (
    LANGUAGES,
    Phrases,
    entries,
    fold,
    folded,
    phrases,
    vocabulary,
    word_list,
    words,
)

Key = tuple[str, ...]

# A number that is a year: "the palletizer 2024" names no 2,024th palletizer.
YEAR = re.compile("20[0-4][0-9]")

NEAREST = 3
# Names shorter than this are too alike to mend a typo; words from LONG on may have two.
SHORTEST, LONG = 4, 8
ORDINAL_ENDINGS = ("st", "nd", "rd", "th")
# Sections whose words are never a mistyped name.
COMMON = ("words", "numbers", "by", "by_alone", "kpi", "reason", "time", "weak")
COMMON_TIMES = ("day", "unit", "month", "weekday", "part", "shift_name", "clock")


@dataclass(frozen=True, slots=True)
class Term:
    """`text` is a kind in the vocabulary's own word, a number in digits, or the word itself."""

    text: str
    start: int
    end: int
    said: str
    kind: bool = False
    plural: bool = False

    @property
    def number(self) -> bool:
        return self.text.isdecimal()


@cache
def _kinds() -> Phrases[tuple[str, bool]]:
    def every() -> Iterator[tuple[str, tuple[str, bool]]]:
        for phrase, kind in entries("plurals"):
            yield phrase, (kind, True)
        for phrase, kind in entries("kinds"):
            yield phrase, (kind, False)

    return Phrases(every())


@cache
def _numbers() -> dict[str, str]:
    return {
        fold(phrase): key
        for phrase, key in entries("numbers")
        if key.isdecimal() and " " not in phrase
    }


@cache
def common_words() -> frozenset[str]:
    """Every word of the vocabulary that does not name equipment."""
    found: set[str] = set()
    for section in COMMON:
        found |= phrases(section).every_word()
    for group in COMMON_TIMES:
        found |= phrases("time", group).every_word()
    for language in LANGUAGES:
        found |= cue_words(language)
    return frozenset(found - {word for word, _ in _kinds().single_words()})


@cache
def singular_units() -> frozenset[str]:
    """As "week", "woche": the first word of each list of [time.unit]."""
    units = (vocabulary(language)["time"]["unit"].values() for language in LANGUAGES)
    return frozenset(fold(forms[0]) for several in units for forms in several)


def cue_words(language: str) -> set[str]:
    """The words of a language's cues and marks."""
    source = vocabulary(language)
    lists = [phrase for cues in source["cues"].values() for phrase in cues.values()]
    return {
        word
        for phrase in (*source["marks"], *(p for several in lists for p in several))
        for word in folded(phrase.rstrip("*"))
    }


def terms(text: str) -> list[Term]:
    """The terms of the text; signs for numbers ("#", "no") before a number are left out."""
    said = words(text)
    plain = [word.text for word in said]
    signs, found, index = word_list("number_sign"), list[Term](), 0
    while index < len(said):
        match = _kinds().at(plain, index)
        first = said[index]
        if match:
            (kind, plural), length = match
            last = said[index + length - 1]
            stretch = text[first.start : last.end]
            found.append(Term(kind, first.start, last.end, fold(stretch), True, plural))
            index += length
            continue
        after = said[index + 1].text if index + 1 < len(said) else ""
        follows = after.isdecimal() or after in _numbers()
        if not (first.text in signs and follows and found):
            number = str(int(first.text)) if first.text.isdecimal() else _numbers().get(first.text)
            found.append(Term(number or first.text, first.start, first.end, first.text))
        index += 1
    return found


@lru_cache(maxsize=4096)
def key(name: str) -> Key:
    """What a name is compared by."""
    return tuple(term.text for term in terms(name))


def short(parts: Key) -> tuple[Key, ...]:
    """As "l3" for line 3, "h1" and "lh1" for line h1: a letter only together with its number."""
    if len(parts) == 2 and parts[1].isdecimal() and len(parts[0]) > 1:
        return ((parts[0][0], parts[1]),)
    if len(parts) == 3 and len(parts[1]) == 1 and parts[2].isdecimal():
        return parts[1:], (parts[0][0] + parts[1], parts[2])
    return ()


def whole(text: str, said: Sequence[Term], index: int, length: int) -> bool:
    """Whether the terms are a name of their own: "l3" is, "l 3" and the "line 3" of "line 3.5"
    are not, nor is the number of "over line 2 hours"."""
    first, last = said[index], index + length - 1
    if length > 1 and len(first.text) == 1 and not _joined(text, first, said[index + 1]):
        return False
    return length == 1 or not said[last].number or free(said, last)


def _joined(text: str, left: Term, right: Term) -> bool:
    return text[left.end : right.start] in ("", "-", "#", "_", ".")


def free(said: Sequence[Term], number: int) -> bool:
    """Whether a number counts nothing: "line 3 hours" is about hours, "line 3 week 12" is not."""
    if number + 1 >= len(said) or said[number - 1].end == said[number].start:
        return True
    after = said[number + 1]
    glued = after.start == said[number].end
    counted = after.said in phrases("time", "unit") and after.said not in singular_units()
    if number + 2 < len(said) and said[number + 2].number:
        return True  # "grinder 2 wk 45"
    return not (counted and (len(after.said) > 1 or glued))


def ordinal(said: Sequence[Term], index: int) -> tuple[Key, int] | None:
    """As in "the third line", "2nd filler": the name that this is, and how many terms."""
    first, rest = said[index], said[index + 1 :]
    number = phrases("ordinals").at((first.said,), 0)
    place = 0
    if first.number and rest and rest[0].said in ORDINAL_ENDINGS and rest[0].start == first.end:
        number, place = (first.text, 1), 1
    if number is None or place >= len(rest) or not rest[place].kind or rest[place].plural:
        return None
    return (rest[place].text, number[0]), place + 2


def bare_number(text: str, said: Sequence[Term], index: int) -> bool:
    """Whether a number alone names something, as in "die 3 steht" or "what about the 3?", and
    does not count, as in "die 3 größten Verluste"."""
    if not said[index].number or not index or said[index - 1].end == said[index].start:
        return False
    if said[index - 1].said not in word_list("before_number") or len(said[index].text) > 2:
        return False
    if re.match(r"\.\s*\w|[.,:]\d|\s?%", text[said[index].end :]):
        return False  # "der 3. Stopp", "the 3.5"
    if re.match(r"\s*(?:[;:?!]|,(?!\s*\d))", text[said[index].end :]):
        return True  # "how is the 3, still down"
    rest = [term.said for term in said[index + 1 : index + 4]]
    glued = bool(rest) and said[index + 1].start == said[index].end
    if rest and rest[0] in word_list("clock_sign") and (glued or said[index - 1].said == "the"):
        return False  # "the 6am meeting"
    return not rest or word_list("after_number").at(rest, 0) is not None


def numbered(text: str, said: Sequence[Term], index: int) -> int:
    """How many terms "line 9" or "line x9" is; 0 if no number follows the word."""
    rest = said[index + 1 : index + 3]
    if rest and rest[0].number and free(said, index + 1):
        return 0 if YEAR.fullmatch(rest[0].text) else 2
    if len(rest) == 2 and len(rest[0].text) == 1 and rest[1].number:
        return 3 if text[rest[0].end : rest[1].start] == "" and free(said, index + 2) else 0
    return 0


def may_be_typo(term: Term) -> bool:
    plain = term.text.isalpha() and not term.kind and len(term.text) >= 3
    return plain and term.text not in common_words()


def close(word: str, names: Iterable[str]) -> list[str]:
    """The names that are one typo from `word`, two if it is long; the nearest only."""
    allowed = 2 if len(word) >= LONG else 1
    near = [name for name in names if len(name) >= SHORTEST and _may_be(word, name, allowed)]
    if not near:
        return []
    from rapidfuzz.distance import OSA  # only here: it takes as long to load as all the rest

    distances = {name: OSA.distance(word, name, score_cutoff=allowed) for name in near}
    best = min(distances.values())
    return [name for name, distance in distances.items() if distance == best <= allowed]


def _may_be(word: str, name: str, typos: int) -> bool:
    """Whether so few typos could do: each adds or takes a letter, or swaps one for another."""
    if abs(len(word) - len(name)) > typos:
        return False
    return len(set(word) ^ set(name)) <= 2 * typos
