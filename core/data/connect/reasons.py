"""A plant's reason codes and texts → the losses they seem to be. Guesses, and marked so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.data.connect.names import best, fit, vocabulary
from core.data.connect.proposal import LossGuess

_ENOUGH = 0.55


def guess_losses(reasons: Mapping[str, str]) -> tuple[tuple[LossGuess, ...], tuple[str, ...]]:
    """Guesses for codes (`reasons` is code → text), and the codes that no word explains."""
    found: list[LossGuess] = []
    left: list[str] = []
    for key, text in reasons.items():
        guess = guess_loss(text)
        if guess is None:
            left.append(key)
        else:
            found.append(LossGuess(key, *guess))
    return tuple(found), tuple(left)


def guess_loss(text: str) -> tuple[str, str] | None:
    """(loss, the word that told) of one reason; the longest fitting word wins."""
    offers = [
        (len(word), -order, loss, word)
        for order, (loss, words) in enumerate(vocabulary()["losses"].items())
        for word in words
        if _says(text, word)
    ]
    if not offers:
        return None
    _, _, loss, word = max(offers)
    return loss, word


def is_loss_column(values: Iterable[str], losses: Iterable[str]) -> bool:
    """Whether a column already holds the losses by their names here."""
    known = set(values)
    return bool(known) and known <= set(losses)


def shift_word(name: str) -> str | None:
    """early, late or night, where a shift's name says so."""
    scores = {part: best(name, words) for part, words in vocabulary()["shifts"].items()}
    part = max(scores, key=lambda p: scores[p])
    return part if scores[part] >= _ENOUGH else None


def _says(text: str, word: str) -> bool:
    return fit(text, word) > 0
