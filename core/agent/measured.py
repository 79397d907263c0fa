"""Whether a sentence calls a figure what it is: an OEE, a duration, a target."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from core.agent.binding import HOLE, Group, bound, clauses, grouped, is_beside
from core.agent.detectors import Keys, Spot, Subjects, canonical, measures, spots
from core.agent.figure import Figure
from core.agent.said import Said, has, masked
from core.agent.shown import is_currency

_OF = frozenset(("of", "for", "the", "s", "der", "des", "die", "von", "für"))
_AT = re.compile(r"\b(?:at|with|mit|um|by)\b", re.IGNORECASE)
_PLUS = re.compile(r"\b(?:(?<!made )(?<!makes )(?<!make )up|plus|minus)\s*$", re.IGNORECASE)
_REACHED = re.compile(
    r"\b(?:to|from|at|with|of|was|is|were|on|for|auf|bei|von|zu|mit|war|ist|lag|liegt|betr[äa]gt"
    r"|betrug)\b",
    re.IGNORECASE,
)
_PER = re.compile(
    r"\s*(?:\w+\s+)?(?:per|je|pro|an?|every|each|jede[nrms]?|/)\s*(?:hour|h\b|minute|min\b|day|shift"
    r"|week|month|stunde|tag|schicht|woche|monat)",
    re.IGNORECASE,
)
_THAN = re.compile(r"\s+(?:than|als)\b", re.IGNORECASE)
_THAT_IS = re.compile(r"\s*(?:that(?: is|'s| was)|das (?:ist|sind|waren?))\b", re.IGNORECASE)
_EARLIER = re.compile(
    r"\b(?:night|day|week|shift|month|period) (?:before|earlier|prior)\b|^\s*before,"
    r"|\bprevious(?:ly)?\b|\b(?:davor|zuvor|vorher|vorherige[nrms]?)\b"
    r"|\bvor(?:woche|tag|nacht|schicht|monat)s?\b",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"^\s*\)?\s*(?:points?\s+)?(?:more|less|higher|lower|fewer|better|worse|faster|slower|longer|shorter"
    r"|mehr|weniger|höher|niedriger|besser|schlechter|länger|kürzer|schneller|langsamer|above|below)\b",
    re.IGNORECASE,
)
_DOWN_TO = re.compile(r"^\s+(?:to|from|by|again)\b", re.IGNORECASE)
_SAID_ELSEWHERE: Keys = frozenset(
    {"share", "cumulative", "gap", "gain", "difference", "longest", "one_stop", "median_stop"}
    | {
        "expected",
        "projected",
        "mean",
        "limit",
        "sum",
        "ratio",
        "before",
        "open_events",
        "normal",
        "behind",
    }
)
_LASTING: Keys = frozenset({"lasting"})
_UNITS: Keys = frozenset({"units_lost"})
_TOTALS: Keys = frozenset({"cumulative", "sum"})
_RELATIVE = frozenset({"change", "derived"})


class Measured:
    """Compares the measures that a sentence names with those of its figures."""

    def __init__(self, figures: Sequence[Figure], subjects: Subjects) -> None:
        self._figures = tuple(figures)
        self._subjects = subjects

    def is_right(self, said: Said, place: int, figure: Figure) -> bool:
        plain = masked(said.text, self._subjects.spots(said.text))
        every = _measure_spots(plain, figure, [hole for hole, _ in said.holes])
        every = [self._of_row(spot, figure) for spot in every]
        is_counted = any(
            is_beside(Group((s,)), place, plain) and "counted" in s.keys for s in every
        )
        if "units_lost" in figure.measures and not figure.unit:
            if not is_counted:
                return False  # "lost 447" does not say of what
            every = [s if "cost" not in s.keys else replace(s, keys=_UNITS) for s in every]
        small = [Group((spot,)) for spot in every if _is_small(spot.keys)]
        if any(is_beside(g, place, plain) and not g.keys & figure.measures for g in small):
            return False
        said_last = bound(place, [Group((spot,)) for spot in every], plain)
        if is_currency(figure.unit) and any(g.keys == _LASTING for g in said_last):
            return False  # how long something took is no money
        named = [spot for spot in every if not _is_small(spot.keys)]
        groups = grouped(named, plain, _OF)
        near = bound(place, groups, plain)
        if figure.kind == "quote":
            every = [spot for group in near for spot in group.parts]
            return not figure.measures or all(s.keys & figure.measures for s in every)
        if self._says_itself(near, said, place, figure):
            return _is_plain(said.text, place, figure)
        if not near:
            is_plain = _is_plain(said.text, place, figure)
            return is_plain and self._measure_elsewhere(said, figure)
        every = [spot for group in near for spot in group.parts]
        if not all(spot.keys & figure.measures for spot in every):
            return False
        if _is_of_another(named, figure, place):
            return False
        here = frozenset(key for spot in every for key in spot.keys)
        clause = next(c for c in clauses(plain) if place in c)
        around = frozenset(
            k for s in named if s.start in clause for k in s.keys if k in _SAID_ELSEWHERE
        )
        told = here | around
        told |= {"difference"} if "comparison" in told else set()
        if not figure.needs <= told:
            return False
        return _is_plain(said.text, place, figure)

    def _of_row(self, spot: Spot, figure: Figure) -> Spot:
        """ "Cost" is also said of time, but not where the row has an amount of money as well."""
        if "cost" in spot.keys and any(
            is_currency(f.unit) and (f.subject, f.assets) == (figure.subject, figure.assets)
            for f in self._figures
        ):
            return replace(spot, keys=spot.keys - {"lasting"})
        return spot

    def _measure_elsewhere(self, said: Said, figure: Figure) -> bool:
        last = spots("measure", masked(said.before, self._subjects.spots(said.before)))[-1:]
        for keys in (frozenset(k for s in last for k in s.keys), measures(said.question)):
            if keys:
                return bool(keys & figure.measures) and figure.needs <= keys
        return False

    def _says_itself(self, near: Sequence[Group], said: Said, place: int, figure: Figure) -> bool:
        """Whether the row's name next to a time or an amount of money says enough."""
        if not figure.subject or figure.needs:
            return False
        if figure.unit != "min" and not is_currency(figure.unit):
            return False
        alike = {
            f.shown
            for f in self._figures
            if (f.subject, f.assets, f.unit) == (figure.subject, figure.assets, figure.unit)
            and f.period == figure.period
        }
        subjects = grouped(self._subjects.spots(said.text), said.text)
        mine = [g for g in bound(place, subjects, said.text) if canonical(figure.subject) in g.keys]
        if len(alike) > 1 or not mine:
            return False
        return all(
            not is_beside(group, place, said.text)
            and not group.keys & _SAID_ELSEWHERE
            and _is_of_unit(group.keys, figure)
            and (group.end <= mine[0].start <= place or place < group.start)
            for group in near
        )


