"""What to do first: everything that calls for somebody, each cause of an asset once, ranked.

Pure functions over a Situation, its alerts and the losses of two periods; DOMAIN.md: safety, then
money, then the gap to target. Money is what is at stake per shift: an open stop counts as if it
stood to the end of the running shift, a loss of a week with its share of one shift.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal

from core.alerts.inhibition import Alerts
from core.alerts.rules import Alert
from core.alerts.situation import OpenStop, Situation
from core.domain.losses import Loss
from core.domain.ranking import Candidate, rank
from core.domain.safety import Severity
from core.domain.tracking import Subject

MOST = 5
# Less is nobody's task: minutes per shift over days, minutes in all since the last shift began.
_LEAST_PER_SHIFT, _LEAST_LATELY = 2.0, 10.0
# What has happened once and comes back if nothing is done; the rest needs no hurry.
_RETURNS = frozenset({Loss.BREAKDOWN, Loss.BLOCKED, Loss.STARVED, Loss.UNCLASSIFIED, "holds_up"})
Role = Literal["safety_officer", "maintenance", "setter", "shift_lead", "material", "quality"]
ROLES: dict[str, Role] = {
    "safety": "safety_officer",
    Loss.BREAKDOWN: "maintenance",
    Loss.SETUP: "setter",
    Loss.MINOR: "setter",
    Loss.BLOCKED: "shift_lead",
    Loss.STARVED: "material",
    "holds_up": "shift_lead",
    Loss.NO_ORDER: "shift_lead",
    Loss.UNCLASSIFIED: "shift_lead",
    "reduced_speed": "setter",
    "rejects": "quality",
    "behind_plan": "shift_lead",
    "oee": "shift_lead",
}


class When(IntEnum):
    """How soon, the most urgent first."""

    NOW = 0
    THIS_SHIFT = 1
    BEFORE_NEXT_SHIFT = 2
    THIS_WEEK = 3


@dataclass(frozen=True, slots=True)
class CauseLoss:
    """What one cause took from output points in a period of `shifts` worked shifts.

    `asset` is at fault, `affected` lost the time. `lately`: since the last shift began, and not
    the days before. `kind` is a stop's loss, "holds_up" (others wait for it), "reduced_speed" or
    "rejects"; `about` the reason as recorded.
    """

    asset: str
    kind: str
    about: str | None
    affected: tuple[str, ...]
    shifts: float
    minutes: float | None = None
    stops: int | None = None
    units: float | None = None
    money: float | None = None
    currency: str | None = None
    lately: bool = False
    cites: tuple[int, ...] = ()

    @property
    def subject(self) -> str:
        """What it is merged by: rejects and slow running of an asset are one subject each."""
        return self.kind if self.kind in ("rejects", "reduced_speed") else self.about or self.kind


@dataclass(frozen=True, slots=True)
class CauseLosses:
    """Losses by cause in three periods: the running shift, all since the last ended shift began,
    and the days before."""

    running: tuple[CauseLoss, ...] = ()
    lately: tuple[CauseLoss, ...] = ()
    days: tuple[CauseLoss, ...] = ()

    def __add__(self, other: CauseLosses) -> CauseLosses:
        return CauseLosses(
            self.running + other.running, self.lately + other.lately, self.days + other.days
        )


Why = Alert | CauseLoss


@dataclass(frozen=True, slots=True)
class Task:
    """Something that somebody should do. `kind` chooses the verb, `why` says what it rests on,
    the most telling first. Safety events of one severity are one task: `others` are the places
    of the further ones."""

    asset: str
    others: tuple[str, ...]
    kind: str
    about: str | None
    is_open: bool
    role: Role
    when: When
    why: tuple[Why, ...]
    cites: tuple[int, ...]

    @property
    def subject(self) -> Subject:
        return Subject(self.asset, self.kind, self.about)


@dataclass(slots=True)
class _Draft:
    kind: str
    about: str | None
    affected: set[str]
    is_open: bool = False
    when: When = When.THIS_WEEK
    why: list[Why] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)


_Drafts = dict[tuple[str, str], _Draft]


def tasks(
    situation: Situation, alerts: Alerts, losses: CauseLosses, most: int | None = MOST
) -> tuple[Task, ...]:
    """At most so many tasks, the first one first."""
    drafts: _Drafts = {}
    stops = {(stop.asset, stop.id): stop for stop in situation.stops}
    for alert in alerts.active:
        if alert.rule == "safety":
            _safety(drafts, alert, situation)
        elif alert.rule in ("down", "stop_cost"):
            _open_stop(drafts, alert, stops[alert.asset, alert.subject])
    days = max((loss.shifts for loss in losses.days), default=0.0)
    for loss in losses.lately:
        if loss.minutes is None or loss.minutes >= _LEAST_LATELY:
            soon = When.BEFORE_NEXT_SHIFT if loss.kind in _RETURNS else When.THIS_WEEK
            _loss(drafts, loss, soon, loss.shifts + days)
    for loss in losses.days:
        if loss.minutes is None or loss.minutes >= _LEAST_PER_SHIFT * loss.shifts:
            _loss(drafts, loss, When.THIS_WEEK, loss.shifts)
    for alert in (*alerts.active, *alerts.silenced):
        _rate(drafts, alert, losses)
    ranked = rank(candidate for draft in drafts.values() for candidate in draft.candidates)
    return tuple(_task(c.asset, drafts[c.asset, c.subject]) for c in ranked[:most])


def _task(asset: str, draft: _Draft) -> Task:
    why = tuple(sorted(draft.why, key=_telling))
    cites = tuple(dict.fromkeys(cite for one in why for cite in one.cites))
    others = sorted(draft.affected - {asset}) if draft.kind == "safety" else ()
    return Task(
        asset,
        tuple(others),
        draft.kind,
        draft.about,
        draft.is_open,
        ROLES[draft.kind],
        draft.when,
        why,
        cites,
    )


def _telling(why: Why) -> int:
    """What stands now, what is behind, what it took, how it has gone."""
    if isinstance(why, CauseLoss):
        return 2
    return {"safety": 0, "down": 0, "stop_cost": 0, "behind_plan": 1}.get(why.rule, 3)


# --- ingredients -----------------------------------------------------------------------------


def _draft(
    drafts: _Drafts, asset: str, subject: str, kind: str, about: str | None, when: When
) -> _Draft:
    draft = drafts.setdefault((asset, subject), _Draft(kind, about, {asset}))
    draft.when = min(draft.when, when)
    return draft


def _safety(drafts: _Drafts, alert: Alert, situation: Situation) -> None:
    """The events of one severity together, so that they do not crowd out everything else."""
    event = next(event for event in situation.safety if event.id == alert.subject)
    # A word that is no known severity may be anything, so it is not ranked last.
    severity = event.severity or Severity.RECORDABLE
    subject = f"safety {severity.name}"
    asset = next((place for place, about in drafts if about == subject), alert.asset)
    draft = _draft(drafts, asset, subject, "safety", alert.about, When.NOW)
    draft.is_open = True
    draft.affected.add(alert.asset)
    draft.why.append(alert)
    draft.candidates.append(Candidate(asset, subject, severity))


def _open_stop(drafts: _Drafts, alert: Alert, stop: OpenStop) -> None:
    subject = stop.reason or stop.loss.value
    draft = _draft(drafts, stop.asset, subject, stop.loss.value, stop.reason, When.NOW)
    draft.is_open = True
    draft.why.append(alert)
    draft.affected |= {follower.asset for follower in alert.follow}
    at_stake = stop.minutes + stop.minutes_left
    money = stop.cost * at_stake / stop.minutes if stop.cost and stop.minutes else stop.cost
    draft.candidates.append(
        Candidate(
            stop.asset,
            subject,
            money=money,
            currency=stop.currency or None if money is not None else None,
            minutes=at_stake,
        )
    )


def _loss(drafts: _Drafts, loss: CauseLoss, when: When, shifts: float) -> None:
    """What it took per shift, of all the shifts that were looked at: one bad shift is not a
    week of them."""
    draft = _draft(drafts, loss.asset, loss.subject, loss.kind, loss.about, when)
    draft.affected |= set(loss.affected)
    # The days say more than the last shifts.
    draft.why = [*(why for why in draft.why if not isinstance(why, CauseLoss)), loss]
    draft.candidates.append(
        Candidate(
            loss.asset,
            loss.subject,
            money=None if loss.money is None else loss.money / shifts,
            currency=loss.currency,
            minutes=None if loss.minutes is None else loss.minutes / shifts,
        )
    )


def _rate(drafts: _Drafts, alert: Alert, losses: CauseLosses) -> None:
    """A shortfall belongs to the cause that took most from the asset, where one is known."""
    match alert.rule:
        case "behind_plan":
            key = _standing(drafts, alert.asset) or _largest(drafts, alert.asset, losses.running)
            draft = _into(drafts, key, alert, "behind_plan", When.THIS_SHIFT)
            draft.candidates.append(_gap(alert, key or (alert.asset, "behind_plan")))
        case "oee":
            key = _largest(drafts, alert.asset, losses.days)
            draft = _into(drafts, key, alert, "oee", When.THIS_WEEK)
            draft.candidates.append(_gap(alert, key or (alert.asset, "oee")))
        case "quality" | "scrap_jump":
            key = alert.asset, "rejects"
            draft = _into(drafts, key, alert, "rejects", When.BEFORE_NEXT_SHIFT)
            draft.candidates.append(_gap(alert, key))
        case _:
            return
    draft.why.append(alert)


def _into(
    drafts: _Drafts, key: tuple[str, str] | None, alert: Alert, kind: str, when: When
) -> _Draft:
    asset, subject = key or (alert.asset, kind)
    return _draft(drafts, asset, subject, kind, None, when)


def _gap(alert: Alert, key: tuple[str, str]) -> Candidate:
    """The gap as a share, because bottles and parts cannot be compared."""
    gap = abs((alert.figure or 0.0) - (alert.limit or 0.0))
    if alert.rule == "behind_plan":
        gap = alert.figure or 0.0
    return Candidate(*key, gap=gap)


def _standing(drafts: _Drafts, asset: str) -> tuple[str, str] | None:
    """The open stop that holds the asset up."""
    found = (
        key
        for key, draft in drafts.items()
        if draft.is_open and draft.kind != "safety" and asset in draft.affected
    )
    return next(found, None)


def _largest(drafts: _Drafts, asset: str, losses: Iterable[CauseLoss]) -> tuple[str, str] | None:
    """The cause that took most minutes from the asset, if it is among the drafts."""
    own = [
        loss
        for loss in losses
        if asset in loss.affected and (loss.asset, loss.subject) in drafts and loss.minutes
    ]
    top = max(own, key=lambda loss: loss.minutes or 0.0, default=None)
    return (top.asset, top.subject) if top else None
