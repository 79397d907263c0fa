"""The connector's limits: learn.microsoft.com, bots, "rate limit"."""

import math
from collections import defaultdict, deque
from dataclasses import dataclass

from tests.fakes.clock import Clock
from tests.fakes.teams.errors import Refusal

SENDS = ((7, 1.0), (8, 2.0), (60, 30.0), (1_800, 3_600.0))
READS = ((14, 1.0), (16, 2.0), (120, 30.0), (3_600, 3_600.0))


@dataclass(frozen=True, slots=True)
class Limits:
    """(so many, in so many seconds): messages of a conversation, its reads, and all requests."""

    sends: tuple[tuple[int, float], ...] = SENDS
    reads: tuple[tuple[int, float], ...] = READS
    together: tuple[tuple[int, float], ...] = ((50, 1.0),)


class RateLimiter:
    """Sliding windows over what was let through."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self._limits = limits
        self._clock = clock
        self._passed: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=3_600))

    def check(self, conversation: str, *, reading: bool) -> None:
        """
        Raises:
            Refusal: 429, with whole seconds until it would pass.
        """
        now = self._clock.now()
        own = f"{'read' if reading else 'send'} {conversation}"
        windows = self._limits.reads if reading else self._limits.sends
        for key, limits in (("", self._limits.together), (own, windows)):
            passed = self._passed[key]
            for most, seconds in limits:
                if len(passed) >= most and (wait := passed[-most] + seconds - now) > 0:
                    after = max(1, math.ceil(wait))
                    raise Refusal(429, "Throttled", "Too many requests.", after)
        for key in ("", own):
            self._passed[key].append(now)
