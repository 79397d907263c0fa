"""What a model may say: its sentences are checked, and the figures put in, before anyone reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from core.agent.attachments import Attachments
from core.agent.binding import HOLE
from core.agent.detectors import Detectors, PeriodSpot, is_same, spots
from core.agent.figure import REFERENCE, Figure
from core.agent.numerals import Numeral, numerals
from core.agent.said import Said
from core.agent.shown import is_figure
from core.planner.lexicon import entries, fold, folded, word_list
from core.request import Language
from core.words import Words

# A sentence longer than this is not one; and the planner's detectors read no further.
LONGEST = 1_000
Why = Literal[
    "too_long", "unknown_id", "number", "link", "mention", "code", "date", "none",
    "asset", "subject", "measure", "period", "direction", "quote",
]  # fmt: skip

_UNSAFE: tuple[tuple[Why, re.Pattern[str]], ...] = (
    ("code", re.compile(r"`+[^`]*`*|~~~")),
    ("mention", re.compile(r"<[@!#][^>]*>?|[@\uff20\ufe6b]\s*[\w-]*", re.IGNORECASE)),
    ("link", re.compile(r"!?\[[^\]]*\]\s*\([^)]*\)?|\[[^\]]+\]\s*:\s*\S+")),
    (
        "link",
        re.compile(r"\w[\w+.-]*\s*:\s*/\s*/\S*|//\S+|\bmailto\b\s*:?|\bwww\b\S*", re.IGNORECASE),
    ),
    ("link", re.compile(r"\b(?:javascript|data|file|tel|vbscript)\s*:\S+", re.IGNORECASE)),
    ("link", re.compile(r"\b[\w-]{2,}\.[a-z]{2,}\b", re.IGNORECASE)),
    ("link", re.compile(r"<|&#?\w+;|\\u|\bh(?:xx|tt)ps?\b", re.IGNORECASE)),
)
_EMPHASIS = re.compile(r"\*\*|__|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)")
_MARKER = re.compile(r"^\s*(?:#{1,6}|[-*•>])\s+")
_HIDDEN = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
_MEASURED = re.compile(
    r"^\s*(?:[%‰°€$£]|pp\b|[.,:/]\d|(?:h|hrs?|hours?|min|mins|minutes?|seconds?|sec|days?|weeks?"
    r"|stunden?|std|minuten?|sekunden?|tage?n?|wochen?|percent|prozent|usd|eur|euros?|dollars?"
    r"|units?|stück|mal|times|x)\b)",
    re.IGNORECASE,
)
_LASTS = re.compile(
    r"(?:h|hrs?|hours?|min\w{0,5}|sec\w*|days?|weeks?|months?|stunde\w?|tage?\w?|woche\w?)"
)
_NO = re.compile(
    r"\b(?:no|zero|without(?: an?y?)?|kein\w{0,2}|ohne(?: ein\w{0,2})?)\s+$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Released:
    """A sentence as people may read it; `figures` are those it shows, in order."""

    text: str
    figures: tuple[Figure, ...]

    @property
    def cites(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(cite for figure in self.figures for cite in figure.cites))


@dataclass(frozen=True, slots=True)
class Offender:
    """What in a sentence must not be said, and why."""

    said: str
    why: Why

    def told(self, language: Language) -> str:
        """The sentence that tells the model what to mend."""
        return Words(language).say(f"agent.why_{self.why}", said=self.said)


@dataclass(frozen=True, slots=True)
class Refused:
    offenders: tuple[Offender, ...]


class Guard:
    """Checks sentences against the figures of one turn.

    A quantity passes only as a reference ([[a1]]), inside the name of an asset, shift, row or
    period that a tool returned, or where the very same stands in the question.
    """

    def __init__(self, question: str, figures: Sequence[Figure], detectors: Detectors) -> None:
        self._question = question
        self._figures = {figure.id: figure for figure in figures}
        self._detectors = detectors
        self._attachments = Attachments(figures, detectors)
        self._asked = _counted(question, self._asset_stretches(question))

    def check(self, sentence: str, before: str = "") -> Released | Refused:
        """The sentence with its figures in the reader's words, or what is wrong with it.

        `before` is the sentence said last, as the model wrote it: what this one leaves out
        ("It made …") is understood from there.
        """
        sentence = _bare(sentence)
        if len(sentence) > LONGEST:
            return Refused((Offender(sentence[:40], "too_long"),))
        unknown = [m.group() for m in REFERENCE.finditer(sentence) if m[1] not in self._figures]
        if unknown:
            return Refused(tuple(Offender(said, "unknown_id") for said in unknown))
        used = [self._figures[m[1]] for m in REFERENCE.finditer(sentence)]
        offenders = dict.fromkeys(self._offenders(sentence, self._read(sentence, before)))
        if offenders:
            return Refused(tuple(offenders))
        shown = REFERENCE.sub(lambda match: self._figures[match[1]].shown, sentence)
        return Released(shown, tuple(used))

    def _read(self, sentence: str, before: str) -> Said:
        """The sentence with labels written out and holes for figures."""
        text, end, holes, labels = "", 0, [], list[tuple[range, Figure]]()
        for match in REFERENCE.finditer(sentence):
            text += sentence[end : match.start()]
            figure, end = self._figures[match[1]], match.end()
            if figure.kind == "label":
                labels.append((range(len(text), len(text) + len(figure.shown)), figure))
                text += figure.shown
            else:
                holes.append((len(text), figure))
                text += HOLE
        text += sentence[end:]
        before = _bare(REFERENCE.sub(lambda match: self._label(match[1]), before))
        return Said(text, tuple(holes), tuple(labels), before, self._question)

    def _label(self, name: str) -> str:
        figure = self._figures.get(name)
        return figure.shown if figure and figure.kind == "label" else HOLE

    def _offenders(self, sentence: str, said: Said) -> Iterator[Offender]:
        yield from _unsafe(said.text)
        labels = [place for place, _ in said.labels]
        free = [*labels, *self._names(said.text)]
        for numeral in numerals(said.text.replace(HOLE, " ")):
            if not self._may_stand(numeral, said.text, free):
                yield Offender(numeral.said, "number")
        yield from self._dates(said, labels)
        yield from self._none(said.text)
        if any(figure.kind == "quote" and not figure.measure for _, figure in said.holes):
            if any(char.isalnum() for char in REFERENCE.sub("", sentence)) or len(said.holes) > 1:
                yield Offender(sentence[:60], "quote")
            return
        for figure, wrong in self._attachments.wrong(said):
            yield Offender(f"[[{figure.id}]]", wrong)

    # -- quantities

    def _may_stand(self, numeral: Numeral, text: str, free: Sequence[range]) -> bool:
        if any(numeral.start >= r.start and numeral.end <= r.stop for r in free):
            return True
        said = _with_next(text, numeral.start, numeral.end)
        return said is not None and said in self._asked

    def _names(self, text: str) -> list[range]:
        """Where names stand that a tool returned."""
        found = self._asset_stretches(text)
        full = {fold(f.subject) for f in self._figures.values() if f.subject}
        for spot in self._attachments.subjects.spots(text):
            if fold(text[spot.start : spot.end]) in full:
                found.append(range(spot.start, spot.end))
        labels = {f.measure for f in self._figures.values() if not is_figure(f.measure)}
        for name in (*self._detectors.shift_names, *self._period_names(), *labels):
            if name and any(char.isalpha() for char in name):
                found += [
                    range(m.start(), m.end())
                    for m in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE)
                ]
        found += [range(s.start, s.end) for s in self._periods(text) if self._is_known(s, text)]
        return found

    def _asset_stretches(self, text: str) -> list[range]:
        """Where assets are named with a letter of theirs, and further numbers of "lines 3 and 4";
        not where the number counts something ("filler 2 hours")."""
        found: list[range] = []
        plural = False
        for mention in self._detectors.asset_mentions(text.replace(HOLE, " ")):
            said = text[mention.start : mention.end]
            lettered = any(not w.isdecimal() and not numerals(w) for w in folded(said))
            if mention.sort == "unknown" or _MEASURED.match(text[mention.end :]):
                plural = False
                continue
            if lettered:
                first, *_ = folded(said) or ("",)
                if first in word_list("number_sign"):  # "number one"
                    continue
                plural = first in _plurals()
            if lettered or plural:
                found.append(range(mention.start, mention.end))
        return found

    def _period_names(self) -> set[str]:
        return {f.period_name for f in self._figures.values() if f.period_name}

    # -- dates

    def _periods(self, text: str) -> list[PeriodSpot]:
        return self._detectors.period_spots(text)

    def _is_known(self, spot: PeriodSpot, text: str) -> bool:
        """Whether a period is that of a figure, in no other numbers than a tool or the asker
        named it with."""
        names = " ".join((*self._period_names(), self._question))
        digits = set(re.findall(r"\d+", text[spot.start : spot.end]))
        return self._is_told(spot) and digits <= set(re.findall(r"\d+", names))

    def _is_told(self, spot: PeriodSpot) -> bool:
        if spot.period is None:
            return False
        return any(
            f.period is not None
            and (
                is_same(spot.period, f.period)
                or bool(spot.shift and spot.shift == f.shift)
                or (f.period.start <= spot.period.start and spot.period.end <= f.period.end
                    and dict(spot.period.arguments).get("shift", "-") == f.shift)
            )
            for f in self._figures.values()
        )  # fmt: skip

    def _dates(self, said: Said, labels: Sequence[range]) -> Iterator[Offender]:
        asked = fold(self._question)
        for spot in self._periods(said.text):
            stretch = said.text[spot.start : spot.end]
            is_label = any(spot.start < r.stop and r.start < spot.end for r in labels)
            harmless = spot.relative and not said.holes
            if is_label or harmless or self._is_told(spot) or fold(stretch) in asked:
                continue
            yield Offender(stretch, "date")

    def _none(self, text: str) -> Iterator[Offender]:
        """ "No stops" states a figure as well."""
        subjects = self._attachments.subjects.spots(text)
        for spot in spots("none", text):
            match = _NO.search(text[: spot.start])
            if match and not any(s.start <= match.end() <= s.end for s in subjects):
                if fold(text[match.start() : spot.end]) in fold(self._question):
                    continue
                yield Offender(text[match.start() : spot.end], "none")


def _bare(sentence: str) -> str:
    """Without the marks of emphasis and lists, and without characters that nobody sees."""
    return _EMPHASIS.sub("", _MARKER.sub("", _HIDDEN.sub("", sentence))).strip()


def _unsafe(text: str) -> Iterator[Offender]:
    for why, pattern in _UNSAFE:
        for match in pattern.finditer(text):
            yield Offender(match.group()[:60], why)


@cache
def _plurals() -> frozenset[str]:
    return frozenset(word for phrase, _ in entries("plurals") for word in folded(phrase))


def _counted(question: str, names: Sequence[range]) -> set[tuple[str, str]]:
    """The quantities of the question, each with the word after it: what it counts."""
    found = set()
    for numeral in numerals(question):
        if not any(numeral.start >= r.start and numeral.end <= r.stop for r in names):
            pair = _with_next(question, numeral.start, numeral.end)
            if pair is not None:
                found.add(pair)
    return found


def _with_next(text: str, start: int, end: int) -> tuple[str, str] | None:
    after = re.match(r"\s*([%‰°€$£]|\w+)?", text[end:])
    following = fold(after[1] or "") if after else ""
    following = {"%": "percent", "prozent": "percent"}.get(following, following)
    if _LASTS.fullmatch(following):  # "the past 4 hours" are no "4 hours more"
        following = " ".join((*folded(text[:start])[-1:], following))
    return fold(text[start:end]), following
