"""Concepts: words that mean alike for choosing a tool, in all languages ("kohle", "bucks")."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Sequence
from functools import cache
from importlib.resources import files

from core.planner.lexicon import Phrases


@cache
def _phrases() -> Phrases[tuple[str, ...]]:
    """Every phrase with the concepts that it stands for."""
    source = files("core.planner").joinpath("vocabulary", "concepts.toml")
    found: dict[str, tuple[str, ...]] = {}
    for concept, said in tomllib.loads(source.read_text(encoding="utf-8")).items():
        for phrase in said:
            found[phrase] = (*found.get(phrase, ()), concept)
    return Phrases(found.items())


def known_concept(word: str) -> bool:
    """Whether a word alone stands for a concept."""
    return word in _phrases()


def concepts(words: Sequence[str]) -> tuple[str, ...]:
    """What the words are about, each concept once, in order of the alphabet."""
    found: set[str] = set()
    for index in range(len(words)):
        match = _phrases().at(words, index)
        found.update(match[0] if match else ())
    return tuple(sorted(found))


def in_order(words: Sequence[str], signs: Collection[str]) -> list[str]:
    """The concepts as they follow one another, and the signs between them: "how much", asset,
    money. Of a phrase with several concepts the first."""
    found: list[str] = []
    index = 0
    while index < len(words):
        match = _phrases().at(words, index)
        if match:
            found.append(match[0][0])
        elif words[index] in signs:
            found.append(words[index])
        index += match[1] if match else 1
    return found
