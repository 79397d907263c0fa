"""Concepts: words that mean alike for choosing a tool, in all languages ("kohle", "bucks")."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
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
