"""What the model looks at in a question: its words, pairs of words and pieces of words, with
assets and periods replaced by their signs, the cues of the vocabulary, and its concepts, also in
the order in which they are said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise
from zlib import crc32

from core.planner.concepts import concepts, in_order

BUCKETS = 1 << 15
# Signs that stand for a mention in the words of a question.
ASSET, PERIOD, RUNNING, FUTURE, NUMBER = "<a>", "<p>", "<t>", "<f>", "<n>"
SIGNS = (ASSET, PERIOD, RUNNING, FUTURE, NUMBER)
SHORTEST_PIECE, LONGEST_PIECE = 3, 5
# No more words than these are looked at: a longer question has said its aim by then.
MOST_WORDS = 60


def features(words: Sequence[str], cues: Sequence[str]) -> tuple[int, ...]:
    """The buckets of everything that is found, each once."""
    return tuple({crc32(f.encode()) % BUCKETS for f in _found(words[:MOST_WORDS], cues)})


def _found(words: Sequence[str], cues: Sequence[str]) -> Iterator[str]:
    yield "bias"
    for cue in cues:
        yield f"cue {cue}"
    if not words:
        return
    about = concepts(words)
    for concept in about:
        yield f"about {concept}"
    for one, other in combinations(about, 2):
        yield f"about {one} {other}"
    order = ["^", *in_order(words, SIGNS), "$"]
    for left, right in pairwise(order):
        yield f"then {left} {right}"
    for three in zip(order, order[1:], order[2:], strict=False):
        yield f"then {' '.join(three)}"
    said = ["^", *words, "$"]
    for left, right in pairwise(said):
        yield f"{left} {right}"
    for first, _, third in zip(said, said[1:], said[2:], strict=False):
        yield f"{first} _ {third}"
    assets = words.count(ASSET)
    yield f"assets {min(assets, 2)}"
    yield f"periods {min(words.count(PERIOD), 2)}"
    yield f"length {min(sum(word not in SIGNS for word in words), 8)}"
    for word in words:
        yield f"word {word}"
        if word not in SIGNS:
            yield from _pieces(f"({word})")


def _pieces(word: str) -> Iterator[str]:
    for length in range(SHORTEST_PIECE, LONGEST_PIECE + 1):
        for start in range(len(word) - length + 1):
            yield word[start : start + length]
