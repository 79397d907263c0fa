from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain import periods
from core.domain.periods import Interval, Period
from core.domain.shifts import ShiftCalendar
from core.errors import UserError
from tests.domain.plants import at, three_shifts, two_shifts

# Monday 2026-11-23, 09:00 in Chicago and 16:00 in Hamburg; both run at winter time.
NOW = at("2026-11-23 15:00")
RIVERSIDE, HAMBURG = three_shifts(), two_shifts()


def span(period: Period) -> str:
    """The local start and end, as they would be printed."""
    calendar = RIVERSIDE if period.zone == "America/Chicago" else HAMBURG
    start, end = calendar.local(period.start), calendar.local(period.end)
    return f"{start:%m-%d %H:%M} – {end:%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        (periods.today(RIVERSIDE, NOW), "11-23 06:00 – 11-23 09:00"),
        (periods.yesterday(RIVERSIDE, NOW), "11-22 06:00 – 11-23 06:00"),
        (periods.this_shift(RIVERSIDE, NOW), "11-23 06:00 – 11-23 09:00"),
        (periods.last_shift(RIVERSIDE, NOW), "11-22 22:00 – 11-23 06:00"),
        (periods.last_shift(RIVERSIDE, NOW, "Late"), "11-22 14:00 – 11-22 22:00"),
        (periods.yesterday_shift(RIVERSIDE, NOW, "Night"), "11-22 22:00 – 11-23 06:00"),
        (periods.yesterday_shift(RIVERSIDE, NOW, "Early"), "11-22 06:00 – 11-22 14:00"),
        (periods.last_days(RIVERSIDE, NOW, 7), "11-16 06:00 – 11-23 06:00"),
        (periods.this_week(RIVERSIDE, NOW), "11-23 06:00 – 11-23 09:00"),
        (periods.last_week(RIVERSIDE, NOW), "11-16 06:00 – 11-23 06:00"),
        (periods.this_month(RIVERSIDE, NOW), "11-01 06:00 – 11-23 09:00"),
        (periods.last_month(RIVERSIDE, NOW), "10-01 06:00 – 11-01 06:00"),
        (periods.weekend(RIVERSIDE, NOW), "11-21 06:00 – 11-23 06:00"),
        (periods.quarter(RIVERSIDE, NOW, 3), "07-01 06:00 – 10-01 06:00"),
        (periods.this_quarter(RIVERSIDE, NOW), "10-01 06:00 – 11-23 09:00"),
        (periods.month(RIVERSIDE, NOW, 8), "08-01 06:00 – 09-01 06:00"),
        (periods.rolling(RIVERSIDE, NOW, 4), "11-23 05:00 – 11-23 09:00"),
        (periods.on_date(RIVERSIDE, NOW, date(2026, 11, 1)), "11-01 06:00 – 11-02 06:00"),
        (
            periods.dates(RIVERSIDE, NOW, date(2026, 8, 1), date(2026, 8, 31)),
            "08-01 06:00 – 09-01 06:00",
        ),
        (
            periods.dates(RIVERSIDE, NOW, date(2026, 11, 20), date(2026, 11, 23)),
            "11-20 06:00 – 11-23 09:00",
        ),
        (periods.last_shift(HAMBURG, at("2026-11-23 07:00")), "11-20 14:00 – 11-20 22:00"),
    ],
)
def test_named_periods(period: Period, expected: str) -> None:
    assert span(period) == expected


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        (periods.today(RIVERSIDE, NOW), "11-22 06:00 – 11-22 09:00"),
        (periods.yesterday(RIVERSIDE, NOW), "11-21 06:00 – 11-22 06:00"),
        (periods.this_shift(RIVERSIDE, NOW), "11-22 06:00 – 11-22 09:00"),
        (periods.last_shift(RIVERSIDE, NOW), "11-21 22:00 – 11-22 06:00"),
        (periods.last_days(RIVERSIDE, NOW, 7), "11-09 06:00 – 11-16 06:00"),
        (periods.this_week(RIVERSIDE, NOW), "11-16 06:00 – 11-16 09:00"),
        (periods.last_week(RIVERSIDE, NOW), "11-09 06:00 – 11-16 06:00"),
        (periods.last_month(RIVERSIDE, NOW), "09-01 06:00 – 10-01 06:00"),
        (periods.weekend(RIVERSIDE, NOW), "11-14 06:00 – 11-16 06:00"),
        (periods.quarter(RIVERSIDE, NOW, 3), "04-01 06:00 – 07-01 06:00"),
        (periods.rolling(RIVERSIDE, NOW, 4), "11-23 01:00 – 11-23 05:00"),
        (
            periods.dates(RIVERSIDE, NOW, date(2026, 8, 11), date(2026, 8, 20)),
            "08-01 06:00 – 08-11 06:00",
        ),
        # Monday is compared with the last day that was worked, which is Friday.
        (periods.today(HAMBURG, NOW), "11-20 06:00 – 11-20 16:00"),
    ],
)
def test_the_comparable_period_before(period: Period, expected: str) -> None:
    calendar = RIVERSIDE if period.zone == "America/Chicago" else HAMBURG
    before = periods.before(period, calendar)
    assert before is not None
    assert span(before) == expected
    assert before.so_far == period.so_far


