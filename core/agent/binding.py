"""Which words of a sentence a figure belongs to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from core.agent.detectors import Keys, Spot, vocabulary
from core.planner.lexicon import fold, folded

HOLE = "\u25a1"
"""Stands in a sentence where a figure is referred to."""
_APART = re.compile(r"[,;:.!?]")
_BREAK = re.compile(r"[,;.!?]")


@dataclass(frozen=True, slots=True)
class Group:
    """Words that go together. `is_list`: joined by "and", so that all are meant; else the later
    ones say more about the first."""

    parts: tuple[Spot, ...]
    is_list: bool = False

    @property
    def start(self) -> int:
        return self.parts[0].start

    @property
    def end(self) -> int:
        return self.parts[-1].end

    @property
    def keys(self) -> Keys:
        return frozenset(key for part in self.parts for key in part.keys)


def grouped(spots: Sequence[Spot], text: str, small: frozenset[str] = frozenset()) -> list[Group]:
    """The spots in order, those that go together as one: joined by "and", or with nothing but
    `small` words between them."""
    groups: list[Group] = []
    for spot in spots:
        if groups:
            last = groups[-1]
            gap = text[last.end : spot.start]
            if joins(gap):
                before, started = _commas(groups, text)
                groups[before:] = [Group((*started, spot), is_list=True)]
                continue
            if (
                HOLE not in gap
                and not _BREAK.search(gap)
                and ":" not in gap
                and set(folded(gap)) <= small
            ):
                groups[-1] = Group((*last.parts, spot), last.is_list)
                continue
        groups.append(Group((spot,)))
    return groups


def joins(gap: str) -> bool:
    """Whether a gap between two names makes a list of them."""
    words = folded(gap)
    return bool(words) and HOLE not in gap and " ".join(words) in _list_words()


def _commas(groups: Sequence[Group], text: str) -> tuple[int, tuple[Spot, ...]]:
    """Where the list that "and" ends begins ("a, b and c"), and what is in it."""
    place = len(groups) - 1
    parts = groups[place].parts
    while place and text[groups[place - 1].end : groups[place].start].strip() == ",":
        place -= 1
        parts = (*groups[place].parts, *parts)
    return place, parts


def clauses(text: str) -> list[range]:
    """The clauses of a sentence: what contrasts with what stands before is another one."""
    bounds = [0, *(match.start() for match in _boundary().finditer(text)), len(text)]
    return [range(a, b) for a, b in pairwise(bounds)]


def bound(place: int, groups: Sequence[Group], text: str) -> list[Group]:
    """The groups that the figure at `place` belongs to: those right beside it, else the nearest
    one, in its own clause first, and first among those that no other figure stands beside."""
    near = [
        group
        for group in groups
        if is_beside(group, place, text) and (group.start > place or not _is_owned(group, text))
    ]
    if near:
        before = [g for g in near if g.end <= place and ":" in text[g.end : place]]
        return [g for g in near if g not in before] or near
    holes = [match.start() for match in re.finditer(HOLE, text)]
    taken = {id(g) for g in groups for hole in holes if is_beside(g, hole, text)}
    clause = next((c for c in clauses(text) if place in c), range(len(text)))
    inside = [group for group in groups if group.start in clause]
    for several in (inside, groups):
        free = [group for group in several if id(group) not in taken]
        for candidates in (free, several):
            if several is groups and candidates is free:
                continue  # beyond the clause the nearest name counts, whatever it stands beside
            left = [group for group in candidates if group.end <= place]
            left = [group for group in left if not _is_owned(group, text)] or left
            right = [group for group in free if group.start > place]
            if left or right:
                return [left[-1] if left else right[0]]
    return []


def _is_owned(group: Group, text: str) -> bool:
    """Whether the group directly follows a figure, and so is that one's: "8 stops"."""
    return text[: group.start].rstrip().endswith(HOLE)


def is_beside(group: Group, place: int, text: str) -> bool:
    """Whether only small words stand between the group and the figure."""
    if group.end <= place:
        gap, side = text[group.end : place], "left"
    elif group.start > place:
        gap, side = text[place + 1 : group.start], "right"
    else:
        return False
    if HOLE in gap or _BREAK.search(gap) or ")" in gap or (side == "right" and "(" in gap):
        return False
    return set(folded(gap)) <= _near(side)


@cache
def _near(side: str) -> frozenset[str]:
    return frozenset(word for phrase in vocabulary("near")[side] for word in folded(phrase))


@cache
def _list_words() -> frozenset[str]:
    return frozenset(fold(phrase) for phrase in vocabulary("near")["list"])


@cache
def _boundary() -> re.Pattern[str]:
    words = "|".join(map(re.escape, vocabulary("near")["clause"]))
    return re.compile(rf";|\s[–—]\s|(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)
