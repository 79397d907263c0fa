from __future__ import annotations

from datetime import timedelta

import pytest

from core.domain import alarms
from core.domain.alarms import Alarm, AlarmState, Priority
from core.errors import UserError
from tests.domain.plants import at

NOW = at("2026-11-23 12:00")
MINUTE = timedelta(minutes=1)


def test_active_and_acknowledged_are_two_facts() -> None:
    alarm = Alarm()
    assert alarm.state(NOW) == AlarmState.NORMAL
    alarm = alarms.activate(alarm, NOW)
    assert alarm.state(NOW) == AlarmState.UNACKNOWLEDGED
    assert alarms.acknowledge(alarm).state(NOW) == AlarmState.ACKNOWLEDGED
    assert alarms.return_to_normal(alarms.acknowledge(alarm)).state(NOW) == AlarmState.NORMAL
    returned = alarms.return_to_normal(alarm)
    assert returned.state(NOW) == AlarmState.RETURNED_UNACKNOWLEDGED
    assert alarms.acknowledge(returned).state(NOW) == AlarmState.NORMAL


def test_a_new_activation_wants_a_new_acknowledgement() -> None:
    alarm = alarms.acknowledge(alarms.activate(Alarm(), NOW))
    again = alarms.activate(alarms.return_to_normal(alarm), NOW + MINUTE)
    assert again.state(NOW) == AlarmState.UNACKNOWLEDGED
    assert alarms.activate(alarm, NOW + MINUTE) == alarm  # it is active already


def test_shelving_ends_by_itself() -> None:
    alarm = alarms.shelve(alarms.activate(Alarm(), NOW), NOW, 30 * MINUTE, "parts ordered")
    assert alarm.state(NOW + 29 * MINUTE) == AlarmState.SHELVED
    assert alarm.state(NOW + 30 * MINUTE) == AlarmState.UNACKNOWLEDGED
    assert alarms.unshelve(alarm).state(NOW) == AlarmState.UNACKNOWLEDGED


@pytest.mark.parametrize(
    ("duration", "reason", "key"),
    [
        (timedelta(days=1), "parts", "shelve_too_long"),
        (timedelta(0), "parts", "shelve_too_short"),
        (MINUTE, " ", "shelve_reason_missing"),
    ],
)
def test_shelving_has_a_maximum_and_a_reason(duration: timedelta, reason: str, key: str) -> None:
    with pytest.raises(UserError) as caught:
        alarms.shelve(Alarm(), NOW, duration, reason)
    assert caught.value.key == key


def test_out_of_service_and_suppression_come_first() -> None:
    assert Alarm(active=True, suppressed=True).state(NOW) == AlarmState.SUPPRESSED
    both = Alarm(active=True, suppressed=True, out_of_service=True)
    assert both.state(NOW) == AlarmState.OUT_OF_SERVICE


def test_stale_after_a_day() -> None:
    alarm = alarms.activate(Alarm(), NOW)
    assert not alarm.stale(NOW + timedelta(hours=24))
    assert alarm.stale(NOW + timedelta(hours=24) + MINUTE)
    assert not alarms.return_to_normal(alarm).stale(NOW + timedelta(days=2))


def test_chattering_is_three_activations_in_a_quarter_of_an_hour() -> None:
    alarm = Alarm()
    for minute in (0, 7, 14):
        alarm = alarms.activate(alarms.return_to_normal(alarm), NOW + minute * MINUTE)
    assert alarm.chattering(NOW + 14 * MINUTE)
    assert not alarm.chattering(NOW + 15 * MINUTE)
    tomorrow = alarms.activate(alarms.return_to_normal(alarm), NOW + timedelta(days=2))
    assert tomorrow.activations == (NOW + timedelta(days=2),)


def test_a_flood_starts_above_ten_and_lasts_until_below_five() -> None:
    def activations(many: int) -> list[object]:
        return [NOW - n * timedelta(seconds=30) for n in range(many)]

    assert not alarms.flooding(activations(10), NOW, False)  # type: ignore[arg-type]
    assert alarms.flooding(activations(11), NOW, False)  # type: ignore[arg-type]
    assert alarms.flooding(activations(5), NOW, True)  # type: ignore[arg-type]
    assert not alarms.flooding(activations(4), NOW, True)  # type: ignore[arg-type]


def test_the_first_out_names_the_cause() -> None:
    assert alarms.first_out([("b", NOW), ("a", NOW + MINUTE)]) == "b"
    assert alarms.first_out([]) is None


def test_pushes_are_limited_except_for_safety() -> None:
    assert alarms.may_push(7, safety=False)
    assert not alarms.may_push(8, safety=False)
    assert alarms.may_push(80, safety=True)


def test_priority_shares() -> None:
    shares = alarms.priority_shares([Priority.LOW] * 8 + [Priority.MEDIUM, Priority.HIGH])
    assert shares == (0.8, 0.1, 0.1)
    assert alarms.priority_shares([]) is None


def test_response_and_resolution_are_measured_apart() -> None:
    taken, done = NOW + 5 * MINUTE, NOW + 25 * MINUTE
    assert alarms.response_delay(NOW, None, NOW + 3 * MINUTE) == 3 * MINUTE
    assert alarms.response_delay(NOW, taken, done) == 5 * MINUTE
    assert alarms.resolution_delay(taken, done, done + MINUTE) == 20 * MINUTE
    assert alarms.resolution_delay(None, None, done) is None
