"""Long questions: the tables, the rollup, SQL written by hand and DuckDB, on the big plant.

`python -m benchmarks.rollups [sqlite|postgres] [2|20]` (millions of production rows; without
arguments 2 on both). All four are asked in turns in one process; the best times count. Sums must
agree before anything is timed.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.big_plant import END, big_plant, made_folder
from benchmarks.big_rows import as_duckdb, as_postgres, widened
from core.data.cache import CachedSource
from core.data.mapping import PlantFile, load
from core.data.query import Planned, Query, Span
from core.data.sql import SqlDataSource
from core.domain.periods import Interval
from core.errors import SourceUnavailable
from core.installation import Definitions, Installation
from core.rollup.job import Rollup
from core.rollup.source import RolledSource
from core.store import Store

NOW = END + timedelta(hours=6)
ROUNDS = 7
ASKERS = 50
_LONG_MS = 20_000
COUNTS = ("planned_min", "run_min", "total_units", "good_units", "scrap_units")
STOPS = ("minutes", "stops", "event_minutes")

_MADE = """SELECT {keys}, sum(planned_min), sum(run_min), sum(total_units), sum(good_units),
    sum(scrap_units) FROM production WHERE start >= '{start}' AND start < '{end}' GROUP BY {keys}"""
# The same rules as Andon's: overlapping stops once, cut to planned time; on DuckDB and Postgres.
_STOPPED = """
WITH stop AS (SELECT asset, reason, CAST(extract(epoch FROM start) AS BIGINT) AS b,
    CAST(extract(epoch FROM "end") AS BIGINT) AS e FROM downtime
    WHERE start < '{end}' AND "end" > '{start}'),
