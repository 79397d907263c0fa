from __future__ import annotations

from datetime import UTC, datetime, timedelta

from core.answer import Citation, Metric, Metrics, Notice, Part, Table, Text
from core.citing import numbered
from core.data.query import Condition, Query
from core.domain.periods import Interval

START = datetime(2026, 3, 1, 6, tzinfo=UTC)
AREA = tuple(f"grinder-{n}" for n in range(1, 10))


def week(n: int) -> Interval:
    return Interval(START + timedelta(weeks=n), START + timedelta(weeks=n + 1))


def cited(*queries: Query) -> list[Citation]:
    return [
        Citation(n, "plant", query.fact, "grinder-1 + 8", f"week {n}", 10 * n, None, n - 1)
        for n, query in enumerate(queries, start=1)
    ]


def test_numbers_follow_the_parts_and_unused_ones_are_left_out() -> None:
    queries = [Query("downtime", AREA), Query("production", AREA), Query("live", AREA)]
    parts: list[Part] = [
        Text("first", (3,)),
        Notice("no figure"),
        Metrics((Metric("OEE", "70 %", cites=(1, 3)),)),
        Table(("a",), (("1",),), cites=(3, 99)),
    ]
    said, citations = numbered(parts, cited(*queries), queries)
    assert [(c.number, c.table) for c in citations] == [(1, "live"), (2, "downtime")]
    assert said[0] == Text("first", (1,))
    assert said[2] == Metrics((Metric("OEE", "70 %", cites=(1, 2)),))
    assert said[3] == Table(("a",), (("1",),), cites=(1,))


def test_a_period_and_the_one_before_share_a_citation() -> None:
    now, before = Query("downtime", AREA, week(1)), Query("downtime", AREA, week(0))
    first, second = cited(now, before)
    parts: list[Part] = [Text("now", (1,)), Table(("a",), (("1",),), cites=(1, 2))]
    (text, table), (shared,) = numbered(parts, [first, second], [now, before])
    assert (text, table) == (Text("now", (1,)), Table(("a",), (("1",),), cites=(1,)))
    assert shared.period == "week 1; week 2"
    assert (shared.rows, shared.query, shared.also, shared.as_of) == (30, 0, (1,), None)


def test_others_keep_a_citation_of_their_own() -> None:
    queries = [
        Query("downtime", AREA, week(1)),
        Query("downtime", AREA, Interval(week(0).start, week(1).start + timedelta(hours=1))),
        Query("downtime", AREA),
        Query("downtime", AREA[:8], week(3)),  # its filter reads alike, cut short
        Query("downtime", AREA, week(4), where=(Condition("end", "is null"),)),
        Query("production", AREA, week(5)),
    ]
    citations = cited(*queries)
    parts = [Text("all", tuple(c.number for c in citations))]
    assert numbered(parts, citations, queries)[1] == tuple(citations)
