"""The days and shifts that an asset worked, each with what was lost in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from core.domain import oee
from core.domain.losses import Loss
from core.measures.measurement import Measurement
from core.measures.series import Slot, loss_minutes

REJECTS = "production_rejects"
_STARTUP = "startup_rejects"
_STOPS = tuple(loss.value for loss in Loss if loss is not Loss.PLANNED)


@dataclass(frozen=True, slots=True)
class WorkedDay:
    """A worked day (or shift) of one asset with its losses; `minutes` planned, None unknown."""

    slot: Slot
    minutes: float | None
    losses: Mapping[str, float]
    scrap: float | None

    def lost(self, loss: str) -> float:
        """Minutes."""
        return self.losses.get(loss, 0.0)


def worked_day(found: Measurement, asset: str, window: int, slot: Slot) -> WorkedDay | None:
    """What the measurement found of the asset in a window of it, which `slot` names. None where
    nothing was planned, or too little is known: a day without rows was not a perfect one."""
    sums = found.windows[window][asset]
    parts, rules = {asset: sums}, found.rules
    kpis = oee.roll_up(parts, rules, ())  # for the coverage
    is_silent = sums.total is None and sums.run is None
    if sums.pbt == 0:
        return None
    if found.has_rows and (is_silent or kpis.coverage_state == "withheld"):
        return None
    losses = {n: max(0.0, m) for n, m in loss_minutes(parts, rules).items()}
    if startup := losses.pop(_STARTUP, 0.0):
        losses[REJECTS] = losses.get(REJECTS, 0.0) + startup
    if sums.stops is not None:
        losses = {**dict.fromkeys(_STOPS, 0.0), **losses}
    return WorkedDay(slot, sums.pbt, losses, sums.scrap)


def by_day(shifts: Sequence[WorkedDay]) -> list[WorkedDay]:
    """The shifts of each production day together."""
    days: dict[date, WorkedDay] = {}
    for shift in shifts:
        day = days.get(shift.slot.day)
        if day is None:
            days[shift.slot.day] = shift
            continue
        names = {**day.losses, **shift.losses}
        losses = {n: day.losses.get(n, 0.0) + shift.losses.get(n, 0.0) for n in names}
        minutes = (
            None if day.minutes is None or shift.minutes is None else (day.minutes + shift.minutes)
        )
        scrap = None if day.scrap is None or shift.scrap is None else day.scrap + shift.scrap
        days[shift.slot.day] = WorkedDay(day.slot, minutes, losses, scrap)
    return list(days.values())


def lost_in(loss: str) -> Callable[[WorkedDay], float | None]:
    """What is lost in a day: rejects as units, None where they are not known; else minutes."""
    if loss == REJECTS:
        return lambda day: day.scrap
    return lambda day: day.lost(loss)
