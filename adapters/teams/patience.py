"""How long Teams is kept waiting; tests shorten it, the product keeps what stands here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """All in seconds.

    `ack`: until a delivery is refused where the store hangs. `reply`: until an invoke is answered
    with "it takes longer"; Teams waits some ten, and fifteen for the whole turn.
    `lease`: until what a process took counts as abandoned; longer than a call and what follows.
    `look`: between two looks for what other processes abandoned.
    """

    ack: float = 5.0
    reply: float = 8.0
    lease: float = 90.0
    look: float = 10.0
