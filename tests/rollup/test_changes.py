"""What changes in the tables, the definitions or the rules after it was rolled up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import String, func, select

from core.rollup.ledger import version
from core.store.rollup_tables import rollup_tiles
from tests.data.databases import utc
from tests.rollup.plant import (
    ASSETS,
    EQUIPMENT,
    FACTS,
    NOW,
    SITES,
    Bench,
    equal,
)
from tests.rollup.scenes import BY, made, on_both, production, rolled_units, same, stop


@on_both
def test_late_rows_are_found_by_when_they_were_recorded(filled: Bench) -> None:
    filled.run(filled.job.catch_up(NOW))
    later = NOW + timedelta(minutes=20)
    filled.insert("production", made("2026-03-04T10:00", units=7, recorded_at=NOW))
    filled.insert("downtime", stop(99, "2026-03-05T04:00", 700, recorded_at=NOW))
    assert rolled_units(filled) == 900
    filled.run(filled.job.catch_up(later))
    assert rolled_units(filled) == 907
    same(filled)


def test_what_was_deleted_is_found_in_turn(filled: Bench) -> None:
    filled.database.run("DELETE FROM production WHERE start LIKE '2026-03-04%'"
                        if filled.database.is_sqlite else
                        "DELETE FROM production WHERE start::date = '2026-03-04'")  # fmt: skip
    filled.database.run("UPDATE downtime SET reason = 'belt' WHERE id = 3")
    filled.pace = replace(filled.pace, in_turn=4)
    filled.open()
    for n in range(1, 4):
        filled.run(filled.job.catch_up(NOW + n * timedelta(minutes=10)))
    assert rolled_units(filled) == 800
    same(filled)


@on_both
def test_a_day_with_an_open_stop_is_in_doubt_until_it_ends(bench: Bench) -> None:
    bench.insert("production", made("2026-03-13T14:00"), made("2026-03-13T14:00", "m-2"))
    bench.insert("downtime", stop(1, "2026-03-04T13:00", None), stop(2, "2026-03-03T13:00"))
    bench.insert("downtime", stop(3, "2026-03-05T13:00", asset="m-2"))
    bench.fill()
    _, stops = same(bench)
    assert {row["is_open"] for row in stops.rows} == {0, 1}
    end = bench.stored(utc("2026-03-04T20:00"))
    bench.database.run(f"UPDATE downtime SET \"end\" = '{end}' WHERE id = 1")
    bench.run(bench.job.catch_up(NOW + timedelta(minutes=10)))
    _, stops = same(bench)
    assert {row["is_open"] for row in stops.rows} == {0}
    with_doubt = select(func.count()).where(rollup_tiles.c.doubts.cast(String()) != "[]")
    assert bench.run(bench.store.read(lambda c: c.execute(with_doubt).scalar())) == 0


def test_a_changed_calendar_or_rule_is_not_answered_from_old_sums(filled: Bench) -> None:
    break_ = {"plant": "p", "asset": None, "start": utc("2026-03-04T15:10"),
              "end": utc("2026-03-04T15:30"), "kind": "break"}  # fmt: skip
    filled.insert("calendar", break_)
    filled.open()
    before = filled.run(filled.store.read(version))
    same(filled)
    filled.run(filled.job.catch_up(NOW + timedelta(minutes=10)))
    assert filled.run(filled.store.read(version)) > before
    same(filled)
    # The tables are the same, a rule is not: short stops are counted another way.
    rules = {"minor_stop_minutes": 45}
    filled.open(plants=SITES, assets=EQUIPMENT, facts=FACTS, rules=rules)
    query = filled.stops(ASSETS, filled.days("p", 0, 9), BY)
    query = replace(query, minor_stop_seconds=45 * 60)
    raw, rolled = filled.both(query)
    equal(raw.rows, rolled.rows, BY)
    assert rolled.origin.note == ""
    filled.run(filled.job.catch_up(NOW + timedelta(minutes=20)))
    raw, rolled = filled.both(query)
    equal(raw.rows, rolled.rows, BY)
    assert rolled.origin.note == "partly"


def test_another_mapping_is_another_rollup(filled: Bench) -> None:
    facts = {**FACTS, "production": {"table": "production", "where": "total_units > 1000"}}
    filled.open(plants=SITES, assets=EQUIPMENT, facts=facts)
    assert filled.both(production(filled))[1].rows == ()


def test_the_version_guards_a_ledger_that_is_out_of_date(filled: Bench) -> None:
    """Tiles that are replaced while a process knows the old ones."""
    before = rolled_units(filled)
    filled.insert("production", made("2026-03-04T10:00", units=11))
    filled.fill()
    assert rolled_units(filled) == before + 11  # type: ignore[operator]
