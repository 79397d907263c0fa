from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain import losses
from core.domain.losses import Loss, Stop
from core.domain.periods import Interval
from tests.domain.plants import at, entry, two_shifts

MONDAY = Interval(at("2026-11-23 05:00"), at("2026-11-24 05:00"))
NOW = at("2026-11-25 00:00")
CALENDAR = two_shifts([entry("break", "2026-11-23 09:00", "2026-11-23 09:30")])


def stop(start: str, end: str | None, loss: Loss = Loss.BREAKDOWN, **more: str) -> Stop:
    more = {"id": start, "asset": "press-h1"} | more
    ends = None if end is None else at(f"2026-11-23 {end}")
    return Stop(start=at(f"2026-11-23 {start}"), end=ends, loss=loss, **more)  # type: ignore[arg-type]


def measured(*stops: Stop, interval: Interval = MONDAY) -> losses.Downtime:
    busy = CALENDAR.busy(interval)
    assert busy is not None
    return losses.downtime(stops, busy, NOW)


@pytest.mark.parametrize(
    ("end", "loss", "expected"),
    [
        ("06:04", Loss.BREAKDOWN, Loss.MINOR),
        ("06:05", Loss.BREAKDOWN, Loss.BREAKDOWN),  # five minutes are not shorter than five
        ("06:04", Loss.UNCLASSIFIED, Loss.MINOR),
        ("06:04", Loss.SETUP, Loss.SETUP),
        (None, Loss.BREAKDOWN, Loss.BREAKDOWN),  # it may yet grow
    ],
)
def test_minor_stops(end: str | None, loss: Loss, expected: Loss) -> None:
    assert losses.classify(stop("06:00", end, loss)) == expected


def test_the_whole_event_decides_about_a_minor_stop() -> None:
    # Three of its 33 minutes lie in planned time.
    assert measured(stop("08:57", "09:30")).minutes == {"breakdown": 3}


@pytest.mark.parametrize(("text", "loss"), [("Setup", Loss.SETUP), ("?", Loss.UNCLASSIFIED)])
def test_parse_loss(text: str, loss: Loss) -> None:
    assert losses.parse_loss(text) == loss
    assert losses.parse_loss(None) == Loss.UNCLASSIFIED


def test_no_order_is_planned_only_if_scheduled_before_the_shift() -> None:
    shift = at("2026-11-23 05:00")
    assert losses.no_order(shift - timedelta(hours=1), shift) == Loss.PLANNED
    assert losses.no_order(shift, shift) == Loss.NO_ORDER
    assert losses.no_order(None, shift) == Loss.NO_ORDER


def test_blocked_lowers_a_line_only_for_a_cause_outside() -> None:
    def blocked(cause: str | None) -> Stop:
        return Stop("1", "line-1", NOW, None, Loss.BLOCKED, cause_asset=cause)

    assert losses.lowers_line(blocked("palletizer-1"), "line-1", ["filler-1"])
    assert losses.lowers_line(blocked(None), "line-1", ["filler-1"])
    assert not losses.lowers_line(blocked("filler-1"), "line-1", ["filler-1"])


def test_time_outside_planned_time_is_no_stop() -> None:
    down = measured(stop("03:00", "04:30"), stop("09:05", "09:25"), stop("21:00", "23:00"))
    assert down == losses.Downtime({}, {})


def test_a_stop_counts_where_it_starts_or_where_planned_time_next_begins() -> None:
    assert measured(stop("09:10", "10:00")) == losses.Downtime({"breakdown": 30}, {"breakdown": 1})
    shift = Interval(at("2026-11-23 13:00"), at("2026-11-23 21:00"))
    running_on = stop("12:30", "13:30")
    assert measured(running_on, interval=shift) == losses.Downtime({"breakdown": 30}, {})
    assert measured(running_on).events == {"breakdown": 1}


def test_minutes_of_overlapping_stops_count_once_for_the_earlier() -> None:
    down = measured(
        stop("06:00", "07:00", Loss.BREAKDOWN),
        stop("06:30", "07:30", Loss.SETUP),
        stop("06:40", "06:50", Loss.STARVED),
    )
    assert down.minutes == {"breakdown": 60, "setup": 30}
    # Each is an event of the log; only its minutes belong to the earlier one.
    assert down.events == {"breakdown": 1, "setup": 1, "starved": 1}


def test_stops_of_two_assets_do_not_overlap() -> None:
    down = measured(stop("06:00", "07:00"), stop("06:00", "07:00", asset="line-h1"))
    assert down.minutes == {"breakdown": 120}


def test_an_open_stop_runs_to_the_time_of_the_data_and_is_provisional() -> None:
    busy = CALENDAR.busy(MONDAY)
    assert busy is not None
    down = losses.downtime([stop("06:00", None)], busy, at("2026-11-23 06:45"))
    assert (down.minutes, down.provisional) == ({"breakdown": 45}, True)


def test_by_reason() -> None:
    busy = CALENDAR.busy(MONDAY)
    assert busy is not None
    down = losses.downtime([stop("06:00", "06:30", reason="Jam")], busy, NOW, by="reason")
    assert down.minutes == {"Jam": 30}


@st.composite
def stops(draw: st.DrawFn) -> list[Stop]:
    return [
        Stop(
            id=str(number),
            asset=draw(st.sampled_from(["press-h1", "line-h1"])),
            start=(start := MONDAY.start + timedelta(minutes=draw(st.integers(-300, 1500)))),
            end=start + timedelta(minutes=draw(st.integers(0, 400))),
            loss=draw(st.sampled_from(Loss)),
        )
        for number in range(draw(st.integers(0, 12)))
    ]


@given(happened=stops(), cut=st.integers(0, 1440))
def test_cutting_a_period_in_two_and_adding_gives_the_whole(happened: list[Stop], cut: int) -> None:
    middle = MONDAY.start + timedelta(minutes=cut)
    first = measured(*happened, interval=Interval(MONDAY.start, middle))
    second = measured(*happened, interval=Interval(middle, MONDAY.end))
    whole, parts = measured(*happened), first + second
    assert parts.minutes == pytest.approx(whole.minutes)
    assert parts.events == whole.events


@given(happened=stops())
def test_downtime_of_an_asset_is_never_more_than_planned(happened: list[Stop]) -> None:
    planned = sum(piece.minutes for piece in CALENDAR.busy(MONDAY) or ())
    mine = [one for one in happened if one.asset == "press-h1"]
    assert sum(measured(*mine).minutes.values()) <= planned + 1e-9
