"""Alerts in the store, on both databases: changes by version, sums per area, what is pruned."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from sqlalchemy import Connection

from core.store import Store, audit, stop_reasons
from core.store.alert_load import BadActor, activations, bad_actors, load_by_area
from core.store.alert_messages import (
    Flood,
    Message,
    add_messages,
    floods_since,
    messages_of,
    pushed,
    save_flood,
    shown_in,
)
from core.store.alerts import (
    Event,
    StoredAlert,
    add_alerts,
    alert_of,
    change_alert,
    forget,
    history,
    known_alerts,
    note,
    prune,
)
from core.store.stop_reasons import StopReason
from tests.alerts.made import MINUTE, NOW, stored

T = TypeVar("T")
HOUR = timedelta(hours=1)


def done(store: Store, work: Callable[[Connection], T]) -> T:
    return asyncio.run(store.write(work))


def raised(number: int, **rest: object) -> StoredAlert:
    one = stored("down", f"line-{number}", NOW - 2 * HOUR, **rest)
    return replace(one, id=f"a{number}", area="packaging")


def test_what_is_written_comes_back_and_changes_by_version(store: Store) -> None:
    alert = raised(1, shelved_until=NOW, facts={"extra": {"minutes": 12.5}})
    done(store, lambda c: add_alerts(c, [alert]))
    assert done(store, lambda c: alert_of(c, "a1", lock=True)) == alert
    taken = replace(alert, version=2, taken_by="slack:T:U", taken_at=NOW)
    assert done(store, lambda c: change_alert(c, 1, taken))
    assert not done(store, lambda c: change_alert(c, 1, replace(taken, taken_by="other")))
    assert done(store, lambda c: alert_of(c, "a1")) == taken
    assert done(store, lambda c: known_alerts(c, ("plant",), NOW, lock=True)) == (taken,)
    assert done(store, lambda c: known_alerts(c, ("other",), NOW)) == ()


def test_known_are_those_that_last_and_those_that_ended_lately(store: Store) -> None:
    over = {"active": False, "acknowledged": True}
    alerts = [
        raised(1),
        raised(2, active=False, ended_at=NOW - HOUR),
        raised(3, **over, ended_at=NOW - HOUR),
        raised(4, **over, ended_at=NOW - MINUTE),
    ]
    done(store, lambda c: add_alerts(c, alerts))
    known = done(store, lambda c: known_alerts(c, ("plant",), NOW - 5 * MINUTE))
    assert [alert.id for alert in known] == ["a1", "a2", "a4"]


def test_delays_are_means_of_an_area(store: Store) -> None:
    answered = [
        raised(n, active=False, taken_at=NOW - HOUR - n * MINUTE, ended_at=NOW - HOUR)
        for n in range(6)
    ]
    seen = raised(7, acknowledged_at=NOW - 2 * HOUR + 30 * MINUTE)
    done(store, lambda c: add_alerts(c, [*answered, seen, raised(8)]))
    [load] = done(store, lambda c: load_by_area(c, ("plant",), NOW - 3 * HOUR, NOW))
    assert (load.area, load.alerts, load.answered, load.resolved) == ("packaging", 8, 7, 6)
    assert round(load.response or 0, 3) == round((60 * 6 - 15 + 30) / 7, 3)
    assert round(load.resolution or 0, 3) == 2.5
    assert done(store, lambda c: load_by_area(c, ("plant",), NOW - HOUR, NOW)) == ()


def test_bad_actors_chatter_or_stay(store: Store) -> None:
    stays = replace(raised(1), raised_at=NOW - 25 * HOUR)
    comes = raised(2)
    done(store, lambda c: add_alerts(c, [stays, comes, raised(3)]))
    events = [Event("a2", NOW - n * MINUTE, "again") for n in range(3)]
    events += [Event("a2", NOW - n * MINUTE, "chattering") for n in range(2)]
    done(store, lambda c: note(c, events))
    assert done(store, lambda c: activations(c, NOW - 90 * timedelta(seconds=1))) == {
        ("down", "line-2"): 2
    }
    found = done(store, lambda c: bad_actors(c, ("plant",), NOW - HOUR, NOW))
    assert found == (
        BadActor("chattering", "down", "line-2", 2, NOW - MINUTE),
        BadActor("stale", "down", "line-1", 1, NOW - 25 * HOUR),
    )


def test_messages_count_once_and_digests_not_at_all(store: Store) -> None:
    done(store, lambda c: add_alerts(c, [raised(1), raised(2)]))
    meant = [
        Message("a1", "k1", "p", "push", NOW),
        Message("a1", "f", "p", "flood", NOW),
        Message("a2", "f", "p", "flood", NOW),
        Message("a2", "d", "p", "digest", NOW),
        Message("a2", "s", "p", "safety", NOW),
    ]
    done(store, lambda c: add_messages(c, meant))
    done(store, lambda c: add_messages(c, meant[:1]))
    assert done(store, lambda c: pushed(c, "p", NOW)) == 2
    assert done(store, lambda c: pushed(c, "p", NOW + MINUTE)) == 0
    assert done(store, lambda c: shown_in(c, "f")) == ("a1", "a2")
    assert len(done(store, lambda c: messages_of(c, ["a1", "a2"]))["a2"]) == 3


def test_floods_are_of_subscriptions(store: Store) -> None:
    flood = Flood("f1", "s1", "plant", "a1", 12, NOW - MINUTE)
    done(store, lambda c: save_flood(c, flood))
    over = replace(flood, count=14, ended_at=NOW)
    done(store, lambda c: save_flood(c, over))
    assert done(store, lambda c: floods_since(c, "plant", NOW)) == {"s1": (over,)}
    assert done(store, lambda c: floods_since(c, "plant", NOW + MINUTE)) == {}


def test_what_is_over_goes_with_its_history_and_people_are_forgotten(store: Store) -> None:
    who = "slack:T:U"
    done(store, lambda c: add_alerts(c, [raised(1, taken_by=who), raised(2, active=False)]))
    done(store, lambda c: note(c, [Event("a1", NOW, "taken", who), Event("a2", NOW, "raised")]))
    reason = StopReason("plant", "line-1", "1", NOW, "jam", "dirt", who, "C", NOW)
    done(store, lambda c: stop_reasons.give(c, reason))
    done(store, lambda c: stop_reasons.give(c, replace(reason, reason="film")))
    done(store, lambda c: audit.record(c, audit.Entry(NOW, who, "C", "alert.take", "a1")))
    said = {("line-1", NOW): "film"}
    assert done(store, lambda c: stop_reasons.reasons_at(c, said.keys())) == said
    assert done(store, lambda c: stop_reasons.usual(c, "line-1", NOW, 3)) == {"film": 1}
    for kept in (forget, stop_reasons.forget, audit.forget):
        assert done(store, lambda c, kept=kept: kept(c, who)) > 0  # type: ignore[misc]
    assert done(store, lambda c: history(c, "a1"))[0].user_id == ""
    assert done(store, lambda c: audit.entries(c, "a1"))[0].user_id == ""
    assert done(store, lambda c: prune(c, NOW)) == 1
    assert done(store, lambda c: history(c, "a2")) == ()
    assert done(store, lambda c: alert_of(c, "a1")) is not None
