"""A question as a person who writes SQL would have it: ids, times and windows in figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.domain import periods
from core.domain.assets import AREA, LINE, PLANT
from core.domain.periods import Interval, Period
from core.domain.shifts import ShiftCalendar
from core.installation import Installation
from core.measures.counted import counted, machines
from core.measures.series import By, earlier, slots
from core.planner.period_words import parse_period


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person would fill in: ids of the assets that count, of all equipment, of machines,
    of constraints (and those in lines); the period, the one before, and other questions' windows
    by name."""

    now: datetime
    counted: tuple[str, ...]
    equipment: tuple[str, ...]
    machines: tuple[str, ...]
    constraints: tuple[str, ...]
    line_constraints: tuple[str, ...]
    areas: tuple[str, ...]
    period: Interval
    before: Interval | None
    windows: Mapping[str, Sequence[Interval]]


def ask(installation: Installation, now: datetime, place: str, words: str | None) -> Asked:
    """A place asked about in words for a period; None is for tools that have none."""
    hierarchy = installation.hierarchy
    asset = hierarchy[place]
    calendar = installation.calendar(asset)
    period = parse_period(words, calendar, now) if words else periods.last_days(calendar, now, 7)
    before = periods.before(period, calendar)
    inside, outer = hierarchy.equipment(place), counted(hierarchy, [asset])
    in_lines = [b for a in outer if a.kind == LINE for b in hierarchy.below(a.id) if b.constraint]
    areas = [a for a in (asset, *hierarchy.below(place)) if a.kind in (AREA, PLANT)]
    return Asked(
        now=now,
        counted=tuple(sorted(a.id for a in outer)),
        equipment=tuple(sorted(a.id for a in inside)),
        machines=tuple(sorted(a.id for a in machines(hierarchy, [asset]))),
        constraints=tuple(a.id for a in inside if a.constraint),
        line_constraints=tuple(a.id for a in in_lines),
        areas=tuple(name for a in areas for name in (a.id, a.name)),
        period=period.interval,
        before=before.interval if before else None,
        windows=_windows(installation.calendar(asset), now, period, before),
    )


def _windows(
    calendar: ShiftCalendar, now: datetime, period: Period, before: Period | None
) -> dict[str, list[Interval]]:
    by: By = "shift" if period.end - period.start < timedelta(days=3) else "day"

    def days(back: Interval, inside: Interval, by: By = "day") -> list[Interval]:
        history = [slot.interval for slot in slots(calendar, back, "day") if slot.whole]
        return history + [slot.interval for slot in slots(calendar, inside, by)]

    def compared(one: Interval) -> list[Interval]:
        return days(Interval(one.start - timedelta(days=42), one.start), one)

    inside = slots(calendar, period.interval, by)
    back = earlier(calendar, period.interval, by, len(inside))
    history = [s for s in slots(calendar, back, by) if s.whole]
    month = Interval(period.start - timedelta(days=30), period.start)
    ended = [s.interval for s in calendar.shifts(Interval(now - timedelta(days=30), now))]
    ended = [shift for shift in ended if shift.end <= now]
    current = calendar.current(now)
    running = Interval(current.interval.start, now) if current else ended[-1]
    return {
        "trend": [s.interval for s in (*history, *inside)],
        "compare": compared(period.interval),
        "compare_before": compared(before.interval) if before else [],
        "improve": days(month, period.interval, "shift"),
        "shifts": ended[-5:],
        "month": [periods.last_days(calendar, now, 30).interval],
        "week": [periods.last_days(calendar, now, 7).interval],
        "shift": [running],
        "lately": [Interval(ended[-1].start, now)],
        "readings": ended[-6:],
        "scrap": ended,
    }
