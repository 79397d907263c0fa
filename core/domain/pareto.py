"""Ranking by size with shares: which few causes make most of the loss."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate


@dataclass(frozen=True, slots=True)
class Bar:
    """A cause with its size, events, share and cumulative share (0.8 is 80 %).

    `key` is None for all that is not among the first; shares are None where the total is 0.
    """

    key: str | None
    value: float
    count: int | None
    share: float | None
    cumulative: float | None


def pareto(causes: Iterable[tuple[str, float, int | None]], top: int | None = None) -> list[Bar]:
    """(key, size, events) sorted by size, the ones after `top` as one last bar.

    A cause that would be alone in that last bar is shown itself. Raises ValueError for a
    negative size, which has no share.
    """
    ranked = sorted(causes, key=lambda cause: (-cause[1], cause[0]))
    if any(value < 0 for _, value, _ in ranked):
        raise ValueError("a share of a negative size means nothing")
    shown: list[tuple[str | None, float, int | None]] = [*ranked]
    if top is not None and len(ranked) > top + 1:
        rest = ranked[top:]
        counts = [count for _, _, count in rest]
        known = [count for count in counts if count is not None]
        events = sum(known) if len(known) == len(counts) else None
        shown = [*ranked[:top], (None, sum(value for _, value, _ in rest), events)]
    total = sum(value for _, value, _ in ranked)
    running = accumulate(value for _, value, _ in shown)
    return [
        Bar(key, value, count, value / total if total else None, sofar / total if total else None)
        for (key, value, count), sofar in zip(shown, running, strict=True)
    ]
