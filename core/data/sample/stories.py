"""What went wrong in the sample plant, as functions of time; docs/sample-plant.md lists it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from zlib import crc32

from core.data.sample import reasons
from core.data.sample.calendar import Shift
from core.data.sample.clock import HOUR, MINUTE, tenths
from core.data.sample.plant import Machine
from core.data.sample.reasons import Reason

STALE = {"cnc-4": 6 * HOUR}

# Each has one long stop in every second shift of riverside, one after the other without a gap, so
# that at every moment at least one of them stands. None is an asset of another story.
LONG_STOP_ASSETS = (
    ("line-4", "grinder-2", "cnc-1", "press-1", "grinder-6", "cnc-2"),
    ("line-2", "grinder-3", "grinder-4", "press-2", "robot-1", "cnc-3"),
)
# Breakdowns of these are now and then handed over from one shift to the next.
_HANDED_OVER = ("grinder-5", "cnc-4", "robot-2", "line-h1", "line-h2", "press-h1", "packer-h1")
OVERLAPPING_ASSETS = ("grinder-4", "press-2", "line-h2")


@dataclass(frozen=True, slots=True)
class Sample:
    """What everything in the file follows from, besides the asset and the time."""

    seed: int
    anchor: date
    days: int

    @property
    def opening(self) -> date:
        """The first production day in the file."""
        return self.anchor - timedelta(days=self.days)

    def random(self, name: str, number: int) -> Random:
        """A stream of draws of its own, the same on every machine."""
        return Random(self.seed << 80 | crc32(name.encode()) << 40 | number)


@dataclass(frozen=True, slots=True)
class Stop:
    """`cause` is the asset at fault where it is another one."""

    start: int
    end: int
    reason: Reason
    cause: str | None = None


def _ramp(sample: Sample, day: date, days: int, most: float) -> float:
    """0 until `days` before the anchor, 1 at the anchor, going on to `most`."""
    return min(max((day - sample.anchor).days / days + 1, 0.0), most)


def wear(sample: Sample, machine: Machine, day: date) -> float:
    """How worn the grinder is: grinder-5 from 0 to 1 over the 60 days before the anchor."""
    return _ramp(sample, day, 60, 1.15) if machine.id == "grinder-5" else 0.0


def extra_scrap(sample: Sample, machine: Machine, product: str | None, day: date) -> float:
    """press-2 makes ever more scrap of bracket-b in the 30 days before the anchor."""
    if machine.id == "press-2" and product == "bracket-b":
        return 0.07 * _ramp(sample, day, 30, 1.1)
    return 0.02 * wear(sample, machine, day)


def jams(sample: Sample, shift: Shift) -> Iterator[Stop]:
    """line-3's nights: three conveyor jams in each since 30 days before the anchor."""
    if shift.name != "Night":
        return
    draw = sample.random("jams", shift.number)
    frequent = _ramp(sample, shift.day, 30, 1) > 0 or draw.random() < 0.06
    for earliest, latest in ((40, 60), (150, 170), (330, 350)):
        start = shift.start + tenths(draw.uniform(earliest, latest))
        end = start + tenths(reasons.CONVEYOR_JAM.minutes(draw.random()))
        if frequent:
            yield Stop(start, end, reasons.CONVEYOR_JAM)


def changeover_minutes(machine: Machine, shift: Shift, draw: Random) -> float:
    """Setup at a change of product; on Mondays line-1 needs three times as long."""
    minutes = machine.changeover.minutes(draw.random())
    return 60 + 1.6 * minutes if machine.id == "line-1" and shift.day.weekday() == 0 else minutes


def _relay(sample: Sample, shift: Shift) -> Iterator[tuple[str, Stop]]:
    """The long stops of a shift: each begins before the one before it ends."""
    if shift.plant != "riverside":
        return
    draw = sample.random("relay", shift.number)
    assets = list(LONG_STOP_ASSETS[shift.number % 2])
    assets.sort(key=lambda _: draw.random())
    weights = [draw.uniform(0.5, 1.6) for _ in assets]
    length, start = shift.end - shift.start, float(shift.start)
    for asset, weight in zip(assets, weights, strict=True):
        begin = int(start) // 6 * 6
        start += length * weight / sum(weights)
        end = int(start) // 6 * 6 + tenths(draw.uniform(3, 8))
        yield asset, Stop(begin, end, _long_reason(asset, draw))


def _long_reason(asset: str, draw: Random) -> Reason:
    usual = _MIXES[asset.split("-")[0]].items
    return reasons.mix(*((w, r) for w, r in usual if r.high >= 25 and r.text)).pick(draw.random())


_MIXES = {
    "line": reasons.LINE, "grinder": reasons.GRINDER, "cnc": reasons.CNC, "press": reasons.PRESS,
    "robot": reasons.ROBOT,
}  # fmt: skip


def handed_over(
    sample: Sample, shift: Shift, after: Shift, machines: tuple[Machine, ...]
) -> dict[str, list[Stop]]:
    """The stops of a shift that were not chance, and those that run on into the shift `after`."""
    stops: dict[str, list[Stop]] = {asset: [stop] for asset, stop in _relay(sample, shift)}
    draw = sample.random("handover", shift.number)
    for machine in machines:
        rare, before, beyond = draw.random(), draw.uniform(6, 20), draw.uniform(5, 25)
        if rare < 0.04 and machine.id in _HANDED_OVER:
            breakdowns = [reason for _, reason in machine.mix.items if reason.loss == "breakdown"]
            start, end = shift.end - tenths(before), after.start + tenths(beyond)
            stops[machine.id] = [Stop(start, end, breakdowns[int(rare / 0.04 * len(breakdowns))])]
    return stops


def second_signal(sample: Sample, machine: Machine, shift: Shift, stops: list[Stop]) -> list[Stop]:
    """Now and then a second fault is recorded while the first still lasts."""
    if machine.id not in OVERLAPPING_ASSETS or not stops:
        return []
    draw = sample.random("overlap " + machine.id, shift.number)
    first = stops[int(draw.random() * len(stops))]
    length = first.end - first.start
    if draw.random() > 0.03 or length < 6 * MINUTE or first.end + 4 * MINUTE > shift.end:
        return []
    other = next(r for _, r in machine.mix.items if r.loss == "breakdown" and r is not first.reason)
    return [Stop(first.start + length // 12 * 6, first.end + 4 * MINUTE, other)]
