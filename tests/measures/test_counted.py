"""What a period is compared with: as long as what it really covers, and never a part of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from core.domain.oee import DEFAULT_RULES, Sums
from core.domain.periods import Interval, Period, before, rolling, this_week
from core.domain.shifts import ShiftCalendar, ShiftPattern
from core.measures.counted import as_far, is_comparable
from core.measures.measurement import Measurement

NOW = datetime(2026, 3, 12, 11, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
CALENDAR = ShiftCalendar("UTC", [ShiftPattern("Day", time(6), time(14))])


def measured(asked: Interval, covered: Interval | None = None) -> Measurement:
    parts = {"a": Sums(pbt=60, covered=60, total=5)}
    return Measurement((), asked, covered or asked, parts, DEFAULT_RULES, ())


def reference_of(period: Period, found: Measurement) -> Period:
    reference = as_far(before(period, CALENDAR), period, found)
    assert reference is not None
    return reference


def test_a_rolling_period_is_compared_with_as_much_directly_before_what_it_covers() -> None:
    period = rolling(CALENDAR, NOW, 4)
    found = measured(period.interval, Interval(NOW - 4 * HOUR - HOUR / 3, NOW))
    reference = reference_of(period, found)
    assert reference.end == found.covered.start
    assert reference.interval.minutes == found.covered.minutes == 260
    assert reference.label == "between"  # named by its span, not by the words of the period
    assert is_comparable(period, found, measured(reference.interval))


def test_whole_rows_that_overlap_or_are_much_longer_leave_nothing_to_compare() -> None:
    period = rolling(CALENDAR, NOW, 0.25)
    found = measured(period.interval, Interval(NOW - HOUR / 3, NOW))
    reference = reference_of(period, found).interval
    longer = Interval(reference.start - HOUR / 3, reference.end)
    into_it = Interval(reference.start, reference.end + HOUR / 60)
    assert not is_comparable(period, found, measured(reference, longer))
    assert not is_comparable(period, found, measured(reference, into_it))


def test_a_running_period_is_compared_up_to_where_its_data_is() -> None:
    period = this_week(CALENDAR, NOW)
    found = measured(period.interval, Interval(period.start, NOW - HOUR))
    reference = reference_of(period, found)
    assert reference.interval.minutes == found.covered.minutes
    near = Interval(reference.start, reference.end + HOUR)
    assert is_comparable(period, found, measured(reference.interval, near))
    far = Interval(reference.start, reference.end + 8 * HOUR)
    assert not is_comparable(period, found, measured(reference.interval, far))


def test_months_may_differ_by_themselves() -> None:
    february = Interval(datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC))
    january = Interval(datetime(2026, 1, 1, tzinfo=UTC), february.start)
    period = Period(february, "UTC", "month", (("month", "2026-02"),))
    found = measured(february)
    assert is_comparable(period, found, measured(january))
    assert not is_comparable(period, found, replace(measured(january), parts={"a": Sums(pbt=60)}))
