"""What would help most: ideas of all assets, each loss once, the best first."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from core.context import ToolContext
from core.domain.assets import LINE, Asset
from core.domain.periods import Interval, Period
from core.domain.ranking import Candidate, rank
from core.domain.shifts import ShiftCalendar
from core.measures.counted import counted
from core.measures.lost_by import by_product, by_reason
from core.measures.measurement import Measurement, measure
from core.measures.pooling import pooled
from core.measures.potential import Idea, Potential
from core.measures.prices import prices
from core.measures.series import Slot, of_period, slots
from core.measures.worked_days import REJECTS

_LOOK_BACK = timedelta(days=30)
# The share of a line's loss that its constraint must have, to be the one named.
_CONSTRAINTS_OWN = 0.6
_AT_THE_MACHINE = frozenset({"breakdown", "minor", "reduced_speed", REJECTS})


@dataclass(frozen=True, slots=True)
class Ideas:
    """Ideas, the best first; `days` is how many worked days the ranges rest on, `priced_by` cites
    the rates, `unpriced` names the assets without one."""

    ideas: tuple[Idea, ...]
    days: int
    unpriced: tuple[str, ...]
    found: Measurement
    cites: tuple[int, ...]
    priced_by: tuple[int, ...]


async def find_ideas(context: ToolContext, asked: Sequence[Asset], period: Period) -> Ideas:
    """What would help at the assets that `asked` counts and at their lines' constraints.

    The gain is the asset's own best quarter of worked days (core.domain.ranking). Raises NoData
    for places without equipment.
    """
    assets = _with_constraints(context, asked)
    windows, history = _windows(context.installation.calendar(asked[0]), period)
    hull = Interval(windows[0].interval.start, windows[-1].interval.end)
    found, products, rates = await asyncio.gather(
        measure(context, assets, hull, [slot.interval for slot in windows]),
        by_product(context, assets, period.interval),
        prices(context, assets, period.end.date()),
    )
    reasons = await by_reason(context, found, period, history)
    week = Potential(found, windows, history, period, products, reasons, rates)
    ideas = [idea for asset in assets for idea in week.ideas(asset)]
    unpriced = [a.name for a in assets if a.id not in rates.downtime]
    return Ideas(
        ideas=tuple(_ranked(_attributed(context, ideas))),
        days=week.days,
        unpriced=tuple(unpriced) if context.access.money else (),
        found=of_period(found, period, pooled(found.windows[history:])),
        cites=tuple(c for c in (*found.cites, products.cite, reasons.cite) if c),
        priced_by=rates.cites,
    )


# --- what is looked at -----------------------------------------------------------------------


def _with_constraints(context: ToolContext, asked: Sequence[Asset]) -> tuple[Asset, ...]:
    """What is counted, and the constraints of the lines among that."""
    hierarchy = context.hierarchy
    outer = counted(hierarchy, asked)
    inner = {
        a.id: a
        for asset in outer
        if asset.kind == LINE
        for a in hierarchy.below(asset.id)
        if a.constraint
    }
    return tuple({**{asset.id: asset for asset in outer}, **inner}.values())


def _windows(calendar: ShiftCalendar, period: Period) -> tuple[tuple[Slot, ...], int]:
    """The days before the period, then the shifts of the period (its days where none are known),
    and how many the first are."""
    back = Interval(period.start - _LOOK_BACK, period.start)
    history = tuple(slot for slot in slots(calendar, back, "day") if slot.whole)
    inside = slots(calendar, period.interval, "shift") or slots(calendar, period.interval, "day")
    return (*history, *inside), len(history)


# --- which are told --------------------------------------------------------------------------


def _attributed(context: ToolContext, ideas: Sequence[Idea]) -> list[Idea]:
    """Each loss once for a line and its constraint: at the constraint where most of it is made
    there and it is a machine's loss, else at the line."""
    known = {idea.key: idea for idea in ideas}
    dropped = set()
    for idea in ideas:
        line = context.hierarchy.get(idea.asset.parent)
        if not idea.asset.constraint or line is None or line.kind != LINE:
            continue
        theirs = known.get((line.id, idea.loss))
        if not any(asset == line.id for asset, _ in known):
            continue
        own = theirs is not None and idea.lost_per_week >= _CONSTRAINTS_OWN * theirs.lost_per_week
        if theirs is not None and own and idea.loss in _AT_THE_MACHINE:
            dropped.add(theirs.key)
        else:
            dropped.add(idea.key)
    return [idea for idea in ideas if idea.key not in dropped]


def _ranked(ideas: Sequence[Idea]) -> list[Idea]:
    """By money, what has no price after that by minutes; by minutes alone where no time has a
    price, since scrap would stand above all of it."""
    known = {idea.key: idea for idea in ideas}
    by_money = any(idea.money for idea in ideas if idea.loss != REJECTS)
    candidates = [
        Candidate(
            idea.asset.id,
            idea.loss,
            money=idea.money.middle if idea.money and by_money else None,
            currency=idea.currency if idea.money and by_money else None,
            minutes=idea.minutes.middle if idea.minutes else idea.lost_per_week,
            gap=idea.minutes.middle if idea.minutes else idea.lost_per_week,
        )
        for idea in ideas
    ]
    return [known[found.asset, found.subject] for found in rank(candidates)]
