"""Quiet hours by the reader's own clock, also in nights in which it changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.quiet import quiet_until

NIGHT = ("22:00", "06:00")
BERLIN = "Europe/Berlin"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-03-12T20:59", None),
        ("2026-03-12T21:00", "2026-03-13T05:00"),
        ("2026-03-13T04:59", "2026-03-13T05:00"),
        ("2026-03-13T05:00", None),
        # The clock goes forward: the quiet hours last 7 hours.
        ("2026-03-28T21:00", "2026-03-29T04:00"),
        ("2026-03-29T03:59", "2026-03-29T04:00"),
        ("2026-03-29T04:00", None),
        # It goes back: they last 9.
        ("2026-10-24T20:00", "2026-10-25T05:00"),
        ("2026-10-25T04:30", "2026-10-25T05:00"),
        ("2026-10-25T05:00", None),
    ],
)
def test_a_night_in_berlin(now: str, end: str | None) -> None:
    assert quiet_until(utc(now), NIGHT, BERLIN) == (None if end is None else utc(end))


def test_hours_of_one_day() -> None:
    noon = ("12:00", "13:00")
    assert quiet_until(utc("2026-03-12T11:30"), noon, BERLIN) == utc("2026-03-12T12:00")
    assert quiet_until(utc("2026-03-12T12:00"), noon, BERLIN) is None


def test_it_is_the_readers_clock() -> None:
    now = utc("2026-03-12T04:00")
    assert quiet_until(now, NIGHT, "Australia/Sydney") is None  # 15:00 there
    assert quiet_until(now, NIGHT, "America/Chicago") == utc("2026-03-12T11:00")


def test_none_are_none() -> None:
    assert quiet_until(utc("2026-03-12T23:00"), None, BERLIN) is None
    assert quiet_until(utc("2026-03-12T23:00"), ("06:00", "06:00"), BERLIN) is None


CLOCKS = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.sampled_from([0, 15, 30]))


@given(
    now=st.integers(0, 365 * 24 * 60).map(lambda n: utc("2026-01-01") + timedelta(minutes=n)),
    quiet=st.tuples(CLOCKS, CLOCKS),
    zone=st.sampled_from([BERLIN, "America/Chicago", "Australia/Sydney", "UTC"]),
)
def test_it_ends_within_a_day_at_the_time_that_was_said(
    now: datetime, quiet: tuple[str, str], zone: str
) -> None:
    end = quiet_until(now, quiet, zone)
    if end is None:
        return
    assert now < end <= now + timedelta(hours=25)
    local = end.astimezone(ZoneInfo(zone))
    # A time that the clock skips is shown an hour later.
    shown = {f"{local:%H:%M}", f"{local - timedelta(hours=1):%H:%M}"}
    assert quiet[1] in shown
