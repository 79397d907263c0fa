"""What each tool needs of the data: the one table of requirements.

A figure is given when everything it needs is there; a tool answers fully when all its figures
are, partly when some are. The names are keys of core/words, topic "check" (needs, figures).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal, get_args

from core.data.check.report import Figure, Reach, ToolReach

Need = Literal[
    "output", "planned_time", "run_time", "ideal_rate", "good_units", "stops", "single_stops",
    "reasons", "repairs", "targets", "live", "safety", "cost_rate", "material_cost", "contact",
    "history", "comparison",
]  # fmt: skip
NEEDS: tuple[Need, ...] = get_args(Need)

TOOLS: Mapping[str, Mapping[str, tuple[Need, ...]]] = {
    "asset_lookup": {
        "state_now": ("live",), "last_shifts": ("output",), "last_stops": ("stops",),
        "who_to_ask": ("contact",),
    },
    "oee_query": {
        "availability": ("planned_time", "run_time"),
        "performance": ("output", "run_time", "ideal_rate"),
        "quality": ("good_units",),
        "oee": ("planned_time", "run_time", "output", "ideal_rate", "good_units"),
        "against_target": ("targets",),
    },
    "downtime_analysis": {
        "minutes": ("stops",), "counts": ("single_stops",), "pareto": ("reasons",),
        "mtbf": ("single_stops", "reasons", "planned_time"), "mttr": ("repairs",),
    },
    "production_status": {
        "made": ("output",), "gap": ("output", "targets"), "state_now": ("live",),
    },
    "safety_events": {"incidents": ("safety",)},
    "financial_impact": {
        "downtime_cost": ("stops", "cost_rate"), "waste_cost": ("good_units", "material_cost"),
    },
    "cost_of_loss": {
        "priced_losses": ("stops", "reasons", "cost_rate"),
        "speed_loss": ("output", "run_time", "ideal_rate", "cost_rate"),
        "waste_cost": ("good_units", "material_cost"),
    },
    "trend_analysis": {
        "availability": ("planned_time", "run_time"), "made": ("output",), "minutes": ("stops",),
        "oee": ("planned_time", "run_time", "output", "ideal_rate", "good_units"),
        "control_limits": ("history",),
    },
    "comparative_analysis": {
        "availability": ("planned_time", "run_time"), "made": ("output",), "minutes": ("stops",),
        "oee": ("planned_time", "run_time", "output", "ideal_rate", "good_units"),
        "between_assets": ("comparison",),
    },
    "action_list": {
        "safety_first": ("safety",), "open_stops": ("single_stops",),
        "behind_plan": ("output", "targets"), "worst_losses": ("stops", "reasons"),
    },
    "alert_check": {
        "long_stops": ("single_stops",), "behind_plan": ("output", "targets"),
        "state_now": ("live",), "incidents": ("safety",),
    },
    "recommendation_engine": {
        "loss_pattern": ("stops", "reasons"),
        "gain_in_units": ("output", "run_time", "ideal_rate", "history"),
        "gain_in_money": ("cost_rate",),
    },
}  # fmt: skip


def reaches(given: Mapping[Need, Collection[str]]) -> tuple[ToolReach, ...]:
    """How far each tool answers: `given` are the needs that are met, and the sources of each."""
    return tuple(_reach(tool, figures, given) for tool, figures in TOOLS.items())


def _reach(
    tool: str, figures: Mapping[str, tuple[Need, ...]], given: Mapping[Need, Collection[str]]
) -> ToolReach:
    found = tuple(
        Figure(name, tuple(need for need in needs if need not in given))
        for name, needs in figures.items()
    )
    met = [name for name, figure in zip(figures, found, strict=True) if not figure.lacks]
    sources = dict.fromkeys(s for name in met for need in figures[name] for s in given[need])
    reach: Reach = "full" if len(met) == len(found) else "part" if met else "none"
    return ToolReach(tool, reach, found, tuple(sources))
