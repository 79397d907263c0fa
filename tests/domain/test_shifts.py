from __future__ import annotations

from datetime import date, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.periods import Interval
from core.domain.shifts import Busy, CalendarEntry, EntryKind, ShiftCalendar, ShiftPattern
from tests.domain.plants import at, entry, three_shifts, two_shifts

ZONES = ("America/Chicago", "Europe/Berlin", "Australia/Sydney")


def minutes(pieces: tuple[Busy, ...] | None) -> float:
    assert pieces is not None
    return sum(piece.minutes for piece in pieces)


@pytest.mark.parametrize(
    ("zone", "short", "long"),
    [
        # The production day opens at 06:00, so the change at night falls to the day before.
        ("America/Chicago", date(2026, 3, 7), date(2026, 10, 31)),
        ("Europe/Berlin", date(2026, 3, 28), date(2026, 10, 24)),
        ("Australia/Sydney", date(2026, 10, 3), date(2026, 4, 4)),
    ],
)
def test_days_with_a_change_of_the_clock(zone: str, short: date, long: date) -> None:
    calendar = three_shifts(zone=zone)
    assert calendar.day(short).minutes == 23 * 60
    assert calendar.day(long).minutes == 25 * 60
    for day, hours in ((short, 23), (long, 25)):
        assert minutes(calendar.busy(calendar.day(day))) == hours * 60
        night = calendar.shifts_of_day(day)[-1]
        assert (night.name, night.interval.minutes) == ("Night", (hours - 16) * 60)


@given(
    second=st.integers(0, 3 * 365 * 86400),
    zone=st.sampled_from(ZONES),
    opening=st.sampled_from(["Early", "Late", "Night"]),
    named_after=st.sampled_from(["start", "end"]),
)
def test_production_days_tile_time(second: int, zone: str, opening: str, named_after: str) -> None:
    instant = at("2025-01-01 00:00") + timedelta(seconds=second)
    calendar = three_shifts((), zone, opening, "end" if named_after == "end" else "start")
    day = calendar.production_day(instant)
    assert calendar.day(day).contains(instant)
    for before, after in pairwise(day + timedelta(n) for n in range(-2, 3)):
        assert calendar.day(before).end == calendar.day(after).start


def test_night_shift_belongs_to_the_day_in_which_it_starts() -> None:
    calendar = three_shifts()
    at_two = at("2026-11-23 08:00")  # 02:00 in Chicago
    shift = calendar.current(at_two)
    assert shift is not None
    assert (shift.name, shift.day) == ("Night", date(2026, 11, 22))
    assert calendar.production_day(at_two) == date(2026, 11, 22)


def test_day_that_opens_with_the_night_is_named_after_its_end() -> None:
    calendar = three_shifts((), day_starts_with="Night", day_named_after="end")
    evening = at("2026-11-23 05:00")  # 23:00 on the 22nd in Chicago
    assert calendar.production_day(evening) == date(2026, 11, 23)
    named = [shift.name for shift in calendar.shifts_of_day(date(2026, 11, 23))]
    assert named == ["Night", "Early", "Late"]


def test_last_ended_and_next_start() -> None:
    calendar = three_shifts()
    now = at("2026-11-23 21:00")  # 15:00 in Chicago, Late runs
    last, following = calendar.last_ended(now), calendar.next_start(now)
    assert last is not None
    assert last.name == "Early"
    assert last.interval == Interval(at("2026-11-23 12:00"), at("2026-11-23 20:00"))
    assert following is not None
    assert (following.name, following.interval.start) == ("Night", at("2026-11-24 04:00"))
    night = calendar.last_ended(now, "Night")
    assert night is not None
    assert night.day == date(2026, 11, 22)


def test_a_shift_that_ends_now_has_ended() -> None:
    calendar = three_shifts()
    last = calendar.last_ended(at("2026-11-23 20:00"))
    assert last is not None
    assert last.name == "Early"


