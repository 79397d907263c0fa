"""What a shift that is over has made: against its plan per unit, and its OEE against target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.context import ToolContext
from core.data.query import Query
from core.domain.assets import Asset
from core.domain.periods import Interval, Period
from core.measures.measurement import Measurement, measure
from core.measures.plan import shift_plan, target_oee, targets
from core.measures.row_sums import number


@dataclass(frozen=True, slots=True)
class Made:
    """In one unit, never added to another's. `planned` is what was to be made by those assets
    that have a plan and are known, `of_planned` what they made; None without any."""

    unit: str
    units: float | None
    of_planned: float | None = None
    planned: float | None = None

    @property
    def share(self) -> float | None:
        """Beyond the plan as a share of it; negative is behind."""
        if not self.planned or self.of_planned is None:
            return None
        return self.of_planned / self.planned - 1

    @property
    def is_whole(self) -> bool:
        return self.of_planned == self.units


@dataclass(frozen=True, slots=True)
class ShiftRecord:
    period: Period
    found: Measurement
    made: tuple[Made, ...]
    target: float | None
    cites: tuple[int, ...]


async def shift_record(
    context: ToolContext,
    assets: Sequence[Asset],
    period: Period,
    shift: str,
    whole: Interval | None = None,
) -> ShiftRecord:
    """Give assets that may be added up; `whole` is the shift where the period is only so far,
    whose plan is then that of all of it. Raises NoData, SourceUnavailable."""
    found = await measure(context, assets, period.interval, causes=True)
    goals = await targets(context, assets, period.end)
    plan = await shift_plan(context, assets, shift, whole or period.interval, goals)
    wanted = {asset: target.units for asset, target in plan.targets.items()}
    wanted |= await _by_rows(context, assets, period, wanted)
    cites = (*found.cites, goals.cite, plan.cite)
    return ShiftRecord(
        period,
        found,
        _made(found, wanted),
        target_oee(goals, found.parts, shift),
        tuple(dict.fromkeys(cite for cite in cites if cite)),
    )


async def _by_rows(
    context: ToolContext, assets: Sequence[Asset], period: Period, known: dict[str, float]
) -> dict[str, float]:
    """What the production rows themselves were to make, for assets without another plan."""
    rest = tuple(sorted(asset.id for asset in assets if asset.id not in known))
    if not rest or not await context.has("production", "target_units"):
        return {}
    asking = Query("production", rest, period.interval, ("target_units",), ("asset",))
    rows = (await context.fetch(asking)).rows
    told = {str(row["asset"]): number(row, "target_units") for row in rows}
    return {asset: units for asset, units in told.items() if units is not None}


def _made(found: Measurement, wanted: dict[str, float]) -> tuple[Made, ...]:
    """The unit with the most assets first."""
    units: dict[str, list[Asset]] = {}
    for asset in found.assets:
        units.setdefault(asset.unit, []).append(asset)
    told = []
    for unit, members in sorted(units.items(), key=lambda item: (-len(item[1]), item[0])):
        known = {a.id: t for a in members if (t := found.parts[a.id].total) is not None}
        planned = {a: made for a, made in known.items() if a in wanted}
        told.append(
            Made(
                unit,
                sum(known.values()) if known else None,
                sum(planned.values()) if planned else None,
                sum(wanted[a] for a in planned) if planned else None,
            )
        )
    return tuple(told)
