"""Two sources that hold the same figure and do not agree: both are shown, with the gap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.answer import Notice, Part
from core.data.source import Difference
from core.domain.assets import Hierarchy
from core.tables import figures, table, texts
from core.words import Words

_MOST = 8
_MINUTES = frozenset({"minutes", "planned_min", "run_min", "down_min"})
_MONEY = frozenset({"per_hour", "material_cost", "margin"})


@dataclass(frozen=True, slots=True)
class Dispute:
    """One figure of two sources, in a period as a citation says it; `cites` are the numbers of
    their citations."""

    difference: Difference
    ours: str
    theirs: str
    period: str
    cites: tuple[int, int]


def disputed(disputes: Sequence[Dispute], hierarchy: Hierarchy, words: Words) -> tuple[Part, ...]:
    """Nothing where all agree. The answer's own figures are those of the first source."""
    parts: list[Part] = []
    pairs = dict.fromkeys((one.ours, one.theirs) for one in disputes)
    for ours, theirs in pairs:
        own = [one for one in disputes if (one.ours, one.theirs) == (ours, theirs)]
        # Several questions of one answer meet the same difference.
        found = list({_figure(one): one for one in reversed(own)}.values())[::-1]
        left_out = len(found) - _MOST
        several = len({one.period for one in found}) > 1
        parts.append(Notice(words.say("disputes.differ", ours=ours, theirs=theirs)))
        parts += table(
            found[:_MOST],
            texts(words.say("disputes.figure"), lambda one: _said(one, hierarchy, words)),
            texts(words.say("disputes.period"), lambda one: one.period) if several else None,
            figures(ours, lambda one: _value(one, one.difference.ours, words)),
            figures(theirs, lambda one: _value(one, one.difference.theirs, words)),
            figures(words.say("kpis.gap"), lambda one: _gap(one.difference, words)),
            texts(
                words.say("disputes.cause"),
                lambda one: words.say(f"disputes.cause_{one.difference.cause}"),
            ),
            title=words.say("disputes.title"),
            cites=tuple(dict.fromkeys(n for one in found[:_MOST] for n in one.cites)),
            more=words.say("disputes.more", n=left_out) if left_out > 0 else "",
        )
    return tuple(parts)


def _figure(one: Dispute) -> tuple[object, ...]:
    return one.difference.measure, one.difference.asset, one.difference.group, one.period


def _said(one: Dispute, hierarchy: Hierarchy, words: Words) -> str:
    asset = hierarchy.get(one.difference.asset)
    named = asset.name if asset else one.difference.asset
    said = (named, words.say(f"disputes.{one.difference.measure}"), one.difference.group)
    return " · ".join(part for part in said if part)


def _value(one: Dispute, value: float | None, words: Words) -> str:
    measure = one.difference.measure
    if measure in _MINUTES:
        return words.minutes(value)
    if measure == "oee":
        return words.percent(value)
    return words.number(value, 2 if measure in _MONEY else 0)


def _gap(one: Difference, words: Words) -> str:
    """In percent of what the first source says."""
    if not one.ours or one.theirs is None:
        return words.unknown
    return words.percent((one.theirs - one.ours) / one.ours)
