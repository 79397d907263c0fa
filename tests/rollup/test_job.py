"""The job: late rows, corrections, open stops, changed definitions, several processes, a kill."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from core.data.query import Query
from core.data.source import Facts, Scope
from core.domain.periods import Interval
from core.rollup.job import Rollup
from core.rollup.ledger import read_ledger, version
from core.rollup.source import RolledSource
from core.rollup.wanted import Pace
from core.store import MONTH, Store
from core.store.rollup_tables import rollup_downtime, rollup_production, rollup_tiles
from tests.data.databases import Database, utc
from tests.rollup.plant import ASSETS, COUNTS, EQUIPMENT, FACTS, FIRST, NOW, SITES, Bench, equal

HOUR = timedelta(hours=1)
BY = ("asset", "loss", "is_open")


def made(start: str, asset: str = "m-1", units: int = 100, **given: Any) -> dict[str, Any]:
    at = utc(start)
    row = {"asset": asset, "start": at, "end": at + HOUR, "shift": "Early", "product": "a",
           "planned_min": 60, "run_min": 50.0, "total_units": units, "good_units": units,
           "recorded_at": at + HOUR}  # fmt: skip
    return row | given


def stop(number: int, start: str, minutes: int | None = 30, **given: Any) -> dict[str, Any]:
    at = utc(start)
    end = None if minutes is None else at + timedelta(minutes=minutes)
    row = {"id": number, "asset": "m-1", "start": at, "end": end, "reason": "jam",
           "loss": "breakdown", "cause_asset": None, "repair_start": None, "repair_end": None,
           "recorded_at": end or at}  # fmt: skip
    return row | given


@pytest.fixture
def filled(bench: Bench) -> Bench:
    """Ten days of an hour's rows and a stop a day, rolled up."""
    days = [FIRST + timedelta(days=n, hours=15) for n in range(11)]
    bench.insert("production", *(made(f"{day:%Y-%m-%dT%H:%M}") for day in days))
    bench.insert("production", made("2026-03-13T14:00"), made("2026-03-13T14:00", "q-1"))
    bench.insert("downtime", *(stop(n, f"{day:%Y-%m-%dT%H:%M}") for n, day in enumerate(days)))
    bench.fill()
    return bench


def production(bench: Bench, first: int = 1, last: int = 9) -> Query:
    return Query("production", ASSETS, bench.days("p", first, last), COUNTS, ("asset", "product"))


def same(bench: Bench) -> tuple[Facts, Facts]:
    """Both questions asked both ways; they agree, and the rollup was used."""
    found = []
    for query in (production(bench), bench.stops(ASSETS, bench.days("p", 0, 9), BY)):
        raw, rolled = bench.both(query)
        equal(raw.rows, rolled.rows, query.group_by)
        assert rolled.origin.note in ("whole", "partly")
        found.append(rolled)
    return found[0], found[1]


def rolled_units(bench: Bench) -> object:
    return sum(row["total_units"] or 0 for row in bench.both(production(bench))[1].rows)  # type: ignore[misc]


def test_the_citation_says_what_was_used(filled: Bench) -> None:
    raw, rolled = filled.both(replace(production(filled), assets=("m-1",)))
    assert (raw.origin.note, rolled.origin.note) == ("", "whole")
    assert rolled.origin == replace(raw.origin, note="whole")
    running = replace(production(filled), interval=Interval(filled.days("p", 0, 0).start, NOW))
    assert filled.both(running)[1].origin.note == "partly"
    rows = production(filled).rows()
    assert filled.both(rows)[1] == filled.both(rows)[0]
    assert filled.both(rows)[1].origin.note == ""


def test_what_a_scope_does_not_allow_is_left_to_the_source(filled: Bench) -> None:
    query = replace(production(filled), assets=("m-1", "m-2"))

    def note(scope: Scope) -> str:
        return filled.run(filled.rolled.fetch(query, scope)).origin.note

    assert note(Scope()) == note(Scope(frozenset({"p"}))) == "whole"
    assert note(Scope(frozenset({"a"}))) == "partly"
    assert note(Scope(None, frozenset({"c"}))) == ""


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
    for n in range(1, 13):
        filled.run(filled.job.catch_up(NOW + n * timedelta(minutes=10)))
    assert rolled_units(filled) == 800
    same(filled)


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
    with_doubt = select(func.count()).where(rollup_tiles.c.doubts.cast(str_type()) != "[]")
    assert bench.run(bench.store.read(lambda c: c.execute(with_doubt).scalar())) == 0


