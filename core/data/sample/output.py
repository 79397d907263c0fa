"""Rows of production, scrap, downtime and live data of one asset and shift, as known at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from core.data.sample.calendar import Shift
from core.data.sample.clock import HOUR, MINUTE, Window, by_hour, text, union, without
from core.data.sample.plant import PRODUCT_PACE, Machine
from core.data.sample.stories import Sample, Stop, extra_scrap, wear

ProductionRow = tuple[
    str, str, str, str, str | None, str | None, float, float | None, int | None, int, int, int, int,
    int | None, str,
]  # fmt: skip
RATE_CHANGE_DAYS = 40
NO_RUN_TIME = "press-1"
SPINDLE_COUNTER = "cnc-2"
STARTUP_SCRAP = 3.0
_SCRAP_REASONS = ("dimension out of tolerance", "surface damaged", "material defect")
_BOTTLE_REASONS = ("underfilled", "label skewed", "cap missing")


@dataclass(frozen=True, slots=True)
class Course:
    """What an asset went through in a shift: all stops that touch it and its planned time off."""

    machine: Machine
    shift: Shift
    stops: list[Stop]
    off: list[Window]


def product_of(machine: Machine, shift: Shift) -> str | None:
    """The one product of the shift."""
    if not machine.products:
        return None
    return machine.products[shift.number // machine.run % len(machine.products)]


def pace(sample: Sample, machine: Machine, product: str | None, shift: Shift) -> float:
    """Ideal units per minute; line-2 and its filler run water 10 % faster since 40 days."""
    rate = machine.pace * PRODUCT_PACE.get(product or "", 1.0)
    changed = sample.anchor - timedelta(days=RATE_CHANGE_DAYS)
    slower = product == "water-1500" and shift.day < changed
    return round(rate / 1.1 if slower else rate, 2)


def order_of(machine: Machine, shift: Shift) -> str | None:
    """The order that a line (and its filler) works on: one per run of a product."""
    line = machine.parent if machine.constraint else machine.id
    if not line.startswith("line"):
        return None
    return f"{line.removeprefix('line-').upper()}-{shift.number // machine.run}"


@lru_cache(maxsize=2)
def _hours(shift: Shift) -> list[str]:
    """The edges of the shift's hours: the same for all assets of the plant."""
    return [text(edge) for edge in range(shift.start, shift.end + 1, HOUR)]


def production_rows(sample: Sample, course: Course, until: int) -> Iterator[ProductionRow]:
    """One row an hour; the hour in progress ends at `until`.

    Minutes run are planned minutes less stops, except that press-1 records none and cnc-2's
    spindle counter loses a little in every hour.
    """
    machine, shift = course.machine, course.shift
    product, order = product_of(machine, shift), order_of(machine, shift)
    rate = pace(sample, machine, product, shift)
    worn = wear(sample, machine, shift.day)
    waste = machine.scrap + extra_scrap(sample, machine, product, shift.day)
    draw = sample.random("rate " + machine.id, shift.number).random
    speed = machine.speed - 0.15 * worn + 0.07 * (draw() - 0.5)
    hours = shift.hours
    off = by_hour(course.off, shift.start, hours, until)
    standing = without(union((s.start, s.end) for s in course.stops), course.off)
    lost = by_hour(standing, shift.start, hours, until)
    startup = any(s.reason is machine.changeover for s in course.stops)
    begins = _hours(shift)
    for hour in range(hours):
        jitter, spread, rest, again = draw(), draw(), draw(), draw()
        begin = shift.start + hour * HOUR
        if begin >= until:
            return
        end = min(begin + HOUR, until)
        ended = begins[hour + 1] if end == begin + HOUR else text(end)
        planned = (end - begin - off[hour]) / 60
        run = planned - lost[hour] / 60
        total = int(run * rate * (speed + 0.06 * (jitter - 0.5)))
        share = waste * (0.6 + 0.8 * spread) * (STARTUP_SCRAP if startup and hour == 0 else 1)
        scrap = min(int(total * share + rest), total)
        rework = min(int(total * machine.rework + again), total - scrap)
        good = total - scrap - rework
        counted: float | None = run
        if machine.id == NO_RUN_TIME:
            counted = None
        elif machine.id == SPINDLE_COUNTER:
            counted = max(run - int(15 * spread) / 10, 0.0)
        target = None if machine.rate is None else int(planned * rate * machine.oee_target)
        inspected = None if machine.id == "palletizer-1" else good - int(good * 0.004 * again)
        yield (
            machine.id, begins[hour], ended, shift.name, product, order, planned, counted,
            target, total, good, scrap, rework, inspected, ended,
        )  # fmt: skip


