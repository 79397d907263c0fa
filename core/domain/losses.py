"""What a stop counts as, and the minutes and events of a set of stops.

The database makes these sums for large plants (core/data); this is the reference that its
statements are tested against, and what is used where the stops are at hand already.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, TypeVar

from core.domain.shifts import Busy
from core.domain.spans import MINUTE

Number = TypeVar("Number", int, float)


class Loss(StrEnum):
    """The categories of stops. `PLANNED` shortens planned busy time; all others are losses."""

    BREAKDOWN = "breakdown"
    SETUP = "setup"
    MINOR = "minor"
    BLOCKED = "blocked"
    STARVED = "starved"
    NO_ORDER = "no_order"
    PLANNED = "planned"
    UNCLASSIFIED = "unclassified"


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop of an asset; `end` None means that it is open. Times are aware UTC."""

    id: str
    asset: str
    start: datetime
    end: datetime | None
    loss: Loss = Loss.UNCLASSIFIED
    reason: str | None = None
    cause_asset: str | None = None
    repair_start: datetime | None = None
    repair_end: datetime | None = None

    def minutes(self, until: datetime) -> float:
        """The whole event's minutes; of an open one those up to `until`."""
        return max(0.0, ((self.end or until) - self.start) / MINUTE)


@dataclass(frozen=True, slots=True)
class Downtime:
    """Minutes inside planned busy time and events, per loss or reason; open stops counted in.

    `provisional`: an open stop is among them, so the minutes will still grow.
    """

    minutes: Mapping[str, float]
    events: Mapping[str, int]
    provisional: bool = False

    def __add__(self, other: Downtime) -> Downtime:
        return Downtime(
            _added(self.minutes, other.minutes),
            _added(self.events, other.events),
            self.provisional or other.provisional,
        )


def parse_loss(text: str | None) -> Loss:
    """The loss of that name; anything else, and nothing, is unclassified."""
    try:
        return Loss((text or "").strip().casefold())
    except ValueError:
        return Loss.UNCLASSIFIED


def classify(stop: Stop, minor_stop_minutes: float = 5) -> Loss:
    """The loss that the stop counts as: a breakdown or unclassified one whose whole event is
    shorter than `minor_stop_minutes` is a minor stop; one of exactly that length is not, and
    neither is an open one, which may yet grow.
    """
    if stop.end is None or stop.loss not in (Loss.BREAKDOWN, Loss.UNCLASSIFIED):
        return stop.loss
    short = stop.minutes(stop.end) < minor_stop_minutes
    return Loss.MINOR if short else stop.loss


def no_order(scheduled_at: datetime | None, shift_start: datetime) -> Loss:
    """No order is planned downtime only if it was scheduled before the shift started."""
    scheduled = scheduled_at is not None and scheduled_at < shift_start
    return Loss.PLANNED if scheduled else Loss.NO_ORDER


def lowers_line(stop: Stop, line: str, members: Iterable[str]) -> bool:
    """Whether a line's own stop lowers the line's availability: blocked and starved time does
    only if its cause lies outside the line; without a cause it counts."""
    if stop.loss not in (Loss.BLOCKED, Loss.STARVED):
        return True
    return stop.cause_asset is None or stop.cause_asset not in {line, *members}


def without_overlap(stops: Iterable[Stop], until: datetime) -> Iterator[tuple[Stop, datetime]]:
    """Each stop that has minutes of its own with the instant from which they are its own.

    Overlapping stops of one asset count once, for the one that started first (of two that
    started together, the first by id). A stop that lies inside an earlier one is not given.
    """
    ends: dict[str, datetime] = {}
    for stop in sorted(stops, key=lambda stop: (stop.start, stop.id)):
        end = stop.end or until
        start = max(stop.start, ends.get(stop.asset, stop.start))
        if start < end:
            ends[stop.asset] = end
            yield stop, start


def downtime(
    stops: Iterable[Stop],
    busy: Sequence[Busy],
    until: datetime,
    minor_stop_minutes: float = 5,
    by: Literal["loss", "reason"] = "loss",
) -> Downtime:
    """Downtime of assets that share the planned busy time `busy`: minutes are stop ∩ busy; an
    event counts where it starts, see Busy, also one that lies inside another and so has no
    minutes of its own. `by` is "loss" or "reason"; `until` is min(now, time of the data).
    """
    stops = tuple(stops)
    minutes: defaultdict[str, float] = defaultdict(float)
    events: defaultdict[str, int] = defaultdict(int)
    provisional = False

    def key(stop: Stop) -> str:
        loss = classify(stop, minor_stop_minutes)
        return loss.value if by == "loss" else stop.reason or ""

    for stop, own_start in without_overlap(stops, until):
        for piece in busy:
            overlap = (min(stop.end or until, piece.end) - max(own_start, piece.start)) / MINUTE
            if overlap > 0:
                minutes[key(stop)] += overlap
                provisional = provisional or stop.end is None
    for stop in stops:
        end = stop.end or until
        lasts = stop.start < end
        if lasts and any(p.opens <= stop.start < p.end and end > p.start for p in busy):
            events[key(stop)] += 1
    return Downtime(dict(minutes), dict(events), provisional)


def _added(first: Mapping[str, Number], second: Mapping[str, Number]) -> dict[str, Number]:
    added = dict(first)
    for key, value in second.items():
        added[key] = added[key] + value if key in added else value
    return added
