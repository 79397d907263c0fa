"""Long questions: the tables, the rollup, SQL written by hand and DuckDB, on the big plant.

`python -m benchmarks.rollups [sqlite] [postgres] [2] [20] [--in FOLDER] [--prepare]` (millions of
production rows; without arguments 2 on both). All four are asked in turns in one process; the best
times count. Sums must agree before anything is timed. What is made, the sums of days too, stays in
the folder for the next run; `--prepare` only makes it.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import sqlite3
import statistics
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.big_plant import END, HOME, big_plant
from benchmarks.big_rows import as_duckdb, as_postgres, widened
from benchmarks.long_questions import NOW, Case, cases
from core.data.cache import CachedSource
from core.data.mapping import PlantFile, load
from core.data.query import Query
from core.data.sql import SqlDataSource
from core.errors import SourceUnavailable
from core.installation import Definitions
from core.rollup.job import Rollup
from core.rollup.shape import SHAPES
from core.rollup.source import RolledSource
from core.rollup.status import kept
from core.store import Store

ROUNDS = 7
ASKERS = 50
_LONG_MS = 20_000


def main(words: list[str] | None = None) -> None:
    parser = ArgumentParser(prog="python -m benchmarks.rollups")
    parser.add_argument("--in", dest="folder", type=Path, default=HOME, metavar="FOLDER")
    parser.add_argument("--prepare", action="store_true")
    told, given = parser.parse_known_args(words)
    kinds = [kind for kind in ("sqlite", "postgres") if kind in given] or ["sqlite", "postgres"]
    millions = [int(word) for word in given if word.isdigit()] or [2]
    for kind in kinds:
        before: dict[str, float] = {}
        for million in millions:
            before = _one(kind, million, before, told)


def _one(kind: str, million: int, before: dict[str, float], told: Namespace) -> dict[str, float]:
    path = big_plant(told.folder)
    database = widened(told.folder / "big.db", million)
    with contextlib.ExitStack() as stack:
        duck = stack.enter_context(as_duckdb(database))
        if kind == "postgres":
            url = store_url = stack.enter_context(as_postgres(database))
        else:
            url = f"sqlite:///{database}"
            store_url = f"sqlite:///{told.folder / f'rollup-{kind}-{million}.db'}"
        store = Store.open(store_url)
        stack.callback(store.close)
        bench = _Bench(load(path, home=Path(), url=url), store)
        with asyncio.Runner() as loop:
            print(f"\n{kind}, {million} M rows: {bench.rolled_up(loop)}", flush=True)
            found = {} if told.prepare else _measured(bench, duck, loop, before)
            loop.run(bench.raw.close())
            return found


class _Bench:
    """The big plant with its rollup."""

    def __init__(self, plant: PlantFile, store: Store) -> None:
        self.plant = plant
        self.raw = SqlDataSource(plant)
        self.rolled = RolledSource(self.raw, store, plant)
        self.definitions = Definitions(plant, CachedSource(self.rolled, lambda: NOW))
        self._store = store
        self._job = Rollup(plant, self.definitions, self.raw, store)

    def rolled_up(self, loop: asyncio.Runner) -> str:
        """Rolls 400 days up, where an earlier run has not, and says how long it took."""
        since = (END - timedelta(days=400)).date()
        there = loop.run(self._store.read(kept))
        if {one.fact for one in there if one.start.date() <= since} == set(SHAPES):
            return "400 days were rolled up before"
        began, spent = time.perf_counter(), time.process_time()
        done = loop.run(self._job.fill(NOW, since))
        wall, cpu = time.perf_counter() - began, time.process_time() - spent
        return (f"400 days rolled up in {wall:.0f} s ({cpu:.0f} s CPU here), "
                f"{done.changed} days of a fact new")  # fmt: skip


def _measured(
    bench: _Bench, duck: Callable[[str], Any], loop: asyncio.Runner, before: dict[str, float]
) -> dict[str, float]:
    raw, rolled = bench.raw, bench.rolled
    asked = cases(loop.run(bench.definitions.load()))
    print(f"{'ms, best of ' + str(ROUNDS):26}{'tables':>9}{'rollup':>9}{'by hand':>9}"
          f"{'DuckDB':>9}{'÷ tables':>10}{'growth':>8}")  # fmt: skip
    found: dict[str, float] = {}
    for case in asked:
        by_hand = _hand(bench.plant, case)
        works = (
            lambda c=case: loop.run(raw.fetch(c.query)),
            lambda c=case: loop.run(rolled.fetch(c.query)),
            *((by_hand,) if by_hand else ()),
            lambda c=case: duck(c.by_hand),
        )
        tables = _within_limit(works[0])
        _agree(case, tables, works[1](), works[-1]())
        timed = works if tables else works[1:]
        times = _alternating(timed)
        raw_time = times.pop(0) if tables else math.inf
        shown = [raw_time, times[0], times[1] if by_hand else None, times[-1]]
        found[case.name] = times[0]
        growth = f"{times[0] / before[case.name]:8.2f}" if case.name in before else ""
        ratio = f"{raw_time / times[0]:10.1f}" if raw_time < math.inf else f"{'limit':>10}"
        print(f"{case.name:26}{''.join(map(_ms, shown))}{ratio}{growth}")
    _at_once(raw, rolled, asked, loop)
    return found


def _within_limit(work: Callable[[], Any]) -> Any:
    """What it gives; None where the source's limit of time does not do."""
    try:
        return work()
    except SourceUnavailable as error:
        if error.problem != "timeout":
            raise
        return None


