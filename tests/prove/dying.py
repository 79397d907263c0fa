"""How a worker's process is killed: the plan, and the points at which it ends itself."""

from __future__ import annotations

import os
import random
import signal
import sys
from dataclasses import dataclass
from typing import Any

from core.store import Delivery, Now
from core.store.pace import Pace
from core.store.sending import Sending

POINTS = ("claimed", "made", "begun", "posted", "shown", "ended")


@dataclass(frozen=True, slots=True)
class Plan:
    """`platform` is behind `api_url`. `chance` is that of dying at a point each time it is passed;
    `every` the seconds between two random kills. `lease` and `margin` as in DeliveryTimes."""

    store_url: str
    api_url: str
    token: str
    replicas: int = 1
    deaths: int = 0
    chance: float = 0.0
    every: float = 0.05
    lease: float = 3.0
    margin: float = 1.6
    call: float = 1.0
    seed: int = 1
    points: tuple[str, ...] = POINTS
    platform: str = "slack"


class Dying:
    """Kills this process at one of the plan's points, sometimes."""

    def __init__(self, plan: Plan, dying: bool) -> None:
        self._plan = plan
        self._chance = random.Random()
        self._dying = dying

    def at(self, point: str) -> None:
        plan = self._plan
        if self._dying and point in plan.points and self._chance.random() < plan.chance:
            sys.stdout.write(f"point {point}\n")
            sys.stdout.flush()
            os.kill(os.getpid(), signal.SIGKILL)


class DyingSending(Sending):
    """The store's part of sending, with the points between which a process may end."""

    dying: Dying

    async def claim(
        self, channel: str, now: Now, lease_until: Any, most: int, pace: Pace
    ) -> tuple[Delivery, ...]:
        claimed = await super().claim(channel, now, lease_until, most, pace)
        if claimed:
            self.dying.at("claimed")
        return claimed

    async def begin(self, delivery: Delivery, lease_until: Any) -> bool:
        self.dying.at("made")
        begun = await super().begin(delivery, lease_until)
        self.dying.at("begun")
        return begun

    async def sent(self, delivery: Delivery, message: str, at: Any, held_until: Any) -> bool:
        self.dying.at("shown")
        done = await super().sent(delivery, message, at, held_until)
        self.dying.at("ended")
        return done