def str_type() -> Any:
    from sqlalchemy import String

    return String()


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


def test_a_feed_that_stands_still_is_not_complete(bench: Bench) -> None:
    bench.insert("production", made("2026-03-10T14:00"))
    bench.now = utc("2026-03-12T15:20")
    bench.fill()
    ends = select(func.max(rollup_tiles.c.end, type_=rollup_tiles.c.end.type))
    newest = bench.run(bench.store.read(lambda c: c.execute(ends).scalar()))
    assert newest is not None
    site_p = bench.installation.calendars["p"]
    assert site_p.day(FIRST.date() + timedelta(days=7)).end <= newest


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


def test_two_processes_share_the_work_and_agree(filled: Bench) -> None:
    other = Rollup(filled.plant, filled.definitions, filled.raw, filled.store, filled.pace)
    filled.run(filled.job.catch_up(NOW))
    filled.insert("production", made("2026-03-12T10:00", units=9, recorded_at=NOW))

    async def both() -> None:
        later = NOW + timedelta(minutes=10)
        await asyncio.gather(filled.job.run(later), other.run(later), other.catch_up(later))

    filled.run(both())
    same(filled)
    # Who read the tables earlier does not overwrite who read them later.
    filled.insert("production", made("2026-03-12T11:00", units=9, recorded_at=NOW))
    filled.run(filled.job.catch_up(NOW + timedelta(hours=1)))
    before = filled.run(filled.store.read(version))
    filled.run(other.fill(NOW, FIRST.date()))
    assert filled.run(filled.store.read(version)) == before
    same(filled)


def test_months_add_up(bench: Bench) -> None:
    start = utc("2025-12-28T12:00")
    days = [start + timedelta(days=n) for n in range(75)]
    bench.insert("production", *(made(f"{d:%Y-%m-%dT%H:%M}", units=n) for n, d in enumerate(days)))
    bench.insert("downtime", *(stop(n, f"{d:%Y-%m-%dT%H:%M}", 1500) for n, d in enumerate(days)))
    bench.insert("production", made("2026-03-13T14:00"))
    bench.run(bench.job.fill(NOW, start.date()))
    months = select(func.count()).where(rollup_tiles.c.kind == MONTH)
    # January and February of both sites and three facts.
    assert bench.run(bench.store.read(lambda c: c.execute(months).scalar())) == 12
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
    bench.insert("production", made("2026-01-15T14:00", units=5, recorded_at=NOW))
    bench.run(bench.job.fill(NOW + HOUR, utc("2026-01-15T00:00").date()))
    raw, rolled = bench.both(asking)
    equal(raw.rows, rolled.rows, ("asset",))
    assert bench.run(bench.store.read(lambda c: c.execute(months).scalar())) == 12


_WORKER = """
import asyncio, sys
from pathlib import Path
from datetime import date
from core.data.cache import CachedSource
from core.data.mapping import load
from core.data.sql import SqlDataSource
from core.installation import Definitions
from core.rollup.job import Rollup
from core.store import Store
from tests.rollup.plant import NOW
plant = load(Path(sys.argv[1]), home=Path())
store, raw = Store.open(sys.argv[2]), SqlDataSource(plant)
job = Rollup(plant, Definitions(plant, CachedSource(raw, lambda: NOW)), raw, store)
print("begins", flush=True)
asyncio.run(job.fill(NOW, date(2025, 12, 1)))
print("done", flush=True)
"""


