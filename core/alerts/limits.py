"""The figures of alerts.toml, checked."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from core.domain.alarms import Priority


def _never(given: object) -> object:
    """ "never" takes away a level that the shipped rules have."""
    return None if given == "never" else given


Level = Annotated[float | None, Field(ge=0), BeforeValidator(_never)]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Levels(Section):
    """From which figure on an alert has which priority; `on = false` switches the rule off."""

    on: bool = True
    low: Level = None
    medium: Level = None
    high: Level = None

    @model_validator(mode="after")
    def _rise(self) -> Self:
        given = [level for level in (self.low, self.medium, self.high) if level is not None]
        if given != sorted(given):
            raise ValueError("low, medium and high must rise")
        return self

    def priority(self, figure: float) -> Priority | None:
        levels = ((Priority.HIGH, self.high), (Priority.MEDIUM, self.medium))
        for priority, level in (*levels, (Priority.LOW, self.low)):
            if self.on and level is not None and figure >= level:
                return priority
        return None

    @property
    def least(self) -> float:
        """The figure from which on there is an alert at all."""
        return min(level for level in (self.low, self.medium, self.high) if level is not None)


class BehindRule(Levels):
    percent: float = Field(default=15, gt=0)
    after_minutes: float = Field(default=60, ge=0)


class UnderRule(Levels):
    readings: int = Field(default=3, ge=1)
    hysteresis: float = Field(default=2, ge=0)


class QualityRule(UnderRule):
    target: float = Field(default=95, gt=0, le=100)


class ScrapRule(Levels):
    recent_shifts: int = Field(default=3, ge=1)
    days: int = Field(default=30, ge=7)


class SafetyRule(Section):
    days: int = Field(default=400, ge=1)


class StaleRule(Levels):
    together: int = Field(default=3, ge=2)
    together_minutes: float = Field(default=15, gt=0)


class States(Section):
    """When an alert is over: minutes that its condition must be gone, hours after which nobody
    is asked any more to acknowledge it; and for how long it may be shelved."""

    clear_minutes: float = Field(default=5, ge=0, le=120)
    unacknowledged_hours: float = Field(default=24, gt=0, le=168)
    longest_shelving_hours: float = Field(default=8, gt=0, le=24)


class Messages(Section):
    """How often a reader is told; `low` and `medium` are what is left of `per_shift` for them."""

    wait_seconds: float = Field(default=30, ge=0, le=600)
    interval_minutes: float = Field(default=5, ge=1, le=60)
    repeat_hours: float = Field(default=4, ge=1, le=24)
    repeats: int = Field(default=3, ge=0, le=10)
    per_shift: int = Field(default=8, ge=0, le=100)
    low: int = Field(default=3, ge=0, le=100)
    medium: int = Field(default=6, ge=0, le=100)
    digest_minutes: float = Field(default=60, ge=5, le=480)
    through_quiet: Literal["safety", "high"] = "safety"

    def most(self, priority: Priority) -> int:
        """How many pushes of a shift there may be before one of this priority waits."""
        own = {Priority.LOW: self.low, Priority.MEDIUM: self.medium}
        return min(self.per_shift, own.get(priority, self.per_shift))


Minutes = Annotated[float | None, Field(gt=0), BeforeValidator(_never)]


class Escalation(Section):
    """After how many minutes without anybody on it others are told; `to` are ids of subscriptions
    or places ("slack:T…:C…") that have one; nobody: those who were told already."""

    low: Minutes = None
    medium: Minutes = None
    high: Minutes = 15
    safety: Minutes = 15
    to: tuple[str, ...] = ()

    def after(self, priority: Priority, *, safety: bool) -> float | None:
        """`safety` is for what is worse than a near miss, which is of high priority."""
        if safety and priority is Priority.HIGH:
            return self.safety
        by_priority = {Priority.LOW: self.low, Priority.MEDIUM: self.medium}
        return by_priority.get(priority, self.high)


class AlertRules(Section):
    """alerts.toml; what its figures mean stands there."""

    down: Levels
    down_output_point: Levels
    setup: Levels
    stop_cost: Levels
    behind_plan: BehindRule
    oee: UnderRule
    quality: QualityRule
    scrap_jump: ScrapRule
    safety: SafetyRule
    feed_stale: StaleRule
    states: States
    messages: Messages
    escalation: Escalation
