"""What a sentence speaks of: assets, measures, rows and periods, each with its place."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

from core.domain.periods import Period
from core.planner.asset_words import AssetNames
from core.planner.lexicon import LANGUAGES, Phrases, Word, entries, fold, folded, words
from core.planner.mentions import AREA, PLANT, Mention, Named
from core.planner.period_words import PeriodSpan, find_period

Keys = frozenset[str]
# "Took", "bottles": said of many figures, names of none.
_GENERAL: Keys = frozenset({"lasting", "counted"})


@dataclass(frozen=True, slots=True)
class Spot:
    """A stretch of a text; `keys` are what it may mean. `is_open`: only one of them is meant, and
    the words do not say which ("the filler")."""

    start: int
    end: int
    keys: Keys
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class PeriodSpot:
    """A stretch that names a period; `period` is None where nobody knows which. `shift` is set
    where only a shift is named, without a day."""

    start: int
    end: int
    period: Period | None
    shift: str = ""
    relative: bool = False


@dataclass(frozen=True, slots=True)
class Detectors:
    """`assets` are all of the installation, `read_period` is parse_period on the asker's calendar
    at the turn's time, and None for words that are no period."""

    assets: Mapping[str, Named]
    names: AssetNames
    shift_names: tuple[str, ...]
    read_period: Callable[[str], Period | None]

    @classmethod
    def of(
        cls,
        assets: Iterable[Named],
        names: AssetNames,
        shift_names: Sequence[str],
        read_period: Callable[[str], Period | None],
    ) -> Detectors:
        return cls({asset.id: asset for asset in assets}, names, tuple(shift_names), read_period)

    def asset_mentions(self, text: str) -> tuple[Mention, ...]:
        return tuple(m for m in self.names.find(text) if m.start < m.end)

    def asset_spots(self, text: str) -> list[Spot]:
        """Assets that are named; of an ambiguous name all that may be meant."""
        return [
            Spot(m.start, m.end, frozenset(m.ids), m.sort != "known")
            for m in self.asset_mentions(text)
            if m.ids
        ]

    def asset_named(self, text: str) -> Keys:
        """The asset whose name or id the whole text is; empty if it is none."""
        name = fold(text.strip())
        ids = [i for i, a in self.assets.items() if name in (fold(i), fold(a.name))]
        found = ids if len(ids) < 2 else [m for s in self.asset_spots(text) for m in s.keys]
        return frozenset(found)

    def places(self, asset: str) -> Keys:
        """The ids of the area and the plant that the asset stands in."""
        named = self.assets.get(asset)
        here = (named.area, named.plant) if named else ()
        return frozenset(
            i
            for i, a in self.assets.items()
            if a.kind in (AREA, PLANT) and i != asset and (i in here or a.name in here)
        )

    def is_all_of(self, ids: Keys, whole: str) -> bool:
        """Whether these are all assets of one kind in an area or plant: "the packaging lines"."""
        kinds = {self.assets[i].kind for i in ids if i in self.assets}
        if len(kinds) != 1 or len(ids) < 2:
            return False
        alike = {i for i, a in self.assets.items() if a.kind in kinds and whole in self.places(i)}
        return alike == ids

    def period_spots(self, text: str) -> list[PeriodSpot]:
        for mention in self.asset_mentions(text):  # "line 2 last week" are no two weeks
            if any(char.isdigit() for char in mention.said):
                blank = "\u00b7" * (mention.end - mention.start)
                text = text[: mention.start] + blank + text[mention.end :]
        found = [self._period_spot(span) for span in find_period(text, self.shift_names)]
        shifts = (s for s in self._shifts(text) if not any(_overlap(s, o) for o in found))
        return sorted((*found, *shifts), key=lambda spot: spot.start)

    def _shifts(self, text: str) -> Iterator[PeriodSpot]:
        """Shifts by their name alone, where it is more than a plain word like "late"."""
        for name in self.shift_names:
            plain = not any(word in fold(name) for word in ("shift", "schicht"))
            after = r"[\s-]+(?:shifts?|schicht(?:en)?)" if plain else r"(?:en|s)?"
            for match in re.finditer(
                rf"(?<!\w){re.escape(name)}{after}(?!\w)", text, re.IGNORECASE
            ):
                period = self.read_period(name) or self.read_period(match.group())
                shift = dict(period.arguments).get("shift", name) if period else name
                yield PeriodSpot(match.start(), match.end(), period, shift, relative=True)

    def _period_spot(self, span: PeriodSpan) -> PeriodSpot:
        period = self.read_period(span.said)
        shift = ""
        if period is not None and span.name == "shift" and not self._beside_shift(span.said):
            shift = dict(period.arguments).get("shift", "")
        said = {word.text for word in words(span.said)}
        dated = any(word in _calendar_words() or word.isdigit() for word in said)
        return PeriodSpot(span.start, span.end, period, shift, not dated)

    def _beside_shift(self, said: str) -> bool:
        """Whether more is said than the name of a shift: "last night"."""
        shifts = {w.text for name in self.shift_names for w in words(name)}
        shifts |= {"shift", "shifts", "schicht", "schichten", "night", "nacht", "nachtschicht"}
        plain = {"the", "die", "der", "in", "during", "of", "on"}
        return any(w.text not in shifts | plain for w in words(said))


