"""How long things may take that are sent unasked; tests shorten them."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.store.pace import Pace


@dataclass(frozen=True, slots=True)
class DeliveryTimes:
    """All in seconds.

    `lease`: until what a process claimed counts as abandoned; kept up while it works. `margin`:
    nothing is sent in the last part of a lease: as long as a call may take, and the platform then
    takes to show it. `look`: between two looks at the outbox. `pace`: between two messages to a
    place; `platform`: over all places. `first_pause`, `longest_pause`: after a failure, doubled
    each time. `give_up`: until what cannot be brought to its place is a dead letter.
    """

    lease: float = 60.0
    margin: float = 20.0
    look: float = 1.0
    pace: float = 1.0
    platform: Pace = field(default_factory=Pace)
    first_pause: float = 2.0
    longest_pause: float = 60.0
    give_up: float = 3 * 86_400.0

    def pause(self, failures: int, at_least: float = 0.0) -> timedelta:
        """How long to wait after so many failures in a row; by chance a little shorter, so that
        what failed together does not come back together."""
        doubled = min(self.first_pause * 2.0 ** min(failures, 20), self.longest_pause)
        return timedelta(seconds=max(doubled * random.uniform(0.5, 1.0), at_least))


@dataclass(slots=True)
class Lease:
    """What a process holds until `until`, by the clock that all processes share."""

    until: datetime
    margin: timedelta
    wall: Callable[[], datetime]

    @property
    def safe(self) -> bool:
        """Whether what is sent now is shown before another process may look for it."""
        return self.wall() < self.until - self.margin
