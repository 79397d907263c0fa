"""Faults: the model having a bad day.

`after` counts what still comes through: events of a stream, or 32 bytes at a time of a whole
answer. None: nothing comes, not even a status. A fault that breaks an answer leaves the script's
turn for the next request, as a model asked again answers again.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from tests.fakes.model.request import Request


@dataclass(frozen=True, slots=True)
class Hang:
    """Never goes on."""

    after: int | None = None


@dataclass(frozen=True, slots=True)
class Reset:
    """Resets the connection (TCP RST)."""

    after: int | None = None


@dataclass(frozen=True, slots=True)
class Truncate:
    """Ends properly but too early: no finish reason, no [DONE], or half a JSON."""

    after: int = 3


@dataclass(frozen=True, slots=True)
class BrokenJson:
    """An event, or the rest of the answer, whose JSON breaks off in the middle."""

    after: int = 2


@dataclass(frozen=True, slots=True)
class BrokenEvents:
    """Lines that are no event; instead of a whole answer: a page of HTML with status 200."""

    after: int = 2


@dataclass(frozen=True, slots=True)
class NotUtf8:
    """A byte that is no UTF-8 inside the text."""

    after: int = 2


@dataclass(frozen=True, slots=True)
class FailMidway:
    """The API's own error inside a stream; a whole answer becomes a 500."""

    after: int = 2


@dataclass(frozen=True, slots=True)
class Slow:
    """So many events a second (real ones), the first of them `first` seconds late."""

    per_second: float = 50.0
    first: float = 0.0


@dataclass(frozen=True, slots=True)
class Hold:
    """Waits at `after` until the test sets `gate`, then goes on rightly."""

    gate: asyncio.Event = field(compare=False)
    after: int | None = None


@dataclass(frozen=True, slots=True)
class TooMany:
    """429. `retry_after` in seconds; None: no such header. `quota`: the account has no money."""

    retry_after: float | None = 1.0
    quota: bool = False


@dataclass(frozen=True, slots=True)
class ServerError:
    """500 and 503 with the API's own body; others with the page of a proxy in front of it."""

    status: int = 500


Mangled = Truncate | BrokenJson | BrokenEvents | NotUtf8 | FailMidway
Fault = Hang | Reset | Mangled | Slow | Hold | TooMany | ServerError
Where = Literal["turns", "embeddings", "*"]

FAULTS = (
    *(Hang, Reset, Truncate, BrokenJson, BrokenEvents, NotUtf8, FailMidway),
    *(Slow, Hold, TooMany, ServerError),
)


def breaks(fault: Fault) -> bool:
    """Whether the client cannot have got the answer."""
    return not isinstance(fault, Slow | Hold)


@dataclass(slots=True)
class Rule:
    """A fault in wait. `fired` counts how often it struck; `times=None` has no end."""

    fault: Fault
    on: Where
    times: int | None
    after: int
    where: Callable[[Request], bool] | None
    fired: int = 0

    def strikes(self, request: Request | None) -> bool:
        if self.on not in ("*", "turns" if request else "embeddings"):
            return False
        if self.where and not (request and self.where(request)):
            return False
        if self.after > 0:
            self.after -= 1
            return False
        if self.times is not None and self.fired >= self.times:
            return False
        self.fired += 1
        return True


class Faults:
    """The faults that are set. The first rule that matches a request strikes."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []

    def add(
        self,
        fault: Fault,
        *,
        on: Where = "turns",
        times: int | None = 1,
        after: int = 0,
        where: Callable[[Request], bool] | None = None,
    ) -> Rule:
        """Strike at turns, embeddings or both ("*").

        `after` requests pass first, then `times` requests are struck; `where` looks at a turn's
        request.
        """
        rule = Rule(fault, on, times, after, where)
        self.rules.append(rule)
        return rule

    def clear(self) -> None:
        self.rules.clear()

    def striking(self, request: Request | None) -> Fault | None:
        """The fault for a request; None as the request: one for embeddings."""
        return next((rule.fault for rule in self.rules if rule.strikes(request)), None)