def _overlap(one: PeriodSpot, other: PeriodSpot) -> bool:
    return one.start < other.end and other.start < one.end


def is_same(one: Period, other: Period) -> bool:
    """Whether two periods are one, as people name them; a running one may be read later."""
    if (one.label, one.arguments) == (other.label, other.arguments):
        return True
    if one.start != other.start:
        return False
    return one.end == other.end or (one.so_far and other.so_far)


@cache
def vocabulary(section: str) -> Mapping[str, tuple[str, ...]]:
    """A section of the vocabulary files, both languages together."""
    found: dict[str, tuple[str, ...]] = {}
    for language in LANGUAGES:
        source = files("core.agent").joinpath("vocabulary", f"{language}.toml")
        table: Mapping[str, Any] = tomllib.loads(source.read_text(encoding="utf-8"))[section]
        for key, said in table.items():
            found[key] = (*found.get(key, ()), *said)
    return found


@cache
def _phrases(section: str) -> Phrases[Keys]:
    by_phrase: dict[str, Keys] = {}
    for key, said in vocabulary(section).items():
        for phrase in said:
            by_phrase[phrase] = by_phrase.get(phrase, frozenset()) | {key}
    return Phrases(by_phrase.items())


def spots(section: str, text: str) -> list[Spot]:
    """The section's phrases in the text, the longest ones first, each with its keys."""
    said = words(text)
    plain = [word.text for word in said]
    return [
        Spot(said[at].start, said[at + length - 1].end, keys)
        for at, length, keys in _phrases(section).all(plain)
        if _together(text, said[at : at + length])
    ]


def _together(text: str, said: Sequence[Word]) -> bool:
    return not any(re.search(r"[.;:,!?]", text[a.end : b.start]) for a, b in pairwise(said))


def measures(text: str) -> Keys:
    """All that a label, heading or question names; without the words that go with several."""
    return frozenset(key for spot in spots("measure", text) for key in spot.keys) - _GENERAL


class Subjects:
    """Finds the rows' reasons, losses and products in sentences, also by a word of theirs alone
    that no other row has ("the conveyor jam" for "infeed conveyor jam")."""

    def __init__(self, subjects: Iterable[str]) -> None:
        self._all = tuple(dict.fromkeys(subjects))
        self._owners: dict[str, frozenset[str]] = {}
        for subject in self._all:
            for word in _content(subject):
                self._owners[word] = self._owners.get(word, frozenset()) | {canonical(subject)}

    def spots(self, text: str) -> list[Spot]:
        return sorted(self._found(text), key=lambda spot: spot.start)

    def _found(self, text: str) -> Iterator[Spot]:
        taken: list[range] = []
        for subject in sorted(self._all, key=len, reverse=True):
            pattern = re.escape(subject)
            for match in re.finditer(rf"(?<!\w){pattern}(?:s|n|en|e)?(?!\w)", text, re.IGNORECASE):
                if not any(match.start() in stretch for stretch in taken):
                    taken.append(range(match.start(), match.end()))
                    yield Spot(match.start(), match.end(), frozenset({canonical(subject)}))
        run: Spot | None = None
        for word in words(text):
            owners = self._of(word.text)
            if not owners or any(word.start in stretch for stretch in taken):
                continue
            if run and owners & run.keys and not text[run.end : word.start].strip(" -"):
                run = Spot(run.start, word.end, owners & run.keys)
                continue
            if run and len(run.keys) == 1:
                yield run
            run = Spot(word.start, word.end, owners)
        if run and len(run.keys) == 1:
            yield run

    def _of(self, word: str) -> frozenset[str]:
        """The rows that a word is of, also in its other forms."""
        for ending in ("", "s", "es", "n", "en", "e"):
            stem = word.removesuffix(ending) if ending else word
            if stem in self._owners:
                return self._owners[stem]
        return frozenset()


def canonical(subject: str) -> str:
    """ "Breakdowns" and "breakdown" are one row."""
    return fold(" ".join(subject.split())).removesuffix("s").removesuffix("en")


# Words of rows' names that stand in any sentence.
_SMALL = frozenset(
    (
        *("out", "off", "for", "and", "the", "not", "too", "with", "without", "from", "level"),
        *("range", "open", "first", "von", "und", "der", "die", "das", "mit", "auf", "aus"),
        *("kein", "ohne"),
    )
)


@cache
def _measure_words() -> frozenset[str]:
    """Words that alone name a measure: they tell no row from another."""
    phrases = (folded(phrase) for said in vocabulary("measure").values() for phrase in said)
    return frozenset(said[0] for said in phrases if len(said) == 1)


def _content(subject: str) -> set[str]:
    known = _measure_words() | _SMALL
    return {w.text for w in words(subject) if len(w.text) > 2 and w.text not in known}


@cache
def _calendar_words() -> frozenset[str]:
    """Names of weekdays and months: words that state a date."""
    found = {fold(phrase) for name in ("weekday", "month") for phrase, _ in entries("time", name)}
    return frozenset(found)
