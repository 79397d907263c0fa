"""How well a name in a database fits a word of the trade, in four languages."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_WEAK = 0.7
_SHORTEST_PART = 5
_NARROWER = ("good_units", "scrap_units", "rework_units", "first_pass_units", "target_units")
_NARROW_ENOUGH = 0.65
_SHORTEST_END = 4


@cache
def vocabulary() -> Mapping[str, Any]:
    """The words of vocabulary.toml."""
    text = (Path(__file__).parent / "vocabulary.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def tokens(name: str) -> tuple[str, ...]:
    """ "StörGrund_ID" → ("stoer", "grund", "id")"""
    apart = re.sub(r"(?<=[a-zà-ÿ0-9])(?=[A-ZÄÖÜ])", "_", name)
    plain = unicodedata.normalize("NFC", apart).lower().translate(_UMLAUTS)
    bare = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return tuple(part for part in re.split(r"[^a-z0-9]+", bare) if part)


def fit(name: str, word: str) -> float:
    """0 to 1: 1 where they are equal, less the more else the name says."""
    parts, wanted = tokens(name), tokens(word)
    joined, sought = "".join(parts), "".join(wanted)
    if not joined or not sought:
        return 0.0
    if joined == sought:
        return 1.0
    coverage = len(sought) / len(joined)
    width = len(wanted)
    if any(parts[i : i + width] == wanted for i in range(len(parts) - width + 1)):
        return 0.65 + 0.3 * coverage
    # German compounds end in what the thing is: "Schichtende".
    ends = len(sought) >= _SHORTEST_END and joined.endswith(sought)
    if ends or (len(sought) >= _SHORTEST_PART and sought in joined):
        return 0.5 + 0.3 * coverage
    return 0.0


def best(name: str, words: Iterable[str]) -> float:
    return max((fit(name, word) for word in words), default=0.0)


def column_fit(name: str, logical: str) -> float:
    """How well a column's name fits a logical column of core/data/schema.py."""
    found = _plain_fit(name, logical)
    if logical != "total_units" or found == 1:
        return found
    # "ok_parts" are parts, but first of all they are ok ones.
    narrower = max(_plain_fit(name, part) for part in _NARROWER)
    return found * _WEAK if narrower >= _NARROW_ENOUGH else found


def _plain_fit(name: str, logical: str) -> float:
    entry = vocabulary()["columns"].get(logical, {})
    words = [*entry.get("words", ()), logical.replace("_", " ")]
    return max(best(name, words), _WEAK * best(name, entry.get("weak", ())))


def table_fit(name: str, fact: str) -> float:
    """How well a table's name fits a fact."""
    return best(name.rpartition(".")[2], vocabulary()["tables"][fact])


def speaks_against(name: str, what: str) -> bool:
    """Whether the name holds one of the words listed under [against]."""
    listed = vocabulary()["against"][what]
    return any(set(tokens(word)) <= set(tokens(name)) for word in listed)


def unit_in(name: str) -> str | None:
    """The unit of time that a column's name ends in or holds: h, min, s or ms."""
    for part in reversed(tokens(name)):
        for unit, words in vocabulary()["units"].items():
            if part in words:
                return str(unit)
    joined = "".join(tokens(name))
    longer = ((unit, w) for unit, words in vocabulary()["units"].items() for w in words)
    return next((unit for unit, w in longer if len(w) > 4 and w in joined), None)
