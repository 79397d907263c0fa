"""SqlDataSource against hand-written SQL for the same figures, on the big plant and the sample.

Both sides run in turns in one process; the ratio of the best times is what counts. Prints a table;
`python -m benchmarks.data_source`.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.big_plant import END, big_plant
from core.data.mapping import PlantFile, load, parse
from core.data.query import Planned, Query, Span
from core.data.sample import make_sample
from core.data.schema import FACTS
from core.data.sql import SqlDataSource
from core.domain.periods import Interval

ROUNDS = 25
UNITS = ("planned_min", "run_min", "total_units", "good_units", "scrap_units")

_MADE = """
SELECT {keys}, sum(planned_min), sum(run_min), sum(total_units), sum(good_units),
    sum(scrap_units), count(*), min(start), max("end"), max(recorded_at)
FROM production WHERE asset IN ({assets}) AND start >= :back AND start < :end AND "end" > :start
GROUP BY {keys}
"""
# One range of the index per day and asset is the fastest way that was found by hand.
_MADE_BY_DAY = """
WITH day(start, "end", n) AS MATERIALIZED (SELECT json_extract(value, '$[0]'),
    json_extract(value, '$[1]'), key FROM json_each(:days))
SELECT n, sum(planned_min), sum(run_min), sum(total_units), sum(good_units), sum(scrap_units),
    count(*), min(p.start), max(p."end"), max(recorded_at)
FROM day CROSS JOIN production p ON p.start >= day.start AND p.start < day."end"
WHERE asset IN ({assets}) GROUP BY n
"""
_STOPS = """
WITH span(begins, ends, opens, n) AS MATERIALIZED (SELECT json_extract(value, '$[0]'),
    json_extract(value, '$[1]'), json_extract(value, '$[2]'), json_extract(value, '$[3]')
    FROM json_each(:spans)),
stop AS (SELECT asset, reason, loss, unixepoch(start) AS begins,
    coalesce(unixepoch("end"), :until) AS ends
    FROM downtime WHERE asset IN ({assets}) AND start < :end AND ("end" > :start OR "end" IS NULL)),
free AS (SELECT *, max(begins, coalesce(max(ends) OVER (PARTITION BY asset ORDER BY begins
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), begins)) AS own FROM stop)
SELECT {keys}, sum(max(0, min(free.ends, span.ends) - max(own, span.begins))) / 60.0,
    sum(free.begins >= opens), max(iif(free.begins >= opens, free.ends - free.begins, 0)) / 60.0
