"""Trains the planner's model from the phrasings and the people's questions beside this file.

`python -m core.planner.training.train` rewrites core/planner/model.bin. It needs nothing but
Python, takes a few minutes, and gives the same file every time.
"""

from __future__ import annotations

import math
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

from core.planner.asset_words import AssetNames
from core.planner.features import BUCKETS, SIGNS, features
from core.planner.model import FILE, pack
from core.planner.reading import cues, read

HERE = Path(__file__).parent
WORDS = HERE.parent / "words.txt"
LANGUAGES = ("en", "de")
SIGN = re.compile(r"(<[apthf]>)")
VARIANT = re.compile(r"\(([^()]*)\)")
# Questions as many people wrote them: how often each is learned garbled, and how much each weighs
# against a phrasing of an aim of middling size. Chosen by training with one author's and testing
# with the other's.
VOICES, VOICE_COPIES, VOICE_WORTH = HERE / "voices.txt", 4, 3.0
# Ways of saying one phrasing that are learned, and garbled copies of all of them together, at
# least one of each: what was said once must not drown in what has many variants.
MOST_VARIANTS, GARBLED = 8, 4
ROUNDS, RATE, PULL = 6, 0.07, 1e-3
# Part of the features that is hidden each time, so that belief rests on many of them, and part
# of belief that is never given to the right aim, so that it stays a measure of doubt.
HIDDEN, DOUBT = 0.7, 0.02
# These are said as they are: nobody begins a greeting with "could you check".
BARE = ("help", "not_plant", "clarify")
LITTLE = frozenset(
    ("the", "a", "is", "of", "on", "at", "in", "for", "to", "me", "der", "die", "das", "den", "ist",
     "an", "von", "für", "bitte")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Machine:
    """A small plant, so that "the line" and "which lines" are read as in a real one."""

    id: str
    kind: str
    plant: str = "here"
    area: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.id


PLANT = AssetNames(
    [Machine("here", "plant")]
    + [Machine(f"{kind}-{n}", kind) for kind in ("line", "press", "robot") for n in (1, 2)],
    "here",
)


def phrasings(path: Path) -> Iterator[tuple[str, str]]:
    """(aim, phrasing) of a training file."""
    aim = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("[") and line.endswith("]"):
            aim = line[1:-1]
        elif line and not line.startswith("#"):
            yield aim, line.replace("<p>", "<f>") if aim == "future" else line


def variants(phrasing: str, chance: random.Random) -> list[str]:
    """The ways in which a phrasing can be said, at most MOST_VARIANTS of them."""
    pieces = VARIANT.split(phrasing)
    options = [piece.split("|") if i % 2 else [piece] for i, piece in enumerate(pieces)]
    if math.prod(map(len, options)) <= MOST_VARIANTS:
        return ["".join(choice) for choice in product(*options)]
    return ["".join(chance.choice(o) for o in options) for _ in range(MOST_VARIANTS)]


def words_of(text: str) -> list[str]:
    """The words of a phrasing as a question's reading gives them."""
    said: list[str] = []
    for piece in SIGN.split(text):
        said += [piece] if SIGN.fullmatch(piece) else read(piece, PLANT).words
    return said


@cache
def around(place: str) -> tuple[str, ...]:
    """What people say before or after a question and what does not change it."""
    return tuple(said for at, said in phrasings(HERE / "around.txt") if at == place)


def garbled(words: Sequence[str], aim: str, chance: random.Random) -> list[str]:
    """As people type: little words left out, letters mixed up, something polite around it."""
    said = list(words)
    if aim not in BARE:
        if chance.random() < 0.25:
            said = words_of(chance.choice(around("before"))) + said
        if chance.random() < 0.12:
            said += words_of(chance.choice(around("after")))
    if chance.random() < 0.15:
        said = ["<t>" if word == "<p>" else word for word in said]
    if chance.random() < 0.2:
        said = [w for w in said if w not in LITTLE or chance.random() < 0.4] or said
    if chance.random() < 0.2:
        place = chance.randrange(len(said))
        said[place] = _typo(said[place], chance)
    return said


def _typo(word: str, chance: random.Random) -> str:
    if len(word) < 4 or word in SIGNS:
        return word
    at = chance.randrange(1, len(word) - 1)
    left, letter, right = word[:at], word[at], word[at + 1 :]
    swapped = left + right[0] + letter + right[1:]
    return chance.choice((left + right, swapped, left + 2 * letter + right))


@dataclass(frozen=True, slots=True)
class Example:
    """The features of a way of asking, its aim, and how much it weighs."""

    buckets: tuple[int, ...]
    aim: str
    worth: float


def examples(chance: random.Random) -> list[Example]:
    """Everything to learn from; of the phrasings, rare aims weigh more."""
    ways = [*_of_phrasings(chance)]
    counts = Counter(aim for _, aim in ways)
    worth = {aim: math.sqrt(len(ways) / len(counts) / counts[aim]) for aim in counts}
    return [
        *(Example(_features(said), aim, worth[aim]) for said, aim in ways),
        *(Example(_features(said), aim, VOICE_WORTH) for said, aim in _of_voices(chance)),
    ]


def _of_phrasings(chance: random.Random) -> Iterator[tuple[list[str], str]]:
    seen: set[tuple[str, ...]] = set()
    for language in LANGUAGES:
        for aim, phrasing in phrasings(HERE / f"{language}.txt"):
            ways = variants(phrasing, chance)
            copies = max(1, GARBLED // len(ways))
            for words in map(words_of, ways):
                if words and (aim, *words) not in seen:
                    seen.add((aim, *words))
                    yield words, aim
                    yield from ((garbled(words, aim, chance), aim) for _ in range(copies))


def _of_voices(chance: random.Random) -> Iterator[tuple[list[str], str]]:
    for aim, question in phrasings(VOICES):
        words = words_of(question)
        yield words, aim
        yield from ((garbled(words, aim, chance), aim) for _ in range(VOICE_COPIES))


def _features(words: Sequence[str]) -> tuple[int, ...]:
    words = ["<p>" if word == "<h>" else word for word in words]
    return features(words, sorted({aim for aim, _ in cues(words)}))


def learned() -> list[str]:
    """Every word of the training, each once: what is not among them is new to the model."""
    paths = [HERE / f"{language}.txt" for language in LANGUAGES] + [HERE / "around.txt", VOICES]
    said = (words_of(phrasing) for path in paths for _, phrasing in phrasings(path))
    return sorted({word for words in said for word in words if word.isalpha()})


def train(found: list[Example], chance: random.Random) -> tuple[list[str], list[list[float]]]:
    """Logistic regression over all aims at once (softmax, Adagrad, a little L2): the aims, and
    for each bucket a weight for each of them."""
    aims = sorted({example.aim for example in found})
    weights = [[0.0] * len(aims) for _ in range(BUCKETS)]
    steps = [[1e-2] * len(aims) for _ in range(BUCKETS)]
    for _ in range(ROUNDS):
        chance.shuffle(found)
        for example in found:
            shown = [b for b in example.buckets if chance.random() > HIDDEN]
            _learn(weights, steps, shown or example.buckets, aims.index(example.aim), example.worth)
    return aims, weights


def _learn(
    weights: list[list[float]],
    steps: list[list[float]],
    buckets: Sequence[int],
    right: int,
    worth: float,
) -> None:
    scores = [sum(column) for column in zip(*(weights[b] for b in buckets), strict=True)]
    highest = max(scores)
    shares = [math.exp(score - highest) for score in scores]
    total = sum(shares)
    for aim, share in enumerate(shares):
        wanted = 1 - DOUBT if aim == right else DOUBT / (len(shares) - 1)
        error = worth * (wanted - share / total)
        if abs(error) < 0.005:
            continue
        for bucket in buckets:
            slope = error - PULL * weights[bucket][aim]
            steps[bucket][aim] += slope * slope
            weights[bucket][aim] += RATE * slope / math.sqrt(steps[bucket][aim])


def main() -> None:
    chance = random.Random(20261123)
    found = examples(chance)
    aims, weights = train(found, chance)
    FILE.write_bytes(pack(aims, weights))
    WORDS.write_text("\n".join(learned()) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(found)} examples, {len(aims)} aims, {FILE.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
