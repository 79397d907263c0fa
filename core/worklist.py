"""What is to be done, with who does it: the ranked tasks of a moment met with the actions that
are kept of them.

What somebody has taken stays in sight; what was done is not suggested anew while it is measured
whether it helped; what was called not useful ranks behind everything else for 14 days, unless it
is a safety event or stands right now.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from core.actions import MOST, CauseLoss, CauseLosses, Task, tasks
from core.alerts.inhibition import Alerts, evaluate
from core.alerts.observe import observe
from core.alerts.situation import Situation
from core.alerts.wording import places
from core.context import ToolContext
from core.domain import periods
from core.domain.assets import Asset
from core.domain.periods import Interval, Period
from core.domain.tracking import Tracked
from core.errors import SourceUnavailable
from core.measures.cause_losses import lately, losses_for_tasks
from core.store.work import Proposal

DAYS = 7
QUIET_AFTER = timedelta(days=DAYS)
"""The days of losses that suggestions are drawn from: until then they hold what was before."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What a moment calls for: the facts, the alerts over them, and every task that follows, the
    first one first. `days` and `lately` are the periods of the losses."""

    situation: Situation
    alerts: Alerts
    losses: CauseLosses
    ranked: tuple[Task, ...]
    days: Period
    lately: Interval


async def moment(context: ToolContext, asked: Sequence[Asset]) -> Moment:
    """Raises SourceUnavailable."""
    rules = context.installation.alert_rules
    (situation, _), losses = await asyncio.gather(
        observe(context, asked, rules), losses_for_tasks(context, asked, DAYS)
    )
    alerts = evaluate(situation, rules, context.now)
    calendar = context.installation.calendar(asked[0])
    return Moment(
        situation,
        alerts,
        losses,
        tasks(situation, alerts, losses, most=None),
        periods.last_days(calendar, context.now, DAYS),
        lately(context, asked[0]),
    )


def places_of(context: ToolContext, found: Sequence[Task], seen: Moment) -> dict[str, Asset]:
    """The assets and areas that the tasks and the moment's alerts name, by id."""
    alerts = [why for task in found for why in task.why if not isinstance(why, CauseLoss)]
    ids = [task.asset for task in found] + [feed.asset for feed in seen.situation.feeds]
    ids += [a for t in found for why in t.why if isinstance(why, CauseLoss) for a in why.affected]
    known = {asset: context.hierarchy[asset] for asset in ids if asset in context.hierarchy}
    return known | places(context.hierarchy, (*alerts, *seen.alerts.active))


@dataclass(frozen=True, slots=True)
class Worklist:
    """`tasks` are the ones to show, the first one first; `kept` their actions by subject key,
    without those that could not be kept. `others` are taken and no longer among the first,
    `waiting` done and not yet known to have helped."""

    tasks: tuple[Task, ...] = ()
    kept: Mapping[str, Tracked] | None = None
    others: tuple[Tracked, ...] = ()
    waiting: tuple[Tracked, ...] = ()

    def of(self, task: Task) -> Tracked | None:
        return (self.kept or {}).get(task.subject.key)


async def worklist(
    context: ToolContext, asked: Sequence[Asset], ranked: Sequence[Task], most: int = MOST
) -> Worklist:
    """The first `most` of all ranked tasks; without a store just these."""
    if context.store is None:
        return Worklist(tuple(ranked[:most]))
    try:
        return await _kept(context, asked, ranked, most)
    except SourceUnavailable:
        context.note("untracked")
        return Worklist(tuple(ranked[:most]))


async def _kept(
    context: ToolContext, asked: Sequence[Asset], ranked: Sequence[Task], most: int
) -> Worklist:
    assert context.store is not None
    work, now = context.store.work, context.now
    known = await work.newest([task.subject.key for task in ranked])
    waiting = [one for one in known.values() if _is_waiting(one, context)]
    hidden = {one.subject.key for one in waiting}
    lowered = {key for key, one in known.items() if one.is_lowered(now)}

    def is_last(task: Task) -> bool:
        return task.subject.key in lowered and not (task.is_open or task.kind == "safety")

    shown = [task for task in ranked if task.is_open or task.subject.key not in hidden]
    first = tuple(sorted(shown, key=is_last)[:most])
    wanted = [Proposal(task.subject, _plant(context, task), task.role) for task in first]
    kept = await work.propose(wanted, now)
    mine = {task.subject.key for task in first}
    taken = await work.taken({asset.plant for asset in asked})
    others = [one for one in taken if one.subject.key not in mine and _is_here(one, asked, context)]
    still = tuple(one for one in waiting if one.subject.key not in mine)
    return Worklist(first, kept, tuple(others), still)


def _is_waiting(one: Tracked, context: ToolContext) -> bool:
    """Done, and its losses are still those from before."""
    ended = one.now.ended_at
    if one.now.state != "done" or ended is None:
        return False
    if one.measured_at is None:
        return context.now - ended < QUIET_AFTER
    return one.verdict == "better" and context.now - ended < QUIET_AFTER


def _plant(context: ToolContext, task: Task) -> str:
    asset = context.hierarchy.get(task.asset)
    return asset.plant if asset else ""


def _is_here(one: Tracked, asked: Sequence[Asset], context: ToolContext) -> bool:
    """In what was asked, and open to whoever reads it."""
    asset = context.hierarchy.get(one.subject.asset)
    if asset is None or not context.access.allows(asset, context.hierarchy):
        return False
    path = context.hierarchy.path(asset.id)
    return any(place.id in path for place in asked)
