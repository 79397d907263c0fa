"""The KPIs of ISO 22400-2 from sums of times and counts, and how such sums add up.

None means unknown everywhere: it is never read as zero, and a KPI that lacks one of its sums is
None with a reason. All times are minutes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Literal

from core.domain.formulas import FORMULAS, QUALITY_BY_COUNT
from core.domain.losses import Loss

# Sums of many floats are compared with this much slack.
SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class Rules:
    """What a plant may set; the defaults are those of the documentation."""

    minor_stop_minutes: float = 5
    minor_stops: Literal["availability", "performance"] = "availability"
    bands: tuple[tuple[float, str], ...] = ((0.85, "world_class"), (0.65, "typical"), (0.0, "low"))
    preliminary_minutes: float = 15
    coverage_warn: float = 0.9
    coverage_withhold: float = 0.5


DEFAULT_RULES = Rules()


@dataclass(frozen=True, slots=True)
class Sums:
    """Summed times and counts of an asset (or of several) in a period.

    `pbt` is planned busy time without planned stops, `planned` the planned downtime, `calendar`
    the scheduled shift time; `stops` minutes within PBT by loss; `run` the mapped run time.
    `ideal` is Σ PQ / ideal rate, `good_ideal` Σ GQ / ideal rate and `startup_ideal` the same of
    `startup_scrap`, in minutes. `covered` are the minutes of PBT for which there is data.
    `failures` are breakdowns that start in the period, `mended` those of them that have ended,
    with the minutes of the whole events and of repair.
    """

    pbt: float | None = None
    calendar: float | None = None
    planned: float | None = None
    stops: Mapping[Loss, float] | None = None
    run: float | None = None
    ideal: float | None = None
    good_ideal: float | None = None
    covered: float | None = None
    unit: str | None = None
    total: float | None = None
    good: float | None = None
    scrap: float | None = None
    rework: float | None = None
    startup_scrap: float | None = None
    startup_ideal: float | None = None
    first_pass: float | None = None
    inspected: float | None = None
    failures: float | None = None
    mended: float | None = None
    mended_minutes: float | None = None
    repair_minutes: float | None = None

    @property
    def stopped(self) -> float | None:
        """Minutes of all stops within PBT."""
        if self.stops is None:
            return None
        return sum(minutes for loss, minutes in self.stops.items() if loss is not Loss.PLANNED)

    def lost(self, loss: Loss) -> float | None:
        """Minutes of one loss; 0 where stops are known and none is of that kind."""
        return None if self.stops is None else self.stops.get(loss, 0.0)

    @property
    def run_time(self) -> float | None:
        """The mapped run time, else PBT − stops, as far as there is data: unknown where there
        is none at all."""
        if self.run is not None or self.pbt is None or self.stopped is None:
            return self.run
        if self.covered is None:
            return self.pbt - self.stopped
        return max(0.0, self.covered - self.stopped) if self.covered or not self.pbt else None

    @property
    def dark(self) -> float | None:
        """Planned minutes that are neither stopped nor run because there is no data of them."""
        if self.pbt is None or self.covered is None:
            return None
        rest = self.pbt - (self.stopped or 0.0) - (self.run_time or 0.0)
        return max(0.0, min(self.pbt - self.covered, rest))

    def apt(self, rules: Rules = DEFAULT_RULES) -> float | None:
        """Actual production time: the run time. Minor stops stay in it where the rules make them
        a loss of performance."""
        time = self.run_time
        if time is None or rules.minor_stops == "availability":
            return time
        return time + (self.lost(Loss.MINOR) or 0.0)

    @property
    def operating(self) -> float | None:
        """Operating time of MTBF: production and setup, without delays and minor stops. Stops
        tell it without production rows."""
        setup = self.lost(Loss.SETUP)
        time = self.run if self.run is not None else _minus(self.pbt, self.stopped)
        return None if time is None or setup is None else time + setup

    def __add__(self, other: Sums) -> Sums:
        """Both together. Unknown stays unknown, and counts of different units do not add.

        Where only one has a mapped run time, the other's comes from its stops.
        """
        return add_up((self, other))


COUNTS = ("total", "good", "scrap", "rework", "startup_scrap", "first_pass", "inspected")
_ADDED = tuple(f.name for f in fields(Sums) if f.name not in ("unit", "stops"))


def add_up(parts: Iterable[Sums]) -> Sums:
    """The sum of `parts`; raises ValueError for none, because nothing is not zero."""
    listed = tuple(parts)
    if not listed:
        raise ValueError("there is nothing to add up")
    first, *others = listed
    if not others:
        return first
    added = {name: _sum([getattr(part, name) for part in listed]) for name in _ADDED}
    if any(part.run is not None for part in listed):
        added["run"] = _sum([part.run_time for part in listed])
    one_unit = all(part.unit == first.unit for part in others)
    if not one_unit:
        added |= dict.fromkeys(COUNTS)
    stops = _sum_of_stops([part.stops for part in listed])
    return Sums(unit=first.unit if one_unit else None, stops=stops, **added)


def by_unit(parts: Iterable[Sums]) -> dict[str | None, Sums]:
    """Output per counting unit: bottles are never added to pallets."""
    units: dict[str | None, Sums] = {}
    for part in parts:
        units[part.unit] = units[part.unit] + part if part.unit in units else part
    return units


@dataclass(frozen=True, slots=True)
class Kpis:
    """Ratios (0.75 is 75 %); one that is None is explained in `why` by a key.

    `excluded` names, per KPI, the assets left out because a sum of theirs is unknown; `over_100`
    lists the KPIs above 1, which are shown and not capped. Below `coverage_withhold` everything
    is withheld.
    """

    availability: float | None = None
    effectiveness: float | None = None
    quality: float | None = None
    oee: float | None = None
    teep: float | None = None
    nee: float | None = None
    scrap_ratio: float | None = None
    rework_ratio: float | None = None
    first_pass_yield: float | None = None
    why: Mapping[str, str] = field(default_factory=dict)
    excluded: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    over_100: tuple[str, ...] = ()
    coverage: float | None = None
    coverage_state: Literal["ok", "warn", "withheld", "unknown"] = "unknown"


def kpis(sums: Sums, rules: Rules = DEFAULT_RULES) -> Kpis:
    """The KPIs of one asset."""
    return roll_up({"": sums}, rules)


def roll_up(
    parts: Mapping[str, Sums],
    rules: Rules = DEFAULT_RULES,
    wanted: Collection[str] | None = None,
) -> Kpis:
    """The KPIs of several assets (name → sums) from summed times and counts, never from a mean
    of ratios. Each KPI is that of the assets for which it can be given, the others are named.

    `wanted` names those that are needed; None is all of them.
    """
    covered, pbt = _covered(parts)
    coverage = covered / pbt if pbt else None
    if coverage is not None and coverage < rules.coverage_withhold:
        why = dict.fromkeys(FORMULAS, "coverage")
        return Kpis(why=why, coverage=coverage, coverage_state="withheld")
    values: dict[str, float | None] = {}
    why = {}
    excluded = {}
    formulas = {n: f for n, f in FORMULAS.items() if wanted is None or n in wanted}
    measured = {n: _measures(part, rules) for n, part in parts.items()} if formulas else {}
    one_unit = len({part.unit for part in parts.values()}) <= 1
    for kpi, formula in formulas.items():
        if kpi == "quality" and one_unit and all(m["ideal"] is None for m in measured.values()):
            formula = QUALITY_BY_COUNT
        values[kpi], reason, left_out = formula.over(measured, one_unit)
        if reason:
            why[kpi] = reason
        elif left_out:
            excluded[kpi] = left_out
    over = tuple(kpi for kpi, value in values.items() if value is not None and value > 1 + SLACK)
    state = _coverage_state(coverage, rules)
    return Kpis(
        **values,
        why=why,
        excluded=excluded,
        over_100=over,
        coverage=coverage,
        coverage_state=state,
    )


def band(oee: float | None, rules: Rules = DEFAULT_RULES) -> str | None:
    """The key of the band that an OEE falls into; None where it is unknown."""
    if oee is None:
        return None
    return next((name for least, name in rules.bands if oee >= least), None)


def _measures(part: Sums, rules: Rules) -> dict[str, float | None]:
    named = ("pbt", "calendar", "ideal", "good_ideal", "total", "good", "scrap", "rework")
    measures: dict[str, float | None] = {name: getattr(part, name) for name in named}
    apt = part.apt(rules)
    return measures | {
        "apt": apt,
        "aupt": _plus(apt, part.lost(Loss.SETUP)),
        "inspected": part.inspected,
        "first_pass": part.first_pass,
    }


def _covered(parts: Mapping[str, Sums]) -> tuple[float, float]:
    """Minutes for which there is data, and planned minutes, of assets that know both."""
    known = [(p.covered, p.pbt) for p in parts.values() if p.covered is not None and p.pbt]
    return sum(covered for covered, _ in known), sum(pbt for _, pbt in known)


def _coverage_state(coverage: float | None, rules: Rules) -> Literal["ok", "warn", "unknown"]:
    if coverage is None:
        return "unknown"
    return "warn" if coverage < rules.coverage_warn else "ok"


def _plus(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else first + second


def _minus(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else first - second


def _sum(values: list[float | None]) -> float | None:
    return None if None in values else sum(values)  # type: ignore[arg-type]


def _sum_of_stops(parts: Iterable[Mapping[Loss, float] | None]) -> dict[Loss, float] | None:
    added: dict[Loss, float] = {}
    for stops in parts:
        if stops is None:
            return None
        for loss, minutes in stops.items():
            added[loss] = added.get(loss, 0.0) + minutes
    return added