def test_this_month_is_compared_up_to_the_same_elapsed_point() -> None:
    this = periods.this_month(RIVERSIDE, NOW)
    before = periods.before(this, RIVERSIDE)
    assert before is not None
    assert before.start == RIVERSIDE.day(date(2026, 10, 1)).start
    assert before.interval.minutes == this.interval.minutes


def test_a_longer_month_is_compared_with_all_of_a_shorter_one() -> None:
    end_of_march = at("2026-03-31 20:00")
    before = periods.before(periods.this_month(HAMBURG, end_of_march), HAMBURG)
    assert before is not None
    assert before.end == HAMBURG.day(date(2026, 3, 1)).start


def test_yesterday_without_a_shift_offers_the_last_worked_day() -> None:
    yesterday = periods.yesterday(HAMBURG, NOW)
    assert yesterday.argument("day") == "2026-11-22"
    assert yesterday.last_worked == date(2026, 11, 20)
    assert periods.yesterday(RIVERSIDE, NOW).last_worked is None


def test_a_bare_month_is_the_latest_complete_one() -> None:
    assert periods.month(RIVERSIDE, NOW, 11).argument("month") == "2025-11"
    assert periods.month(RIVERSIDE, NOW, 10).argument("month") == "2026-10"
    this = periods.month(RIVERSIDE, NOW, 11, 2026)
    assert this.so_far
    assert this.end == NOW


def test_a_night_shift_that_runs_is_this_shift() -> None:
    two_at_night = at("2026-11-23 08:00")
    assert span(periods.this_shift(RIVERSIDE, two_at_night)) == "11-22 22:00 – 11-23 02:00"
    last_night = periods.yesterday_shift(RIVERSIDE, two_at_night, "Night")
    assert span(last_night) == "11-21 22:00 – 11-22 06:00"


@pytest.mark.parametrize(
    ("ask", "key"),
    [
        (lambda: periods.on_date(RIVERSIDE, NOW, date(2026, 11, 24)), "period_future"),
        (lambda: periods.month(RIVERSIDE, NOW, 12, 2026), "period_future"),
        (lambda: periods.quarter(RIVERSIDE, NOW, 1, 2027), "period_future"),
        (
            lambda: periods.shift_of_day(RIVERSIDE, NOW, "Late", date(2026, 11, 23)),
            "period_future",
        ),
        (
            lambda: periods.dates(RIVERSIDE, NOW, date(2026, 11, 3), date(2026, 11, 1)),
            "period_reversed",
        ),
        (lambda: periods.rolling(RIVERSIDE, NOW, 0), "period_empty"),
        (lambda: periods.last_days(RIVERSIDE, NOW, 0), "period_empty"),
        (lambda: periods.this_shift(HAMBURG, at("2026-11-22 10:00")), "period_no_current_shift"),
        (lambda: periods.last_shift(RIVERSIDE, NOW, "Fourth"), "period_no_shift"),
        (lambda: periods.yesterday_shift(HAMBURG, NOW, "Früh"), "period_no_shift_that_day"),
        (lambda: periods.last_shift(ShiftCalendar("UTC"), NOW), "period_no_shift"),
    ],
)
def test_what_cannot_be_given_says_why(ask: object, key: str) -> None:
    assert callable(ask)
    with pytest.raises(UserError) as caught:
        ask()
    assert caught.value.key == key


def test_without_shifts_days_run_from_midnight() -> None:
    calendar = ShiftCalendar("Europe/Berlin")
    today = periods.today(calendar, NOW)
    assert (today.start, today.end) == (at("2026-11-22 23:00"), NOW)
    assert today.last_worked is None
    before = periods.before(today, calendar)
    assert before is not None
    assert before.start == at("2026-11-21 23:00")


MAKERS = (
    periods.today,
    periods.yesterday,
    periods.weekend,
    periods.this_week,
    periods.last_week,
    periods.this_month,
    periods.last_month,
    periods.this_quarter,
    periods.last_shift,
)


@given(hours=st.integers(0, 365 * 24), minutes=st.integers(1, 59), maker=st.sampled_from(MAKERS))
def test_periods_lie_in_the_past_and_so_does_what_they_are_compared_with(
    hours: int, minutes: int, maker: object
) -> None:
    assert callable(maker)
    now = at("2026-01-01 00:00") + timedelta(hours=hours, minutes=minutes)
    for calendar in (RIVERSIDE, HAMBURG):
        period: Period = maker(calendar, now)
        assert period.end <= now
        before = periods.before(period, calendar)
        assert before is not None
        assert before.end <= period.start


def test_cut() -> None:
    period = periods.yesterday(RIVERSIDE, NOW)
    first, second = periods.cut(period, at("2026-11-22 18:00"))
    assert (first.start, first.end, second.end) == (period.start, second.start, period.end)
    with pytest.raises(ValueError, match="end before"):
        periods.cut(period, NOW)


def test_intervals_need_aware_times_in_order() -> None:
    naive = datetime(2026, 11, 23)  # noqa: DTZ001
    with pytest.raises(ValueError, match="aware"):
        Interval(naive, naive)
    with pytest.raises(ValueError, match="end before"):
        Interval(NOW, NOW - timedelta(1))
