"""What falls due by the shift calendar: each shift start once, at the right local time."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from core.domain.assets import Asset, Hierarchy
from core.domain.shifts import CalendarEntry, ShiftCalendar, ShiftPattern
from core.due import fell_due, wanted
from core.installation import Installation
from core.request import Place
from core.store import Subscription

WEEK, WEEKEND = frozenset(range(5)), frozenset({5, 6})
PATTERNS = (
    ShiftPattern("Early", time(6), time(14), WEEK),
    ShiftPattern("Late", time(14), time(22), WEEK),
    ShiftPattern("Night", time(22), time(6), WEEK),
    ShiftPattern("Weekend", time(7), time(19), WEEKEND),
)
YEAR = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))


def year_of_starts(zone: str, patterns: tuple[ShiftPattern, ...]) -> set[datetime]:
    """From wall clocks alone, without the calendar: every weekday's shifts by local time."""
    tz, found = ZoneInfo(zone), set()
    for number in range(-1, 367):
        day = date(2026, 1, 1) + timedelta(days=number)
        for pattern in patterns:
            if day.weekday() in pattern.weekdays:
                start = datetime.combine(day, pattern.start, tz).astimezone(UTC)
                if YEAR[0] < start <= YEAR[1]:
                    found.add(start)
    return found


@pytest.mark.parametrize("zone", ["America/Chicago", "Europe/Berlin", "Australia/Sydney"])
def test_a_year_of_shift_starts(zone: str) -> None:
    """The tick comes at any time, at times after hours in which no process ran."""
    calendar, chance = ShiftCalendar(zone, PATTERNS), random.Random(zone)
    found: Counter[datetime] = Counter()
    since = YEAR[0]
    while since < YEAR[1]:
        pause = timedelta(hours=chance.uniform(1, 6)) if chance.random() < 0.05 else None
        now = min(since + (pause or timedelta(minutes=chance.uniform(1, 60))), YEAR[1])
        found.update(
            due.at for due in fell_due("p", calendar, since, now) if due.kind == "briefing"
        )
        since = now
    expected = year_of_starts(zone, PATTERNS)
    assert set(found) == expected
    assert set(found.values()) == {1}
    tz = ZoneInfo(zone)
    assert {f"{at.astimezone(tz):%H:%M}" for at in found} == {"06:00", "14:00", "22:00", "07:00"}


def test_a_holiday_has_no_shift_and_overtime_has() -> None:
    berlin = ZoneInfo("Europe/Berlin")

    def at(day: int, hour: int) -> datetime:
        return datetime(2026, 5, day, hour, tzinfo=berlin).astimezone(UTC)

    entries = (
        CalendarEntry(at(14, 0), at(15, 0), "holiday", plant="p"),
        CalendarEntry(at(16, 8), at(16, 12), "overtime", "Extra", plant="p"),
    )
    week = (PATTERNS[0],)
    calendar = ShiftCalendar("Europe/Berlin", week, entries=entries)
    due = [
        found
        for day in range(11, 19)
        for found in fell_due("p", calendar, at(day, 0), at(day + 1, 0) - timedelta(hours=13))
    ]
    starts = [d.at.astimezone(berlin).day for d in due if d.kind == "briefing"]
    assert starts == [11, 12, 13, 15, 16, 18]


def test_what_was_missed_is_caught_up_to_the_shifts_end() -> None:
    calendar = ShiftCalendar("America/Chicago", PATTERNS)
    since = datetime(2026, 11, 20, 12, tzinfo=UTC)
    start = datetime(2026, 11, 23, 12, tzinfo=UTC)  # Monday, 06:00 in Chicago
    for hours, expected in ((2, {"briefing": start}), (9, {"briefing": start + 8 * HOUR})):
        due = fell_due("p", calendar, since, start + hours * HOUR)
        briefings = {d.kind: d.at for d in due if d.kind == "briefing"}
        assert briefings == expected
        assert [d.at for d in due if d.kind == "weekly"] == [start]
    assert not [d for d in fell_due("p", calendar, since, start + 90 * HOUR) if d.kind == "weekly"]


HOUR = timedelta(hours=1)


def test_weeks_and_months_begin_with_their_first_shift() -> None:
    calendar = ShiftCalendar("Europe/Berlin", PATTERNS[:1])
    since = YEAR[0]
    weekly, monthly = [], []
    while since < YEAR[1]:
        now = since + timedelta(hours=6)
        for due in fell_due("p", calendar, since, now):
            if due.kind == "weekly":
                weekly.append(due.shift.day)
            if due.kind == "monthly":
                monthly.append(due.shift.day)
        since = now
    assert {day.weekday() for day in weekly} == {0}
    assert len(weekly) == 52
    assert [day.month for day in monthly] == list(range(1, 13))
    assert all(day.day <= 3 for day in monthly)


def test_a_handover_is_prepared_half_an_hour_before_the_end() -> None:
    calendar = ShiftCalendar("Europe/Berlin", PATTERNS)
    noon = datetime(2026, 11, 23, 11, tzinfo=UTC)
    (due,) = [d for d in fell_due("p", calendar, noon, noon + 2 * HOUR) if d.kind == "handover"]
    assert due.at == datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
    assert due.shift.name == "Early"


def installation() -> Installation:
    assets = [
        Asset(id=plant, name=plant, kind="plant", plant=plant) for plant in ("chicago", "berlin")
    ] + [Asset(id="line", name="line", kind="line", plant="berlin", parent="berlin")]
    calendars = {
        "chicago": ShiftCalendar("America/Chicago", PATTERNS),
        "berlin": ShiftCalendar("Europe/Berlin", PATTERNS),
    }
    return Installation(Hierarchy(assets), calendars, cast(Any, {}), cast(Any, None))


def test_rows_are_for_the_subscriptions_whose_places_lie_in_the_plant() -> None:
    place = Place("slack", "T:C", private=False)
    at = datetime(2026, 11, 23, 5, tzinfo=UTC)  # 06:00 in Berlin, 23:00 in Chicago
    both = Subscription(
        "s1",
        place,
        ("berlin", "chicago", "gone"),
        frozenset({"briefing", "alerts", "weekly"}),
        "slack:T:U",
        "de",
        "",
        None,
        at,
    )
    other = replace(both, id="s2", scope=("chicago",))
    alone = replace(both, id="s3", scope=("line",), kinds=frozenset({"alerts"}))
    rows = list(wanted([both, other, alone], installation(), at - HOUR, at))
    assert [(row.key, row.command, row.rank) for row in rows] == [
        ("briefing:s1:berlin:2026-11-23T05:00Z", "/briefing berlin at 2026-11-23T05:00Z", 3),
        ("weekly:s1:berlin:2026-11-23T05:00Z", "/summary weekly berlin at 2026-11-23T05:00Z", 4),
    ]
    assert rows[0].until == at + 8 * HOUR
    assert (rows[0].user, rows[0].language, rows[0].place) == ("slack:T:U", "de", place)
