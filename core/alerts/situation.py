"""What is going on at one moment: the facts that alert rules and the action list judge.

Plain values, so that a poll of live data can judge the same facts. Times are aware UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.domain.losses import Loss
from core.domain.periods import Interval
from core.domain.safety import Severity
from core.domain.targets import Projection

Check = Literal[
    "safety", "down", "stop_cost", "behind_plan", "scrap_jump", "quality", "oee", "feed_stale"
]


@dataclass(frozen=True, slots=True)
class OpenStop:
    """A stop without an end. `minutes` lie inside planned busy time, up to the time of the data;
    `minutes_left` are those of the running shift after that. `cost` is None where the asset has
    no rate or the asker may not see money. `is_output_point`: the asset's output is its plant's."""

    id: str
    asset: str
    since: datetime
    minutes: float
    loss: Loss
    reason: str | None = None
    cause: str | None = None
    cost: float | None = None
    currency: str = ""
    minutes_left: float = 0.0
    is_output_point: bool = False
    cites: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """What an asset has made in the shift that runs, against what is expected by now."""

    asset: str
    shift: str
    interval: Interval
    until: datetime
    elapsed_minutes: float
    made: float
    target: float
    expected: float
    projection: Projection | None = None
    cites: tuple[int, ...] = ()

    @property
    def gap(self) -> float:
        """Units behind; negative is ahead."""
        return self.expected - self.made


@dataclass(frozen=True, slots=True)
class Reading:
    """The ratios of an asset in an ended shift; None is unknown or withheld."""

    interval: Interval
    oee: float | None
    quality: float | None
    oee_target: float | None = None


@dataclass(frozen=True, slots=True)
class Readings:
    """Those of one asset, oldest first."""

    asset: str
    readings: tuple[Reading, ...]
    cites: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ScrapPoint:
    interval: Interval
    ratio: float
    total: float
    scrap: float


@dataclass(frozen=True, slots=True)
class ScrapSeries:
    """The scrap ratio of one product on one asset, per ended shift that made it, oldest first.

    `recent_from` is the start of the first shift that counts as recent.
    """

    asset: str
    product: str | None
    points: tuple[ScrapPoint, ...]
    recent_from: datetime
    cites: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SafetyEvent:
    """An event that is not closed; `place` is an asset's or an area's id. `severity` None is a
    word that is no known severity."""

    id: str
    place: str
    since: datetime
    severity: Severity | None
    said: str
    status: str
    cites: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """The newest data of an asset; `silent_minutes` of planned busy time have passed since, or
    of all time where no shifts are known (`by_shifts` is False)."""

    asset: str
    at: datetime
    silent_minutes: float
    cites: tuple[int, ...] = ()
    by_shifts: bool = True


@dataclass(frozen=True, slots=True)
class Situation:
    """`above` is the path from each asset upwards, itself first (Hierarchy.path). `checked` are
    the checks for which there were facts. `data_time` is the newest time in any asset's data."""

    above: Mapping[str, tuple[str, ...]]
    checked: frozenset[Check]
    data_time: datetime | None = None
    stops: tuple[OpenStop, ...] = ()
    progress: tuple[Progress, ...] = ()
    readings: tuple[Readings, ...] = ()
    scrap: tuple[ScrapSeries, ...] = ()
    safety: tuple[SafetyEvent, ...] = ()
    feeds: tuple[Feed, ...] = ()
