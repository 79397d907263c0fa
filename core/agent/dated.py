"""Whether a sentence tells a figure of the period and the shift that it is of."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from core.agent.binding import Group, bound
from core.agent.detectors import Detectors, PeriodSpot, Spot, is_same
from core.agent.figure import Figure
from core.agent.said import Said, masked


class Dated:
    """Compares the periods that a sentence names with those of its figures. `asked` are the first
    sentences of the tools' answers: what was asked for."""

    def __init__(self, asked: Sequence[Figure], detectors: Detectors) -> None:
        self._asked = tuple(asked)
        self._detectors = detectors

    def is_right(self, said: Said, place: int, figure: Figure) -> bool:
        if "before" in figure.needs or (figure.kind == "derived" and figure.period is None):
            return True  # it says itself what it is of
        found = self._periods(said)
        shifts = [spot for spot in found if spot.shift]
        dated = [spot for spot in found if not spot.shift]
        if not self._shift(said, place, figure, shifts, dated):
            return False
        near = _bound_periods(dated, place, said.text)
        if near:
            return all(_is_of(spot, figure) for spot in near)
        for text in (said.before, said.question):
            there = [s for s in self._detectors.period_spots(text) if not s.shift]
            if there:
                return any(_is_of(spot, figure) for spot in there)
        if shifts and figure.shift:
            return True
        asked = [f.period for f in self._asked]
        if not asked or any(p is None or figure.period is None for p in asked):
            return all(p is None for p in asked) and figure.period is None
        return all(p and figure.period and is_same(p, figure.period) for p in asked)

    def _periods(self, said: Said) -> list[PeriodSpot]:
        """The periods that are named, those of labels as their rows have them."""
        labels = [Spot(r.start, r.stop, frozenset()) for r, _ in said.labels]
        found = self._detectors.period_spots(masked(said.text, labels))
        found += [PeriodSpot(r.start, r.stop, figure.period) for r, figure in said.labels]
        return sorted(found, key=lambda spot: spot.start)

    def _shift(
        self,
        said: Said,
        place: int,
        figure: Figure,
        shifts: Sequence[PeriodSpot],
        dated: Sequence[PeriodSpot],
    ) -> bool:
        """Whether the figure of a shift is told of that shift, and no other of any."""
        near = _bound_periods(shifts, place, said.text)
        if near:
            return all(spot.shift == self._shift_of(figure) for spot in near)
        of_row = figure.shift and figure.period and not _named_shift(figure)
        if not of_row or any(_is_of(spot, figure) and _shift_in(spot) for spot in dated):
            return True
        before = [s.shift for s in self._detectors.period_spots(said.before) if s.shift]
        return before[-1:] == [self._shift_of(figure)]

    def _shift_of(self, figure: Figure) -> str:
        """The shift by the name that periods have, for a row may have another one of its names."""
        period = self._detectors.read_period(figure.shift) if figure.shift else None
        return dict(period.arguments).get("shift", figure.shift) if period else figure.shift


def _bound_periods(found: Sequence[PeriodSpot], place: int, text: str) -> list[PeriodSpot]:
    by_start = {spot.start: spot for spot in found}
    groups = [Group((Spot(s.start, s.end, frozenset({str(s.start)})),)) for s in found]
    lists = [(a, b) for a, b in pairwise(groups) if text[a.end : b.start].strip() in ("and", "und")]
    near = bound(place, groups, text)
    joined = [group for pair in lists for group in pair if any(n in pair for n in near)]
    return [by_start[group.start] for group in {id(g): g for g in (*near, *joined)}.values()]


def _is_of(spot: PeriodSpot, figure: Figure) -> bool:
    if spot.period is None or figure.period is None:
        return False
    if is_same(spot.period, figure.period):
        return True
    shift = _shift_in(spot)
    inside = figure.period.start <= spot.period.start and spot.period.end <= figure.period.end
    return bool(shift) and shift == figure.shift and inside


def _shift_in(spot: PeriodSpot) -> str:
    return dict(spot.period.arguments).get("shift", "") if spot.period else ""


def _named_shift(figure: Figure) -> bool:
    return bool(figure.period and "shift" in dict(figure.period.arguments))
