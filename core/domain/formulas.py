"""The formulas of the KPIs of ISO 22400-2: products of measures over products of measures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

# Minutes or units: less is the rounding error of a sum, and no divisor.
_NOTHING = 1e-9
_OUTPUT = ("total", "good", "ideal", "good_ideal")


@dataclass(frozen=True, slots=True)
class Formula:
    """A KPI: a product of measures over a product of measures.

    `needs` are in the order in which a missing one is named as the reason.
    """

    needs: tuple[str, ...]
    above: tuple[str, ...]
    below: tuple[str, ...]
    counts: bool = False  # of units, so assets of different units have none together

    def over(
        self, measured: Mapping[str, Mapping[str, float | None]], one_unit: bool
    ) -> tuple[float | None, str | None, tuple[str, ...]]:
        """The value, or the reason why there is none, and the assets that are left out."""
        if self.counts and not one_unit:
            return None, "mixed_units", ()
        sums = dict.fromkeys(self.needs, 0.0)
        left_out, reason = [], "no_assets"
        for name, measures in measured.items():
            missing = [need for need in self.needs if measures[need] is None]
            if missing:
                left_out.append(name)
                reason = f"no_{missing[0]}"
                continue
            for need in self.needs:
                sums[need] += measures[need] or 0.0
        if len(left_out) == len(measured):
            return None, reason, ()
        zero = next((need for need in self.below if sums[need] <= _NOTHING), None)
        if zero:
            return None, f"zero_{zero}", ()
        value = prod(sums[need] for need in self.above) / prod(sums[need] for need in self.below)
        return value, None, tuple(left_out)


FORMULAS: dict[str, Formula] = {
    "availability": Formula(("pbt", "apt"), ("apt",), ("pbt",)),
    "effectiveness": Formula(("total", "ideal", "apt"), ("ideal",), ("apt",)),
    "quality": Formula(_OUTPUT, ("good_ideal",), ("ideal",)),
    # A × E × Q = APT/PBT × ideal/APT × good_ideal/ideal, of which this remains.
    "oee": Formula(("pbt", *_OUTPUT), ("good_ideal",), ("pbt",)),
    "teep": Formula(("calendar", *_OUTPUT), ("good_ideal",), ("calendar",)),
    # AUPT/PBT × E × Q, with AUPT = APT + setup.
    "nee": Formula(("pbt", "apt", "aupt", *_OUTPUT), ("aupt", "good_ideal"), ("pbt", "apt")),
    "scrap_ratio": Formula(("total", "scrap"), ("scrap",), ("total",), counts=True),
    "rework_ratio": Formula(("total", "rework"), ("rework",), ("total",), counts=True),
    "first_pass_yield": Formula(
        ("inspected", "first_pass"), ("first_pass",), ("inspected",), counts=True
    ),
}
# GQ/PQ is the quality of one product, and all that can be said without an ideal rate.
QUALITY_BY_COUNT = Formula(("total", "good"), ("good",), ("total",), counts=True)
