"""The figures of alerts.toml, checked."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from core.domain.alarms import Priority

DEFAULTS = Path(__file__).with_name("alerts.toml")


class Levels(BaseModel):
    """From which figure on an alert has which priority."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    low: float | None = None
    medium: float | None = None
    high: float | None = None

    def priority(self, figure: float) -> Priority | None:
        levels = ((Priority.HIGH, self.high), (Priority.MEDIUM, self.medium))
        for priority, level in (*levels, (Priority.LOW, self.low)):
            if level is not None and figure >= level:
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


class SafetyRule(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    days: int = Field(default=400, ge=1)


class StaleRule(Levels):
    together: int = Field(default=3, ge=2)
    together_minutes: float = Field(default=15, gt=0)


class AlertRules(BaseModel):
    """alerts.toml; what its figures mean stands there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

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


@cache
def default_rules() -> AlertRules:
    """The rules of alerts.toml as shipped."""
    return AlertRules.model_validate(tomllib.loads(DEFAULTS.read_text("utf-8")))
