"""Tokens, counted simply and the same everywhere.

A number falls into several tokens ("82", ".", "4"), as it does with real models: whoever reads a
stream sees half a number.
"""

import re

_TOKEN = re.compile(r"\s*(?:\d{1,3}|[^\W\d]{1,6}|[^\w\s])|\s+")

MOST_PIECES = 2_000
"""A stream of a longer text is sent in so many larger pieces."""


def tokens(text: str) -> list[str]:
    """The text in pieces that give the text again when joined."""
    return _TOKEN.findall(text)


def count(text: str) -> int:
    return len(tokens(text))


def pieces(text: str) -> list[str]:
    """What is sent one event at a time: a token, or several where there are very many."""
    found = tokens(text)
    size = -(-len(found) // MOST_PIECES)
    if size <= 1:
        return found
    return ["".join(found[i : i + size]) for i in range(0, len(found), size)]
