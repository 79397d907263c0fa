"""How long things may take with Slack; tests shorten them, the product keeps what stands here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Times:
    """All in seconds.

    `call`: until a call counts as unanswered. `patience`: for how long what certainly did nothing
    is tried again, and how long Slack may tell to wait. `shown_after`: until Slack shows what it
    took. `pace`, `burst`: a channel takes a message every `pace`, a few more at once.
    `ack`: until the delivery is refused where the store hangs; Slack waits 3 s.
    `lease`: until what a process took counts as abandoned; longer than a call and what follows.
    `look`: between two looks for what other processes abandoned.
    `note`: until a question that takes longer shows that it is worked on.
    `first`: for how long a first sentence waits, as most answers are whole by then.
    `ornament`: for how long an answer waits for a title or a status line, `people` for who asked.
    """

    call: float = 10.0
    patience: float = 300.0
    shown_after: tuple[float, ...] = (1.0, 3.0)
    pace: float = 1.0
    burst: int = 3
    ack: float = 2.5
    lease: float = 60.0
    look: float = 10.0
    note: float = 1.5
    first: float = 0.3
    ornament: float = 2.0
    people: float = 2.0