def test_weekend_without_a_shift() -> None:
    calendar = two_shifts()
    sunday = date(2026, 11, 22)
    assert calendar.shifts_of_day(sunday) == ()
    assert calendar.busy(calendar.day(sunday)) == ()
    assert calendar.last_worked(date(2026, 11, 23)) == date(2026, 11, 20)
    assert calendar.current(at("2026-11-22 10:00")) is None


def test_planned_time_is_shifts_less_breaks_maintenance_and_holidays_plus_overtime() -> None:
    calendar = two_shifts(
        [
            entry("break", "2026-11-23 09:00", "2026-11-23 09:30"),
            entry("planned_maintenance", "2026-11-23 15:00", "2026-11-23 16:00"),
            entry("holiday", "2026-11-24 00:00", "2026-11-24 23:00"),
            entry("overtime", "2026-11-23 21:00", "2026-11-23 22:00"),
            entry("overtime", "2026-11-28 07:00", "2026-11-28 11:00"),
        ]
    )
    monday, tuesday, saturday = (calendar.day(date(2026, 11, n)) for n in (23, 24, 28))
    assert minutes(calendar.busy(monday)) == 960 - 30 - 60 + 60
    assert calendar.calendar_minutes(monday) == 960 + 60
    assert calendar.shifts_of_day(date(2026, 11, 24)) == ()
    assert minutes(calendar.busy(tuesday)) == 0
    assert calendar.calendar_minutes(tuesday) == 960
    assert minutes(calendar.busy(saturday)) == 240
    assert [shift.name for shift in calendar.shifts(saturday)] == ["overtime"]
    late = calendar.shifts_of_day(date(2026, 11, 23))[-1]
    assert (late.name, late.interval.end) == ("Spät", at("2026-11-23 22:00"))


def test_entries_of_one_asset_leave_the_others_alone() -> None:
    calendar = two_shifts(
        [
            entry("planned_maintenance", "2026-11-23 06:00", "2026-11-23 08:00", asset="press-h1"),
            entry("break", "2026-11-23 10:00", "2026-11-23 10:15", area="montage"),
            entry("break", "2026-11-23 12:00", "2026-11-23 12:30", plant="hamburg"),
        ]
    )
    monday = calendar.day(date(2026, 11, 23))
    assert minutes(calendar.busy(monday)) == 930
    assert minutes(calendar.busy(monday, ("packer-h1", "verpackung", "hamburg"))) == 930
    assert minutes(calendar.busy(monday, ("line-h1", "montage", "hamburg"))) == 915
    assert minutes(calendar.busy(monday, ("press-h1", "montage", "hamburg"))) == 795


def test_work_entries_are_the_shifts_where_there_are_no_patterns() -> None:
    calendar = ShiftCalendar(
        "Europe/Berlin",
        entries=[
            entry("work", f"2026-11-{day} {start}", f"2026-11-{day} {end}", shift=shift)
            for day in range(16, 21)
            for shift, start, end in (("A", "05:00", "13:00"), ("B", "13:00", "21:00"))
        ],
    )
    assert calendar.names == ("A", "B")
    assert calendar.day(date(2026, 11, 18)).start == at("2026-11-18 05:00")
    last = calendar.last_ended(at("2026-11-23 12:00"))
    assert last is not None
    assert (last.name, last.day) == ("B", date(2026, 11, 20))
    assert minutes(calendar.busy(calendar.day(date(2026, 11, 18)))) == 960


def test_work_entries_of_one_area_say_nothing_of_another() -> None:
    work = entry("work", "2026-11-18 05:00", "2026-11-18 13:00", area="montage")
    calendar = ShiftCalendar("Europe/Berlin", entries=[work])
    day = calendar.day(date(2026, 11, 18))
    assert minutes(calendar.busy(day, ("line-h1", "montage"))) == 480
    assert calendar.busy(day, ("packer-h1", "verpackung")) is None


def test_nothing_known_of_shifts() -> None:
    calendar = ShiftCalendar("Europe/Berlin")
    day = calendar.day(date(2026, 11, 23))
    assert day == Interval(at("2026-11-22 23:00"), at("2026-11-23 23:00"))
    assert calendar.busy(day) is None
    assert calendar.calendar_minutes(day) is None
    assert calendar.current(at("2026-11-23 10:00")) is None


