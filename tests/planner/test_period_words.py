"""Periods in words, as DOMAIN.md defines them; now is Wednesday 2026-11-18, 15:37 in Chicago."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from benchmarks.planner import CALENDAR, NOW
from core.domain.shifts import ShiftCalendar, ShiftPattern
from core.errors import UserError
from core.planner.period_words import find_period, parse_period

WEEKDAYS = frozenset(range(5))
HAMBURG = ShiftCalendar(
    "Europe/Berlin",
    [
        ShiftPattern("Früh", time(6), time(14), WEEKDAYS),
        ShiftPattern("Spät", time(14), time(22), WEEKDAYS),
    ],
)
LETTERS = ShiftCalendar(
    "UTC", [ShiftPattern("A", time(6), time(18)), ShiftPattern("Zulu", time(18), time(6))]
)

# words, start and end on the plant's clock
UNDERSTOOD = [
    ("today", "2026-11-18 06:00", "2026-11-18 15:37"),
    ("heute", "2026-11-18 06:00", "2026-11-18 15:37"),
    ("yesterday", "2026-11-17 06:00", "2026-11-18 06:00"),
    ("yesteday", "2026-11-17 06:00", "2026-11-18 06:00"),
    ("gestern", "2026-11-17 06:00", "2026-11-18 06:00"),
    ("vorgestern", "2026-11-16 06:00", "2026-11-17 06:00"),
    ("two days ago", "2026-11-16 06:00", "2026-11-17 06:00"),
    ("vor 2 Tagen", "2026-11-16 06:00", "2026-11-17 06:00"),
    ("this shift so far", "2026-11-18 14:00", "2026-11-18 15:37"),
    ("diese Schicht", "2026-11-18 14:00", "2026-11-18 15:37"),
    ("last shift", "2026-11-18 06:00", "2026-11-18 14:00"),
    ("letzte Schicht", "2026-11-18 06:00", "2026-11-18 14:00"),
    ("last night", "2026-11-17 22:00", "2026-11-18 06:00"),
    ("heute Nacht", "2026-11-17 22:00", "2026-11-18 06:00"),
    ("yesterday night shift", "2026-11-17 22:00", "2026-11-18 06:00"),
    ("gestern Nachtschicht", "2026-11-17 22:00", "2026-11-18 06:00"),
    ("gestern in der Frühschicht", "2026-11-17 06:00", "2026-11-17 14:00"),
    ("late shift", "2026-11-18 14:00", "2026-11-18 15:37"),
    ("shift 2 yesterday", "2026-11-17 14:00", "2026-11-17 22:00"),
    ("night shift on monday", "2026-11-16 22:00", "2026-11-17 06:00"),
    ("last 3 shifts", "2026-11-17 14:00", "2026-11-18 14:00"),
    ("past 4 hours", "2026-11-18 11:37", "2026-11-18 15:37"),
    ("vergangene 4 Stunden", "2026-11-18 11:37", "2026-11-18 15:37"),
    ("past half hour", "2026-11-18 15:07", "2026-11-18 15:37"),
    ("24h", "2026-11-17 15:37", "2026-11-18 15:37"),
    ("last 7 days", "2026-11-11 06:00", "2026-11-18 06:00"),
    ("die letzten sieben Tage", "2026-11-11 06:00", "2026-11-18 06:00"),
    ("last 2 weeks", "2026-11-04 06:00", "2026-11-18 06:00"),
    ("last 3 months", "2026-08-01 06:00", "2026-11-01 06:00"),
    ("last week", "2026-11-09 06:00", "2026-11-16 06:00"),
    ("letzte Woche", "2026-11-09 06:00", "2026-11-16 06:00"),
    ("this week", "2026-11-16 06:00", "2026-11-18 15:37"),
    ("KW 12", "2026-03-16 06:00", "2026-03-23 06:00"),
    ("week 50", "2025-12-08 06:00", "2025-12-15 06:00"),
    ("KW 38.", "2026-09-14 06:00", "2026-09-21 06:00"),
    ("im August", "2026-08-01 06:00", "2026-09-01 06:00"),
    ("in november", "2025-11-01 06:00", "2025-12-01 06:00"),
    ("2025-08", "2025-08-01 06:00", "2025-09-01 06:00"),
    ("august 2025", "2025-08-01 06:00", "2025-09-01 06:00"),
    ("last month", "2026-10-01 06:00", "2026-11-01 06:00"),
    ("Q3", "2026-07-01 06:00", "2026-10-01 06:00"),
    ("last quarter", "2026-07-01 06:00", "2026-10-01 06:00"),
    ("third quarter 2025", "2025-07-01 06:00", "2025-10-01 06:00"),
    ("ytd", "2026-01-01 06:00", "2026-11-18 15:37"),
    ("the weekend", "2026-11-14 06:00", "2026-11-16 06:00"),
    ("on Monday", "2026-11-16 06:00", "2026-11-17 06:00"),
    ("letzten Montag", "2026-11-16 06:00", "2026-11-17 06:00"),
    ("Montag letzter Woche", "2026-11-09 06:00", "2026-11-10 06:00"),
    ("12.03.", "2026-03-12 06:00", "2026-03-13 06:00"),
    ("24.12.", "2025-12-24 06:00", "2025-12-25 06:00"),
    ("March 3rd", "2026-03-03 06:00", "2026-03-04 06:00"),
    ("3. März 2025", "2025-03-03 06:00", "2025-03-04 06:00"),
    ("25/03/2026", "2026-03-25 06:00", "2026-03-26 06:00"),
    ("2025-08-01..2025-08-31", "2025-08-01 06:00", "2025-09-01 06:00"),
    ("from march 3 to march 9", "2026-03-03 06:00", "2026-03-10 06:00"),
    ("von Montag bis Freitag", "2026-11-09 06:00", "2026-11-14 06:00"),
    ("from december to february", "2025-12-01 06:00", "2026-03-01 06:00"),
    ("since 6am", "2026-11-18 06:00", "2026-11-18 15:37"),
    ("since 11pm", "2026-11-17 23:00", "2026-11-18 15:37"),
    ("seit gestern 14 Uhr", "2026-11-17 14:00", "2026-11-18 15:37"),
    ("since monday", "2026-11-16 06:00", "2026-11-18 15:37"),
    ("between 1 and 3 pm", "2026-11-18 13:00", "2026-11-18 15:00"),
    ("yesterday between 14:00 and 16:00", "2026-11-17 14:00", "2026-11-17 16:00"),
    ("from 10pm to 6am", "2026-11-17 22:00", "2026-11-18 06:00"),
    ("this morning", "2026-11-18 06:00", "2026-11-18 12:00"),
    ("gestern Abend", "2026-11-17 18:00", "2026-11-18 00:00"),
    ("2026-11-17T06:00..2026-11-17T14:00", "2026-11-17 06:00", "2026-11-17 14:00"),
    # two days in one breath
    ("yesterday and today", "2026-11-17 06:00", "2026-11-18 15:37"),
    ("heute und gestern", "2026-11-17 06:00", "2026-11-18 15:37"),
    ("Friday and Saturday", "2026-11-13 06:00", "2026-11-15 06:00"),
    ("yesterday and the day before", "2026-11-16 06:00", "2026-11-18 06:00"),
    # hours without their sign
    ("yesterday 14-16", "2026-11-17 14:00", "2026-11-17 16:00"),
    ("heute früh zwischen 6 und 9", "2026-11-18 06:00", "2026-11-18 09:00"),
    ("this morning at 9", "2026-11-18 08:30", "2026-11-18 09:30"),
    ("at 4 in the morning", "2026-11-18 03:30", "2026-11-18 04:30"),
    ("um drei Uhr nachts", "2026-11-18 02:30", "2026-11-18 03:30"),
    ("at 10 at night", "2026-11-17 21:30", "2026-11-17 22:30"),
    ("since 22", "2026-11-17 22:00", "2026-11-18 15:37"),
    ("after 2pm", "2026-11-18 14:00", "2026-11-18 15:37"),
    ("all morning", "2026-11-18 06:00", "2026-11-18 12:00"),
    # one before another
    ("shift before last", "2026-11-17 22:00", "2026-11-18 06:00"),
    ("three shifts ago", "2026-11-17 14:00", "2026-11-17 22:00"),
    ("two nights ago", "2026-11-16 22:00", "2026-11-17 06:00"),
    ("vorletzte Nacht", "2026-11-16 22:00", "2026-11-17 06:00"),
    ("vorletztes Wochenende", "2026-11-07 06:00", "2026-11-09 06:00"),
    ("the night before last night", "2026-11-16 22:00", "2026-11-17 06:00"),
    ("night before yesterday", "2026-11-16 22:00", "2026-11-17 06:00"),
    ("the day before yesterday", "2026-11-16 06:00", "2026-11-17 06:00"),
    ("week before last week", "2026-11-02 06:00", "2026-11-09 06:00"),
    ("shift before yesterday", "2026-11-16 22:00", "2026-11-17 06:00"),
    ("before that last week", "2026-11-02 06:00", "2026-11-09 06:00"),
    ("last working day", "2026-11-17 06:00", "2026-11-18 06:00"),
    ("die letzten fünf Arbeitstage", "2026-11-13 06:00", "2026-11-18 06:00"),
    ("this past Monday", "2026-11-16 06:00", "2026-11-17 06:00"),
    ("same day last week", "2026-11-11 06:00", "2026-11-12 06:00"),
    ("letzte Woche Dienstag", "2026-11-10 06:00", "2026-11-11 06:00"),
    # shifts of a day
    ("Spätschicht von gestern", "2026-11-17 14:00", "2026-11-17 22:00"),
    ("the night shift of the 12th", "2026-11-12 22:00", "2026-11-13 06:00"),
    ("Nachtschicht am 12.", "2026-11-12 22:00", "2026-11-13 06:00"),
    ("in der Nacht auf Dienstag", "2026-11-16 22:00", "2026-11-17 06:00"),
    ("yesterday, night shift", "2026-11-17 22:00", "2026-11-18 06:00"),
    ("last night's shift", "2026-11-17 22:00", "2026-11-18 06:00"),
    ("late on Friday", "2026-11-13 14:00", "2026-11-13 22:00"),
    ("Montagmorgen", "2026-11-16 06:00", "2026-11-16 12:00"),
    ("all day yesterday", "2026-11-17 06:00", "2026-11-18 06:00"),
    # parts of weeks, months and years
    ("KW 45 bis 47", "2026-11-02 06:00", "2026-11-18 15:37"),
    ("weeks 44 to 45", "2026-10-26 06:00", "2026-11-09 06:00"),
    ("the week of November 4", "2026-11-02 06:00", "2026-11-09 06:00"),
    ("nov 3 to 7", "2026-11-03 06:00", "2026-11-08 06:00"),
    ("1.-15.11.", "2026-11-01 06:00", "2026-11-16 06:00"),
    ("mon-fri", "2026-11-09 06:00", "2026-11-14 06:00"),
    ("Thursday, November 12", "2026-11-12 06:00", "2026-11-13 06:00"),
    ("Nov. 12", "2026-11-12 06:00", "2026-11-13 06:00"),
    ("11/17", "2026-11-17 06:00", "2026-11-18 06:00"),
    ("first half of October", "2026-10-01 06:00", "2026-10-16 06:00"),
    ("the last ten days of October", "2026-10-22 06:00", "2026-11-01 06:00"),
    ("early November", "2026-11-01 06:00", "2026-11-11 06:00"),
    ("erste Oktoberwoche", "2026-10-01 06:00", "2026-10-08 06:00"),
    ("end of last month", "2026-10-21 06:00", "2026-11-01 06:00"),
    ("Anfang letzter Woche", "2026-11-09 06:00", "2026-11-11 06:00"),
    ("so far in November", "2026-11-01 06:00", "2026-11-18 15:37"),
    ("1. Halbjahr", "2026-01-01 06:00", "2026-07-01 06:00"),
    ("letztes Halbjahr", "2026-05-01 06:00", "2026-11-01 06:00"),
    ("the week just gone", "2026-11-09 06:00", "2026-11-16 06:00"),
    # "from" alone says whose: only with an end, or "onwards", it says since when
    ("from last night", "2026-11-17 22:00", "2026-11-18 06:00"),
    ("vom Dienstag", "2026-11-17 06:00", "2026-11-18 06:00"),
    ("from Monday onwards", "2026-11-16 06:00", "2026-11-18 15:37"),
    ("between Friday and now", "2026-11-13 06:00", "2026-11-18 15:37"),
    ("since the bearing swap on Sunday", "2026-11-15 06:00", "2026-11-18 15:37"),
    ("seit der Umrüstung am Montag", "2026-11-16 06:00", "2026-11-18 15:37"),
    ("since morning", "2026-11-18 06:00", "2026-11-18 15:37"),
    ("from midnight to 5", "2026-11-18 00:00", "2026-11-18 05:00"),
    ("yesterday 14-22h", "2026-11-17 14:00", "2026-11-17 22:00"),
    ("my shift", "2026-11-18 14:00", "2026-11-18 15:37"),
]


@pytest.mark.parametrize(("said", "start", "end"), UNDERSTOOD)
def test_words_are_the_period_of_the_domain(said: str, start: str, end: str) -> None:
    period = parse_period(said, CALENDAR, NOW)
    assert [f"{CALENDAR.local(at):%Y-%m-%d %H:%M}" for at in (period.start, period.end)] == [
        start,
        end,
    ]
    assert period.zone == "America/Chicago"


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("tomorrow", "period_future"),
        ("morgen", "period_future"),
        ("next week", "period_future"),
        ("2030-01-01", "period_future"),
        ("2025-08-31..2025-08-01", "period_reversed"),
        ("2026-11-17T14:00..2026-11-17T06:00", "period_reversed"),
        ("12/03/2026", "period_unsure_date"),
        ("2026-02-30", "period_not_understood"),
        ("in 1850", "period_not_understood"),
        ("yesterday foo", "period_not_understood"),
        ("yesterday and Monday last week", "period_not_understood"),
        ("since the overhaul", "period_not_understood"),
        ("since the overhaul in spring", "period_not_understood"),
        ("the last two nights", "period_not_understood"),
        ("christmas", "period_not_understood"),
        ("", "period_not_understood"),
        ("🤖", "period_not_understood"),
        ("last 999999 days", "period_not_understood"),
        ("shift 5", "period_no_shift"),
    ],
)
def test_what_is_no_period_is_told(said: str, key: str) -> None:
    with pytest.raises(UserError) as error:
        parse_period(said, CALENDAR, NOW)
    assert error.value.key == key


def test_an_unsure_date_tells_both_readings() -> None:
    with pytest.raises(UserError) as error:
        parse_period("on 04/05/2026", CALENDAR, NOW)
    assert error.value.arguments["first"] == "2026-04-05"
    assert error.value.arguments["second"] == "2026-05-04"


def test_shifts_are_found_by_the_plants_own_names() -> None:
    frueh = parse_period("yesterday's early shift", HAMBURG, NOW)
    assert frueh.argument("shift") == "Früh"
    assert parse_period("Zulu shift", LETTERS, NOW).argument("shift") == "Zulu"
    assert parse_period("shift A yesterday", LETTERS, NOW).argument("shift") == "A"
    with pytest.raises(UserError) as error:
        parse_period("last night", HAMBURG, NOW)
    assert error.value.key == "period_no_shift"


def test_a_day_with_a_clock_change_has_its_hours() -> None:
    november = datetime(2026, 11, 2, 18, tzinfo=UTC)
    assert parse_period("on saturday", CALENDAR, november).interval.minutes == 25 * 60
    assert parse_period("past 24 hours", CALENDAR, november).interval.minutes == 24 * 60


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("oee yesterday vs last week", ["yesterday", "last week"]),
        ("why may this fail", []),
        ("stops longer than 5 hours last week", ["last week"]),
        ("guten morgen", []),
        ("early vs late vs night", []),
        ("is it right now", []),
        ("top 5 of the last 7 days", ["last 7 days"]),
        ("the order slipped 5 h on Tuesday", ["Tuesday"]),
        ("the 41 h downtime of last month", ["last month"]),
        ("b2a4af3d 6d68422f press-a3d", []),
    ],
)
def test_periods_are_found_in_a_longer_text(text: str, found: list[str]) -> None:
    spans = find_period(text)
    assert [span.said for span in spans] == found
    assert all(text[span.start : span.end] == span.said for span in spans)


@pytest.mark.parametrize("said", ["yesterday afternoon", "yesterday 14-16", "gestern Nachmittag"])
def test_hours_of_yesterday_lie_in_yesterday_also_after_midnight(said: str) -> None:
    """At 2 am the night shift still belongs to the day before."""
    now = datetime(2026, 11, 18, 8, 0, tzinfo=UTC)
    hours, day = (parse_period(words, CALENDAR, now) for words in (said, "yesterday"))
    assert day.start <= hours.start < hours.end <= day.end


def test_the_last_working_day_before_a_monday_is_a_friday() -> None:
    monday = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
    assert f"{HAMBURG.local(parse_period('letzter Arbeitstag', HAMBURG, monday).start):%a}" == "Fri"


@pytest.mark.parametrize(
    ("said", "start", "end"),
    [
        ("sunday", "2026-11-22 06:00", "2026-11-23 01:20"),
        ("since sunday", "2026-11-22 06:00", "2026-11-23 01:20"),
        ("between 2 and 4 am sunday", "2026-11-22 02:00", "2026-11-22 04:00"),
        ("night shift on sunday", "2026-11-22 22:00", "2026-11-23 01:20"),
        ("friday to sunday", "2026-11-20 06:00", "2026-11-23 01:20"),
        ("saturday", "2026-11-21 06:00", "2026-11-22 06:00"),
        ("monday", "2026-11-16 06:00", "2026-11-17 06:00"),
    ],
)
def test_after_midnight_a_weekday_may_be_the_production_day_that_still_runs(
    said: str, start: str, end: str
) -> None:
    night = datetime(2026, 11, 23, 7, 20, tzinfo=UTC)
    period = parse_period(said, CALENDAR, night)
    local = [f"{CALENDAR.local(at):%Y-%m-%d %H:%M}" for at in (period.start, period.end)]
    assert local == [start, end]
