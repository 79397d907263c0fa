"""A handover from shift to shift: one side completes it, the other signs it. Pure values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from core.domain.periods import Interval
from core.domain.tracking import UNDO, Who
from core.errors import UserError

State = Literal["open", "completed", "signed"]
BEFORE_END = timedelta(minutes=30)
"""How long before a shift's end its handover is prepared."""
UNSIGNED = timedelta(minutes=60)
"""How long after a shift's end a handover may stay unsigned before somebody is told."""


@dataclass(frozen=True, slots=True)
class Signature:
    who: Who
    at: datetime


@dataclass(frozen=True, slots=True)
class Handover:
    """That of one shift for `scope` (ids of places). `alone`: signed by who completed it, because
    nobody else was there. `last` is the last change's time, `by` who made it."""

    id: str
    scope: tuple[str, ...]
    plant: str
    shift: str
    interval: Interval
    completed: Signature | None = None
    signed: Signature | None = None
    alone: bool = False
    version: int = 0
    escalated_at: datetime | None = None

    @property
    def state(self) -> State:
        if self.signed is not None:
            return "signed"
        return "open" if self.completed is None else "completed"

    def is_overdue(self, at: datetime) -> bool:
        """Unsigned for too long after the shift's end."""
        return self.signed is None and at >= self.interval.end + UNSIGNED


def complete(handover: Handover, who: Who, at: datetime) -> Handover:
    """The outgoing side's. UserError "handover.too_early" before the shift's last half hour,
    "handover.completed_already"."""
    if handover.completed is not None:
        raise UserError("handover.completed_already")
    if at < handover.interval.end - BEFORE_END:
        raise UserError("handover.too_early", minutes=BEFORE_END // timedelta(minutes=1))
    return replace(handover, completed=Signature(who, at), version=handover.version + 1)


def sign(handover: Handover, who: Who, at: datetime, *, alone: bool = False) -> Handover:
    """The incoming side's. UserError "handover.not_completed", "handover.signed_already";
    "handover.same_person" for who completed it, unless they say that they are alone."""
    if handover.signed is not None:
        raise UserError("handover.signed_already")
    if handover.completed is None:
        raise UserError("handover.not_completed")
    same = handover.completed.who.id == who.id
    if same and not alone:
        raise UserError("handover.same_person")
    signed = Signature(who, at)
    return replace(handover, signed=signed, alone=same, version=handover.version + 1)


def undo(handover: Handover, who: Who, at: datetime) -> Handover:
    """Takes the last signature back. UserError as `tracking.undo`, with the same ten minutes."""
    last = handover.signed or handover.completed
    if last is None:
        raise UserError("handover.undo_nothing")
    if last.who.id != who.id:
        raise UserError("handover.undo_other")
    if at - last.at > UNDO:
        raise UserError("handover.undo_late", minutes=UNDO // timedelta(minutes=1))
    version = handover.version + 1
    if handover.signed is not None:
        return replace(handover, signed=None, alone=False, version=version)
    return replace(handover, completed=None, version=version)