def scrap_rows(
    machine: Machine, rows: Sequence[ProductionRow], startup: bool
) -> Iterator[tuple[object, ...]]:
    """One row for each hour with scrap; they add up to production's scrap."""
    names = _BOTTLE_REASONS if machine.unit == "bottles" else _SCRAP_REASONS
    for number, row in enumerate(rows):
        units, product, start = row[11], row[4], row[1]
        if not units:
            continue
        first = startup and number == 0
        reason = names[row[9] % 3]
        if machine.id == "press-2" and product == "bracket-b" and number % 4:
            reason = "crack at bend"
        time = start[:16] + ":30"  # inside the hour in progress, however short
        phase = "startup" if first else "run"
        yield (machine.id, time, product, units, "startup reject" if first else reason, phase)


def downtime_row(machine: Machine, stop: Stop, until: int) -> tuple[object, ...]:
    """A stop that began before `until`; without an end if it lasts longer than that."""
    ended = stop.end <= until
    length = stop.end - stop.start
    repaired: tuple[str | None, str | None] = (None, None)
    if stop.reason.loss == "breakdown" and stop.cause is None:
        begin, done = stop.start + length // 24 * 6, stop.end - length // 120 * 6
        repaired = (
            text(begin) if begin <= until else None,
            text(done) if done <= until else None,
        )
    reason = stop.reason
    remarked = ended and stop.start // 6 % 7 == 0
    return (
        f"{machine.id}-{stop.start // 6:x}", machine.id, text(stop.start),
        text(stop.end) if ended else None, reason.code, reason.text, reason.group, reason.loss,
        stop.cause, *repaired, reason.comment if remarked else None,
        text(stop.end if ended else stop.start),
    )  # fmt: skip


def live_row(
    sample: Sample, course: Course, rows: Sequence[ProductionRow], until: int
) -> tuple[object, ...]:
    """How the asset stands at `until`; `course` is its latest shift that began before.

    The rate is that of the hour in progress and the one before, per planned minute.
    """
    machine, shift = course.machine, course.shift
    state, since = _state(course, until)
    if state == "off":
        return machine.id, state, text(since), 0.0, 0, None, text(until)
    busy = shift.end - shift.start - sum(end - start for start, end in course.off)
    ideal = pace(sample, machine, product_of(machine, shift), shift)
    plan = None if machine.rate is None else int(busy / 60 * ideal * machine.oee_target)
    made = [row[9] for row in rows]
    planned = sum(row[6] for row in rows[-2:])
    rate = sum(made[-2:]) / planned if state == "running" and planned else 0.0
    return machine.id, state, text(since), round(rate, 2), sum(made), plan, text(until)


def _state(course: Course, until: int) -> tuple[str, int]:
    if until >= course.shift.end:
        return "off", course.shift.end
    rest = (course.shift.start, course.shift.start)
    for window in course.off:
        if window[0] <= until < window[1]:
            length = window[1] - window[0]
            return ("break" if length == 30 * MINUTE else "maintenance"), window[0]
        if window[1] <= until:
            rest = window
    since = rest[1]
    for stop in course.stops:
        if stop.start < until < stop.end:
            return "stopped", stop.start
        if stop.end <= until:
            since = max(since, stop.end)
    return "running", since
