"""What the planner can answer with, and what it knows of the tools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.planner.arguments import Args

COMMANDS = {
    "asset_lookup": "/asset", "oee_query": "/oee", "downtime_analysis": "/downtime",
    "production_status": "/production", "safety_events": "/safety", "financial_impact": "/cost",
    "cost_of_loss": "/losses", "trend_analysis": "/trend", "memory_recall": "/recall",
    "comparative_analysis": "/compare", "action_list": "/actions", "alert_check": "/alerts",
    "recommendation_engine": "/improve", "help": "/andon help",
}  # fmt: skip
FIELDS: Mapping[str, frozenset[str]] = {
    "asset_lookup": frozenset({"assets", "focus"}),
    "oee_query": frozenset({"assets", "kpi", "period", "versus", "by"}),
    "downtime_analysis": frozenset({"assets", "period", "top", "reason", "by", "focus"}),
    "production_status": frozenset({"assets"}),
    "safety_events": frozenset({"assets", "period", "focus"}),
    "financial_impact": frozenset({"assets", "period"}),
    "cost_of_loss": frozenset({"assets", "period", "top"}),
    "trend_analysis": frozenset({"assets", "kpi", "period", "by"}),
    "comparative_analysis": frozenset({"assets", "kpi", "period", "versus", "by"}),
    "action_list": frozenset({"assets"}),
    "alert_check": frozenset({"assets"}),
    "recommendation_engine": frozenset({"assets", "period"}),
    "memory_recall": frozenset({"about", "assets", "period"}),
    "help": frozenset(),
}
# What a tool that has no such figure is asked for instead.
NEAREST_KPI = {"teep": "oee", "first_pass_yield": "quality"}
# How each tool can split its answer; a question for another split is answered unsplit.
SPLITS: Mapping[str, tuple[str, ...]] = {
    "oee_query": ("asset", "shift", "day"),
    "downtime_analysis": ("reason", "asset", "shift"),
    "trend_analysis": ("day", "shift", "week"),
    "comparative_analysis": ("asset", "shift", "period"),
}


@dataclass(frozen=True, slots=True)
class ThreadContext:
    """The last tool that answered in the thread, and the arguments it was asked with."""

    tool: str
    args: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """`args` holds words for the tool's Args; `margin` is belief over the next best, 0 to 1.

    `leftover` are words that nobody understood, `unsplit` one that the tool cannot split by."""

    tool: str
    args: Args
    margin: float
    leftover: str = ""
    unsplit: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    tool: str
    args: Args
    command: str


@dataclass(frozen=True, slots=True)
class Clarify:
    """Ask back; `key` names the question in the catalogue: "did_you_mean" or "what_about"."""

    key: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Decline:
    """`key` is "empty", "control", "future", "person", "safety_advice" or "not_plant"."""

    key: str


def command(tool: str, args: Mapping[str, object]) -> str:
    """The slash command that asks a tool the same."""
    assets = args.get("assets")
    said = [COMMANDS.get(tool, f"/{tool}")]
    said += [str(asset) for asset in assets] if isinstance(assets, (list, tuple)) else []
    for name, before in (("kpi", ""), ("reason", ""), ("focus", ""), ("period", ""),
                         ("versus", "vs"), ("top", "top"), ("by", "by")):  # fmt: skip
        if args.get(name):
            said += [before, str(args[name])] if before else [str(args[name])]
    return " ".join(said)
