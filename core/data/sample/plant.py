"""Who and what is in the sample plant: places, machines, products, cost centers."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.data.sample import reasons
from core.data.sample.reasons import Mix


@dataclass(frozen=True, slots=True)
class Place:
    """A plant or an area."""

    id: str
    name: str
    aliases: str
    plant: str
    area: str | None = None


@dataclass(frozen=True, slots=True)
class Machine:
    """An asset with figures: a line or a machine.

    `rate` is the ideal rate per minute that the files know (None: unknown) and `pace` the one it
    really has; `run` is how many shifts one product runs; `mean_up` minutes between stops.
    """

    id: str
    name: str
    aliases: str
    place: Place
    unit: str
    pace: float
    mix: Mix
    products: tuple[str, ...] = ()
    run: int = 3
    mean_up: float = 110
    speed: float = 0.93
    scrap: float = 0.015
    rework: float = 0.004
    rate: float | None = None
    kind: str = "machine"
    parent: str = ""
    cost_center: str = ""
    sequence: int | None = None
    constraint: bool = False
    output_point: bool = True
    contact: str = ""
    oee_target: float = 0.75
    changeover: reasons.Reason = reasons.TOOL_CHANGE


# fmt: off
RIVERSIDE = Place("riverside", "Riverside", "Riverside plant,RIV", "riverside")
MACHINING = Place("machining", "Machining", "machine shop", "riverside", "machining")
ASSEMBLY = Place("assembly", "Assembly", "", "riverside", "assembly")
PACKAGING = Place("packaging", "Packaging", "bottling,filling hall", "riverside", "packaging")
HAMBURG = Place("hamburg", "Hamburg", "Werk Hamburg,HAM", "hamburg")
MONTAGE = Place("montage", "Montage", "Halle 1", "hamburg", "montage")
VERPACKUNG = Place("verpackung", "Verpackung", "Halle 2", "hamburg", "verpackung")
PLACES = (RIVERSIDE, MACHINING, ASSEMBLY, PACKAGING, HAMBURG, MONTAGE, VERPACKUNG)

_CONTACTS = {
    "machining": "shift lead machining, ext. 4410",
    "assembly": "shift lead assembly, ext. 4413",
    "packaging": "shift lead packaging, ext. 4417",
    "montage": "Schichtleitung Montage, Tel. 210",
    "verpackung": "Schichtleitung Verpackung, Tel. 214",
}


# fmt: on
def _asset(machine: Machine) -> Machine:
    area = machine.place.id
    return replace(
        machine,
        rate=None if machine.id == "robot-2" else machine.pace,
        parent=machine.parent or area,
        contact=_CONTACTS[area],
        cost_center=machine.cost_center or f"cc-{area}",
    )


# fmt: off
def _grinder(number: int, **profile: float) -> Machine:
    parts = ("shaft-s8", "flange-f3")
    machine = Machine(
        f"grinder-{number}", f"Grinder {number}", f"G{number},grinding machine {number}",
        MACHINING, "parts", 1.2, reasons.GRINDER, parts, 6, sequence=number,
    )
    return _asset(replace(machine, **profile))  # type: ignore[arg-type]


def _cnc(number: int) -> Machine:
    return _asset(
        Machine(
            f"cnc-{number}", f"CNC {number}", f"C{number},machining center {number}", MACHINING,
            "parts", 0.5, reasons.CNC, ("housing-h20", "housing-h32"), 4, 120, 0.9, 0.012,
            sequence=6 + number,
        )
    )


def _line(number: int, pace: float, products: tuple[str, ...], run: int) -> Machine:
    return _asset(
        Machine(
            f"line-{number}", f"Line {number}", f"L{number},bottling line {number}", PACKAGING,
            "bottles", pace, reasons.LINE, products, run, 120, 0.92, 0.008, 0.002, kind="line",
            sequence=number, cost_center=f"cc-line-{number}", changeover=reasons.CHANGEOVER,
        )
    )


def _filler(line: Machine, **profile: object) -> Machine:
    number = line.id.removeprefix("line-")
    machine = replace(
        line, id=f"filler-{number}", name=f"Filler {number}", aliases=f"F{number}",
        kind="machine", parent=line.id, mix=reasons.FILLER, mean_up=150, scrap=0.005, sequence=1,
        constraint=True, output_point=False,
    )
    return _asset(replace(machine, **profile))  # type: ignore[arg-type]


LINE_1 = _line(1, 240, ("water-500", "lemon-500", "cola-500", "icetea-500"), 1)
LINE_2 = _line(2, 200, ("water-1500", "lemon-1500", "cola-1500"), 2)
LINE_3 = _line(3, 300, ("water-500", "cola-500"), 3)
LINE_4 = _line(4, 120, ("icetea-1000", "juice-1000"), 2)
FILLERS = {
    "line-1": _filler(LINE_1),
    "line-2": _filler(LINE_2, mix=reasons.FILLER_MINOR, mean_up=19),
    "line-3": _filler(LINE_3),
}
PALLETIZER = _asset(
    Machine(
        "palletizer-1", "Palletizer 1", "PAL1,palletiser 1", PACKAGING, "pallets", 1.1,
        reasons.PALLETIZER, (), 3, 110, 0.78, 0.002, 0, sequence=9, output_point=False,
    )
)


def _riverside() -> tuple[Machine, ...]:
    def machine(id: str, name: str, aliases: str, pace: float, **rest: object) -> Machine:
        base = Machine(id, name, aliases, ASSEMBLY, "parts", pace, reasons.ROBOT)
        return _asset(replace(base, **rest))  # type: ignore[arg-type]

    brackets = ("bracket-a", "bracket-b")
    frames: dict[str, object] = {"products": ("frame-k1",), "mix": reasons.ROBOT}
    return (
        _grinder(1, mean_up=330, speed=0.965, scrap=0.004, rework=0.001),
        *(_grinder(number) for number in (2, 3, 4)),
        _grinder(5, mean_up=120, speed=0.94, scrap=0.012),
        _grinder(6, speed=0.9),
        *map(_cnc, range(1, 5)),
        machine("press-1", "Press 1", "P1", 8, mix=reasons.PRESS, products=brackets, run=2),
        machine("press-2", "Press 2", "P2", 8, mix=reasons.PRESS, products=brackets, run=2),
        machine(
            "oven-1", "Oven 1", "furnace,curing oven", 12, mix=reasons.OVEN, cost_center="cc-oven",
            products=("frame-k1",), speed=0.88,
        ),
        machine("robot-1", "Robot 1", "R1,welding robot 1", 3, **frames),
        machine("robot-2", "Robot 2", "R2,welding robot 2", 3, speed=0.9, **frames),
        LINE_1, FILLERS["line-1"], LINE_2, FILLERS["line-2"], LINE_3, FILLERS["line-3"], LINE_4,
        PALLETIZER,
    )


def _hamburg() -> tuple[Machine, ...]:
    line = Machine(
        "line-h1", "Linie H1", "LH1,Montagelinie 1,line h1", MONTAGE, "pumps", 2.0,
        reasons.H_LINE, ("pump-p10", "pump-p20", "pump-p32"), 1, 95, 0.92, 0.012, 0.01,
        kind="line", sequence=1, changeover=reasons.UMRUESTEN, cost_center="cc-line-h1",
    )
    second = replace(
        line, id="line-h2", name="Linie H2", aliases="LH2,Montagelinie 2,line h2", pace=1.5,
        products=("pump-p20", "pump-p32"), run=2, sequence=2, cost_center="cc-line-h2",
    )
    press = Machine(
        "press-h1", "Presse H1", "PH1,press h1", MONTAGE, "parts", 6, reasons.H_PRESS,
        ("gasket-g2",), 2, 110, sequence=3, output_point=False, changeover=reasons.UMRUESTEN,
    )
    packer = Machine(
        "packer-h1", "Packer H1", "Verpackungsmaschine H1", VERPACKUNG, "cartons", 3.2,
        reasons.H_PACKER, ("carton-c1",), 2, 90, 0.92, 0.006, sequence=1,
    )
    return tuple(map(_asset, (line, second, press, packer)))


MACHINES: dict[str, tuple[Machine, ...]] = {"riverside": _riverside(), "hamburg": _hamburg()}

# id, name, unit, material cost, margin; money in the plant's currency
PRODUCTS: dict[str, tuple[tuple[str, str, str, float, float], ...]] = {
    "riverside": (
        ("water-500", "Still water 0.5 l", "bottles", 0.06, 0.05),
        ("lemon-500", "Lemonade 0.5 l", "bottles", 0.11, 0.09),
        ("cola-500", "Cola 0.5 l", "bottles", 0.12, 0.11),
        ("icetea-500", "Ice tea 0.5 l", "bottles", 0.13, 0.12),
        ("water-1500", "Still water 1.5 l", "bottles", 0.10, 0.07),
        ("lemon-1500", "Lemonade 1.5 l", "bottles", 0.19, 0.14),
        ("cola-1500", "Cola 1.5 l", "bottles", 0.21, 0.16),
        ("icetea-1000", "Ice tea 1 l", "bottles", 0.22, 0.18),
        ("juice-1000", "Orange juice 1 l", "bottles", 0.41, 0.26),
        ("shaft-s8", "Shaft S8", "parts", 6.40, 4.10),
        ("flange-f3", "Flange F3", "parts", 4.90, 3.20),
        ("housing-h20", "Housing H20", "parts", 18.50, 11.00),
        ("housing-h32", "Housing H32", "parts", 24.00, 14.50),
        ("bracket-a", "Bracket A", "parts", 0.85, 0.40),
        ("bracket-b", "Bracket B", "parts", 1.10, 0.55),
        ("frame-k1", "Frame K1", "parts", 3.30, 1.90),
    ),
    "hamburg": (
        ("pump-p10", "Pumpe P10", "pumps", 21.0, 13.5),
        ("pump-p20", "Pumpe P20", "pumps", 29.0, 18.0),
        ("pump-p32", "Pumpe P32", "pumps", 41.0, 26.0),
        ("gasket-g2", "Dichtung G2", "parts", 0.18, 0.07),
        ("carton-c1", "Karton C1", "cartons", 0.62, 0.20),
    ),
}
CURRENCIES = {"riverside": "USD", "hamburg": "EUR"}

# Part of the ideal rate that a product reaches; others run at the asset's own rate.
PRODUCT_PACE = {
    "cola-500": 0.9, "icetea-500": 0.85, "lemon-1500": 0.95, "cola-1500": 0.875,
    "juice-1000": 0.75, "bracket-b": 0.9, "pump-p20": 0.9, "pump-p32": 0.75,
}

COSTS = {
    "cc-machining": 95.0, "cc-assembly": 120.0, "cc-packaging": 140.0, "cc-line-1": 420.0,
    "cc-line-2": 380.0, "cc-line-3": 520.0, "cc-line-4": 290.0, "cc-montage": 110.0,
    "cc-verpackung": 90.0, "cc-line-h1": 340.0, "cc-line-h2": 310.0,
}