def test_a_kill_leaves_nothing_half(sqlite: Database, tmp_path: Path) -> None:
    """Killed again and again while it rolls up, at moments of chance: whatever stands is right."""
    from tests.rollup.plant import TABLES

    kinds = {"time": "TEXT", "whole": "INTEGER", "real": "REAL"}
    sqlite.run(*(table.format(**kinds) for table in TABLES))
    url = f"sqlite:///{tmp_path / 'andon.db'}"
    plant = sqlite.plant(plants=SITES, assets=EQUIPMENT, facts=FACTS)
    store = Store.open(url)
    bench = Bench(sqlite, store, plant)
    days = [utc("2025-12-01T15:00") + timedelta(days=n) for n in range(102)]
    bench.insert("production", *(made(f"{d:%Y-%m-%dT%H:%M}", a) for d in days for a in ASSETS))
    bench.insert("downtime", *(stop(n, f"{d:%Y-%m-%dT%H:%M}", 400) for n, d in enumerate(days)))
    written = tmp_path / "plant.toml"
    written.write_text(_toml(sqlite.url), "utf-8")
    chance = random.Random(7)
    for _ in range(4):
        command = [sys.executable, "-c", _WORKER, str(written), url]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, env=_environment())
        assert process.stdout is not None
        assert process.stdout.readline() == b"begins\n"
        time.sleep(chance.uniform(0.05, 0.8))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        assert bench.run(bench.job.verify(NOW, days[0].date())).differences == ()
        whole = Interval(days[0], days[-1])
        query = Query("production", ASSETS, whole, COUNTS, ("asset",))
        raw, rolled = bench.both(query)
        equal(raw.rows, rolled.rows, ("asset",))
        _no_orphans(bench)
    bench.run(bench.job.fill(NOW, days[0].date()))
    verified = bench.run(bench.job.verify(NOW, days[0].date()))
    assert (verified.absent, verified.differences) == (0, ())
    bench.run(bench.raw.close())
    bench.loop.close()
    store.close()


def _no_orphans(bench: Bench) -> None:
    for table in (rollup_production, rollup_downtime):
        lost = select(func.count()).where(table.c.tile.not_in(select(rollup_tiles.c.id)))
        with bench.store._engine.connect() as connection:
            assert connection.execute(lost).scalar() == 0


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}


def _toml(url: str) -> str:
    lines = [f'[source]\nurl = "{url}"\nname = "plant"']
    for name, site in SITES.items():
        shifts = ", ".join(
            "{" + ", ".join(f"{k} = {_value(k, v)}" for k, v in s.items()) + "}"
            for s in site["shifts"]
        )
        lines.append(f'[plants.{name}]\nzone = "{site["zone"]}"\nshifts = [{shifts}]')
    lines += ["[[assets]]\n" + "\n".join(f'{k} = "{v}"' for k, v in a.items()) for a in EQUIPMENT]
    lines += [f'[facts.{name}]\ntable = "{name}"' for name in FACTS]
    return "\n\n".join(lines)


def _value(name: str, value: Any) -> str:
    if isinstance(value, list):
        return str(value)
    return f"{value}:00" if name in ("start", "end") else f'"{value}"'


def test_the_version_guards_a_ledger_that_is_out_of_date(filled: Bench) -> None:
    """Tiles that are replaced while a process knows the old ones."""
    before = rolled_units(filled)
    filled.insert("production", made("2026-03-04T10:00", units=11))
    filled.fill()
    assert rolled_units(filled) == before + 11  # type: ignore[operator]


def test_a_store_that_fails_costs_speed_only(filled: Bench) -> None:
    raw, _ = filled.both(production(filled))
    with filled.store._engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE rollup_tiles RENAME TO elsewhere")
    filled.rolled = RolledSource(filled.raw, filled.store, filled.plant)
    rolled = filled.run(filled.rolled.fetch(production(filled)))
    equal(raw.rows, rolled.rows, ("asset", "product"))


def test_a_run_does_the_newest_days_first(bench: Bench) -> None:
    bench.insert("production", made("2026-03-13T14:00"), made("2026-03-13T14:00", "q-1"))
    bench.pace = Pace(days=30, a_run=5, again=1, in_turn=0)
    bench.open()
    done = bench.run(bench.job.catch_up(NOW))
    assert done.left > 0
    mapping = bench.rolled._mapping
    ledger = bench.run(bench.store.read(lambda c: read_ledger(c, "production", mapping)))
    starts = [tiles.starts[0] for tiles in ledger.tiles]
    assert min(starts) > NOW - timedelta(days=8)
    for n in range(1, 8):
        done = bench.run(bench.job.catch_up(NOW + n * timedelta(minutes=10)))
    assert done.left == 0
