"""Whether a sentence says of a figure what the figure is: its asset, measure, row and period.

Where a sentence leaves one of these out, the sentence before it and then the question say it; and
where nobody does, only the figures of the one thing that was asked about may be told so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from string import ascii_lowercase
from typing import Literal

from core.agent.binding import Group, bound, clauses, grouped, is_beside
from core.agent.dated import Dated
from core.agent.detectors import Detectors, Keys, Spot, Subjects, canonical, spots
from core.agent.figure import Figure
from core.agent.measured import Measured
from core.agent.said import Said, has, masked, segment

_PLACED = frozenset(
    ("of", "the", "in", "at", "on", "s", "der", "des", "die", "dem", "von", "im", "am", "an")
)
_COMPARED = re.compile(
    r"\b(?:unlike|like|than|(?:compared|contrast|opposed) (?:with|to)|behind|anders als|als"
    r"|im (?:gegensatz|vergleich|unterschied) (?:zu[rm]?|mit)|verglichen mit|gegenüber|hinter"
    r"|vor)(?: (?:the|der|die|dem|das))?\s+$",
    re.IGNORECASE,
)
Wrong = Literal["asset", "measure", "subject", "period", "direction"]


class Attachments:
    """Compares sentences with the figures of a turn."""

    def __init__(self, figures: Sequence[Figure], detectors: Detectors) -> None:
        self._detectors = detectors
        self._figures = tuple(figures)
        self.subjects = Subjects(f.subject for f in figures if f.subject)
        self._measured = Measured(figures, self.subjects)
        self._asked = [
            f for f in figures if f.kind == "quote" and f.id.strip(ascii_lowercase) == "0"
        ]
        self._dated = Dated(self._asked, detectors)

    def wrong(self, said: Said) -> list[tuple[Figure, Wrong]]:
        """The figures that stand for something else than they are, and in what."""
        checks: tuple[tuple[Wrong, Callable[[Said, int, Figure], bool]], ...] = (
            ("asset", self._asset),
            ("subject", self._subject),
            ("measure", self._measured.is_right),
            ("period", self._dated.is_right),
            ("direction", self._direction),
        )
        return [
            (figure, wrong)
            for place, figure in said.holes
            for wrong, is_right in checks
            if not is_right(said, place, figure)
        ] + [
            (figure, "subject")
            for place, figure in said.labels
            if self._is_amiss(said, place, figure)
        ]

    def _is_amiss(self, said: Said, place: range, figure: Figure) -> bool:
        """Whether the row that a label names is another than the sentence speaks of."""
        mine = figure.assets | {canonical(figure.subject)}
        mine |= {p for asset in figure.assets for p in self._detectors.places(asset)}
        for named in (self._assets(said.text), self.subjects.spots(said.text)):
            near = bound(place.start, grouped(named, said.text, _PLACED), said.text)
            parts = [part for group in near if group.end <= place.start for part in group.parts]
            if figure.subject and not all(part.keys & mine for part in parts):
                return True
        return False

    def _asset(self, said: Said, place: int, figure: Figure) -> bool:
        groups = grouped(self._assets(said.text), said.text, _PLACED)
        groups = _without_compared(groups, said)
        if groups:
            return self._assets_fit(bound(place, groups, said.text), groups, said, place, figure)
        if figure.kind == "derived" and len(figure.assets) > 1:
            return True  # it says itself what it is of
        for text in (said.before, said.question):
            named = self._assets(text)
            if named:
                return self._context_fits(grouped(named, text, _PLACED), figure)
        return self._is_only(frozenset({f.assets for f in self._asked}), figure.assets)

    def _assets(self, text: str) -> list[Spot]:
        return self._detectors.asset_spots(masked(text, self.subjects.spots(text)))

    def _assets_fit(
        self, near: Sequence[Group], groups: Sequence[Group], said: Said, place: int, figure: Figure
    ) -> bool:
        clause = next(c for c in clauses(said.text) if place in c)
        named = frozenset(k for g in groups if g.start in clause for k in g.keys)
        total = has("total", said.text[clause.start : clause.stop])
        fits = [self._group_fits(group, named, total, figure) for group in near]
        around = [self._is_around(group, figure) for group in near]
        return any(fits) and all(a or b for a, b in zip(fits, around, strict=True))

    def _group_fits(self, group: Group, named: Keys, total: bool, figure: Figure) -> bool:
        first, ids = group.parts[0].keys, group.keys
        if len(figure.assets) == 1:
            (asset,) = figure.assets
            places = self._detectors.places(asset)
            if not group.is_list:
                rest = ids - first
                if first == figure.assets and rest <= places:
                    return True
                is_open = group.parts[0].is_open
                return not rest and self._covers(first, asset, total=total, is_open=is_open)
            return self._covers(ids, asset, total=total)
        if ids == figure.assets:
            return True
        return ids <= figure.assets and (total or figure.assets <= named)

    def _covers(self, ids: Keys, asset: str, *, total: bool = False, is_open: bool = False) -> bool:
        """Whether naming these assets is naming that one: all lines of an area; an ambiguous
        name of which only one is spoken of; or, in a total, some of what it is made of."""
        if ids == {asset} or self._detectors.is_all_of(ids, asset):
            return True
        spoken = {i for f in self._figures for i in f.assets if i in ids}
        if is_open:
            return spoken == {asset}
        return total and all(asset in self._detectors.places(i) for i in ids)

    def _is_around(self, group: Group, figure: Figure) -> bool:
        """Whether the group only says where the figure's asset stands."""
        places = [self._detectors.places(asset) for asset in figure.assets]
        return bool(places) and all(group.keys <= here for here in places)

    def _context_fits(self, groups: Sequence[Group], figure: Figure) -> bool:
        every = frozenset(key for group in groups for key in group.keys)
        inner = frozenset(
            k for k in every if not any(k in self._detectors.places(o) for o in every)
        )
        if figure.assets in (every, inner):
            return True
        return any(
            self._covers(inner, a, total=False) for a in figure.assets if len(figure.assets) == 1
        )

    def _subject(self, said: Said, place: int, figure: Figure) -> bool:
        groups = grouped(self.subjects.spots(said.text), said.text)
        near = bound(place, groups, said.text)
        if figure.kind == "quote":
            return True
        if figure.subject:
            mine = canonical(figure.subject)
            if near or figure.needs & {"longest", "one_stop"}:
                return all(group.keys == {mine} for group in near)
            return {mine} == {k for s in self.subjects.spots(said.before)[-1:] for k in s.keys}
        clause = next(c for c in clauses(said.text) if place in c)
        if has("total", segment(said.text, place)):
            return not any(is_beside(group, place, said.text) for group in groups)
        return not any(
            group.start in clause and (group.end <= place or is_beside(group, place, said.text))
            for group in groups
            if group in near or group.end <= place
        )

    def _direction(self, said: Said, place: int, figure: Figure) -> bool:
        """A rise is no fall."""
        if figure.kind != "change" or not figure.amount:
            return True
        clause = next(c for c in clauses(said.text) if place in c)
        words = [s for s in spots("direction", said.text) if s.start in clause and s.end <= place]
        if not words:
            return True
        ways = words[-1].keys
        return "either" in ways or ("up" if figure.amount > 0 else "down") in ways

    @staticmethod
    def _is_only(asked: frozenset[Keys], assets: Keys) -> bool:
        return asked == {assets}


def _without_compared(groups: Sequence[Group], said: Said) -> list[Group]:
    """Without those that the sentence is not about: "unlike Line 3"; unless a figure stands
    beside them, or nothing else is named."""
    kept = [
        group
        for group in groups
        if not _COMPARED.search(said.text[: group.start])
        or any(is_beside(group, place, said.text) for place, _ in said.holes)
    ]
    return kept or list(groups)
