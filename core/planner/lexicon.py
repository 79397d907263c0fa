"""Words: how a text is cut into them, and the vocabulary files that say what they mean."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Generic, TypeVar

from core.request import Language

LANGUAGES: tuple[Language, ...] = ("en", "de")
# What is read of a question. The rest of a longer text is not looked at: the work stays bounded.
MAX_TEXT = 1200

WORD = re.compile(r"\d+|[^\W\d_]+|[$€#&]")
# Longer forms of a stem ("letzt*": letzte, letzten) have at most so many letters more.
MAX_ENDING = 4

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Word:
    """A word without case and accents; `start` and `end` are its place in the text."""

    text: str
    start: int
    end: int


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Without case and accents: "Füller" and "FULLER" are the same."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def words(text: str) -> tuple[Word, ...]:
    """The words and numbers of the first MAX_TEXT characters; "L3" is two: "l", "3"."""
    return tuple(Word(fold(m.group()), m.start(), m.end()) for m in WORD.finditer(text[:MAX_TEXT]))


def folded(text: str) -> tuple[str, ...]:
    return tuple(fold(m.group()) for m in WORD.finditer(text[:MAX_TEXT]))


class Phrases(Generic[V]):
    """Finds phrases of one or more words, the longest first; each stands for a value."""

    def __init__(self, entries: Iterable[tuple[str, V]]) -> None:
        self._exact: dict[tuple[str, ...], V] = {}
        self._stems: dict[str, V] = {}
        for phrase, value in entries:
            for spelling in _spellings(phrase):
                self._add(spelling, value)
        self._longest = max(map(len, self._exact), default=1)

    def _add(self, phrase: str, value: V) -> None:
        if phrase.endswith("*"):
            self._stems.setdefault(fold(phrase[:-1]), value)
        else:
            self._exact.setdefault(folded(phrase), value)

    def at(self, said: Sequence[str], index: int) -> tuple[V, int] | None:
        """The value and length in words of the longest phrase that starts at `index`."""
        if index >= len(said):  # as of an asset whose name has no word, only a sign
            return None
        for length in range(min(self._longest, len(said) - index), 0, -1):
            value = self._exact.get(tuple(said[index : index + length]))
            if value is not None:
                return value, length
        value = self.stem(said[index])
        return None if value is None else (value, 1)

    def stem(self, word: str) -> V | None:
        for cut in range(min(MAX_ENDING, len(word) - 2) + 1 if self._stems else 0):
            value = self._stems.get(word[: len(word) - cut])
            if value is not None:
                return value
        return None

    def all(self, said: Sequence[str]) -> list[tuple[int, int, V]]:
        """Start, length and value of every phrase, without overlaps."""
        found: list[tuple[int, int, V]] = []
        index = 0
        while index < len(said):
            match = self.at(said, index)
            if match is None:
                index += 1
            else:
                found.append((index, match[1], match[0]))
                index += match[1]
        return found

    def __contains__(self, word: str) -> bool:
        return (word,) in self._exact or self.stem(word) is not None

    def single_words(self) -> Iterable[tuple[str, V]]:
        return ((phrase[0], value) for phrase, value in self._exact.items() if len(phrase) == 1)

    def every_word(self) -> set[str]:
        return {word for phrase in self._exact for word in phrase} | set(self._stems)


@cache
def vocabulary(language: str) -> Mapping[str, Any]:
    """The vocabulary file of a language as it is."""
    source = files("core.planner").joinpath("vocabulary", f"{language}.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))


def entries(*path: str) -> Iterable[tuple[str, str]]:
    """(phrase, key) of a section in all languages: of [time.day] "gestern", "yesterday"."""
    for language in LANGUAGES:
        section: Any = vocabulary(language)
        for name in path:
            section = section.get(name, {})
        for key, phrases in section.items():
            if isinstance(phrases, list):
                for phrase in phrases:
                    yield phrase, key


@cache
def phrases(*path: str) -> Phrases[str]:
    """The phrases of a section in all languages, each standing for its key."""
    return Phrases(entries(*path))


@cache
def word_list(name: str, section: str = "words") -> Phrases[str]:
    """One list of a section as phrases that stand for the list's name."""
    return Phrases((phrase, key) for phrase, key in entries(section) if key == name)


def _spellings(phrase: str) -> set[str]:
    """German words are also typed without umlauts: "füller", "fueller"."""
    plain = phrase.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    return {phrase, plain}
