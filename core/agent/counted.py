"""What is counted of a language model's turns."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from core.agent.limits import Spent
from core.meter import Counted, Meter, Timed

CALLS = Counted("andon_model_calls", "Whole messages of a language model.")
FAILURES = Counted("andon_model_failures", "Calls of a language model that failed.", ("kind",))
TOOL_CALLS = Counted("andon_model_tool_calls", "Tools that a language model called.", ("tool",))
REFUSALS = Counted(
    "andon_guard_refusals", "What the guard found in sentences that it refused.", ("why",)
)
RETRIES = Counted("andon_guard_retries", "Answers that a language model had to write again.")
TOKENS = Counted("andon_model_tokens", "Tokens read and written by language models.")
COST = Counted("andon_model_cost", "What they cost, in the currency of ANDON_MODEL_PRICES.")
TURNS = Timed(
    "andon_model_turn_seconds",
    "Questions put to a language model: said, cut, unspeakable, limit, failed (in part answered "
    "by the tools' own words), silent (answered by the planner).",
    ("ending",),
)
OVER_BUDGET = Counted("andon_model_over_budget", "Questions of people whose budget was used up.")


@dataclass(slots=True)
class Tally:
    """What happened in one turn."""

    calls: int = 0
    retries: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    tools: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)

    def told(self, meter: Meter, spent: Spent, seconds: float, ending: str) -> None:
        """Adds it to the meter's numbers."""
        by_label = ((FAILURES, self.failures), (TOOL_CALLS, self.tools), (REFUSALS, self.refusals))
        for what, counts in by_label:
            for label, count in counts.items():
                meter.add(what, count, label)
        for what, amount in (
            (CALLS, self.calls),
            (RETRIES, self.retries),
            (TOKENS, spent.tokens),
            (COST, spent.cost),
        ):
            meter.add(what, amount)
        meter.took(TURNS, seconds, ending)
