"""How far one turn of a model may go, and what a person may spend in a day."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spent:
    """Tokens read and written by models, and what they cost where prices are known."""

    tokens: int = 0
    cost: float = 0.0

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.tokens + other.tokens, self.cost + other.cost)


NOTHING = Spent()


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds are real ones. `tokens_per_day` and `cost_per_day` hold for each person and day in
    UTC; None is no limit. There can be 25 tool calls. A retry waits `pause` seconds, the next one
    twice as long. `at_once` turns run in one process, others wait within their `turn_seconds`.
    With `sql` it may write statements."""

    turn_seconds: float = 30.0
    call_seconds: float = 15.0
    tool_seconds: float = 15.0
    model_calls: int = 6
    tool_calls: int = 12
    retries: int = 2
    pause: float = 0.5
    at_once: int = 64
    tokens_per_day: int | None = 1_000_000
    cost_per_day: float | None = None
    sql: bool = False

    def allow(self, spent: Spent) -> bool:
        """Whether somebody who spent this much today may go on."""
        tokens, cost = self.tokens_per_day, self.cost_per_day
        return (tokens is None or spent.tokens < tokens) and (cost is None or spent.cost < cost)


@dataclass(frozen=True, slots=True)
class Price:
    """What a million tokens cost."""

    read: float = 0.0
    written: float = 0.0

    def of(self, read: int, written: int) -> Spent:
        cost = (read * self.read + written * self.written) / 1_000_000
        return Spent(read + written, cost)