def _measure_spots(text: str, figure: Figure, holes: Sequence[int]) -> list[Spot]:
    """The words for measures; not those that only say which way a figure went, nor a target that
    something is compared with."""
    directions = spots("direction", text)
    kept = []
    for spot in spots("measure", text):
        moved = any(d.start <= spot.start < d.end and d.end >= spot.end for d in directions)
        is_way = figure.kind in _RELATIVE and not spot.keys & figure.measures
        if moved and (is_way or _DOWN_TO.match(text[spot.end :])):
            continue
        if spot.keys == {"comparison"} and "comparison" not in figure.measures:
            continue
        if "target" in spot.keys and _is_compared(text, spot, holes):
            continue
        is_total = spot.keys <= _TOTALS and has("total", text[spot.start : spot.end])
        if is_total and not figure.measures & _TOTALS:
            continue
        kept.append(spot)
    return kept


def _is_compared(text: str, spot: Spot, holes: Sequence[int]) -> bool:
    """Whether a target is what is reached or missed, and not what the figure beside it is."""
    if not has("comparing", " ".join(text[: spot.start].split()[-3:])):
        return False
    for hole in holes:
        if is_beside(Group((spot,)), hole, text):
            gap = text[spot.end : hole] if spot.end <= hole else ""
            return bool(_AT.search(gap))
    return True


def _is_plain(text: str, place: int, figure: Figure) -> bool:
    """Whether a change is told as a change, and nothing else is."""
    clause = next(c for c in clauses(text) if place in c)
    moved = [
        spot
        for spot in spots("direction", text)
        if spot.start in clause
        and not _is_own(spot, text, figure)
        and not _THAN.match(text[spot.end :])
    ]
    if figure.kind == "change":
        return bool(moved) or bool(_THAT_IS.match(text))
    if figure.kind == "derived" or figure.measures & {"gap", "difference", "slope"}:
        return True
    if "before" not in figure.measures and _EARLIER.search(text[clause.start : clause.stop]):
        return False
    before, after = text[:place], text[place + 1 :]
    if _PLUS.search(before) or _MORE.match(after) or _PER.match(after):
        return False
    left = [spot for spot in moved if spot.end <= place]
    if not left:
        return True
    gap = text[left[-1].end : place]
    return bool(_REACHED.search(gap) or spots("measure", gap) or HOLE in gap)


def _is_own(spot: Spot, text: str, figure: Figure) -> bool:
    """Whether a word of change only says what the figure is: "down" of a stop."""
    inside = [s for s in spots("measure", text) if s.start <= spot.start and spot.end <= s.end]
    return any(s.keys & figure.measures for s in inside) and figure.measures != {"change"}


def _is_small(keys: Keys) -> bool:
    """Whether a word goes with many figures and says of none what it is: "took", "bottles"."""
    return keys == _LASTING or "counted" in keys


def _is_of_unit(keys: Keys, figure: Figure) -> bool:
    """Whether a verb agrees: what something cost is no time, how long it took no money."""
    if is_currency(figure.unit):
        return keys != {"lasting"}
    return "cost" not in keys or bool(keys & {"duration", "lasting"})


def _is_of_another(named: Sequence[Spot], figure: Figure, place: int) -> bool:
    """Whether it is money for waste that is told of downtime, or the other way round."""
    mine = figure.measures & {"downtime", "scrap"}
    if not is_currency(figure.unit) or not mine:
        return False
    both = {"downtime", "scrap"}
    said = [s for s in named if s.end <= place and s.keys & both and "cost" not in s.keys]
    return bool(said) and not said[-1].keys & mine
