"""Whole sentences out of a text that is still being written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from core.agent.guard import LONGEST

# What ends in a full stop and ends no sentence; compared without case.
_ABBREVIATIONS = frozenset(
    {"e.g", "i.e", "etc", "vs", "approx", "fig", "dept", "incl", "excl", "resp", "hrs", "ca", "bzw",
     "usw", "z.b", "d.h", "u.a", "ggf", "evtl", "inkl", "exkl", "bspw", "sog", "vgl", "tel", "ext",
     "std", "sek", "mio", "pp", "st", "mr", "mrs", "ms", "dr", "prof", "lt", "abb"}
)  # fmt: skip
# The same where a number follows: "no. 5", "Mo. 9. März".
_BEFORE_NUMBERS = frozenset(
    {"no", "nr", "min", "max", "mon", "tue", "wed", "thu", "fri", "sat", "sun", "mo", "di", "mi",
     "do", "fr", "sa", "so", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct",
     "nov", "dec"}
)  # fmt: skip
# A number with a full stop after these is an ordinal: "der 3. Schicht", "Di 10. März".
_BEFORE_ORDINALS = frozenset(
    {"der", "die", "das", "den", "dem", "des", "am", "im", "vom", "zum", "zur", "seit", "bis", "ab",
     "ein", "eine", "einen", "jede", "jeder", "jeden", "und", "oder", "mo", "di", "mi", "do", "fr",
     "sa", "so"}
)  # fmt: skip
_END = re.compile(r"\n+|(?<=[.!?…])[\"”’')\]]*(?=\s)")
_NUMBERED = re.compile(r"(?:^|([^\W\d_]+)?[\s(-]+)\d{1,3}\.$")
_LAST_WORD = re.compile(r"([^\W\d_](?:[\w.]*\w)?)\.$")


class Sentences:
    """Give it pieces of text with `feed`, as they come; at the end ask for the `rest`.

    It holds back no more than LONGEST characters: a longer stretch without an end is cut, which
    the guard then refuses.
    """

    def __init__(self) -> None:
        self._open = ""

    def feed(self, chunk: str) -> Iterator[str]:
        """The sentences that are whole now; each is given out once."""
        self._open += chunk
        while cut := self._cut():
            sentence, self._open = self._open[:cut].strip(), self._open[cut:]
            if sentence:
                yield sentence

    def rest(self) -> Iterator[str]:
        """What is left when nothing more comes."""
        yield from self.feed("\n")
        sentence, self._open = self._open.strip(), ""
        if sentence:
            yield sentence

    def _cut(self) -> int:
        """Where the first sentence ends; 0 while nobody can tell."""
        for match in _END.finditer(self._open):
            end = match.end()
            before, after = self._open[: match.start()], self._open[end:]
            if before.count("[[") > before.count("]]"):
                continue
            if "\n" in match.group():
                return end
            if not after.strip() and "\n" not in after:
                return 0  # what follows tells whether "3." is an ordinal
            if not _goes_on(before, after.lstrip()):
                return end
        return len(self._open) if len(self._open) > LONGEST + 1 else 0


def sentences(chunks: Iterable[str]) -> Iterator[str]:
    """The sentences of a text that comes in chunks, each as soon as it is whole."""
    splitter = Sentences()
    for chunk in chunks:
        yield from splitter.feed(chunk)
    yield from splitter.rest()


def _goes_on(before: str, after: str) -> bool:
    """Whether the sentence goes on after this full stop."""
    if not before.endswith("."):
        return after[:1].islower()
    if number := _NUMBERED.search(before):
        word = (number[1] or "").casefold()
        return not word or word in _BEFORE_ORDINALS or after[:1].islower()
    if last := _LAST_WORD.search(before):
        word = last[1].casefold()
        if word in _ABBREVIATIONS or len(word) == 1:
            return True
        if word in _BEFORE_NUMBERS and after[:1].isdigit():
            return True
    return after[:1].islower()
