"""Who is told of what: limits, digests, floods, quiet hours, repeats and escalation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core.alerts.lasting import Change
from core.alerts.limits import AlertRules
from core.alerts.situation import Check
from core.alerts.telling import Reader, Telling, Told, tell
from core.domain.alarms import Priority
from core.store.alert_messages import Flood, Message
from core.store.alerts import StoredAlert
from tests.alerts.made import MINUTE, NOW, RULES, new, old, path_of, reader, stored

HOUR = timedelta(hours=1)


def told(
    changes: Sequence[Change],
    *readers: Reader,
    before: Told | None = None,
    rules: AlertRules = RULES,
    now: object = NOW,
) -> Telling:
    whole = readers or (reader(),)
    return tell(changes, whole, before or Told(), rules, path_of, now)  # type: ignore[arg-type]


def sorts(telling: Telling) -> Counter[str]:
    return Counter(wanted.kind for wanted in telling.wanted)


def message(alert: StoredAlert, kind: str = "push", at: object = NOW) -> Told:
    place = "slack|Cs1"
    one = Message(alert.id, f"key of {alert.id}", place, kind, at)  # type: ignore[arg-type]
    return Told({alert.id: (one,)})


def lines(rule: Check, number: int, **rest: Any) -> list[StoredAlert]:
    return [stored(rule, f"line-{n}", **rest) for n in range(number)]


def test_a_new_alert_is_sent_once_after_the_wait() -> None:
    alert = stored("down", "line-1")
    telling = told([new(alert)])
    [wanted] = telling.wanted
    assert wanted.command == f"/alert {alert.id} push"
    assert wanted.due_at - NOW == timedelta(seconds=30)
    assert (wanted.kind, wanted.rank) == ("alert", 1)
    assert not told([old(alert)], before=message(alert)).wanted


def test_only_who_covers_the_asset_is_told() -> None:
    here = reader("here", scope=frozenset({"line-1"}))
    there = reader("there", scope=frozenset({"line-2"}))
    machine = stored("down", "line-1.filler")
    telling = told([new(machine)], here, there)
    assert [wanted.place.address for wanted in telling.wanted] == ["Chere"]
    safety = stored("safety", "plant")
    telling = told([new(safety)], here, there)
    assert len(telling.wanted) == 2, "what concerns the plant concerns its lines"


def test_a_place_with_two_subscriptions_is_told_once() -> None:
    first = reader("a")
    second = replace(reader("b", scope=frozenset({"line-1"})), place=first.place)
    assert len(told([new(stored("down", "line-1"))], first, second).wanted) == 1


def test_at_most_eight_in_a_shift_and_the_rest_as_one_digest() -> None:
    high = lines("down", 10, priority=Priority.HIGH)
    telling = told([new(alert) for alert in high])
    assert sorts(telling) == {"alert": 8, "digest": 2}
    digest = {wanted.key for wanted in telling.wanted if wanted.kind == "digest"}
    assert len(digest) == 1
    assert digest <= telling.renewed
    full = reader(pushed=8)
    assert sorts(told([new(high[0])], full)) == {"digest": 1}


def test_something_is_left_for_the_grave_ones() -> None:
    low = lines("oee", 9, priority=Priority.LOW)
    medium = [replace(a, id=f"m{n}", priority=Priority.MEDIUM) for n, a in enumerate(low)]
    high = [replace(a, id=f"h{n}", priority=Priority.HIGH) for n, a in enumerate(low)]
    assert sorts(told([new(alert) for alert in low]))["alert"] == 3
    assert sorts(told([new(a) for a in medium], reader(pushed=3)))["alert"] == 3
    assert sorts(told([new(a) for a in high], reader(pushed=6)))["alert"] == 2


def test_safety_is_exempt() -> None:
    events = lines("safety", 12)
    quiet = reader(pushed=8, quiet_until=NOW + HOUR)
    telling = told([new(alert) for alert in events], quiet)
    assert sorts(telling) == {"safety": 12}
    assert {wanted.rank for wanted in telling.wanted} == {0}
    assert {wanted.due_at for wanted in telling.wanted} == {NOW}


def test_in_quiet_hours_the_digest_waits_for_their_end() -> None:
    quiet = reader(quiet_until=NOW + 3 * HOUR)
    telling = told([new(stored("down", "line-1", priority=Priority.HIGH))], quiet)
    [wanted] = telling.wanted
    assert (wanted.kind, wanted.due_at) == ("digest", NOW + 3 * HOUR)
    through = RULES.messages.model_copy(update={"through_quiet": "high"})
    rules = RULES.model_copy(update={"messages": through})
    alerts = lines("down", 2)
    grave = replace(alerts[0], priority=Priority.HIGH)
    telling = told([new(grave), new(alerts[1])], quiet, rules=rules)
    assert sorts(telling) == {"alert": 1, "digest": 1}


# --- floods


def many(number: int, first: int = 3) -> list[StoredAlert]:
    """Raised in the same minute; number `first` began first."""
    return [
        replace(a, since=NOW - (20 if n == first else 10) * MINUTE)
        for n, a in enumerate(lines("down", number))
    ]


def test_a_flood_is_one_message_that_names_what_came_first() -> None:
    alerts = many(14)
    safety = stored("safety", "line-1")
    telling = told([new(a) for a in [*alerts, safety]])
    assert sorts(telling) == {"alert": 1, "safety": 1}
    [flood] = telling.floods
    assert (flood.first_out, flood.count) == (alerts[3].id, 14)
    [wanted] = [w for w in telling.wanted if w.kind == "alert"]
    assert wanted.command == f"/alert flood:{flood.id} push"
    shown = {m.alert_id for m in telling.messages if m.delivery == wanted.key}
    assert shown == {alert.id for alert in alerts}


def test_ten_are_none_yet() -> None:
    telling = told([new(alert) for alert in many(10)])
    assert not telling.floods
    assert sorts(telling)["alert"] == 6


def test_what_was_not_sent_yet_is_called_off() -> None:
    earlier = [replace(a, raised_at=NOW - 2 * MINUTE) for a in many(4)]
    later = [replace(a, id=f"later{n}") for n, a in enumerate(many(8))]
    before = Told({a.id: message(a).messages[a.id] for a in earlier})
    telling = told([*map(old, earlier), *map(new, later)], before=before)
    assert telling.cancelled == {f"key of {alert.id}" for alert in earlier}
    assert telling.floods[0].count == 12


@pytest.mark.parametrize(("recent", "goes_on"), [(5, True), (4, False)])
def test_a_flood_ends_below_five(recent: int, goes_on: bool) -> None:
    alerts = [
        replace(a, raised_at=NOW - (0 if n < recent else 11) * MINUTE)
        for n, a in enumerate(many(14))
    ]
    begun = Flood("f", "s1", "plant", alerts[3].id, 14, NOW - 21 * MINUTE)
    shown = {a.id: message(a, "flood").messages[a.id] for a in alerts[recent:]}
    changes = [new(a) if n < recent else old(a) for n, a in enumerate(alerts)]
    telling = told(changes, before=Told(shown, {"s1": (begun,)}))
    [flood] = telling.floods or [begun]
    assert (flood.ended_at is None) is goes_on
    assert sorts(telling)["alert"] == (0 if goes_on else recent)


def test_each_reader_has_floods_of_their_own() -> None:
    wide = reader("wide")
    narrow = reader("narrow", scope=frozenset({"line-2"}))
    telling = told([new(a) for a in many(14)], wide, narrow)
    commands = {w.place.address: w.command for w in telling.wanted}
    assert commands["Cwide"].startswith("/alert flood:")
    assert not commands["Cnarrow"].startswith("/alert flood:")


def test_a_flood_at_night_goes_into_the_digest() -> None:
    quiet = reader(quiet_until=NOW + HOUR)
    telling = told([new(a) for a in many(14)], quiet)
    assert len({wanted.key for wanted in telling.wanted}) == 1
    assert set(sorts(telling)) == {"digest"}


# --- later


def test_what_changes_is_renewed_and_what_is_over_called_off() -> None:
    alert = replace(stored("down", "line-1"), acknowledged=True)
    before = message(alert)
    key = f"key of {alert.id}"
    telling = told([old(replace(alert, version=2), "acknowledged")], before=before)
    assert (telling.renewed, telling.cancelled) == ({key}, set())
    over = replace(alert, active=False, ended_at=NOW)
    telling = told([old(over, "returned")], before=before)
    assert (telling.renewed, telling.cancelled) == ({key}, {key})


def test_figures_alone_are_renewed_every_five_minutes() -> None:
    alert, key = stored("down", "line-1", NOW - 20 * MINUTE), "key of "
    shown = message(alert)
    fresh = replace(alert, shown_at=NOW - 4 * MINUTE, escalated_at=NOW)
    assert not told([old(fresh)], before=shown).renewed
    due = replace(alert, shown_at=NOW - 5 * MINUTE, escalated_at=NOW)
    telling = told([old(due)], before=shown)
    assert telling.renewed == {key + alert.id}
    assert telling.changes[0].alert.shown_at == NOW


def test_nobody_on_it_for_four_hours_is_sent_again() -> None:
    alert = stored("down", "line-1", NOW - 4 * HOUR, escalated_at=NOW - 3 * HOUR)
    shown = message(alert, at=NOW - 4 * HOUR)
    assert sorts(told([old(alert)], before=shown)) == {"alert": 1}
    assert not told([old(replace(alert, taken_by="x"))], before=shown).wanted
    assert not told([old(replace(alert, acknowledged=True))], before=shown).wanted
    assert not told([old(replace(alert, priority=Priority.LOW))], before=shown).wanted
    assert not told([old(alert)], reader(quiet_until=NOW + HOUR), before=shown).wanted


def test_nobody_on_it_is_passed_on_once() -> None:
    to = RULES.escalation.model_copy(update={"to": ("slack:Cboss",)})
    rules = RULES.model_copy(update={"escalation": to})
    boss = reader("boss", scope=frozenset({"line-9"}))
    alert = stored("down", "line-1", NOW - 15 * MINUTE, priority=Priority.HIGH)
    shown = message(alert)
    telling = told([old(alert)], reader(), boss, before=shown, rules=rules)
    assert [w.place.address for w in telling.wanted] == ["Cboss"]
    [change] = telling.changes
    assert change.alert.escalated_at == NOW
    assert [event.kind for event in change.events] == ["escalated"]
    again = told([old(change.alert)], reader(), boss, before=shown, rules=rules)
    assert not again.wanted
    early = replace(alert, raised_at=NOW - 14 * MINUTE)
    assert not told([old(early)], reader(), boss, before=shown, rules=rules).wanted


def test_without_others_to_tell_the_same_are_told_once_more() -> None:
    alert = stored("down", "line-1", NOW - 15 * MINUTE, priority=Priority.HIGH)
    shown = message(alert, at=NOW - 15 * MINUTE)
    assert sorts(told([old(alert)], before=shown)) == {"alert": 1}
    medium = replace(alert, priority=Priority.MEDIUM)
    assert not told([old(medium)], before=shown).wanted


def test_what_comes_and_goes_waits_for_the_digest() -> None:
    alert = stored("down", "line-1")
    noisy = Told(chattering=frozenset({("down", "line-1")}))
    assert sorts(told([new(alert)], before=noisy)) == {"digest": 1}


def test_out_of_sight_is_told_to_nobody() -> None:
    alert = stored("down", "line-1")
    for hidden in (
        replace(alert, suppressed_by="x"),
        replace(alert, shelved_until=NOW + HOUR, shelved_because="parts"),
        replace(alert, closed_at=NOW),
        replace(alert, active=False),
        replace(alert, acknowledged=True),
    ):
        assert not told([new(hidden)]).wanted
