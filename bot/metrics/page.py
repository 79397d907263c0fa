"""What docs/metrics.md repeats: everything that is counted, in a table."""

from __future__ import annotations

from core import counted
from core.agent import counted as of_models
from core.meter import Counted, Level, Timed

Defined = Counted | Timed | Level


def defined() -> tuple[Defined, ...]:
    """In the order in which they are defined."""
    found = [*vars(counted).values(), *vars(of_models).values()]
    return tuple(one for one in found if isinstance(one, Defined))


def metric_table() -> str:
    """A row of Markdown for each."""
    rows = ["| Metric | Kind | Labels | What it is |", "|---|---|---|---|"]
    for one in defined():
        labels = ", ".join(f"`{label}`" for label in one.labels)
        meaning = one.meaning.replace("|", "\\|")
        rows.append(f"| `{exposed_name(one)}` | {_kind(one)} | {labels} | {meaning} |")
    return "\n".join(rows) + "\n"


def exposed_name(one: Defined) -> str:
    """The name in /metrics; a histogram has it with _bucket, _sum and _count behind."""
    return f"{one.name}_total" if isinstance(one, Counted) else one.name


def _kind(one: Defined) -> str:
    match one:
        case Counted():
            return "counter"
        case Timed():
            return "histogram, seconds"
        case Level():
            return "gauge"
