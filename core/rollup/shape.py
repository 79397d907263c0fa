"""Which sums are kept of which fact: what adds up, and what it is told apart by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Table

from core.data.query import Fact
from core.store.rollup_tables import rollup_downtime, rollup_production, rollup_scrap


@dataclass(frozen=True, slots=True)
class Shape:
    """`sums` are added, `tops` are the largest of all. `constants` are the same in every row that
    is kept: only stops that have ended are."""

    table: Table
    dims: tuple[str, ...]
    sums: tuple[str, ...]
    tops: tuple[str, ...] = ()
    constants: Mapping[str, int] = field(default_factory=dict)
    is_timed: bool = True
    """Whether rows tell `first` and `last`."""

    @property
    def measures(self) -> tuple[str, ...]:
        return (*self.sums, *self.tops)

    @property
    def keys(self) -> frozenset[str]:
        """What rows can be grouped by, besides "window" and "segment"."""
        return frozenset({"asset", *self.dims, *self.constants})


SHAPES: Mapping[Fact, Shape] = {
    "production": Shape(
        rollup_production,
        ("product", "shift"),
        (
            "planned_min", "run_min", "down_min", "target_units", "total_units", "good_units",
            "scrap_units", "rework_units", "first_pass_units", "row_min",
        ),
    ),
    "downtime": Shape(
        rollup_downtime,
        ("loss", "reason_code", "reason", "reason_group", "cause_asset"),
        (
            "minutes", "stops", "event_minutes", "repair_minutes", "repairs", "long_stops",
            "long_minutes",
        ),
        ("longest",),
        constants={"is_open": 0},
        is_timed=False,
    ),
    "scrap": Shape(rollup_scrap, ("product", "reason", "phase"), ("units",)),
}  # fmt: skip
