"""How long something took, where the machine may stand still meanwhile."""

from __future__ import annotations

import threading

BEAT = 0.005


class Ran:
    """A watch that stands still with the machine: a thread counts the seconds in which this
    process ran, and where it is slow it counts too few."""

    def __init__(self) -> None:
        self._beats = 0
        self._over = threading.Event()

    @property
    def seconds(self) -> float:
        return self._beats * BEAT

    def __enter__(self) -> Ran:
        threading.Thread(target=self._count, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()

    def _count(self) -> None:
        while not self._over.wait(BEAT):
            self._beats += 1
