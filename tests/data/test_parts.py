"""A query for much, asked in parts, gives what it gives as one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from core.data.parts import in_parts, joined
from core.data.query import Planned, Query, Span
from core.data.source import Facts, Origin
from core.domain.periods import Interval

START = datetime(2025, 1, 1, tzinfo=UTC)
YEAR = Interval(START, START + timedelta(days=365))
SPAN = Span(YEAR.start, YEAR.end, YEAR.start)
WIDE = Query(
    "downtime",
    ("a", "b", "c"),
    YEAR,
    ("minutes",),
    ("asset", "loss"),
    planned=(Planned(("a", "c"), (SPAN,)), Planned(("b",), (SPAN,))),
)


def test_each_part_has_its_own_assets_and_their_planned_time() -> None:
    first, second = in_parts(WIDE)
    assert (first.assets, second.assets) == (("a", "b"), ("c",))
    assert [planned.assets for planned in first.planned] == [("a",), ("b",)]
    assert [planned.assets for planned in second.planned] == [("c",)]


def test_what_mixes_assets_or_is_ordered_or_little_stays_one() -> None:
    day = Interval(START, START + timedelta(days=1))
    for one in (
        replace(WIDE, group_by=("loss",)),
        replace(WIDE, order_by=("-minutes",)),
        replace(WIDE, limit=5),
        replace(WIDE, measures=()),
        replace(WIDE, interval=day),
        replace(WIDE, interval=None),
        replace(WIDE, assets=("a",)),
    ):
        assert in_parts(one) == [one]


def test_the_facts_of_the_parts_are_added_up() -> None:
    origin = Origin("plant", "downtime", 3)
    first = Facts(({"asset": "a"},), origin, None)
    second = Facts(({"asset": "c"},), replace(origin, rows=4), START)
    whole = joined(first, [second])
    assert [row["asset"] for row in whole.rows] == ["a", "c"]
    assert (whole.origin.rows, whole.as_of) == (7, START)