FROM free JOIN span ON free.begins < span.ends AND free.ends > span.begins GROUP BY {keys}
"""


@dataclass(frozen=True, slots=True)
class Case:
    """A question, and the statement that a person would write for it."""

    name: str
    query: Query
    statement: str
    values: dict[str, object]
    first: str
    """The measure that both must agree on, group by group."""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        print(f"{'ms, best of ' + str(ROUNDS):44}{'SQL':>9}{'run':>9}{'ratio':>7}{'fetch':>9}")
        for plant, cases in (_big(), _sample(Path(folder))):
            for case in cases:
                _compare(plant, case)


def _compare(plant: PlantFile, case: Case) -> None:
    source = SqlDataSource(plant)
    path = plant.source.url.removeprefix("sqlite:///")

    def ours() -> Any:
        return source.run(lambda connection: source._fetch(connection, case.query)).rows

    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:

        def by_hand() -> Any:
            return connection.execute(case.statement, case.values).fetchall()

        _agree(case, by_hand(), ours())
        hand, run = _alternating(by_hand, ours)
    loop = asyncio.new_event_loop()
    fetch, _ = _alternating(lambda: loop.run_until_complete(source.fetch(case.query)), lambda: None)
    loop.run_until_complete(source.close())
    loop.close()
    name = f"{plant.source.name}: {case.name}"
    print(f"{name:44}{hand:9.2f}{run:9.2f}{run / hand:7.2f}{fetch:9.2f}")


def _agree(case: Case, hand: list[tuple[Any, ...]], ours: Any) -> None:
    keys = len(case.query.group_by)
    place = keys + case.query.measures.index(case.first)
    found = {tuple(row[k] for k in case.query.group_by): row[case.first] for row in ours}
    for row in hand:
        assert abs(found.pop(row[:keys]) - row[place]) < 1e-6, (case.name, row)
    assert not found, case.name


def _alternating(*works: Callable[[], Any]) -> list[float]:
    """The best time of each in milliseconds."""
    best = [1e9] * len(works)
    for _ in range(ROUNDS):
        for number, work in enumerate(works):
            began = time.process_time()
            work()
            best[number] = min(best[number], (time.process_time() - began) * 1000)
    return best


# --- questions -------------------------------------------------------------------------------


def _big() -> tuple[PlantFile, list[Case]]:
    plant = load(big_plant(), home=Path())
    area = tuple(f"m-{n:03d}" for n in range(40, 50))
    return plant, list(_cases(area, "m-042", END - timedelta(hours=13)))


def _sample(folder: Path) -> tuple[PlantFile, list[Case]]:
    path = folder / "sample.db"
    make_sample(path, days=120, now=datetime(2026, 11, 20, 12, tzinfo=UTC))
    facts = {name: {"table": name} for name in FACTS}
    source = {"url": f"sqlite:///{path}", "name": "sample"}
    plant = parse({"source": source, "facts": facts}, where="sample", home=Path())
    area = (*(f"grinder-{n}" for n in range(1, 7)), *(f"cnc-{n}" for n in range(1, 5)))
    return plant, list(_cases(area, "grinder-5", datetime(2026, 11, 19, 12, tzinfo=UTC)))


def _cases(area: tuple[str, ...], asset: str, end: datetime) -> list[Case]:
    day = Interval(end - timedelta(days=1), end)
    month = Interval(end - timedelta(days=30), end)
    days = tuple(
        Interval(month.start + timedelta(days=n), month.start + timedelta(days=n + 1))
        for n in range(30)
    )
    stops = ("minutes", "stops", "longest")
    packed = json.dumps([[_text(d.start), _text(d.end)] for d in days])
    return [
        _made("one asset, a day", (asset,), day, ("asset", "product")),
        _made("an area, 30 days by asset", area, month, ("asset",)),
        Case(
            "an area, 30 days by day",
            Query("production", area, month, UNITS, ("window",), windows=days),
            _MADE_BY_DAY.format(assets=_listed(area)),
            {"days": packed},
            "total_units",
        ),
        _stopped("stops of one asset, a day by reason", (asset,), day, stops, "reason"),
        _stopped("stops of an area, 30 days by reason", area, month, stops, "reason"),
        _stopped("stops of an area, 30 days by day", area, month, stops, "window"),
    ]


def _made(name: str, assets: tuple[str, ...], period: Interval, by: tuple[str, ...]) -> Case:
    statement = _MADE.format(keys=", ".join(by), assets=_listed(assets))
    values: dict[str, object] = {
        "start": _text(period.start),
        "end": _text(period.end),
        "back": _text(period.start - timedelta(days=1)),
    }
    query = Query("production", assets, period, UNITS, by)
    return Case(name, query, statement, values, "total_units")


def _stopped(
    name: str, assets: tuple[str, ...], period: Interval, measures: tuple[str, ...], by: str
) -> Case:
    spans = _shifts_with_breaks(period)
    listed = [
        [int(s.start.timestamp()), int(s.end.timestamp()), int(s.opens.timestamp()), s.window]
        for s in spans
    ]
    values: dict[str, object] = {
        "start": _text(period.start),
        "end": _text(period.end),
        "until": int(period.end.timestamp()),
        "spans": json.dumps(listed),
    }
    query = Query("downtime", assets, period, measures, (by,), planned=(Planned(assets, spans),))
    keys = "n" if by == "window" else by
    return Case(name, query, _STOPS.format(keys=keys, assets=_listed(assets)), values, "minutes")


def _shifts_with_breaks(period: Interval) -> tuple[Span, ...]:
    """Three shifts a day with half an hour off after four hours; a window is a day."""
    spans, opens, at = [], period.start, period.start
    while at < period.end:
        for begins, ends in ((0.0, 4.0), (4.5, 8.0)):
            start, end = at + timedelta(hours=begins), at + timedelta(hours=ends)
            spans.append(Span(start, end, opens, (at - period.start).days))
            opens = end
        at += timedelta(hours=8)
    return tuple(spans)


def _text(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"


def _listed(assets: tuple[str, ...]) -> str:
    return ", ".join(f"'{asset}'" for asset in assets)


if __name__ == "__main__":
    main()
