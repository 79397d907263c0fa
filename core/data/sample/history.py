"""Writes the plant's past into an open database: all of it, or what came since the last time."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from core.data.sample import records
from core.data.sample.calendar import Shift, calendar_rows, off_times, shifts
from core.data.sample.clock import DAY, parse, text
from core.data.sample.output import (
    Course,
    ProductionRow,
    downtime_row,
    live_row,
    production_rows,
    scrap_rows,
)
from core.data.sample.plant import MACHINES
from core.data.sample.stops import stops_of_shift
from core.data.sample.stories import STALE, Sample, Stop

CALENDAR_AHEAD = timedelta(days=14)
_AMENDED = ("order", "safety", "live")
_BATCH = 24
Progress = Callable[[float], None]


def utc_day(instant: int) -> date:
    """The UTC date of an instant."""
    return datetime.fromtimestamp(instant, UTC).date()


def write_masters(connection: sqlite3.Connection, sample: Sample, until: int) -> None:
    made = (sample.seed, sample.anchor.isoformat(), sample.days, text(until), text(until))
    _insert(connection, "sample", [made])
    _insert(connection, "asset", list(records.asset_rows()))
    _insert(connection, "product", list(records.product_rows()))
    _insert(connection, "product_rate", list(records.rate_rows(sample)))
    _insert(connection, "target", list(records.target_rows(sample)))
    _insert(connection, "cost", list(records.cost_rows(sample)))


def _insert(connection: sqlite3.Connection, table: str, rows: list[tuple[object, ...]]) -> None:
    if rows:
        verb = "REPLACE" if table in _AMENDED else "INSERT"
        marks = ",".join("?" * len(rows[0]))
        connection.executemany(f'{verb} INTO "{table}" VALUES ({marks})', rows)


def write_history(
    connection: sqlite3.Connection,
    sample: Sample,
    since: int | None,
    until: int,
    progress: Progress | None,
) -> None:
    """Everything that happened between `since` (None: the first day) and `until`."""
    opening = sample.opening
    known = opening if since is None else utc_day(since) + CALENDAR_AHEAD + timedelta(days=1)
    # An event may be closed, and an order done, some time after it was first written.
    orders = opening if since is None else max(opening, utc_day(since) - timedelta(days=8))
    begin = parse(f"{opening} 00:00:00")
    safety = begin if since is None else max(begin, since - records.LONGEST_OPEN - DAY)
    _insert(connection, "safety", list(records.safety_rows(sample, safety, until)))
    for index, plant in enumerate(MACHINES):
        _insert(
            connection,
            "calendar",
            list(calendar_rows(plant, known, utc_day(until) + CALENDAR_AHEAD)),
        )
        _insert(connection, "order", list(records.order_rows(sample, plant, orders, until)))
        schedule = list(shifts(plant, opening - timedelta(days=8), utc_day(until) + CALENDAR_AHEAD))
        first = next(n for n, shift in enumerate(schedule) if shift.day >= opening)
        if since is not None:
            reach = since - max(STALE.values())
            # The shift before may have left a stop that ends only now.
            still = next(n for n, shift in enumerate(schedule) if shift.end > reach) - 1
            first = max(first, still)
            _forget(connection, plant, schedule[first].start)
        part = (index / len(MACHINES), 1 / len(MACHINES))
        _write_shifts(connection, sample, schedule, first, until, progress, part)


def _forget(connection: sqlite3.Connection, plant: str, start: int) -> None:
    assets = [(machine.id, text(start)) for machine in MACHINES[plant]]
    for table, column in (("production", "start"), ("downtime", "start"), ("scrap", "time")):
        connection.executemany(
            f"DELETE FROM {table} WHERE asset = ? AND {column} >= ?",  # noqa: S608 - our names
            assets,
        )


def _write_shifts(
    connection: sqlite3.Connection,
    sample: Sample,
    schedule: list[Shift],
    first: int,
    until: int,
    progress: Progress | None,
    part: tuple[float, float],
) -> None:
    rows: dict[str, list[tuple[object, ...]]] = {"production": [], "downtime": [], "scrap": []}
    latest: dict[str, tuple[Course, list[ProductionRow]]] = {}
    last = next(n for n, shift in enumerate(schedule) if shift.start >= until)
    for number in range(first, last):
        before, shift, after = schedule[number - 1 : number + 2]
        stops, running = stops_of_shift(sample, before, shift, after)
        if before.day < sample.opening:
            running = {}  # the file begins here: what came before is in no row
        _add_shift(sample, shift, stops, running, until, rows, latest)
        if (number - first) % _BATCH == 0 or number == last - 1:
            for table, batch in rows.items():
                _insert(connection, table, batch)
                batch.clear()
            if progress:
                progress(part[0] + part[1] * (number + 1 - first) / (last - first))
    _insert(
        connection,
        "live",
        [
            live_row(sample, course, made, until - STALE.get(asset, 0))
            for asset, (course, made) in latest.items()
        ],
    )


def _add_shift(
    sample: Sample,
    shift: Shift,
    stops: dict[str, list[Stop]],
    running: dict[str, list[Stop]],
    until: int,
    rows: dict[str, list[tuple[object, ...]]],
    latest: dict[str, tuple[Course, list[ProductionRow]]],
) -> None:
    off = off_times(shift)
    for machine in MACHINES[shift.plant]:
        seen = until - STALE.get(machine.id, 0)
        if shift.start >= seen:
            continue
        course = Course(
            machine, shift, running.get(machine.id, []) + stops[machine.id], off[machine.id]
        )
        made = list(production_rows(sample, course, seen))
        rows["production"] += made
        startup = any(stop.reason is machine.changeover for stop in course.stops)
        rows["scrap"] += scrap_rows(machine, made, startup)
        rows["downtime"] += [
            downtime_row(machine, stop, seen) for stop in stops[machine.id] if stop.start < seen
        ]
        latest[machine.id] = (course, made)
