"""How figures, times and sentences read in English and in German."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.domain import periods
from core.domain.periods import Interval, Period
from core.domain.shifts import ShiftCalendar, ShiftPattern
from core.errors import UnknownAsset
from core.words import MissingWords, Words

EN, DE = Words("en"), Words("de")
CHICAGO, BERLIN = "America/Chicago", "Europe/Berlin"


def plain(text: str) -> str:
    """With ordinary spaces, to keep the expectations below readable."""
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("value", "digits", "english", "german"),
    [
        (1234567.891, 0, "1,234,568", "1.234.568"),
        (1234.5, 2, "1,234.50", "1.234,50"),
        (-12, 0, "−12", "−12"),
        (-0.04, 1, "0.0", "0,0"),
        (Decimal("0.5"), 1, "0.5", "0,5"),
        (None, 0, "unknown", "unbekannt"),
        (float("nan"), 0, "unknown", "unbekannt"),
        (float("inf"), 0, "unknown", "unbekannt"),
    ],
)
def test_number(value: float | None, digits: int, english: str, german: str) -> None:
    assert (EN.number(value, digits), DE.number(value, digits)) == (english, german)


def test_signed() -> None:
    assert [EN.signed(v, 1) for v in (1, -1, 0, -0.01, None)] == [
        "+1.0",
        "−1.0",
        "±0.0",
        "±0.0",
        "unknown",
    ]


def test_ratios() -> None:
    assert plain(EN.percent(0.6123)) == "61.2 %"
    assert plain(DE.percent(0.6123)) == "61,2 %"
    assert plain(EN.percent(1.04, 0)) == "104 %"
    assert plain(EN.points(-0.031)) == "−3.1 pp"
    assert plain(DE.points(-0.031)) == "−3,1 Pp."
    assert (EN.percent(None), DE.points(None)) == ("unknown", "unbekannt")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "0 min"),
        (0.02, "< 0.1 min"),
        (0.3, "0.3 min"),
        (0.5, "0.5 min"),
        (1.5, "1.5 min"),
        (9.97, "10 min"),
        (74.4, "74 min"),
        (89.4, "89 min"),
        (89.6, "1 h 30 min"),
        (192, "3 h 12 min"),
        (180, "3 h"),
        (-192, "−3 h 12 min"),
        (-0.2, "−0.2 min"),
        (-0.02, "0 min"),
        (74040, "1,234 h"),
        (None, "unknown"),
    ],
)
def test_minutes(value: float | None, expected: str) -> None:
    assert plain(EN.minutes(value)) == expected


def test_durations_below_one_another_have_one_unit() -> None:
    short = [plain(said) for said in EN.durations([67, 6.6, 0, None])]
    assert short == ["67 min", "6.6 min", "0 min", "unknown"]
    long = [plain(said) for said in EN.durations([107, 67, 6.6, 0, 0.3, None, -120, 74040])]
    assert long == [
        "1 h 47 min", "1 h 07 min", "0 h 07 min", "0 min", "0.3 min", "unknown",
        "\u22122 h 00 min", "1,234 h 00 min",
    ]  # fmt: skip
    assert EN.durations([]) == []


def test_minutes_in_german() -> None:
    assert plain(DE.minutes(74040)) == "1.234 h"
    assert DE.minutes(None) == "unbekannt"


def test_units_are_translated_and_unheard_of_ones_stay() -> None:
    assert plain(EN.units(1234, "bottles")) == "1,234 bottles"
    assert plain(DE.units(1234, "bottles")) == "1.234 Flaschen"
    assert plain(EN.units(1, "Bottles")) == "1 bottle"
    assert plain(DE.units(-1, "pallet")) == "−1 Palette"
    assert plain(DE.units(3, "Kegs")) == "3 Kegs"
    assert plain(DE.units(3, None)) == "3 Stück"
    assert EN.units(None, "bottles") == "unknown"


def test_money() -> None:
    assert plain(EN.money(1234.4, "USD")) == "USD 1,234"
    assert plain(DE.money(1234.4, "EUR", 2)) == "1.234,40 EUR"
    assert plain(EN.money(-5, "USD")) == "USD −5"
    assert EN.money(None, "USD") == EN.money(5, None) == "unknown"


MORNING = datetime(2026, 3, 12, 10, 58, tzinfo=UTC)


def test_times() -> None:
    assert EN.clock(MORNING, CHICAGO) == "05:58"
    assert plain(EN.moment(MORNING, CHICAGO)) == "Thu 12 Mar 05:58 CDT"
    assert plain(DE.moment(MORNING, BERLIN)) == "Do 12. Mär 11:58 CET"
    assert EN.day(date(2026, 3, 9)) == "Mon 9 Mar"
    assert DE.day(date(2026, 12, 9), year=True) == "Mi 9. Dez 2026"
    assert [EN.clock(None, CHICAGO), EN.moment(None, CHICAGO), EN.day(None)] == ["unknown"] * 3


def test_a_zone_without_letters_is_said_as_an_offset() -> None:
    assert plain(EN.moment(MORNING, "America/Sao_Paulo")) == "Thu 12 Mar 07:58 UTC-03"


def _period(
    label: str, start: datetime, end: datetime, *, so_far: bool = False, **arguments: str
) -> Period:
    return Period(Interval(start, end), CHICAGO, label, tuple(arguments.items()), so_far)


NIGHT = (datetime(2026, 3, 12, 3, tzinfo=UTC), datetime(2026, 3, 12, 11, tzinfo=UTC))


def test_a_period_is_its_words_and_its_exact_span() -> None:
    night = _period("last_shift", *NIGHT, shift="Night", day="2026-03-11")
    assert plain(EN.period(night)) == (
        "last night (Night, Wed 11 Mar 22:00 – Thu 12 Mar 06:00 CDT)"
    )
    assert plain(DE.period(night)) == (
        "letzte Nacht (Night, Mi 11. Mär 22:00 – Do 12. Mär 06:00 CDT)"
    )


def test_a_span_within_a_day_names_it_once() -> None:
    start, end = datetime(2026, 3, 12, 11, tzinfo=UTC), datetime(2026, 3, 12, 19, 20, tzinfo=UTC)
    today = _period("today", start, end, so_far=True, day="2026-03-12")
    assert plain(EN.period(today)) == "today so far (Thu 12 Mar 06:00 – 14:20 CDT)"
    assert plain(DE.period(today)) == "heute bisher (Do 12. Mär 06:00 – 14:20 CDT)"


def test_a_span_over_a_change_of_the_clocks_names_both_zones() -> None:
    start, end = datetime(2026, 3, 8, 4, tzinfo=UTC), datetime(2026, 3, 8, 11, tzinfo=UTC)
    assert plain(EN.span(start, end, CHICAGO)) == "Sat 7 Mar 22:00 CST – Sun 8 Mar 06:00 CDT"


def test_a_year_is_told_where_it_does_not_go_without_saying() -> None:
    start, now = datetime(2026, 3, 12, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)
    year = plain(EN.span(start, start + timedelta(days=365), "UTC"))
    assert year == "Thu 12 Mar 2026 00:00 – Fri 12 Mar 2027 00:00 UTC"
    assert plain(EN.span(start, start + timedelta(days=290), "UTC")).count("202") == 0
    later = Words("en", now)
    assert plain(later.moment(start, "UTC")) == "Thu 12 Mar 2026 00:00 UTC"
    assert later.say("common.since", moment=start.date()) == "since Thu 12 Mar 2026"
    assert later.day(now.date()) == "Mon 1 Feb"
    one = Interval(start, start + timedelta(days=1))
    three = Interval(start, start + timedelta(days=3))
    day = Period(one, "UTC", "date", (("day", "2026-03-12"),))
    assert later.period_name(day) == "Thu 12 Mar 2026"
    days = (("first", "2026-03-12"), ("last", "2026-03-14"))
    stretch = Period(three, "UTC", "dates", days)
    assert plain(later.period_name(stretch)) == "Thu 12 Mar – Sat 14 Mar 2026"
    assert plain(EN.period_name(stretch)) == "Thu 12 Mar – Sat 14 Mar"


def test_what_was_asked_by_date_is_its_span_with_the_year() -> None:
    start, end = datetime(2025, 12, 1, 6, tzinfo=UTC), datetime(2026, 1, 2, 6, tzinfo=UTC)
    dates = _period("dates", start, end, first="2025-12-01", last="2026-01-01")
    assert plain(EN.period(dates)) == "Mon 1 Dec 2025 00:00 – Fri 2 Jan 2026 00:00 CST"
    assert EN.period_name(dates) == "Mon 1 Dec 2025 – Thu 1 Jan 2026"
    shift = _period("shift_of_day", *NIGHT, shift="Night", day="2026-03-11")
    assert plain(EN.period(shift)) == "Night, Wed 11 Mar 22:00 – Thu 12 Mar 2026 06:00 CDT"
    assert EN.period_name(shift) == "Night, Wed 11 Mar"


def test_counted_and_named_periods() -> None:
    assert EN.period_name(_period("last_days", *NIGHT, days="7")) == "the last 7 days"
    assert EN.period_name(_period("last_shifts", *NIGHT, count="3")) == "the last 3 shifts"
    assert DE.period_name(_period("rolling", *NIGHT, hours="1")) == "die vergangene Stunde"
    assert DE.period_name(_period("rolling", *NIGHT, hours="1.5")) == "die vergangenen 1,5 Stunden"
    assert EN.period_name(_period("rolling", *NIGHT, hours="0.5")) == "the past 30 minutes"
    assert DE.period_name(_period("month", *NIGHT, month="2026-03")) == "März 2026"
    assert EN.period_name(_period("no_such_label", *NIGHT)) == ""
    assert EN.period(None) == "unknown"


CALENDAR = ShiftCalendar(
    CHICAGO,
    [
        ShiftPattern("Early", time(6), time(14), frozenset(range(7))),
        ShiftPattern("Late", time(14), time(22), frozenset(range(7))),
        ShiftPattern("Night", time(22), time(6), frozenset(range(7))),
    ],
)


@pytest.mark.parametrize("words", [EN, DE], ids=["en", "de"])
@pytest.mark.parametrize(
    "make",
    [
        periods.today,
        periods.yesterday,
        periods.weekend,
        periods.this_week,
        periods.last_week,
        periods.this_month,
        periods.last_month,
        periods.this_quarter,
        periods.this_shift,
        periods.last_shift,
        lambda calendar, now: periods.on_date(calendar, now, date(2026, 3, 2)),
        lambda calendar, now: periods.dates(calendar, now, date(2026, 3, 2), date(2026, 3, 4)),
        lambda calendar, now: periods.last_days(calendar, now, 1),
        lambda calendar, now: periods.month(calendar, now, 2),
        lambda calendar, now: periods.quarter(calendar, now, 1),
        lambda calendar, now: periods.yesterday_shift(calendar, now, "Late"),
        lambda calendar, now: periods.rolling(calendar, now, 4),
    ],
)
def test_every_period_has_words_and_so_has_the_one_before(
    words: Words, make: Callable[[ShiftCalendar, datetime], Period]
) -> None:
    period = make(CALENDAR, MORNING)
    earlier = periods.before(period, CALENDAR)
    assert earlier is not None
    for shown in (period, earlier):
        assert words.period_name(shown)
        assert words.period(shown).rstrip(")").endswith(("CDT", "CST"))


def test_saying() -> None:
    assert EN.say("common.stops", n=1) == "1 stop"
    assert EN.say("common.stops", n=1234) == "1,234 stops"
    assert DE.say("common.stops", n=0) == "0 Stillstände"
    assert EN.say("common.target_is", value=None) == "target unknown"


def test_a_user_error_is_said_by_its_key_and_arguments() -> None:
    error = UnknownAsset("{x} line 9")
    assert EN.say(error.key, **error.arguments) == "I know no asset called “{x} line 9”."


def test_joined() -> None:
    assert EN.joined(["a", "b", "c"]) == "a, b and c"
    assert DE.joined(["a", "b"], "or") == "a oder b"
    assert (EN.joined(["a"]), EN.joined([])) == ("a", "")


@pytest.mark.parametrize("key", ["common.no_such_key", "no_topic.at_all", "common.stops"])
def test_missing_words_fail_a_test_and_never_a_reader(key: str) -> None:
    with pytest.raises(MissingWords):
        DE.say(key)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert DE.say(key) == key


@given(st.floats(allow_nan=True, allow_infinity=True) | st.none() | st.decimals(allow_nan=False))
def test_no_figure_breaks_a_sentence(value: float | Decimal | None) -> None:
    for words in (EN, DE):
        shown = [
            words.number(value, 1),
            words.signed(value),
            words.percent(value),
            words.points(value),
            words.minutes(value),
            words.units(value, "bottles"),
            words.money(value, "USD"),
        ]
        assert all(shown)
        assert not any("-" in text or "nan" in text.lower() for text in shown)


def test_german_names_of_periods_need_no_case() -> None:
    """They stand in the nominative, so the sentence around them must not govern another case."""
    week = Period(
        Interval(datetime(2026, 3, 9, tzinfo=UTC), datetime(2026, 3, 16, tzinfo=UTC)),
        "UTC",
        "week",
        (("first", "2026-03-09"),),
    )
    said = DE.say("common.versus", change="−3", reference=DE.period_name(week))
    assert said == "−3 vs. die Woche ab Mo 9. Mär"


@given(
    st.datetimes(timezones=st.just(UTC)), st.sampled_from([CHICAGO, BERLIN, "Pacific/Kiritimati"])
)
@example(datetime(1, 1, 1, tzinfo=UTC), CHICAGO)
@example(datetime(9999, 12, 31, 23, tzinfo=UTC), BERLIN)
def test_every_moment_of_the_calendar_can_be_said(at: datetime, zone: str) -> None:
    """The first day of all lies in year 0 west of Greenwich: it keeps the zone that it came in."""
    assert EN.clock(at, zone) in EN.moment(at, zone)
    assert EN.span(at, at, zone)
