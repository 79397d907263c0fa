"""Slack's rate limits, by our clock.

`chat.postMessage`: 1 per second per channel with short bursts (docs.slack.dev: "Rate limits";
the size of a burst is not documented), some hundred per minute per workspace. Other methods have
a tier per minute, also from their reference pages.
"""

import math
from dataclasses import dataclass, field

from tests.fakes.clock import Clock
from tests.fakes.slack.errors import RateLimited

TIERS = {
    "apps.connections.open": 1,
    "assistant.threads.setSuggestedPrompts": 100,
    "assistant.threads.setTitle": 50,
    "chat.appendStream": 100,
    "chat.delete": 50,
    "chat.postEphemeral": 100,
    "chat.startStream": 20,
    "chat.stopStream": 20,
    "chat.update": 50,
    "conversations.history": 50,
    "conversations.info": 50,
    "conversations.open": 50,
    "conversations.replies": 50,
    "files.completeUploadExternal": 100,
    "files.getUploadURLExternal": 100,
    "reactions.add": 50,
    "usergroups.users.list": 20,
    "users.info": 100,
    "users.list": 20,
    "views.open": 100,
    "views.publish": 100,
    "views.push": 100,
    "views.update": 100,
}


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is allowed. `tiers` is per method and minute; empty: no tiers."""

    posts_per_second: float = 1.0
    burst: int = 4
    workspace_per_minute: int = 300
    tiers: dict[str, int] = field(default_factory=lambda: dict(TIERS))


class RateLimiter:
    """Token buckets. One refused call takes no token."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self._limits = limits
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}

    def check(self, method: str, channel: str) -> None:
        """
        Raises:
            RateLimited: with the seconds until this call would pass.
        """
        limits = self._limits
        if method == "chat.postMessage":
            per_minute = limits.workspace_per_minute
            self._take(f"{method} {channel}", limits.posts_per_second, limits.burst)
            self._take(method, per_minute / 60, per_minute)
        elif per_minute := limits.tiers.get(method, 0):
            self._take(method, per_minute / 60, per_minute)

    def _take(self, key: str, rate: float, size: float) -> None:
        now = self._clock.now()
        tokens, at = self._buckets.get(key, (size, now))
        tokens = min(size, tokens + (now - at) * rate)
        if tokens < 1:
            raise RateLimited(max(1, math.ceil((1 - tokens) / rate - 1e-6)))
        self._buckets[key] = (tokens - 1, now)