free AS (SELECT *, greatest(b, coalesce(max(e) OVER (PARTITION BY asset ORDER BY b
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), b)) AS own FROM stop)
SELECT {keys}, sum(greatest(0, least(e, span_e) - greatest(own, span_b))) / 60.0
FROM free JOIN span ON b < span_e AND e > span_b AND day BETWEEN b // 86400 AND e // 86400
GROUP BY {keys}"""


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    query: Query
    by_hand: str


def main(words: list[str] | None = None) -> None:
    given = sys.argv[1:] if words is None else words
    kinds = [kind for kind in ("sqlite", "postgres") if kind in given] or ["sqlite", "postgres"]
    millions = [int(word) for word in given if word.isdigit()] or [2]
    for kind in kinds:
        before: dict[str, float] = {}
        for million in millions:
            before = _one(kind, million, before)


def _one(kind: str, million: int, before: dict[str, float]) -> dict[str, float]:
    folder = made_folder()
    big_plant()
    database = widened(folder / "big.db", million)
    with contextlib.ExitStack() as stack:
        url = f"sqlite:///{database}"
        if kind == "postgres":
            url = stack.enter_context(as_postgres(database))
        plant = _plant(url)
        store_url = f"sqlite:///{folder / f'rollup-{kind}-{million}.db'}"
        if kind == "postgres":
            store_url = url
        store = Store.open(store_url)
        stack.callback(store.close)
        duck = stack.enter_context(as_duckdb(database))
        with asyncio.Runner() as loop:
            return _measured(f"{kind}, {million} M rows", plant, store, duck, loop, before)


def _plant(url: str) -> PlantFile:
    path = big_plant()
    return load(path, home=Path(), url=url)


def _measured(
    title: str,
    plant: PlantFile,
    store: Store,
    duck: Callable[[str], Any],
    loop: asyncio.Runner,
    before: dict[str, float],
) -> dict[str, float]:
    raw = SqlDataSource(plant)
    rolled = RolledSource(raw, store, plant)
    definitions = Definitions(plant, CachedSource(rolled, lambda: NOW))
    job = Rollup(plant, definitions, raw, store)
    installation = loop.run(definitions.load())
    since = (END - timedelta(days=400)).date()
    began, spent = time.perf_counter(), time.process_time()
    done = loop.run(job.fill(NOW, since))
    wall, cpu = time.perf_counter() - began, time.process_time() - spent
    print(f"\n{title}: 400 days rolled up in {wall:.0f} s ({cpu:.0f} s CPU here), "
          f"{done.changed} days of a fact new")  # fmt: skip
    print(f"{'ms, best of ' + str(ROUNDS):26}{'tables':>9}{'rollup':>9}{'by hand':>9}"
          f"{'DuckDB':>9}{'÷ tables':>10}{'growth':>8}")  # fmt: skip
    found: dict[str, float] = {}
    for case in _cases(installation):
        by_hand = _hand(plant, case)
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
        raw_time = times.pop(0) if tables else None
        shown = [raw_time, times[0], times[1] if by_hand else None, times[-1]]
        found[case.name] = times[0]
        growth = f"{times[0] / before[case.name]:8.2f}" if case.name in before else ""
        ratio = f"{raw_time / times[0]:10.1f}" if raw_time else f"{'over limit':>10}"
        print(f"{case.name:26}{''.join(map(_ms, shown))}{ratio}{growth}")
    _at_once(raw, rolled, _cases(installation), loop)
    loop.run(raw.close())
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
    return f"{'–':>9}" if value is None else f"{value:9.1f}"


def _cases(installation: Installation) -> list[Case]:
    calendar = installation.calendars["bench"]
    assets = tuple(sorted(a.id for a in installation.hierarchy if a.kind == "machine"))
    line = tuple(asset for asset in assets if asset.startswith("m-04"))
    last = calendar.production_day(NOW) - timedelta(days=1)

    def days(number: int) -> Interval:
        first = calendar.day(last - timedelta(days=number - 1)).start
        return Interval(first, calendar.day(last).end)

    return [
        *(_made(f"{name} by asset", assets, days(n)) for name, n in _PERIODS),
        _made("year by line's assets", line, days(365)),
        _stopped("30 days, Pareto", installation, assets, days(30), "reason"),
        _stopped("year, Pareto", installation, assets, days(365), "reason"),
        _stopped("year, stops by asset", installation, assets, days(365), "asset"),
    ]


_PERIODS = (("day", 1), ("week", 7), ("30 days", 30), ("year", 365))


def _made(name: str, assets: tuple[str, ...], period: Interval) -> Case:
    query = Query("production", assets, period, COUNTS, ("asset", "product"))
    statement = _MADE.format(keys="asset, product", **_times(period))
    if len(assets) < 100:
        listed = ", ".join(f"'{asset}'" for asset in assets)
        statement = statement.replace("WHERE", f"WHERE asset IN ({listed}) AND")
    return Case(name, query, statement)


def _stopped(
    name: str, installation: Installation, assets: tuple[str, ...], period: Interval, by: str
) -> Case:
    calendar = installation.calendars["bench"]
    busy = calendar.busy(period, installation.hierarchy.path(assets[0])) or ()
    spans = tuple(Span(piece.start, piece.end, piece.opens) for piece in busy)
    query = Query(
        "downtime", assets, period, STOPS, (by,), planned=(Planned(assets, spans),), until=NOW,
        minor_stop_seconds=300,
    )  # fmt: skip
    listed = ", ".join(f"({b}, {e}, {day})" for b, e, day in _by_day(spans))
    statement = _STOPPED.format(keys=by, **_times(period)).replace(
        "WITH stop", f"WITH span(span_b, span_e, day) AS (VALUES {listed}), stop"
    )
    return Case(name, query, statement)


def _by_day(spans: tuple[Span, ...]) -> Iterator[tuple[int, int, int]]:
    for span in spans:
        begins, end = int(span.start.timestamp()), int(span.end.timestamp())
        while begins < end:
            cut = min(end, (begins // 86_400 + 1) * 86_400)
            yield begins, cut, begins // 86_400
            begins = cut


def _times(period: Interval) -> dict[str, str]:
    return {"start": f"{period.start:%Y-%m-%d %H:%M:%S}", "end": f"{period.end:%Y-%m-%d %H:%M:%S}"}


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
    """The best time of each; one that takes seconds is asked less often."""
    best, spent = [1e9] * len(works), [0.0] * len(works)
    for _ in range(ROUNDS):
        for number, work in enumerate(works):
            if spent[number] > _LONG_MS:
                continue
            began = time.perf_counter()
            work()
            took = (time.perf_counter() - began) * 1000
            best[number], spent[number] = min(best[number], took), spent[number] + took
    return best


def _at_once(
    raw: SqlDataSource, rolled: RolledSource, cases: list[Case], loop: asyncio.Runner
) -> None:
    """Askers who all ask a long question in the same moment; nobody's is answered from a cache."""
    some = [case.query for case in cases if case.name.startswith("year")]
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
