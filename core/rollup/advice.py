"""Whether a plant is large enough for sums of complete days to be worth their keep."""

from __future__ import annotations

from collections.abc import Iterable

from core.data.check.report import FactState
from core.data.mapping import PlantFile
from core.rollup.lots import placed

WORTH_ROWS = 500_000
"""From about here on a year takes a second (docs/benchmarks.md)."""


def advised(plant_file: PlantFile, facts: Iterable[FactState]) -> int | None:
    """How many rows of production or of stops a source holds, where those are too many to be
    looked through for each long question. What two sources are compared on is never summed up."""
    places = placed(plant_file)
    rows = [
        state.rows
        for state in facts
        if state.fact in ("production", "downtime")
        and state.rows is not None
        and not places[state.fact].is_compared
    ]
    most = max(rows, default=0)
    return most if most >= WORTH_ROWS else None
