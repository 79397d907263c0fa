"""What becomes of alerts over many looks, against a plain model of the standard's states."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from core.acts.alert_changes import acknowledged, closed, shelved, taken, unshelved
from core.alerts.lasting import Change, Look, looked
from core.alerts.situation import Check
from core.domain.alarms import AlarmState, Priority
from core.domain.losses import Loss
from core.request import User
from core.store.alerts import StoredAlert
from tests.alerts.made import CHECKS, MINUTE, NOW, found, look

ANA = User("slack:T:U1", "Ana")


def after(known: list[StoredAlert], seen: Look) -> list[StoredAlert]:
    changed = {change.alert.id: change.alert for change in looked(known, seen)}
    return [changed.pop(a.id, a) for a in known] + list(changed.values())


def only(changes: tuple[Change, ...]) -> Change:
    [change] = changes
    return change


def kinds(change: Change) -> list[str]:
    return [event.kind for event in change.events]


def test_a_stop_that_ends_is_over_at_once_and_at_its_own_end() -> None:
    down = found("down", "line-1", extra={"minutes": 12.0, "cost": 24.0}, loss=Loss.BREAKDOWN)
    [alert] = after([], look(NOW, [down]))
    assert alert.state(NOW) is AlarmState.UNACKNOWLEDGED
    ended = NOW + 4.5 * MINUTE
    change = only(looked([alert], look(NOW + 5 * MINUTE, ends={alert.key: ended})))
    assert kinds(change) == ["returned"]
    assert change.alert.ended_at == ended
    assert change.alert.facts["extra"]["minutes"] == 16.5
    assert change.alert.facts["extra"]["cost"] == 33.0
    assert change.alert.state(NOW) is AlarmState.RETURNED_UNACKNOWLEDGED


def test_a_stop_that_grows_dear_is_the_same_alert() -> None:
    [alert] = after([], look(NOW, [found("down", "line-1")]))
    dear = found("stop_cost", "line-1", priority=Priority.HIGH)
    change = only(looked([alert], look(NOW + MINUTE, [dear])))
    assert change.alert.id == alert.id
    assert (change.alert.priority, kinds(change)) == (Priority.HIGH, ["priority"])


def test_what_json_cannot_hold_is_unknown() -> None:
    odd = {"cost": float("nan"), "gap": Decimal("12.5"), "currency": "USD", "projected": None}
    [alert] = after([], look(NOW, [found("down", "line-1", figure=float("inf"), extra=odd)]))
    facts = json.loads(json.dumps(dict(alert.facts), allow_nan=False))
    assert facts["figure"] is None
    assert facts["extra"] == {"cost": None, "gap": 12.5, "currency": "USD", "projected": None}


def test_a_rate_must_be_well_for_a_while() -> None:
    [alert] = after([], look(NOW, [found("behind_plan", "line-1")]))
    [alert] = after([alert], look(NOW + MINUTE))
    assert alert.active
    [alert] = after([alert], look(NOW + 2 * MINUTE, [found("behind_plan", "line-1")]))
    [alert] = after([alert], look(NOW + 6 * MINUTE))
    assert alert.active, "five minutes anew"
    [alert] = after([alert], look(NOW + 11 * MINUTE))
    assert not alert.active
    assert alert.ended_at == NOW + 6 * MINUTE
    assert alert.activations == 1


def test_what_cannot_be_known_is_not_over() -> None:
    down = found("down", "line-1")
    [alert] = after([], look(NOW, [down]))
    [alert] = after([alert], look(NOW + MINUTE, stale=["line-1"], standing=["line-1"]))
    assert alert.active
    [alert] = after([alert], look(NOW + 2 * MINUTE, checked=CHECKS - {"down"}))
    assert alert.active
    [alert] = after([alert], look(NOW + 3 * MINUTE, stale=["line-1"]))
    assert not alert.active, "its end is recorded"
    [rate] = after([], look(NOW, [found("oee", "line-1")]))
    [rate] = after([rate], look(NOW + 9 * MINUTE, stale=["line-1"]))
    assert rate.gone_since is None


def test_what_comes_back_soon_is_the_same_and_later_another() -> None:
    rate = found("behind_plan", "line-1")
    [alert] = after([], look(NOW, [rate]))
    alert = acknowledged(alert, NOW)
    [alert] = after([alert], look(NOW + MINUTE))
    [alert] = after([alert], look(NOW + 7 * MINUTE))
    [again] = after([alert], look(NOW + 12 * MINUTE, [rate]))
    assert (again.id, again.activations, again.acknowledged) == (alert.id, 2, False)
    both = after([alert], look(NOW + 40 * MINUTE, [rate]))
    assert len(both) == 2


def test_what_follows_from_another_is_silenced_and_comes_back() -> None:
    rate, cause = found("behind_plan", "line-1"), found("down", "line-1")
    [behind] = after([], look(NOW, [rate]))
    explained = replace(cause, follow=(rate,))
    behind, down = after([behind], look(NOW + MINUTE, [explained]))
    assert behind.state(NOW) is AlarmState.SUPPRESSED
    assert behind.suppressed_by == down.id
    behind, down = after([behind, down], look(NOW + 2 * MINUTE, [rate]))
    assert behind.state(NOW) is AlarmState.UNACKNOWLEDGED
    assert not down.active


def test_shelving_ends_by_itself_and_wants_to_be_seen_again() -> None:
    down = found("down", "line-1")
    [alert] = after([], look(NOW, [down]))
    hour = timedelta(hours=1)
    alert = shelved(acknowledged(alert, NOW), NOW, hour, "parts", 8 * hour)
    [still] = after([alert], look(NOW + 59 * MINUTE, [down]))
    assert still.state(NOW + 59 * MINUTE) is AlarmState.SHELVED
    change = only(looked([still], look(NOW + 60 * MINUTE, [down])))
    assert kinds(change) == ["shelving_ended"]
    assert change.alert.state(NOW + 60 * MINUTE) is AlarmState.UNACKNOWLEDGED
    assert change.alert.shelved_because is None


def test_what_nobody_acknowledged_is_listed_for_a_day() -> None:
    [alert] = after([], look(NOW, [found("down", "line-1")]))
    [alert] = after([alert], look(NOW + MINUTE))
    day = timedelta(hours=24)
    [alert] = after([alert], look(NOW + day))
    assert not alert.acknowledged
    change = only(looked([alert], look(NOW + day + MINUTE)))
    assert kinds(change) == ["lapsed"]
    assert change.alert.is_over(NOW)


@dataclass
class Modelled:
    """What the standard says of one alarm, in the plainest way."""

    active: bool = False
    acknowledged: bool = True
    closed: bool = False
    gone_for: int = 0
    shelved_until: datetime | None = None
    taken: bool = False
    raised: int = field(default=0)


class OneCondition(RuleBasedStateMachine):
    """A rate that comes and goes, with people who act; a look every minute."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.known: list[StoredAlert] = []
        self.model = Modelled()
        self.versions: list[int] = []

    @property
    def alert(self) -> StoredAlert | None:
        return self.known[0] if self.known else None

    @rule(holds=st.booleans(), is_known=st.booleans())
    def look(self, holds: bool, is_known: bool) -> None:
        self.now += MINUTE
        checked: frozenset[Check] = CHECKS if is_known else CHECKS - {"quality"}
        holds = holds and is_known
        active = [found("quality", "line-1", NOW)] if holds else []
        self.known = after(self.known, look(self.now, active, checked=checked))
        model = self.model
        if holds:
            model.gone_for = 0
            if not model.active:
                if len(self.known) > 1:  # an occurrence of its own
                    self.known = self.known[-1:]
                    self.model = model = Modelled()
                model.active, model.acknowledged, model.closed = True, False, False
                model.raised += 1
        elif is_known and model.active:
            model.gone_for += 1
            if model.gone_for > 5:
                model.active, model.shelved_until, model.gone_for = False, None, 0
                if model.closed:
                    model.acknowledged = True
        elif model.active and model.gone_for:
            model.gone_for += 1  # time goes on, but nothing is decided on what is not known
        if model.shelved_until is not None and model.shelved_until <= self.now:
            model.shelved_until = None
            if model.active and not model.taken:
                model.acknowledged = False

    @rule()
    def acknowledge(self) -> None:
        if self.alert is not None:
            self.known[0] = acknowledged(self.alert, self.now)
            self.model.acknowledged = True

    @rule()
    def take(self) -> None:
        if self.alert is not None and self.model.active:
            self.known[0] = taken(self.alert, ANA, self.now)
            self.model.acknowledged = self.model.taken = True

    @rule(minutes=st.integers(1, 20))
    def shelve(self, minutes: int) -> None:
        if self.alert is not None and self.model.active and not self.model.closed:
            longest = timedelta(hours=8)
            self.known[0] = shelved(self.alert, self.now, minutes * MINUTE, "parts", longest)
            self.model.shelved_until = self.now + minutes * MINUTE

    @rule()
    def unshelve(self) -> None:
        if self.alert is not None:
            self.known[0] = unshelved(self.alert)
            self.model.shelved_until = None

    @rule()
    def close(self) -> None:
        if self.alert is not None and self.model.active:
            self.known[0] = closed(self.alert, self.now)
            if not self.model.closed:
                self.model.shelved_until = None
            self.model.closed = self.model.acknowledged = True

    @invariant()
    def the_same(self) -> None:
        if self.alert is None:
            return
        alert, model = self.alert, self.model
        assert (alert.active, alert.acknowledged) == (model.active, model.acknowledged)
        assert alert.shelved_until == model.shelved_until
        assert (alert.closed_at is not None, alert.taken_by is not None) == (
            model.closed,
            model.taken,
        )
        assert alert.activations == model.raised
        state = alert.state(self.now)
        if not model.active:
            over = AlarmState.NORMAL if model.acknowledged else AlarmState.RETURNED_UNACKNOWLEDGED
            assert state is over
        elif model.closed:
            assert state is AlarmState.OUT_OF_SERVICE
        elif model.shelved_until is not None:
            assert state is AlarmState.SHELVED
        else:
            seen = model.acknowledged
            assert state is (AlarmState.ACKNOWLEDGED if seen else AlarmState.UNACKNOWLEDGED)


TestOneCondition = OneCondition.TestCase
TestOneCondition.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
