"""The alert rules and their grouping, as pure functions over a situation made by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.alerts.inhibition import evaluate
from core.alerts.limits import AlertRules
from core.alerts.rules import Alert, raised, under_run
from core.alerts.rules_file import default_rules
from core.alerts.situation import (
    Feed,
    OpenStop,
    Progress,
    Reading,
    Readings,
    SafetyEvent,
    ScrapPoint,
    ScrapSeries,
    Situation,
)
from core.domain.alarms import Priority
from core.domain.losses import Loss
from core.domain.periods import Interval
from core.domain.safety import Severity
from core.domain.targets import Projection

NOW = datetime(2026, 3, 12, 11, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
RULES = default_rules()
SHIFT = Interval(NOW - 3 * HOUR, NOW + 5 * HOUR)
ABOVE = {
    "line-1": ("line-1", "packaging", "plant"),
    "filler-1": ("filler-1", "line-1", "packaging", "plant"),
    "line-2": ("line-2", "packaging", "plant"),
    "palletizer": ("palletizer", "packaging", "plant"),
    "oven": ("oven", "assembly", "plant"),
}


def situation(**facts: Any) -> Situation:
    return Situation(ABOVE, frozenset(), NOW, **facts)


def stop(asset: str, minutes: float, **rest: Any) -> OpenStop:
    facts: dict[str, Any] = {"loss": Loss.BREAKDOWN, "reason": "jam"} | rest
    since = facts.pop("since", NOW - minutes * MINUTE)
    return OpenStop(f"stop of {asset}", asset, since, minutes, cites=(1,), **facts)


def progress(asset: str, made: float, expected: float, **rest: Any) -> Progress:
    facts = {"elapsed_minutes": 180.0, "target": 1000.0, "cites": (2,)} | rest
    return Progress(asset, "Early", SHIFT, NOW, made=made, expected=expected, **facts)  # type: ignore[arg-type]


def readings(
    asset: str, *oee: float | None, quality: float | None = None, until: datetime = NOW
) -> Readings:
    first = until - len(oee) * 8 * HOUR
    spans = [Interval(first + n * 8 * HOUR, first + (n + 1) * 8 * HOUR) for n in range(len(oee))]
    each = [Reading(span, value, quality, 0.7) for span, value in zip(spans, oee, strict=True)]
    return Readings(asset, tuple(each), (3,))


def active(rules: AlertRules = RULES, **facts: Any) -> tuple[Alert, ...]:
    return evaluate(situation(**facts), rules, NOW).active


def found(**facts: Any) -> list[tuple[str, str]]:
    return [(alert.rule, alert.asset) for alert in active(**facts)]


# --- rules -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "priority"),
    [(9.9, None), (10, Priority.LOW), (60, Priority.MEDIUM), (180, Priority.HIGH)],
)
def test_a_stop_by_its_minutes(minutes: float, priority: Priority | None) -> None:
    alerts = active(stops=(stop("oven", minutes),))
    assert [alert.priority for alert in alerts] == ([] if priority is None else [priority])


def test_an_output_point_that_stands_is_at_least_medium() -> None:
    def priorities(minutes: float, **rest: Any) -> list[Priority]:
        standing = stop("oven", minutes, is_output_point=True, **rest)
        return [alert.priority for alert in active(stops=(standing,))]

    assert priorities(9) == []
    assert priorities(10) == [Priority.MEDIUM]
    assert priorities(180) == [Priority.HIGH]
    assert priorities(50, loss=Loss.SETUP) == [Priority.LOW]


def test_a_planned_stop_is_no_alert_and_a_changeover_only_a_long_one() -> None:
    assert found(stops=(stop("oven", 500, loss=Loss.PLANNED),)) == []
    assert found(stops=(stop("oven", 30, loss=Loss.SETUP),)) == []
    assert found(stops=(stop("oven", 50, loss=Loss.SETUP),)) == [("down", "oven")]


def test_a_short_stop_that_costs_much_is_one_alert() -> None:
    (alert,) = active(stops=(stop("oven", 12, cost=3500.0, currency="USD"),))
    assert (alert.rule, alert.priority, alert.figure) == ("stop_cost", Priority.HIGH, 3500.0)
    assert (alert.limit, alert.unit) == (1000, "money")
    (cheap,) = active(stops=(stop("oven", 70, cost=20.0, currency="USD"),))
    assert (cheap.rule, cheap.priority, cheap.limit) == ("down", Priority.MEDIUM, 10)


def test_behind_plan_names_the_projected_end() -> None:
    (alert,) = active(progress=(progress("line-1", 260, 375, projection=Projection(700, 60)),))
    assert alert.figure == pytest.approx(115 / 375)
    assert (alert.extra["gap"], alert.extra["projected"]) == (115, 700)
    assert (alert.since, alert.cites) == (SHIFT.start, (2,))


def test_behind_plan_is_quiet_early_and_where_the_pace_catches_up() -> None:
    assert found(progress=(progress("line-1", 1, 375, elapsed_minutes=59),)) == []
    assert found(progress=(progress("line-1", 1, 375, projection=Projection(1000, 60)),)) == []
    assert found(progress=(progress("line-1", 301, 375),)) == []
    assert found(progress=(progress("line-1", 300, 375),)) == [("behind_plan", "line-1")]


def test_oee_under_target_needs_all_readings() -> None:
    assert found(readings=(readings("oven", 0.5, 0.8, 0.5, 0.5),)) == []
    (alert,) = active(readings=(readings("oven", 0.8, 0.5, 0.4, 0.6),))
    assert alert.figure == pytest.approx(0.5)
    assert alert.limit == pytest.approx(0.7)
    assert alert.since == NOW - 24 * HOUR


def test_hysteresis() -> None:
    low, between, fine = (0.5, 0.7), (0.71, 0.7), (0.72, 0.7)
    assert under_run([low, low, low], 3, 0.02) == [0, 1, 2]
    assert under_run([low, low, low, between], 3, 0.02) == [0, 1, 2]
    assert under_run([low, low, low, fine], 3, 0.02) == []
    assert under_run([low, low, between, low], 3, 0.02) == []
    assert under_run([low, (None, 0.7), low, low], 3, 0.02) == [0, 2, 3]


@given(st.lists(st.floats(0, 1), max_size=12), st.integers(1, 4))
def test_hysteresis_holds_only_below_target_values(values: list[float], readings: int) -> None:
    run = under_run([(value, 0.7) for value in values], readings, 0.02)
    assert len(run) == 0 or len(run) >= readings
    assert all(values[index] < 0.7 for index in run)


def test_quality_has_a_target_of_its_own() -> None:
    (alert,) = active(readings=(readings("oven", 0.9, 0.9, 0.9, quality=0.9),))
    assert alert.rule == "quality"
    assert alert.limit == pytest.approx(0.95)


def scrap(*ratios: float, recent: bool = True) -> ScrapSeries:
    first = NOW - len(ratios) * 8 * HOUR
    points = tuple(
        ScrapPoint(Interval(at, at + 8 * HOUR), ratio, 1000, 1000 * ratio)
        for ratio, at in ((r, first + n * 8 * HOUR) for n, r in enumerate(ratios))
    )
    since = NOW - 24 * HOUR if recent else NOW
    return ScrapSeries("oven", "frame", points, since, (4,))


USUAL = (0.02, 0.022, 0.018, 0.021) * 5


def test_a_scrap_jump_is_beyond_the_control_limit() -> None:
    (alert,) = active(scrap=(scrap(*USUAL, 0.02, 0.06),))
    assert (alert.rule, alert.about, alert.figure) == ("scrap_jump", "frame", 0.06)
    assert alert.limit is not None
    assert 0.02 < alert.limit < 0.04


def test_no_scrap_jump_without_twenty_points_lately_or_of_a_size() -> None:
    assert found(scrap=(scrap(*USUAL[:19], 0.06),)) == []
    assert found(scrap=(scrap(*USUAL, 0.06, recent=False),)) == []
    assert found(scrap=(scrap(*(u / 20 for u in USUAL), 0.004),)) == []
    assert found(scrap=(scrap(*USUAL, 0.06, 0.02),)) == []


def event(severity: Severity | None, number: str = "1") -> SafetyEvent:
    return SafetyEvent(number, "oven", NOW - HOUR, severity, "said", "open", (5,))


def test_safety_comes_first_whatever_its_priority() -> None:
    alerts = active(safety=(event(Severity.NEAR_MISS),), stops=(stop("line-1", 600),))
    assert [alert.rule for alert in alerts] == ["safety", "down"]
    assert [alert.priority for alert in alerts] == [Priority.MEDIUM, Priority.HIGH]
    (unknown,) = active(safety=(event(None),))
    assert unknown.priority is Priority.HIGH


def test_stale_data_raises_only_that() -> None:
    facts: dict[str, Any] = {
        "stops": (stop("oven", 100),),
        "progress": (progress("oven", 1, 375),),
        "readings": (readings("oven", 0.1, 0.1, 0.1),),
        "safety": (event(Severity.FIRST_AID),),
    }
    assert found(**facts) == [("safety", "oven"), ("down", "oven")]
    assert len(active(**facts)[1].follow) == 2
    facts["feeds"] = (Feed("oven", NOW - 6 * HOUR, 300),)
    assert found(**facts) == [("safety", "oven"), ("feed_stale", "oven")]


# --- grouping --------------------------------------------------------------------------------


def test_the_cause_explains_its_line_and_is_never_silenced() -> None:
    alerts = active(
        stops=(stop("line-1", 40, cause="filler-1"), stop("filler-1", 40)),
        progress=(progress("line-1", 200, 375),),
    )
    (alert,) = alerts
    assert (alert.rule, alert.asset) == ("down", "filler-1")
    assert {(one.rule, one.asset) for one in alert.follow} == {
        ("down", "line-1"), ("behind_plan", "line-1")
    }  # fmt: skip
    assert alert.cites == (1, 2)


def test_a_line_that_is_down_silences_its_machines_rates() -> None:
    late = progress("filler-1", 100, 375)
    (alert,) = active(stops=(stop("line-1", 40),), progress=(late,))
    assert (alert.asset, [one.asset for one in alert.follow]) == ("line-1", ["filler-1"])


def test_a_machine_that_is_down_explains_its_line_without_a_stop_of_its_own() -> None:
    late = progress("line-1", 100, 375)
    (alert,) = active(stops=(stop("filler-1", 40),), progress=(late,))
    assert (alert.asset, [one.asset for one in alert.follow]) == ("filler-1", ["line-1"])


def test_one_event_recorded_on_the_line_and_its_machine_is_one_alert() -> None:
    (alert,) = active(stops=(stop("line-1", 40), stop("filler-1", 40)))
    assert alert.asset == "line-1"
    other = stop("filler-1", 40, reason="capper fault")
    assert len(active(stops=(stop("line-1", 40), other))) == 2


def test_four_lines_blocked_by_one_machine() -> None:
    blocked = {"loss": Loss.BLOCKED, "cause": "palletizer", "reason": "palletizer down"}
    waiting = [stop(line, 30, **blocked) for line in ("line-1", "line-2")]
    (alert,) = active(stops=(*waiting, stop("palletizer", 35)))
    assert (alert.asset, len(alert.follow)) == ("palletizer", 2)
    # Without an alert of the cause nothing may be silenced.
    assert found(stops=tuple(waiting)) == [("down", "line-1"), ("down", "line-2")]


def test_stops_that_name_one_another_do_not_hang() -> None:
    both = (stop("line-1", 40, cause="line-2"), stop("line-2", 40, cause="line-1"))
    assert len(active(stops=both)) in (1, 2)


def test_a_stop_does_not_explain_what_was_before_it() -> None:
    before = readings("oven", 0.1, 0.1, 0.1, until=NOW - HOUR)
    assert found(stops=(stop("oven", 15),), readings=(before,)) == [
        ("oee", "oven"),
        ("down", "oven"),
    ]
    during = readings("oven", 0.1, 0.1, 0.1, until=NOW - MINUTE)
    assert found(stops=(stop("oven", 15),), readings=(during,)) == [("down", "oven")]


def test_feeds_that_fall_silent_together_are_one_alert() -> None:
    at = NOW - 2 * HOUR
    feeds = [Feed(a, at + n * MINUTE, 120) for n, a in enumerate(("line-1", "filler-1", "line-2"))]
    alone = Feed("oven", at - 5 * HOUR, 400)
    alerts = active(feeds=(*feeds, alone))
    assert [(alert.asset, len(alert.members)) for alert in alerts] == [
        ("oven", 0),
        ("packaging", 3),
    ]


def test_a_flood_names_its_first_out() -> None:
    ids = [f"m-{n:02d}" for n in range(12)]
    stops = tuple(stop(a, 11, since=NOW - (9 - 0.1 * n) * MINUTE) for n, a in enumerate(ids))
    alerts = evaluate(situation(stops=stops), RULES, NOW)
    assert alerts.first_out is not None
    assert alerts.first_out.asset == "m-00"
    assert evaluate(situation(stops=stops[:10]), RULES, NOW).first_out is None


def test_the_same_condition_keeps_its_key() -> None:
    first = stop("oven", 15)
    later = replace(first, minutes=75, since=first.since)
    keys = {
        alert.key for s in (first, later) for alert in raised(situation(stops=(s,)), RULES, NOW)
    }
    assert len(keys) == 1
