"""An action from its proposal to its end: who has it, until when, and what may be taken back.

Pure values. Every change raises the version, so that whoever saw an older one can be refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from core.errors import UserError

State = Literal["proposed", "taken", "done", "not_useful"]
UNDO = timedelta(minutes=10)
LOWERED = timedelta(days=14)
"""How long what was called not useful ranks behind everything else."""
_ONE_EACH = frozenset({"rejects", "reduced_speed"})
OPEN: frozenset[State] = frozenset({"proposed", "taken"})


@dataclass(frozen=True, slots=True)
class Subject:
    """What an action is about: the same at every evaluation, whatever its rank or its figures."""

    asset: str
    kind: str
    about: str | None = None

    @property
    def key(self) -> str:
        """A reason is one subject whatever loss it is; rejects are one whatever their reason."""
        told = self.about or self.kind
        if self.kind in _ONE_EACH:
            told = self.kind
        elif self.kind == "safety":
            told = f"safety {self.about or ''}"
        return f"{self.asset}|{told}"


@dataclass(frozen=True, slots=True)
class Who:
    """A person who acts: chat identity, display name, and the place in which they did."""

    id: str
    name: str
    place: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How an action stands. `due` is the end of the shift in which it is to be done; `carried`
    counts the shifts that it was handed on; `why` is the reason for calling it not useful."""

    state: State = "proposed"
    owner: Who | None = None
    due: datetime | None = None
    carried: int = 0
    why: str = ""
    taken_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tracked:
    """An action that is kept. `before` is what the last change replaced, `changed_by` who made
    it; `verdict` what was measured after it was done, at `measured_at`."""

    id: str
    subject: Subject
    plant: str
    role: str
    proposed_at: datetime
    now: Standing = field(default_factory=Standing)
    version: int = 0
    before: Standing | None = None
    changed_at: datetime | None = None
    changed_by: str = ""
    measured_at: datetime | None = None
    verdict: str = ""

    @property
    def is_open(self) -> bool:
        return self.now.state in OPEN

    def is_lowered(self, at: datetime) -> bool:
        """Whether the same suggestion was called not useful a short while ago."""
        ended = self.now.ended_at
        return self.now.state == "not_useful" and ended is not None and at - ended < LOWERED


def take(action: Tracked, who: Who, at: datetime, due: datetime | None) -> Tracked:
    """UserError "action.not_open", or "action.taken" where somebody has it."""
    _still_open(action)
    if action.now.owner is not None:
        raise UserError("action.taken_already")
    return _owned(action, who, who, at, due)


def assign(action: Tracked, to: Who, by: Who, at: datetime, due: datetime | None) -> Tracked:
    """Gives it to somebody, also from whoever has it. UserError "action.not_open"."""
    _still_open(action)
    return _owned(action, to, by, at, due)


def done(action: Tracked, who: Who, at: datetime) -> Tracked:
    """Whoever says so has done it, unless somebody else had taken it."""
    _still_open(action)
    now = action.now
    ended = replace(
        now, state="done", owner=now.owner or who, taken_at=now.taken_at or at, ended_at=at
    )
    return _changed(action, ended, who, at)


def not_useful(action: Tracked, who: Who, at: datetime, why: str) -> Tracked:
    """UserError "action.why_missing" without a reason."""
    _still_open(action)
    if not why.strip():
        raise UserError("action.why_missing")
    ended = replace(action.now, state="not_useful", why=why.strip(), ended_at=at)
    return _changed(action, ended, who, at)


def carry(action: Tracked, by: str, at: datetime, due: datetime | None) -> Tracked:
    """Hands a taken one on to the next shift. UserError "action.not_taken"."""
    if action.now.state != "taken":
        raise UserError("action.not_taken")
    later = replace(action.now, due=due, carried=action.now.carried + 1)
    return _changed(action, later, Who(by, "", ""), at)


def undo(action: Tracked, who: Who, at: datetime) -> Tracked:
    """Takes the last change back. UserError "action.undo_nothing", "action.undo_other" for
    somebody else's change, "action.undo_late" after ten minutes."""
    if action.before is None or action.changed_at is None:
        raise UserError("action.undo_nothing")
    if action.changed_by != who.id:
        raise UserError("action.undo_other")
    if at - action.changed_at > UNDO:
        raise UserError("action.undo_late", minutes=UNDO // timedelta(minutes=1))
    back = _changed(action, action.before, who, at)
    return replace(back, before=None)


def _still_open(action: Tracked) -> None:
    if not action.is_open:
        raise UserError("action.not_open")


def _owned(action: Tracked, owner: Who, by: Who, at: datetime, due: datetime | None) -> Tracked:
    taken = replace(action.now, state="taken", owner=owner, due=due, taken_at=at)
    return _changed(action, taken, by, at)


def _changed(action: Tracked, now: Standing, by: Who, at: datetime) -> Tracked:
    return replace(
        action,
        now=now,
        before=action.now,
        version=action.version + 1,
        changed_at=at,
        changed_by=by.id,
    )
