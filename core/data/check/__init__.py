"""`andon check`: what can be read through a plant.toml, what is wrong with it, what it answers."""

from core.data.check.render import as_json, render
from core.data.check.report import FactState, Finding, Report, Severity, ToolReach
from core.data.check.run import check

__all__ = [
    "FactState",
    "Finding",
    "Report",
    "Severity",
    "ToolReach",
    "as_json",
    "check",
    "render",
]
