"""No more calls than the platform takes, and those of a conversation one after the other."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence

from cachetools import LRUCache

from adapters.teams.times import Times

_MOST_CONVERSATIONS = 10_000


class Lane:
    """One conversation's calls: in order, one at a time.

    A call counts from when it was over: the platform counted it before that, whatever the network
    did, so it never sees more of them in a window than we do.
    """

    def __init__(self, limits: Sequence[tuple[int, float]]) -> None:
        self._limits = limits
        self._ended: deque[float] = deque(maxlen=max((most for most, _ in limits), default=0))
        self._held_until = 0.0
        self.one_at_a_time = asyncio.Lock()

    def free_at(self) -> float:
        """The loop's time at which the next call may begin."""
        ended = self._ended
        after = [ended[-most] + seconds for most, seconds in self._limits if len(ended) >= most]
        return max(self._held_until, *after) if after else self._held_until

    def count(self, ended: float) -> None:
        self._ended.append(ended)

    def hold(self, until: float) -> None:
        """The platform itself told to wait: so does everyone who comes next."""
        self._held_until = max(self._held_until, until)


class Pace:
    """The lanes, and what all of them may do together."""

    def __init__(self, times: Times) -> None:
        self._times = times
        self._lanes: LRUCache[str, Lane] = LRUCache(_MOST_CONVERSATIONS)
        self._full_at = 0.0

    def lane(self, conversation: str) -> Lane:
        lane = self._lanes.get(conversation)
        if lane is None:
            lane = self._lanes[conversation] = Lane(self._times.sends)
        return lane

    def take(self) -> float:
        """Takes a place among all calls; how many seconds to wait until it comes (GCRA)."""
        each, now = 1 / self._times.per_second, asyncio.get_running_loop().time()
        self._full_at = max(self._full_at, now) + each
        return max(0.0, self._full_at - now - each * self._times.burst)
