"""What is asked of the rollup is what the tables say: random plants, both ways."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from core.data.query import Condition, Query
from core.domain.periods import Interval
from tests.rollup.plant import ASSETS, COUNTS, FIRST, NOW, Bench, equal

_MINUTES = int((NOW - FIRST).total_seconds() // 60)
_FEW = settings(
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking takes minutes
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)


def _at(minutes: float) -> datetime:
    return FIRST + timedelta(minutes=minutes)


@st.composite
def stops(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Overlapping ones, over midnight and the edges of shifts, open ones, without length."""
    rows = []
    for number in range(draw(st.integers(0, 14))):
        start = draw(st.integers(-600, _MINUTES))
        length = draw(st.sampled_from([None, 0, 3, 5, 40, 480, 1_300, 4_000]))
        if length is None and start < _MINUTES - 3_000:
            length = 7
        end = None if length is None else _at(start + length)
        repair = None if end is None or not draw(st.booleans()) else end - timedelta(minutes=2)
        rows.append(
            {
                "id": number,
                "asset": draw(st.sampled_from(ASSETS)),
                "start": _at(start),
                "end": end,
                "reason": draw(st.sampled_from(["jam", "belt", None])),
                "loss": draw(st.sampled_from(["breakdown", "starved", "setup", None])),
                "cause_asset": draw(st.sampled_from(["m-1", "m-2", None])),
                "repair_start": repair,
                "repair_end": None if repair is None else end,
                "recorded_at": _at(start),
            }
        )
    return rows


@st.composite
def rows(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Rows of an hour or more that do not keep to shifts."""
    found = []
    for _ in range(draw(st.integers(0, 25))):
        start = draw(st.integers(-300, _MINUTES // 15)) * 15
        length = draw(st.sampled_from([15, 60, 60, 600]))
        found.append(
            {
                "asset": draw(st.sampled_from(ASSETS)),
                "start": _at(start),
                "end": _at(start + length),
                "shift": draw(st.sampled_from(["Early", None])),
                "product": draw(st.sampled_from(["a", "b", None])),
                "planned_min": length,
                "run_min": draw(st.sampled_from([None, 7.25, 40.0])),
                "total_units": draw(st.integers(0, 500)),
                "good_units": draw(st.one_of(st.none(), st.integers(0, 400))),
                "recorded_at": _at(start + length + 1),
            }
        )
    return found


@st.composite
def intervals(draw: st.DrawFn, bench: Bench) -> tuple[Interval, tuple[Interval, ...]]:
    """Days, shifts or hours by the clock; whole, or by windows."""
    site = draw(st.sampled_from(["p", "q"]))
    first = draw(st.integers(0, 9))
    whole = bench.days(site, first, draw(st.integers(first, 11)))
    match draw(st.sampled_from(["days", "clock", "by_day", "by_shift", "so_far"])):
        case "clock":
            return Interval(whole.start + timedelta(minutes=95), whole.end), ()
        case "by_day":
            days = (bench.days(site, n, n) for n in range(first, 12))
            windows = tuple(day for day in days if day.end <= whole.end)
            return whole, windows
        case "by_shift":
            shifts = bench.installation.calendars[site].shifts(whole)
            inside = tuple(s.interval for s in shifts if s.interval.clip(whole) == s.interval)
            return (Interval(inside[0].start, inside[-1].end), inside) if inside else (whole, ())
        case "so_far":
            return Interval(whole.start, max(NOW, whole.end)), ()
    return whole, ()


@_FEW
@given(data=st.data())
def test_the_rollup_says_what_the_tables_say(bench: Bench, data: st.DataObject) -> None:
    bench.database.run(*(f'DELETE FROM "{t}"' for t in ("production", "downtime", "scrap")))
    made = data.draw(rows())
    bench.insert("production", *made)
    bench.insert("downtime", *data.draw(stops()))
    scrap = [{"asset": r["asset"], "time": r["start"], "product": r["product"], "units": 2,
              "phase": "startup"} for r in made[::2]]  # fmt: skip
    bench.insert("scrap", *scrap)
    bench.insert("production", _LAST, {**_LAST, "asset": "q-1"})
    bench.fill()
    for _ in range(3):
        interval, windows = data.draw(intervals(bench))
        for query in _queries(bench, interval, windows, data):
            raw, rolled = bench.both(query)
            equal(raw.rows, rolled.rows, query.group_by)
            assert raw.origin.rows == rolled.origin.rows
            assert raw.as_of == rolled.as_of


_LAST = {
    "asset": "m-1", "start": NOW - timedelta(hours=1), "end": NOW, "shift": None,
    "product": None, "planned_min": 60, "run_min": 60.0, "total_units": 1, "good_units": 1,
    "recorded_at": NOW,
}  # fmt: skip
"""So that the data of both sites is as new as the clock."""


def _queries(
    bench: Bench, interval: Interval, windows: tuple[Interval, ...], data: st.DataObject
) -> list[Query]:
    assets = tuple(sorted(data.draw(st.sets(st.sampled_from(ASSETS), min_size=1))))
    window = ("window",) if windows else ()
    keys = data.draw(st.sampled_from([("asset",), ("asset", "product"), ("product",)]))
    cuts = data.draw(st.sampled_from([(), (interval.start + timedelta(hours=30),)]))
    segment = ("segment",) if cuts else ()
    where = data.draw(st.sampled_from([(), (Condition("product", "<>", "a"),)]))
    made = Query(
        "production", assets, interval, COUNTS, (*keys, *segment, *window), where,
        windows=windows, cuts=cuts,
    )  # fmt: skip
    by = data.draw(
        st.sampled_from([("asset", "loss", "is_open"), ("reason",), ("asset", "cause_asset")])
    )
    stopped = bench.stops(assets, interval, by, windows)
    scrap = Query("scrap", assets, interval, ("units",), ("asset", "phase"))
    return [made, stopped, scrap]
