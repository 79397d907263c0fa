"""Why things stand still: the reason codes of each kind of equipment, and how long they last."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

Loss = Literal[
    "breakdown", "setup", "minor", "blocked", "starved", "no_order", "planned", "unclassified"
]


@dataclass(frozen=True, slots=True)
class Reason:
    """`low` and `high` are minutes; short stops of the range are the frequent ones."""

    code: str | None
    text: str | None
    group: str | None
    loss: Loss
    low: float
    high: float
    comment: str | None = None

    def minutes(self, draw: float) -> float:
        """A length for a draw from [0, 1)."""
        return self.low + (self.high - self.low) * draw * draw


def _minor(code: str, text: str, group: str = "Mechanical") -> Reason:
    return Reason(code, text, group, "minor", 0.5, 4.8)


UNKNOWN = Reason(None, None, None, "unclassified", 1, 22)
CHANGEOVER = Reason("S01", "changeover", "Setup", "setup", 18, 34, "format parts at the line")
TOOL_CHANGE = Reason("S02", "tool change", "Setup", "setup", 12, 26)
UMRUESTEN = Reason("R01", "Umrüsten", "Rüsten", "setup", 15, 38)
LINE_STOPPED = Reason("X01", "line stopped", "Line", "blocked", 0, 0)
PALLETIZER_DOWN = Reason("X02", "palletizer down", "Line", "blocked", 0, 0)
NO_ORDER = Reason("N01", "no order", "Planning", "no_order", 20, 70)
MATERIAL = Reason("M01", "waiting for material", "Material", "starved", 8, 45, "forklift busy")
CONVEYOR_JAM = Reason(
    "B31", "infeed conveyor jam", "Conveyor", "breakdown", 35, 60, "guide rail worn, rail bent back"
)
SPINDLE = Reason(
    "B11", "spindle bearing overheated", "Spindle", "breakdown", 14, 55, "bearing noisy, cooled"
)
FURNACE_SERVICE = Reason("P01", "furnace maintenance", "Maintenance", "planned", 240, 240)


@dataclass(frozen=True, slots=True, eq=False)
class Mix:
    """Reasons with their weights, and the running sums of these."""

    items: tuple[tuple[float, Reason], ...]
    sums: list[float]

    def pick(self, draw: float) -> Reason:
        """A reason by its weight, for a draw from [0, 1)."""
        return self.items[bisect_right(self.sums, draw * self.sums[-1])][1]


def mix(*items: tuple[float, Reason]) -> Mix:
    return Mix(items, list(accumulate(weight for weight, _ in items)))


_MACHINING = (
    (30, _minor("K01", "part misaligned in gripper")),
    (18, _minor("K02", "door interlock", "Electrical")),
    (10, MATERIAL),
    (8, Reason("X03", "outfeed full", "Line", "blocked", 6, 25)),
    (12, TOOL_CHANGE),
    (5, UNKNOWN),
)
GRINDER = mix(
    *_MACHINING,
    (8, Reason("B12", "coolant pump fault", "Coolant", "breakdown", 10, 50, "filter cleaned")),
    (6, Reason("B13", "wheel balancer fault", "Electrical", "breakdown", 3, 40)),
    (3, SPINDLE),
)
CNC = mix(
    *_MACHINING,
    (8, Reason("B14", "axis drive fault", "Electrical", "breakdown", 3, 60, "drive reset")),
    (6, Reason("B15", "chip conveyor stuck", "Mechanical", "breakdown", 4, 35)),
)
PRESS = mix(
    (30, _minor("K03", "blank sticks in die")),
    (12, MATERIAL),
    (10, Reason("B21", "hydraulic pressure low", "Hydraulics", "breakdown", 6, 50, "oil filled")),
    (6, Reason("B22", "light curtain fault", "Electrical", "breakdown", 2, 25)),
    (8, TOOL_CHANGE),
    (5, UNKNOWN),
)
OVEN = mix(
    (20, _minor("K04", "tray skewed")),
    (10, Reason("B23", "burner fault", "Heating", "breakdown", 12, 60, "igniter replaced")),
    (16, Reason("X04", "waiting for presses", "Line", "starved", 6, 35)),
    (4, UNKNOWN),
)
ROBOT = mix(
    (34, _minor("K05", "gripper lost part")),
    (10, Reason("B24", "vacuum too low", "Pneumatics", "breakdown", 4, 40, "suction cup replaced")),
    (14, Reason("X05", "waiting for oven", "Line", "starved", 5, 30)),
    (4, UNKNOWN),
)
LINE = mix(
    (24, _minor("K11", "bottle down on conveyor", "Conveyor")),
    (14, _minor("K12", "label reel splice", "Labeler")),
    (8, Reason("B32", "shrink wrapper film torn", "Wrapper", "breakdown", 5, 30)),
    (6, Reason("B33", "labeler drive fault", "Labeler", "breakdown", 6, 45, "belt tensioned")),
    (10, Reason("M02", "no preforms from blow molder", "Material", "starved", 6, 32)),
    (2, NO_ORDER),
    (4, UNKNOWN),
)
FILLER = mix(
    (30, _minor("K13", "fill level out of range", "Filler")),
    (8, Reason("B34", "capper torque fault", "Capper", "breakdown", 5, 35, "clutch set again")),
    (4, Reason("B35", "filler valve leaks", "Filler", "breakdown", 8, 40)),
)
FILLER_MINOR = mix(
    (60, Reason("K14", "bottle jam at infeed star", "Filler", "minor", 0.6, 3.2)),
    (22, Reason("K15", "cap chute blocked", "Capper", "minor", 0.5, 2.8)),
    (2, Reason("B34", "capper torque fault", "Capper", "breakdown", 5, 35, "clutch set again")),
)
PALLETIZER = mix(
    (40, _minor("K16", "layer sheet missing", "Palletizer")),
    (8, Reason("B36", "palletizer gripper fault", "Palletizer", "breakdown", 6, 36)),
    (10, Reason("X06", "waiting for lines", "Line", "starved", 5, 25)),
)
H_LINE = mix(
    (24, _minor("K21", "Bauteil verklemmt", "Mechanik")),
    (12, _minor("K22", "Schrauber n.i.O.", "Schraubtechnik")),
    (10, Reason("B41", "Störung Roboter", "Elektrik", "breakdown", 5, 45, "Greifer getauscht")),
    (5, Reason("B45", "Steuerung Schrauber", "Elektrik", "breakdown", 4, 30)),
    (12, Reason("M11", "Materialmangel", "Material", "starved", 6, 35)),
    (3, Reason("N11", "kein Auftrag", "Planung", "no_order", 20, 60)),
    (3, UNKNOWN),
)
H_PRESS = mix(
    (24, _minor("K23", "Teil klebt im Werkzeug", "Werkzeug")),
    (10, Reason("B42", "Werkzeugbruch", "Werkzeug", "breakdown", 15, 70, "Ersatz gerüstet")),
    (8, Reason("B43", "Hydraulik Druckabfall", "Hydraulik", "breakdown", 5, 40)),
)
H_PACKER = mix(
    (30, _minor("K24", "Karton nicht aufgerichtet", "Packer")),
    (10, Reason("B44", "Leimauftrag gestört", "Packer", "breakdown", 5, 35, "Düse gereinigt")),
    (14, Reason("X11", "Warten auf Montage", "Linie", "starved", 5, 30)),
)
