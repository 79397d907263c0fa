"""Which days are rolled up, in which order; and whether they are right."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from core.data.query import Query
from core.domain.periods import Interval
from core.rollup.ledger import read_ledger
from core.rollup.wanted import Pace
from core.store import MONTH
from core.store.rollup_tables import rollup_tiles
from tests.data.databases import utc
from tests.rollup.plant import (
    COUNTS,
    FIRST,
    NOW,
    Bench,
    equal,
)
from tests.rollup.scenes import BY, HOUR, made, on_both, production, stop


def test_a_feed_that_stands_still_is_not_complete(bench: Bench) -> None:
    bench.insert("production", made("2026-03-10T14:00"))
    bench.now = utc("2026-03-12T15:20")
    bench.fill()
    ends = select(func.max(rollup_tiles.c.end, type_=rollup_tiles.c.end.type))
    newest = bench.run(bench.store.read(lambda c: c.execute(ends).scalar()))
    assert newest is not None
    site_p = bench.installation.calendars["p"]
    assert site_p.day(FIRST.date() + timedelta(days=7)).end <= newest


def test_a_run_does_the_newest_days_first(bench: Bench) -> None:
    bench.insert("production", made("2026-03-13T14:00"), made("2026-03-13T14:00", "q-1"))
    bench.pace = Pace(days=12, a_run=5, again=1, in_turn=0)
    bench.open()
    done = bench.run(bench.job.catch_up(NOW))
    mapping = bench.rolled._mapping
    ledger = bench.run(bench.store.read(lambda c: read_ledger(c, "production", mapping)))
    starts = [tiles.starts[0] for tiles in ledger.tiles]
    assert min(starts) > NOW - timedelta(days=8)
    for n in range(1, 3):
        assert done.left > 0
        done = bench.run(bench.job.catch_up(NOW + n * timedelta(minutes=10)))
    assert done.left == 0


@on_both
def test_what_is_asked_for_begins_where_the_tables_do(bench: Bench) -> None:
    """Every plant and fact begins at the first row of any; days without rows after it are kept."""
    bench.insert("production", made("2026-03-13T14:00"), made("2026-03-13T14:00", "q-1"))
    bench.insert("downtime", stop(1, "2026-03-04T15:00"))
    done = bench.run(bench.job.fill(NOW, date(2000, 1, 1)))
    assert done.begins == date(2026, 3, 4)
    assert done.read == 2 * 3 * 9
    checked = bench.run(bench.job.verify(NOW, date(2000, 1, 1)))
    assert (checked.days, checked.absent, checked.differences) == (done.read, 0, ())
    raw, rolled = bench.both(replace(production(bench, 3, 9), assets=("m-1", "m-2")))
    assert (raw.rows, rolled.rows, rolled.origin.note) == ((), (), "whole")
    # A row that reaches into the first day belongs to the day before.
    bench.insert("production", made("2026-03-03T04:00", end=utc("2026-03-03T14:00")))
    assert bench.run(bench.job.fill(NOW, date(2026, 3, 3))).begins is None
    # Rows that reach further back are found, and nothing is said where nothing was left out.
    assert bench.run(bench.job.fill(NOW, date(2000, 1, 1))).begins == date(2026, 3, 2)


def test_a_source_without_rows_has_nothing_to_roll_up(bench: Bench) -> None:
    done = bench.run(bench.job.fill(NOW, date(2000, 1, 1)))
    assert (done.read, done.begins) == (0, NOW.date())


@pytest.mark.parametrize(
    ("database", "began", "whole_months"),
    [("sqlite", "2025-12-28T12:00", 2), ("postgres", "2026-01-28T12:00", 1)],
    indirect=["database"],
)
def test_months_add_up(bench: Bench, began: str, whole_months: int) -> None:
    start = utc(began)
    days = [start + timedelta(days=n) for n in range((NOW - start).days)]
    bench.insert("production", *(made(f"{d:%Y-%m-%dT%H:%M}", units=n) for n, d in enumerate(days)))
    bench.insert("downtime", *(stop(n, f"{d:%Y-%m-%dT%H:%M}", 1500) for n, d in enumerate(days)))
    bench.insert("production", made("2026-03-13T14:00"))
    bench.run(bench.job.fill(NOW, start.date()))
    months = select(func.count()).where(rollup_tiles.c.kind == MONTH)
    of_sites_and_facts = whole_months * 2 * 3
    assert bench.run(bench.store.read(lambda c: c.execute(months).scalar())) == of_sites_and_facts
    calendar = bench.installation.calendars["p"]
    whole = Interval(calendar.day(start.date()).start, calendar.day(FIRST.date()).end)
    query = bench.stops(("m-1", "line-1"), whole, BY)
    raw, rolled = bench.both(query)
    equal(raw.rows, rolled.rows, BY)
    assert (raw.origin.rows, rolled.origin.note) == (rolled.origin.rows, "whole")
    asking = Query("production", ("m-1",), whole, COUNTS, ("asset",))
    raw, rolled = bench.both(asking)
    equal(raw.rows, rolled.rows, ("asset",))
    assert bench.run(bench.job.verify(NOW, start.date())).differences == ()
    # A late row takes the month's tile away until it is added up again.
    bench.insert("production", made("2026-02-15T14:00", units=5, recorded_at=NOW))
    bench.run(bench.job.fill(NOW + HOUR, utc("2026-02-15T00:00").date()))
    raw, rolled = bench.both(asking)
    equal(raw.rows, rolled.rows, ("asset",))
    assert bench.run(bench.store.read(lambda c: c.execute(months).scalar())) == of_sites_and_facts


@on_both
def test_verify_finds_what_the_tables_no_longer_say(filled: Bench) -> None:
    clean = filled.run(filled.job.verify(NOW, FIRST.date()))
    assert (clean.differences, clean.absent) == ((), 0)
    assert clean.days == 11 * 3 + 11 * 3
    filled.database.run("UPDATE production SET total_units = 101 WHERE total_units = 100")
    found = filled.run(filled.job.verify(NOW, FIRST.date())).differences
    assert {(d.fact, d.asset, d.measure, d.rolled, d.tables) for d in found} == {
        ("production", "m-1", "total_units", 100, 101)
    }
    assert len(found) == 11