def test_overlapping_shifts_count_once_for_the_earlier() -> None:
    patterns = (ShiftPattern("A", time(6), time(14, 15)), ShiftPattern("B", time(14), time(22)))
    calendar = ShiftCalendar("Europe/Berlin", patterns)
    day = calendar.day(date(2026, 11, 23))
    assert minutes(calendar.busy(day)) == 960
    running = calendar.current(at("2026-11-23 13:10"))
    assert running is not None
    assert running.name == "A"


def test_shifts_answer_to_names_and_aliases() -> None:
    calendar = three_shifts()
    assert calendar.named("NIGHT") == "Night"
    assert calendar.named("Afternoon") == "Late"
    assert calendar.named("third") is None


def test_an_unknown_opening_shift_is_refused() -> None:
    with pytest.raises(ValueError, match="Dawn"):
        three_shifts(day_starts_with="Dawn")


def test_a_stop_that_begins_in_a_break_opens_with_the_piece_after_it() -> None:
    calendar = two_shifts([entry("break", "2026-11-23 09:00", "2026-11-23 09:30")])
    pieces = calendar.busy(calendar.day(date(2026, 11, 23)))
    assert pieces is not None
    assert [piece.opens for piece in pieces] == [
        at("2026-11-20 21:00"),  # since Friday's last shift ended
        at("2026-11-23 09:00"),
        at("2026-11-23 13:00"),
    ]
    asked = calendar.busy(Interval(at("2026-11-23 09:10"), at("2026-11-23 10:00")))
    assert asked is not None
    assert asked[0].opens == at("2026-11-23 09:00")


KINDS: tuple[EntryKind, ...] = ("break", "planned_maintenance", "holiday", "overtime")
FORTNIGHT = Interval(at("2026-10-20 05:00"), at("2026-11-03 05:00"))  # holds Berlin's change


@st.composite
def entries(draw: st.DrawFn) -> ShiftCalendar:
    def an_entry() -> CalendarEntry:
        start = FORTNIGHT.start + timedelta(minutes=draw(st.integers(0, 14 * 1440)))
        end = start + timedelta(minutes=draw(st.integers(1, 900)))
        kind = draw(st.sampled_from(KINDS))
        return entry(kind, f"{start:%Y-%m-%d %H:%M}", f"{end:%Y-%m-%d %H:%M}")

    return two_shifts([an_entry() for _ in range(draw(st.integers(0, 12)))])


@given(calendar=entries(), cut=st.integers(1, 14 * 1440 - 1))
def test_cutting_a_period_in_two_and_adding_gives_the_whole(
    calendar: ShiftCalendar, cut: int
) -> None:
    middle = FORTNIGHT.start + timedelta(minutes=cut)
    first, second = Interval(FORTNIGHT.start, middle), Interval(middle, FORTNIGHT.end)
    whole = calendar.busy(FORTNIGHT)
    parts = (calendar.busy(first) or ()) + (calendar.busy(second) or ())
    assert minutes(parts) == pytest.approx(minutes(whole))
    for measured in (calendar.calendar_minutes(first), calendar.calendar_minutes(second)):
        assert measured is not None
    assert (calendar.calendar_minutes(first) or 0) + (
        calendar.calendar_minutes(second) or 0
    ) == pytest.approx(calendar.calendar_minutes(FORTNIGHT))
    # The spans in which a stop that starts is counted follow one another without gap or overlap.
    for before, after in pairwise(parts):
        assert before.end == after.opens <= after.start


@given(calendar=entries())
def test_busy_pieces_are_a_part_of_their_shifts(calendar: ShiftCalendar) -> None:
    shifts = calendar.shifts(FORTNIGHT)
    for piece in calendar.busy(FORTNIGHT) or ():
        assert piece.start < piece.end
        (held,) = (s for s in shifts if s.interval.contains(piece.start))
        assert (held.name, held.day) == (piece.shift, piece.day)
        assert piece.end <= held.interval.end
    for before, after in pairwise(shifts):
        assert before.interval.end <= after.interval.start
