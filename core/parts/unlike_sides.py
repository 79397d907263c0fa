"""What makes sides that are compared unlike, as far as the data shows it."""

from __future__ import annotations

from collections.abc import Mapping

from core.answer import Notice
from core.domain.contrast import overlap
from core.measures.side_by_side import SideBySide
from core.measures.subjects import Subject
from core.parts.side_by_side import side_name
from core.words import Words

_SAME_MIX, _SAME_COVERAGE, _SAME_PLANNED = 0.8, 0.1, 0.1


def differences(sides: SideBySide, words: Words) -> list[Notice]:
    """What makes the sides unlike, as far as the data shows it."""
    notices = [*_mix_differs(sides, words)]
    coverage = {s.key: s.coverage for s in sides.subjects if s.coverage is not None}
    if _spread(coverage) > _SAME_COVERAGE:
        notices.append(Notice(_edges("coverage_differs", sides, coverage, words)))
    units = frozenset().union(*(subject.units for subject in sides.subjects))
    if sides.by == "asset" and len(units) > 1:
        notices.append(Notice(words.say("comparative_analysis.units_differ"), "neutral"))
    off = {s.key: s.off for s in sides.subjects if s.off is not None}
    if sides.by != "asset" and _spread(off) > _SAME_PLANNED:
        notices.append(Notice(_edges("planned_differs", sides, off, words)))
    return notices


def _mix_differs(sides: SideBySide, words: Words) -> list[Notice]:
    pairs = [
        (share, first, second)
        for n, first in enumerate(sides.subjects)
        for second in sides.subjects[n + 1 :]
        if first.units == second.units and len(first.units) == 1
        if (share := overlap(first.mix, second.mix)) is not None and share < _SAME_MIX
    ]
    if not pairs:
        return []
    _, first, second = min(pairs, key=lambda pair: pair[0])
    said = words.say(
        "comparative_analysis.mix_differs",
        first=side_name(first, words),
        second=side_name(second, words),
        mix=_said_mix(first, words),
        other=_said_mix(second, words),
    )
    return [Notice(said)]


def _said_mix(subject: Subject, words: Words) -> str:
    total = sum(subject.mix.values())
    ranked = sorted(subject.mix.items(), key=lambda item: -item[1])[:2]
    return words.joined([f"{name} {words.percent(units / total, 0)}" for name, units in ranked])


def _spread(known: Mapping[str, float]) -> float:
    return max(known.values()) - min(known.values()) if known else 0.0


def _edges(key: str, sides: SideBySide, known: Mapping[str, float], words: Words) -> str:
    """Who has the least and who the most of it."""
    low, high = min(known, key=lambda k: known[k]), max(known, key=lambda k: known[k])
    labels = {subject.key: side_name(subject, words) for subject in sides.subjects}
    return words.say(
        f"comparative_analysis.{key}",
        low=labels[low],
        least=words.percent(known[low], 0),
        high=labels[high],
        most=words.percent(known[high], 0),
    )
