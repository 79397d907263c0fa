"""The catalogues on disk: one folder per language, one TOML file per topic.

A topic is read when its first sentence is needed, so that a single answer from cold does not pay
for the words of the twelve tools it did not use.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent

# A sentence; its forms by number ({one, other}, optionally zero); or a row of names (weekdays).
Entry = str | Mapping[str, str] | list[str]


@cache
def topic(language: str, name: str) -> Mapping[str, Entry]:
    """The entries of one topic; empty where the file does not exist."""
    path = FOLDER / language / f"{name}.toml"
    if not path.is_file():
        return {}
    table: Mapping[str, Entry] = tomllib.loads(path.read_text("utf-8"))[name]
    return table


def topics(language: str) -> list[str]:
    """The names of all topics of a language, sorted."""
    return sorted(path.stem for path in (FOLDER / language).glob("*.toml"))


def entry(language: str, key: str) -> Entry | None:
    """What stands under "topic.key". A key without a topic is an error's (see core/errors.py)."""
    name, _, rest = key.rpartition(".")
    return topic(language, name or "errors").get(rest)


def names(language: str, key: str) -> list[str]:
    """The row of names under the key; empty where there is none."""
    found = entry(language, key)
    return found if isinstance(found, list) else []


def form(entry: Entry, arguments: Mapping[str, object]) -> str:
    """The sentence, of forms by number the one that the argument `n` asks for."""
    if isinstance(entry, str):
        return entry
    if isinstance(entry, Mapping):
        n = arguments["n"]
        if n == 0 and "zero" in entry:
            return entry["zero"]
        return entry["one" if n == 1 else "other"]
    raise TypeError("a row of names is not a sentence")
