"""`/handover [places]`: the handover of the shift that runs, or of the one that waits for its
signature."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.answer import Actions, Answer, Heading, Notice, Part
from core.context import ToolContext
from core.domain.assets import Asset
from core.domain.handing_over import UNSIGNED, Handover
from core.domain.periods import Interval
from core.domain.shifts import Shift, ShiftCalendar
from core.errors import NoData, PlantsDiffer, UserError
from core.handover.gather import Turnover, turnover
from core.handover.present import buttons, content, status
from core.parts.tasks import Standings
from core.request import Place
from core.tool import ManufacturingTool, ScopeArgs
from core.words import Words

_WAITS = timedelta(hours=4)
"""For so long after a shift's end it is that shift's handover which is meant, until signed; one
that nobody has completed only until it is passed on (UNSIGNED)."""
_WAITING = {"open", "completed"}


class HandoverArgs(ScopeArgs):
    """`at` is a moment of the shift that is meant; `id` names a handover there is; `said` is the
    key of the sentence about what was just done."""

    at: datetime | None = None
    id: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class HandoverResult:
    """`kept` is what was handed over, once it is completed; `found` how things stand until then."""

    handover: Handover | None
    scope: tuple[str, ...]
    found: Turnover | None
    kept: Answer | None
    standings: Standings
    said: str


class HandoverReport(ManufacturingTool[HandoverArgs, HandoverResult]):
    """What one shift hands to the next. Not offered to a model."""

    name = "handover"
    command = "handover"
    args = HandoverArgs
    examples = {"en": (), "de": ()}  # noqa: RUF012 - a class's constant

    async def run(self, args: HandoverArgs, context: ToolContext) -> HandoverResult:
        kept: Answer | None = None
        handover: Handover | None
        if args.id:
            handover, kept = await stored_handover(context, args.id)
            asked = context.scope(handover.scope)
            shift = shift_of(context, asked, handover)
        else:
            asked, shift, handover = await _meant(context, args)
            if handover is not None and handover.completed is not None:
                handover, kept = await stored_handover(context, handover.id)
        zone = context.installation.zone(asked[0])
        standings = Standings(context.words, zone, context.place, context.user.id)
        scope = tuple(asset.id for asset in asked)
        found = None
        if kept is None:
            found = await turnover(context, asked, shift, handover)
            context.resolved["period"] = found.period
        return HandoverResult(handover, scope, found, kept, standings, args.said)

    def present(self, result: HandoverResult, words: Words) -> tuple[Part, ...]:
        said = [Notice(words.say(f"handover.said_{result.said}"), "good")] if result.said else []
        told = _parts(result, words)
        head = [part for part in told if isinstance(part, Heading)][:1]
        rest = [part for part in told if part not in head and not isinstance(part, Actions)]
        return (
            *head,
            *said,
            status(result.handover, result.standings),
            *rest,
            buttons(result.handover, result.scope, result.found, words),
        )


def _parts(result: HandoverResult, words: Words) -> tuple[Part, ...]:
    if result.kept is not None:
        return result.kept.parts
    assert result.found is not None
    return content(result.found, result.standings, words)


async def snapshot(context: ToolContext, handover: Handover) -> Answer:
    """What is handed over now, as it will be read later anywhere: without anybody's name."""
    asked = context.scope(handover.scope)
    found = await turnover(context, asked, shift_of(context, asked, handover), handover)
    standings = Standings(context.words, found.zone, Place(""), "")
    parts = content(found, standings, context.words)
    return Answer("answer", parts, language=context.words.language)


async def stored_handover(context: ToolContext, handover_id: str) -> tuple[Handover, Answer | None]:
    """Raises UserError where there is none, NoData where it may not be seen here."""
    if context.store is None:
        raise UserError("handover.no_store")
    found = await context.store.work.handover(handover_id)
    if found is None or any(place not in context.hierarchy for place in found[0].scope):
        raise UserError("handover.unknown", id=handover_id[:20])
    context.scope(found[0].scope)
    return found


def shift_of(context: ToolContext, asked: tuple[Asset, ...], handover: Handover) -> Shift:
    calendar = context.installation.calendar(asked[0])
    day = calendar.production_day(handover.interval.start)
    return Shift(handover.shift, handover.interval, day)


async def _meant(
    context: ToolContext, args: HandoverArgs
) -> tuple[tuple[Asset, ...], Shift, Handover | None]:
    asked = context.scope(args.assets)
    if len({asset.plant for asset in asked}) > 1:
        plants = dict.fromkeys(asset.plant for asset in asked)
        by_name = {p: tuple(a.id for a in asked if a.plant == p) for p in plants}
        raise PlantsDiffer(by_name)
    calendar = context.installation.calendar(asked[0])
    waiting = None if args.at else await _waiting(context, asked, calendar)
    if waiting is not None:
        return asked, shift_of(context, asked, waiting), waiting
    at = min(args.at or context.now, context.now)
    shift = calendar.current(at) or calendar.last_ended(at)
    if shift is None:
        raise NoData("handover.no_shift")
    return asked, shift, await _opened(context, asked, shift)


async def _waiting(
    context: ToolContext, asked: tuple[Asset, ...], calendar: ShiftCalendar
) -> Handover | None:
    """That of the shift before, not yet signed."""
    last = calendar.last_ended(context.now)
    if context.store is None or last is None or context.now - last.interval.end > _WAITS:
        return None
    begun = Interval(last.interval.start, last.interval.start + timedelta(seconds=1))
    found = await context.store.work.handovers(asked[0].plant, begun)
    scope = _scope(asked)
    waiting = {"completed"} if context.now - last.interval.end > UNSIGNED else _WAITING
    return next((o for o in found if o.scope == scope and o.state in waiting), None)


async def _opened(context: ToolContext, asked: tuple[Asset, ...], shift: Shift) -> Handover | None:
    if context.store is None:
        return None
    fresh = Handover(
        secrets.token_hex(4), _scope(asked), asked[0].plant, shift.name, shift.interval
    )
    return await context.store.work.handover_of(fresh)


def _scope(asked: tuple[Asset, ...]) -> tuple[str, ...]:
    return tuple(sorted(asset.id for asset in asked))
