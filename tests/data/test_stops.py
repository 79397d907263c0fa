"""Stop sums made in the database against the same rules written in plain Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.data.query import Condition, Planned, Query, Span
from core.data.source import Row
from core.data.sql import SqlDataSource
from core.domain.periods import Interval
from tests.data.databases import Database, count_statements, rows, utc

BASE = datetime(2026, 3, 2, tzinfo=UTC)
ASSETS = ("line-1", "m-1", "m-2")
MEASURES = (
    "minutes", "stops", "event_minutes", "longest", "repair_minutes", "repairs", "long_stops",
    "long_minutes", "median",
)  # fmt: skip
TABLE = """CREATE TABLE downtime (id {number}, asset text, start {time}, "end" {time},
    reason text, loss text, cause_asset text, repair_start {time}, repair_end {time})"""


@dataclass(frozen=True)
class Stop:
    """Minutes after BASE."""

    asset: str
    start: float
    length: float | None
    loss: str = "breakdown"
    reason: str = "a"
    cause: str | None = None
    repair: float | None = None


def make(database: Database) -> SqlDataSource:
    kinds = ("INTEGER", "TEXT") if database.is_sqlite else ("bigint", "timestamptz")
    database.run(TABLE.format(number=kinds[0], time=kinds[1]))
    database.insert("downtime", [_row(database, -1, Stop("nobody", -1e6, 1, repair=0.5))])
    return database.source(facts={"downtime": {"table": "downtime"}})


def fill(database: Database, stops: Sequence[Stop]) -> None:
    database.run("DELETE FROM downtime WHERE id >= 0")
    database.insert("downtime", [_row(database, n, stop) for n, stop in enumerate(stops)])


def _row(database: Database, number: int, stop: Stop) -> dict[str, Any]:
    def at(minutes: float | None) -> Any:
        if minutes is None:
            return None
        moment = BASE + timedelta(minutes=minutes)
        return f"{moment:%Y-%m-%d %H:%M:%S}" if database.is_sqlite else moment

    end = None if stop.length is None else stop.start + stop.length
    return {
        "id": number,
        "asset": stop.asset,
        "start": at(stop.start),
        "end": at(end),
        "reason": stop.reason,
        "loss": stop.loss,
        "cause_asset": stop.cause,
        "repair_start": at(end - stop.repair if stop.repair and end is not None else None),
        "repair_end": at(end if stop.repair else None),
    }


# --- the reference ---------------------------------------------------------------------------


def reference(
    stops: Sequence[Stop], query: Query, by: Sequence[str]
) -> dict[tuple[object, ...], dict[str, float | None]]:
    """The rules of core/data/stops.py, one stop after the other."""
    until = _minutes(query.until or query.interval.end)  # type: ignore[union-attr]
    found: defaultdict[tuple[object, ...], defaultdict[str, list[float]]]
    found = defaultdict(lambda: defaultdict(list))
    reached: dict[str, float] = {}
    pairs = {*query.members, *((line, line) for line, _ in query.members)}
    ends = {n: until if s.length is None else s.start + s.length for n, s in enumerate(stops)}
    for number in sorted(ends, key=lambda n: (stops[n].start, -ends[n], n)):
        stop, end = stops[number], ends[number]
        if stop.loss in ("blocked", "starved") and (stop.asset, stop.cause) in pairs:
            continue
        free = max(stop.start, reached.get(stop.asset, stop.start))
        reached[stop.asset] = max(end, reached.get(stop.asset, end))
        whole = max(0.0, end - stop.start)
        short = stop.length is not None and whole < query.minor_stop_seconds / 60
        minor = short and stop.loss in ("breakdown", "unclassified")
        loss = "minor" if minor else stop.loss
        for span in _spans(query, stop.asset):
            begins, ends_at, opens = map(_minutes, (span.start, span.end, span.opens))
            if not (stop.start < ends_at and max(end, stop.start + 1 / 60) > begins):
                continue
            names = {"loss": loss, "asset": stop.asset, "reason": stop.reason}
            into = found[tuple((names | {"window": span.window})[name] for name in by)]
            into["minutes"].append(max(0.0, min(end, ends_at) - max(free, begins)))
            if stop.start >= opens:
                into["whole"].append(whole)
                if stop.repair and stop.length is not None:
                    into["repair"].append(stop.repair)
    return {key: _summed(into, query) for key, into in found.items()}


def _summed(into: dict[str, list[float]], query: Query) -> dict[str, float | None]:
    whole, repair = into.get("whole", []), into.get("repair", [])
    long = [w for w in whole if w >= query.long_stop_seconds / 60]
    return {
        "minutes": sum(into["minutes"]),
        "stops": len(whole),
        "event_minutes": sum(whole),
        "longest": max(whole, default=None),
        "repair_minutes": sum(repair) if repair else None,
        "repairs": len(repair),
        "long_stops": len(long),
        "long_minutes": sum(long),
        "median": median(whole) if whole else None,
    }


def _spans(query: Query, asset: str) -> list[Span]:
    if not query.planned:
        assert query.interval
        return [Span(query.interval.start, query.interval.end, query.interval.start)]
    return [span for p in query.planned if asset in p.assets for span in p.spans]


def _minutes(at: datetime) -> float:
    return (at - BASE).total_seconds() / 60


def compare(found: Sequence[Row], expected: dict[Any, dict[str, Any]], by: Sequence[str]) -> None:
    given = {tuple(row[name] for name in by): row for row in found}
    assert set(given) == set(expected)
    for key, measures in expected.items():
        for name, value in measures.items():
            assert given[key][name] == (None if value is None else pytest.approx(value)), name


# --- what stops and calendars can look like --------------------------------------------------

_at = st.integers(-2000, 1700).map(float)
_length = st.one_of(
    st.none(), st.sampled_from([0.0, 4.0, 5.0, 4.983333333333333, 15.0]),
    st.integers(0, 900).map(float),
)  # fmt: skip
_stop = st.builds(
    Stop,
    st.sampled_from(ASSETS),
    _at,
    _length,
    st.sampled_from(["breakdown", "unclassified", "setup", "blocked", "starved", "planned"]),
    st.sampled_from(["a", "b"]),
    st.sampled_from([None, "m-1", "m-2", "line-1"]),
    st.one_of(st.none(), st.integers(1, 30).map(float)),
)


def _calendar(gaps: Sequence[tuple[int, int]], window: int) -> tuple[Span, ...]:
    """Pieces of planned time within 0..1440 minutes: (gap before, length), in windows of
    `window` minutes."""
    spans, at, opens = [], 0, 0
    for gap, length in gaps:
        start = at + gap
        while length > 0 and start < 1440:
            end = min(start + length, 1440, (start // window + 1) * window)
            opened = BASE + timedelta(minutes=opens)
            begins, ends = BASE + timedelta(minutes=start), BASE + timedelta(minutes=end)
            spans.append(Span(begins, ends, opened, start // window))
            length, opens, start = length - (end - start), end, end
        at = start
    return tuple(spans)


_spans_of = st.lists(st.tuples(st.integers(0, 200), st.integers(1, 500)), min_size=1, max_size=6)


@st.composite
def _queries(draw: st.DrawFn) -> Query:
    planned: tuple[Planned, ...] = ()
    match draw(st.sampled_from(["whole", "one", "two"])):
        case "one":
            planned = (Planned(ASSETS, _calendar(draw(_spans_of), 480)),)
        case "two":
            first = _calendar(draw(_spans_of), 480)
            planned = (
                Planned(ASSETS[:1], first),
                Planned(ASSETS[1:], _calendar(draw(_spans_of), 480)),
            )
    members = (("line-1", "m-1"),) if draw(st.booleans()) else ()
    by = draw(st.sampled_from([(), ("loss",), ("asset", "reason"), ("window",), ("asset", "loss")]))
    return Query(
        "downtime",
        ASSETS,
        Interval(BASE, BASE + timedelta(days=1)),
        MEASURES,
        by,
        planned=planned,
        members=members,
        until=BASE + timedelta(minutes=draw(st.integers(600, 1440))),
        minor_stop_seconds=300,
    )


@pytest.fixture
def source(database: Database) -> SqlDataSource:
    return make(database)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(stops=st.lists(_stop, max_size=14), query=_queries())
def test_sums_equal_the_reference(
    database: Database, source: SqlDataSource, stops: list[Stop], query: Query
) -> None:
    fill(database, stops)
    expected = reference(stops, query, query.group_by)
    if not query.group_by and not expected:
        assert rows(source, query)[0]["minutes"] is None
        return
    compare(rows(source, query), expected, query.group_by)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    stops=st.lists(_stop, max_size=14),
    gaps=_spans_of,
    cut=st.integers(1, 1439),
)
def test_two_halves_add_up_to_the_whole(
    database: Database, source: SqlDataSource, stops: list[Stop], gaps: Any, cut: int
) -> None:
    fill(database, stops)
    spans, at = _calendar(gaps, 1440), BASE + timedelta(minutes=cut)
    day = Interval(BASE, BASE + timedelta(days=1))

    def ask(part: Interval) -> tuple[float, float]:
        inside = [_clipped(span, part) for span in spans]
        planned = Planned(ASSETS, tuple(s for s in inside if s is not None))
        query = Query(
            "downtime", ASSETS, part, ("minutes", "stops"), planned=(planned,), until=day.end
        )
        (row,) = rows(source, query)
        return float(str(row["minutes"] or 0)), float(str(row["stops"] or 0))

    first, second = ask(Interval(day.start, at)), ask(Interval(at, day.end))
    whole = ask(day)
    assert first[0] + second[0] == pytest.approx(whole[0])
    assert first[1] + second[1] == whole[1]


def _clipped(span: Span, part: Interval) -> Span | None:
    """As ShiftCalendar.busy does it."""
    start, end = max(span.start, part.start), min(span.end, part.end)
    if start >= end:
        return None
    return Span(start, end, start if span.start < part.start else span.opens, span.window)


# --- single rules ----------------------------------------------------------------------------


def ask(source: SqlDataSource, measures: tuple[str, ...] = MEASURES, **more: Any) -> Row:
    day = Interval(BASE, BASE + timedelta(days=1))
    defaults: dict[str, Any] = {"minor_stop_seconds": 300}
    (row,) = rows(source, Query("downtime", ASSETS, day, measures, **(defaults | more)))
    return row


def test_five_minutes_exactly_are_no_minor_stop(database: Database, source: SqlDataSource) -> None:
    fill(database, [Stop("m-1", 10, 5), Stop("m-1", 30, 4 + 59 / 60)])
    found = rows(
        source,
        Query(
            "downtime", ASSETS, Interval(BASE, BASE + timedelta(days=1)), ("stops",), ("loss",),
            minor_stop_seconds=300,
        ),
    )  # fmt: skip
    assert {row["loss"]: row["stops"] for row in found} == {"breakdown": 1, "minor": 1}


def test_a_stop_covered_by_an_earlier_one_is_counted_without_minutes(
    database: Database, source: SqlDataSource
) -> None:
    fill(database, [Stop("m-1", 10, 60), Stop("m-1", 20, 10, reason="b")])
    row = ask(source, where=(Condition("reason", "=", "b"),))
    assert (row["minutes"], row["stops"], row["event_minutes"]) == (0, 1, 10)


def test_of_two_that_start_together_the_longer_has_the_minutes(
    database: Database, source: SqlDataSource
) -> None:
    fill(database, [Stop("m-1", 10, 5, reason="b"), Stop("m-1", 10, 30)])
    day = Interval(BASE, BASE + timedelta(days=1))
    found = rows(source, Query("downtime", ASSETS, day, ("minutes", "stops"), ("reason",)))
    assert {r["reason"]: (r["minutes"], r["stops"]) for r in found} == {"a": (30, 1), "b": (0, 1)}


def test_a_stop_without_length_is_counted_where_a_period_is_cut(
    database: Database, source: SqlDataSource
) -> None:
    fill(database, [Stop("m-1", 60, 0)])
    cut, end = BASE + timedelta(minutes=60), BASE + timedelta(minutes=120)
    first = Query("downtime", ASSETS, Interval(BASE, cut), ("stops",))
    second = Query("downtime", ASSETS, Interval(cut, end), ("stops",))
    assert [rows(source, query)[0]["stops"] for query in (first, second)] == [None, 1]


def test_a_line_is_held_up_only_from_outside(database: Database, source: SqlDataSource) -> None:
    causes = ("line-1", "m-1", "m-2", None)
    stops = [Stop("line-1", 60 * n, 10, "starved", cause=c) for n, c in enumerate(causes)]
    fill(database, [*stops, Stop("line-1", 600, 10, "breakdown", cause="m-1")])
    row = ask(source, ("minutes", "stops"), members=(("line-1", "m-1"),))
    assert (row["minutes"], row["stops"]) == (30, 3)


def test_a_long_stop_is_found_weeks_after_its_start(
    database: Database, source: SqlDataSource
) -> None:
    fill(database, [Stop("m-1", -20 * 1440, 20 * 1440 + 30)])
    row = ask(source)
    assert (row["minutes"], row["stops"]) == (30, 0)


def test_an_open_stop_of_any_age_runs_to_until(database: Database, source: SqlDataSource) -> None:
    fill(database, [Stop("m-1", -90 * 1440, None)])
    row = ask(source, ("minutes", "open"), until=BASE + timedelta(minutes=50))
    assert (row["minutes"], row["open"]) == (50, 1)


def test_rows_behind_the_figure_hold_open_stops(database: Database, source: SqlDataSource) -> None:
    fill(database, [Stop("m-1", 10, 5), Stop("m-1", 100, None)])
    query = Query("downtime", ASSETS, Interval(BASE, BASE + timedelta(days=1)), ("minutes",))
    found = rows(source, query.rows())
    assert [row["end"] for row in found] == [None, BASE + timedelta(minutes=15)]


def test_the_longest_stops_come_in_order(database: Database, source: SqlDataSource) -> None:
    fill(database, [Stop("m-1", 10 * n, n) for n in range(1, 8)])
    found = rows(
        source,
        Query(
            "downtime", ASSETS, Interval(BASE, BASE + timedelta(days=1)), ("minutes",),
            ("event", "asset", "begins", "is_open"), order_by=("-minutes", "begins"), limit=3,
        ),
    )  # fmt: skip
    assert [row["minutes"] for row in found] == [7, 6, 5]
    assert found[0]["begins"] == (BASE + timedelta(minutes=70)).timestamp()


def test_one_statement_per_question(database: Database, source: SqlDataSource) -> None:
    fill(database, [Stop("m-1", 10, 5)])
    ask(source)
    seen = count_statements(source)
    ask(source)
    ask(source, ("median", "minutes"))
    assert len(seen) == 2


def test_what_is_not_mapped_is_unknown(database: Database) -> None:
    make(database)
    fill(database, [Stop("m-1", 10, 8)])
    source = database.source(
        facts={
            "downtime": {
                "table": "downtime",
                "columns": {"asset": "asset", "start": "start", "end": "end"},
            }
        }
    )
    row = ask(source)
    assert row["repairs"] is None
    assert row["repair_minutes"] is None
    assert (row["minutes"], row["stops"]) == (8, 1)
    by_reason = Query(
        "downtime", ASSETS, Interval(BASE, BASE + timedelta(days=1)), ("minutes",), ("reason",)
    )
    assert [row["reason"] for row in rows(source, by_reason)] == [None]


@pytest.mark.parametrize("unit", ["s", "min", "h", "ms"])
def test_a_log_of_starts_and_lengths(database: Database, unit: str) -> None:
    per_minute = {"s": 60, "min": 1, "h": 1 / 60, "ms": 60_000}[unit]
    database.run("CREATE TABLE log (machine text, at timestamp, lasted double precision)")
    stops = [("m-1", "2026-03-01 23:50:00", 30), ("m-1", "2026-03-02 05:00:00", 5)]
    for machine, at, minutes in stops:
        database.run(f"INSERT INTO log VALUES ('{machine}', '{at}', {minutes * per_minute})")
    database.run("INSERT INTO log VALUES ('m-1', '2026-03-02 10:00:00', NULL)")
    columns = {
        "asset": "machine",
        "start": "at",
        "minutes": {"column": "lasted", "unit": unit},
    }
    source = database.source(facts={"downtime": {"table": "log", "columns": columns}})
    row = ask(source, ("minutes", "stops", "longest"), until=utc("2026-03-02 10:07"))
    assert row["minutes"] == pytest.approx(20 + 5 + 7)
    assert (row["stops"], row["longest"]) == (2, pytest.approx(7))
    by_loss = Query(
        "downtime", ASSETS, Interval(BASE, BASE + timedelta(days=1)), ("stops",), ("loss",),
        minor_stop_seconds=300,
    )  # fmt: skip
    assert {row["loss"] for row in rows(source, by_loss)} == {"unclassified"}