def _ms(value: float | None) -> str:
    return f"{'–':>9}" if value in (None, math.inf) else f"{value:9.1f}"


def _hand(plant: PlantFile, case: Case) -> Callable[[], Any] | None:
    """The statement that a person would write, on the database itself; of stops only DuckDB's."""
    if case.query.fact == "downtime":
        return None
    if plant.source.url.startswith("sqlite"):
        path = plant.source.url.removeprefix("sqlite:///")
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        return lambda: connection.execute(case.by_hand).fetchall()
    import psycopg

    link = psycopg.connect(plant.source.url.replace("+psycopg", ""), autocommit=True)
    return lambda: link.execute(case.by_hand).fetchall()


def _agree(case: Case, raw: Any, rolled: Any, duck: Any) -> None:
    """Both sources give the same, to the unit; DuckDB the same sum of the first measure, also where
    the tables take too long (`raw` is None)."""
    assert rolled.origin.note, case.name
    keys, measures = case.query.group_by, case.query.measures
    a, b = ({tuple(r[k] for k in keys): r for r in f.rows} for f in (raw or rolled, rolled))
    assert a.keys() == b.keys(), case.name
    for key, row in a.items():
        for name in measures:
            ours, theirs = b[key][name], row[name]
            assert ours == theirs or abs(ours - theirs) < 1e-6, (case.name, key, name)
    total = sum(float(row[measures[0]]) for row in rolled.rows)
    theirs = sum(float(row[len(keys)]) for row in duck)
    assert abs(total - theirs) < 1e-6 * total, (case.name, total, theirs)


def _alternating(works: tuple[Callable[[], Any], ...]) -> list[float]:
    """The best time of each in ms, endless where it never kept its limit; one that takes seconds
    is asked less often."""
    best, spent = [math.inf] * len(works), [0.0] * len(works)
    for _ in range(ROUNDS):
        for number, work in enumerate(works):
            if spent[number] > _LONG_MS:
                continue
            began = time.perf_counter()
            if _within_limit(work) is None:  # near the limit it is now kept, now not
                spent[number] += _LONG_MS
                continue
            took = (time.perf_counter() - began) * 1000
            best[number], spent[number] = min(best[number], took), spent[number] + took
    return best


def _at_once(
    raw: SqlDataSource, rolled: RolledSource, asked: list[Case], loop: asyncio.Runner
) -> None:
    """Askers who all ask a long question in the same moment; nobody's is answered from a cache."""
    some = [case.query for case in asked if case.name.startswith("year")]
    for name, source in (("tables", raw), ("rollup", rolled)):
        number = ASKERS if source is rolled else 10

        async def ask(query: Query, source: Any = source) -> float:
            began = time.perf_counter()
            await source.fetch(query)
            return time.perf_counter() - began

        async def together(number: int = number) -> list[float | BaseException]:
            asked = (ask(some[n % len(some)]) for n in range(number))
            return await asyncio.gather(*asked, return_exceptions=True)

        began = time.perf_counter()
        took = loop.run(together())
        wall = time.perf_counter() - began
        fine = sorted(one for one in took if isinstance(one, float))
        p50, worst = (statistics.median(fine), fine[-1]) if fine else (0.0, 0.0)
        print(f"{number} askers of a year at once, {name}: {wall:.1f} s, p50 {p50:.1f} s, worst "
              f"{worst:.1f} s, {len(took) - len(fine)} errors")  # fmt: skip


if __name__ == "__main__":
    main()
