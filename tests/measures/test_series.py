"""Windows and limits; tests/tools show the values on a plant."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest

from core.domain.losses import Loss
from core.domain.oee import DEFAULT_RULES, Sums
from core.domain.periods import Interval
from core.domain.shifts import ShiftCalendar, ShiftPattern
from core.measures.pooling import pooled
from core.measures.series import comparable, earlier, judged, loss_changes, slots, value

CALENDAR = ShiftCalendar(
    "Europe/Berlin",
    [ShiftPattern("Day", time(6), time(14)), ShiftPattern("Night", time(22), time(6))],
)


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def test_days_tile_the_interval_and_the_cut_ones_are_marked() -> None:
    found = slots(CALENDAR, Interval(at(27, 12), at(30, 4)), "day")
    assert [slot.day.day for slot in found] == [27, 28, 29]
    assert [slot.whole for slot in found] == [False, True, True]
    assert all(a.interval.end == b.interval.start for a, b in pairwise(found))
    assert found[1].interval.minutes == 23 * 60  # the clocks change in that night


def test_shifts_have_their_names() -> None:
    found = slots(CALENDAR, Interval(at(10, 5), at(11, 5)), "shift")
    assert [(slot.shift, slot.whole) for slot in found] == [("Day", True), ("Night", True)]


def test_weeks_start_on_monday() -> None:
    found = slots(CALENDAR, Interval(at(4, 5), at(20, 5)), "week")
    assert [slot.day for slot in found] == [date(2026, 3, n) for n in (2, 9, 16)]
    assert [slot.whole for slot in found] == [False, True, False]


@pytest.mark.parametrize(("by", "least"), [("day", 42), ("shift", 42), ("week", 26)])
def test_the_look_back_is_long_enough_for_limits(by: str, least: int) -> None:
    interval = Interval(at(10, 5), at(17, 5))
    back = earlier(CALENDAR, interval, by, 1)  # type: ignore[arg-type]
    assert back.end == interval.start
    whole = [s for s in slots(CALENDAR, back, by) if s.whole]  # type: ignore[arg-type]
    assert len(whole) >= least


def test_a_window_without_rows_adds_its_planned_time_only() -> None:
    idle, known = Sums(pbt=0.0), Sums(pbt=60.0, total=5.0, unit="pcs")
    assert pooled([{"a": idle}, {"a": known}])["a"].total == 5
    assert pooled([{"a": known}, {"a": idle}])["a"].total == 5
    silent = pooled([{"a": known}, {"a": Sums(pbt=60.0, unit="pcs", covered=0.0)}])["a"]
    assert (silent.pbt, silent.total, silent.run) == (120, 5, None)
    assert pooled([{"a": idle}, {"a": idle}])["a"].total is None


def test_values_where_nothing_was_planned_or_known() -> None:
    stopped = Sums(pbt=60.0, stops={Loss.BREAKDOWN: 6.0})
    assert value("downtime", {"a": stopped}, DEFAULT_RULES, counted=False) == 6
    assert value("downtime_rate", {"a": stopped}, DEFAULT_RULES, counted=False) == 6
    assert value("downtime", {"a": Sums(pbt=0.0, stops={})}, DEFAULT_RULES, counted=False) is None
    assert value("downtime", {"a": Sums(pbt=60.0)}, DEFAULT_RULES, counted=False) is None
    bare = {"a": Sums(pbt=60.0, covered=20.0, stops={})}
    assert value("downtime", bare, DEFAULT_RULES, counted=True) is None
    units = {"a": Sums(pbt=9.0, total=5.0, unit="x"), "b": Sums(pbt=9.0, total=5.0, unit="y")}
    assert value("output", units, DEFAULT_RULES, counted=False) is None


def test_short_days_do_not_compare_where_figures_grow_with_time() -> None:
    assert comparable("output", [10, 4, 11], [480, 200, 480]) == [10, None, 11]
    assert comparable("oee", [0.7, 0.4, 0.8], [480, 200, 480]) == [0.7, 0.4, 0.8]


def test_a_rise_beyond_the_limits_is_sure_and_a_jump_is_not() -> None:
    history = [50.0, 52.0] * 12
    rising = judged("downtime", history, [50.0 + n for n in range(20)])
    assert rising.slope == pytest.approx(1)
    flat = judged("downtime", history, [51.0, 50.0, 52.0, 51.0] * 5)
    assert flat.slope is None
    assert not flat.signals
    assert judged("downtime", [], [50.0] * 20).limits is None


def test_limits_stay_where_the_figure_can_be() -> None:
    limits = judged("oee", [0.9, 1.0] * 12, [0.95]).limits
    assert limits is not None
    assert limits.upper == 1


def test_the_loss_that_differs_most_comes_first() -> None:
    usual = {"a": Sums(pbt=600.0, stops={Loss.BREAKDOWN: 60.0, Loss.SETUP: 60.0})}
    slot = {"a": Sums(pbt=60.0, stops={Loss.BREAKDOWN: 20.0, Loss.SETUP: 1.0})}
    first, last = loss_changes(slot, usual, DEFAULT_RULES)
    assert (first.name, first.minutes) == ("breakdown", 20)
    assert first.extra == pytest.approx(14)
    assert last.name == "setup"
    assert last.extra == pytest.approx(-5)


def test_intervals_without_length() -> None:
    assert slots(CALENDAR, Interval(at(3), at(3)), "day") == ()
    assert slots(CALENDAR, Interval(at(3), at(3) + timedelta(hours=1)), "week")[0].whole is False
