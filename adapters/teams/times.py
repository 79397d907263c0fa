"""How long things may take with Teams; tests shorten them, the product keeps what stands here."""

from __future__ import annotations

from dataclasses import dataclass

# (so many, in so many seconds) per conversation: learn.microsoft.com, bots, "rate limit".
SENDS = ((7, 1.0), (8, 2.0), (60, 30.0), (1_800, 3_600.0))


@dataclass(frozen=True, slots=True)
class Times:
    """All in seconds.

    `connect`: until a server counts as unreachable. `call`: until a call counts as unanswered.
    `patience`: for how long what certainly did nothing is tried again, waiting for one's turn
    included. `pause`: before the first of these tries; then twice as long each time.
    `sends`: the pace per conversation. `per_second`, `burst`: requests of all conversations
    together, at most the sum of the two in any second; the platform takes 50.
    `keys_fresh`: after this Microsoft's keys are fetched anew while the old ones still hold;
    `keys_hold`: after this they do not. `keys_pause`: at least so long between two fetches,
    `keys_retry` where there is no key at all. `fetch`: until a fetch of keys or tokens is given up.
    """

    connect: float = 5.0
    call: float = 10.0
    patience: float = 60.0
    pause: float = 1.0
    sends: tuple[tuple[int, float], ...] = SENDS
    per_second: float = 40.0
    burst: int = 5
    keys_fresh: float = 12 * 3_600.0
    keys_hold: float = 24 * 3_600.0
    keys_pause: float = 60.0
    keys_retry: float = 5.0
    fetch: float = 5.0
