"""`/briefing [places] [at ISO]`: the report of a shift's start."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.answer import Part
from core.briefing.gather import Brief, gather, period_of
from core.briefing.present import present
from core.context import ToolContext
from core.errors import NoData, PlantsDiffer
from core.parts.tasks import Standings
from core.tool import ManufacturingTool, ScopeArgs
from core.words import Words


class BriefingArgs(ScopeArgs):
    """`at` is the moment whose shift is meant, now without one; `late`: it was missed and is
    caught up; `scheduled`: nobody typed it, so that it is only sent if there is data."""

    at: datetime | None = None
    late: bool = False
    scheduled: bool = False


@dataclass(frozen=True, slots=True)
class BriefingResult:
    brief: Brief
    standings: Standings


class Briefing(ManufacturingTool[BriefingArgs, BriefingResult]):
    """What a supervisor should know when a shift starts. Not offered to a model."""

    name = "briefing"
    command = "briefing"
    args = BriefingArgs
    examples = {"en": (), "de": ()}  # noqa: RUF012 - a class's constant

    async def run(self, args: BriefingArgs, context: ToolContext) -> BriefingResult:
        asked = context.scope(args.assets)
        plants = dict.fromkeys(asset.plant for asset in asked)
        if len(plants) > 1:  # each has shifts of its own
            by_name = {
                context.hierarchy[plant].name: tuple(a.id for a in asked if a.plant == plant)
                for plant in plants
            }
            raise PlantsDiffer(by_name)
        at = args.at or (context.fixed_period.end if context.fixed_period else context.now)
        brief = await gather(
            context, asked, min(at, context.now), late=args.late, scheduled=args.scheduled
        )
        if not brief.has_data:
            raise NoData("briefing.no_data", assets=", ".join(asset.name for asset in asked))
        if brief.last is not None:
            context.resolved["period"] = period_of(context, asked, brief.last)
        standings = Standings(context.words, brief.zone, context.place, context.user.id)
        return BriefingResult(brief, standings)

    def present(self, result: BriefingResult, words: Words) -> tuple[Part, ...]:
        return present(result.brief, result.standings, words)
