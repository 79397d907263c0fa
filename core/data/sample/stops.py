"""The stops of all assets of a plant in one shift."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from random import Random

from core.data.sample import reasons
from core.data.sample.calendar import Shift
from core.data.sample.clock import HOUR, MINUTE, tenths
from core.data.sample.plant import FILLERS, MACHINES, Machine
from core.data.sample.stories import (
    Sample,
    Stop,
    changeover_minutes,
    handed_over,
    jams,
    second_signal,
    wear,
)

SHORTEST = 30


def free(stop: Stop, taken: Iterable[Stop]) -> bool:
    """Whether the stop overlaps none of `taken`."""
    return all(stop.end <= other.start or stop.start >= other.end for other in taken)


def _chance(machine: Machine, shift: Shift, worn: float, draw: Random) -> Iterator[Stop]:
    """Stops by chance: time between them exponential, one after the other, inside the shift."""
    mean_up = machine.mean_up * (1 - 0.65 * worn)
    start = shift.start
    while True:
        start += tenths(draw.expovariate(1.0) * mean_up)
        reason = machine.mix.pick(draw.random())
        if draw.random() < 0.5 * worn:
            reason = reasons.SPINDLE
        end = min(start + tenths(reason.minutes(draw.random())), shift.end)
        if end - start < SHORTEST:
            if end >= shift.end:
                return
            continue
        yield Stop(start, end, reason)
        start = end + MINUTE


def _setup(machine: Machine, shift: Shift, taken: list[Stop], draw: Random) -> Stop:
    """A change of product, as early in the shift as nothing else is in the way."""
    length = tenths(changeover_minutes(machine, shift, draw))
    start = shift.start + 5 * MINUTE
    for other in sorted(taken, key=lambda stop: stop.start):
        if other.start < start + length and other.end > start:
            start = other.end + MINUTE
    return Stop(start, start + length, machine.changeover)


def changes_product(machine: Machine, before: Shift, shift: Shift) -> bool:
    """Whether another product begins with this shift."""
    return len(machine.products) > 1 and before.number // machine.run != shift.number // machine.run


def _own(
    sample: Sample, machine: Machine, before: Shift, shift: Shift, certain: list[Stop],
    taken: list[Stop], draw: Random,
) -> list[Stop]:  # fmt: skip
    stops = list(certain)
    if machine.id == "line-3":
        stops += jams(sample, shift)
    if machine.id == "oven-1" and shift.name == "Early" and shift.day.weekday() == 6:
        stops.append(Stop(shift.start, shift.start + 4 * HOUR, reasons.FURNACE_SERVICE))
    if machine.parent not in FILLERS and changes_product(machine, before, shift):
        setup = _setup(machine, shift, stops + taken, draw)
        if setup.end <= shift.end:
            stops.append(setup)
    worn = wear(sample, machine, shift.day)
    by_chance = [
        stop
        for stop in _chance(machine, shift, worn, draw)
        if free(stop, stops) and free(stop, taken)
    ]
    return stops + by_chance + second_signal(sample, machine, shift, by_chance)


def _with_filler(filler: Machine, line: list[Stop], own: list[Stop]) -> tuple[list[Stop], ...]:
    """A line and its filler stand together: each names the other where that was the cause."""
    of_line = line + [Stop(s.start, s.end, s.reason, filler.id) for s in own]
    shared = ("setup", "no_order")
    of_filler = own + [
        Stop(s.start, s.end, s.reason)
        if s.reason.loss in shared
        else Stop(s.start, s.end, reasons.LINE_STOPPED, filler.parent)
        for s in line
    ]
    return of_line, of_filler


def stops_of_shift(
    sample: Sample, before: Shift, shift: Shift, after: Shift
) -> tuple[dict[str, list[Stop]], dict[str, list[Stop]]]:
    """By asset: the stops that start in the shift, and those of the shift before that run into it.

    Both in order of their start; a function of the sample and the shift alone.
    """
    machines = MACHINES[shift.plant]
    certain = handed_over(sample, shift, after, machines)
    running = {
        asset: [stop for stop in stops if stop.end > shift.start]
        for asset, stops in handed_over(sample, before, shift, machines).items()
    }
    stops: dict[str, list[Stop]] = {}
    draws = {machine.id: sample.random(machine.id, shift.number) for machine in machines}
    blocked: list[Stop] = []
    if shift.plant == "riverside":
        palletizer = machines[-1]
        own = _own(sample, palletizer, before, shift, [], [], draws[palletizer.id])
        stops[palletizer.id] = own
        blocked = _blocked(palletizer, own)
    for machine in machines:
        if machine.id in stops or machine.parent in FILLERS:
            continue
        taken = running.get(machine.id, [])
        mine = certain.get(machine.id, [])
        own = _own(sample, machine, before, shift, mine, taken, draws[machine.id])
        if machine.kind == "line":
            own += [stop for stop in blocked if free(stop, own) and free(stop, taken)]
        stops[machine.id] = own
        filler = FILLERS.get(machine.id)
        if filler:
            chance = _own(sample, filler, before, shift, [], own + taken, draws[filler.id])
            stops[machine.id], stops[filler.id] = _with_filler(filler, own, chance)
            running[filler.id] = [
                Stop(s.start, s.end, reasons.LINE_STOPPED, machine.id) for s in taken
            ]
    for found in stops.values():
        found.sort(key=lambda stop: stop.start)
    return stops, running


def _blocked(palletizer: Machine, own: list[Stop]) -> list[Stop]:
    """Lines run into a palletizer's breakdown after five minutes; their conveyors are full."""
    return [
        Stop(stop.start + 5 * MINUTE, stop.end, reasons.PALLETIZER_DOWN, palletizer.id)
        for stop in own
        if stop.reason.loss == "breakdown" and stop.end - stop.start >= 12 * MINUTE
    ]
