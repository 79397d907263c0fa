"""What to do first, from a situation and losses made by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from core.actions import CauseLoss, CauseLosses, Task, When, tasks
from core.alerts.inhibition import evaluate
from core.alerts.rules_file import default_rules
from core.alerts.situation import OpenStop, Progress, Reading, Readings, SafetyEvent, Situation
from core.domain.losses import Loss
from core.domain.periods import Interval
from core.domain.safety import Severity

NOW = datetime(2026, 3, 12, 11, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
ABOVE = {a: (a, "plant") for a in ("line-1", "line-2", "oven")} | {
    "filler-1": ("filler-1", "line-1", "plant")
}


def ask(losses: CauseLosses | None = None, **facts: Any) -> tuple[Task, ...]:
    found = Situation(ABOVE, frozenset(), NOW, **facts)
    return tasks(found, evaluate(found, default_rules(), NOW), losses or CauseLosses())


def loss(asset: str, about: str | None, money: float | None, **rest: Any) -> CauseLoss:
    facts: dict[str, Any] = {"affected": (asset,), "shifts": 20.0, "minutes": 600.0} | rest
    kind = facts.pop("kind", "breakdown")
    currency = None if money is None else "USD"
    return CauseLoss(asset, kind, about, money=money, currency=currency, cites=(9,), **facts)


def open_stop(asset: str, minutes: float, **rest: Any) -> OpenStop:
    facts: dict[str, Any] = {"loss": Loss.BREAKDOWN, "reason": "jam", "minutes_left": 100.0} | rest
    since = NOW - timedelta(minutes=minutes)
    return OpenStop(f"stop of {asset}", asset, since, minutes, cites=(1,), **facts)


def late(asset: str) -> Progress:
    shift = Interval(NOW - 3 * HOUR, NOW + 5 * HOUR)
    return Progress(asset, "Early", shift, NOW, 180, 200, 1000, 375, None, (2,))


def low(asset: str) -> Readings:
    each = [
        Reading(Interval(NOW - n * HOUR, NOW - (n - 1) * HOUR), 0.4, None, 0.7) for n in (4, 3, 2)
    ]
    return Readings(asset, tuple(each), (3,))


def event(place: str, severity: Severity | None, number: str) -> SafetyEvent:
    return SafetyEvent(number, place, NOW - HOUR, severity, "said", "open", (4,))


def test_safety_then_money() -> None:
    found = ask(
        CauseLosses(days=(loss("line-1", "jam", 2000), loss("line-2", "leak", 9000))),
        safety=(event("oven", Severity.NEAR_MISS, "1"),),
    )
    assert [(task.asset, task.role) for task in found] == [
        ("oven", "safety_officer"), ("line-2", "maintenance"), ("line-1", "maintenance")
    ]  # fmt: skip
    assert [task.when for task in found] == [When.NOW, When.THIS_WEEK, When.THIS_WEEK]


def test_an_open_stop_its_alert_the_late_line_and_the_weeks_loss_are_one_task() -> None:
    stops = (
        open_stop("filler-1", 40, cost=200.0, currency="USD"),
        open_stop("line-1", 40, cause="filler-1", cost=300.0, currency="USD"),
    )
    week = loss("filler-1", "jam", 4000, affected=("line-1",))
    found = ask(CauseLosses(days=(week,)), stops=stops, progress=(late("line-1"),))
    (task,) = found
    assert (task.asset, task.about, task.is_open, task.when) == ("filler-1", "jam", True, When.NOW)
    assert [why.kind if isinstance(why, CauseLoss) else why.rule for why in task.why] == [
        "down", "behind_plan", "breakdown"
    ]  # fmt: skip
    assert set(task.cites) >= {1, 2, 9}


def test_a_late_line_goes_to_what_stopped_it_in_this_shift() -> None:
    jam, slow = loss("line-1", "jam", 500), loss("line-1", None, 900, kind="reduced_speed")
    now = loss("line-1", "jam", 50, minutes=45, lately=True, shifts=0.4)
    found = ask(CauseLosses((now,), (now,), (jam, slow)), progress=(late("line-1"),))
    assert [(task.kind, task.when) for task in found] == [
        ("reduced_speed", When.THIS_WEEK), ("breakdown", When.THIS_SHIFT)
    ]  # fmt: skip
    (alone,) = ask(progress=(late("line-1"),))
    assert (alone.kind, alone.role) == ("behind_plan", "shift_lead")


def test_a_standing_machine_counts_as_if_it_stood_to_the_shifts_end() -> None:
    stands = open_stop("oven", 20, cost=40.0, currency="USD", minutes_left=400.0)
    found = ask(CauseLosses(days=(loss("line-1", "jam", 12_000),)), stops=(stands,))
    # 840 in this shift against 600 per shift of the week
    assert [task.asset for task in found] == ["oven", "line-1"]


def test_one_bad_shift_is_not_a_week_of_them() -> None:
    once = loss("oven", "fuse", 1000, lately=True, shifts=1.0, minutes=200)
    found = ask(CauseLosses(lately=(once,), days=(loss("line-1", "jam", 2000),)))
    assert [(task.asset, task.when) for task in found] == [
        ("line-1", When.THIS_WEEK), ("oven", When.BEFORE_NEXT_SHIFT)
    ]  # fmt: skip


def test_low_oee_goes_to_the_largest_loss_of_the_asset() -> None:
    found = ask(CauseLosses(days=(loss("oven", "burner", 900),)), readings=(low("oven"),))
    (task,) = found
    assert (task.about, len(task.why)) == ("burner", 2)
    (alone,) = ask(readings=(low("oven"),))
    assert alone.kind == "oee"


def test_events_of_one_severity_are_one_task() -> None:
    places = ("line-1", "line-2", "oven")
    events = tuple(event(p, Severity.NEAR_MISS, str(n)) for n, p in enumerate(places))
    found = ask(safety=(*events, event("oven", Severity.FIRST_AID, "9")))
    assert [(task.asset, task.others) for task in found] == [
        ("oven", ()), ("line-1", ("line-2", "oven"))
    ]  # fmt: skip


def test_without_prices_minutes_rank() -> None:
    week = (loss("line-1", "jam", None, minutes=100), loss("oven", "burner", None, minutes=900))
    assert [task.asset for task in ask(CauseLosses(days=week))] == ["oven", "line-1"]


def test_at_most_five_and_nothing_trivial() -> None:
    week = tuple(loss("oven", f"reason {n}", 100.0 * n) for n in range(9))
    assert len(ask(CauseLosses(days=week))) == 5
    assert ask(CauseLosses(days=(loss("oven", "speck", 5, minutes=12.0),))) == ()
    assert ask() == ()
