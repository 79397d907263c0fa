"""Checks that hold for the rows of any fact with times: empty, future, double, overlapping."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import func, literal_column, select

from core.data.check.probe import ONE, ZERO, Place, Probe, counted, day_of
from core.data.check.report import Finding, finding
from core.data.dialects import Expression, least
from core.data.mapping import WEEKDAYS, PlantFile
from core.data.query import Fact
from core.data.schema import SCHEMA

_STALE = timedelta(days=2)
_MOST_DAYS = 20_000
_TEN_MINUTES = 600
# What makes a row the same as another, where the table has it.
_IDENTITY: dict[Fact, tuple[str, ...]] = {
    "production": ("asset", "start", "product", "order"),
    "downtime": ("asset", "start", "end"),
}


def impossible(place: Place, probe: Probe, now: datetime) -> Iterator[Finding]:
    """Missing keys, unreadable and reversed times, negative numbers, text among numbers."""
    schema, columns = SCHEMA[place.fact], place.physical.columns
    checks: dict[str, Any] = {}
    for name in schema.required:
        if place.has_own(name) and schema.columns[name] != "time":
            checks[f"null {name}"] = counted(columns.plain(name).is_(None))
    for name, kind in schema.columns.items():
        if not place.has_own(name):
            continue
        if kind in ("number", "minutes"):
            checks[f"negative {name}"] = counted(place.number(name) < ZERO)
            if place.physical.dialect == "sqlite":
                checks[f"text {name}"] = counted(place.is_text(name))
        elif kind == "time":
            checks |= _time_checks(place, name, now)
    begins, ends = place.seconds(schema.start) if schema.start else None, place.end_seconds()
    if begins is not None and ends is not None:
        checks["reversed end"] = counted(ends < begins)
        longest = int(place.physical.longest.total_seconds())
        checks["long end"] = counted(ends - begins > literal_column(str(longest)))
    if not checks:
        return
    found = probe.one(
        place.select(*(check.label(f"c{i}") for i, check in enumerate(checks.values())))
    )
    for i, name in enumerate(checks):
        rows = int(found[f"c{i}"] or 0)
        if rows:
            yield _named(name, rows, place)


def _time_checks(place: Place, name: str, now: datetime) -> dict[str, Any]:
    moment = place.physical.columns.moment(name)
    seconds = place.seconds(name)
    if moment is None or seconds is None:
        return {}
    checks: dict[str, Any] = {}
    schema = SCHEMA[place.fact]
    absent = place.date_absent(name)
    absent = moment.absent() if absent is None else absent
    if name == schema.start:
        checks["null " + name] = counted(absent)
    if place.physical.dialect == "sqlite":
        checks["unreadable " + name] = counted(~absent & moment.reading.is_(None))
    if name in (schema.start, schema.recorded) and place.fact not in ("calendar", "order"):
        late: Expression = literal_column(str(int(now.timestamp()) + _TEN_MINUTES))
        checks["future " + name] = counted(seconds > late)
    return checks


def _named(check: str, rows: int, place: Place) -> Finding:
    what, _, name = check.partition(" ")
    column = _physical_name(place, name)
    match what:
        case "null":
            return finding("error", "empty_key", place.fact, n=rows, column=column)
        case "negative":
            return finding("error", "negative", place.fact, n=rows, column=column)
        case "text":
            return finding("error", "text_in_number", place.fact, n=rows, column=column)
        case "unreadable":
            return finding("error", "not_a_time", place.fact, n=rows, column=column)
        case "future":
            return finding("warning", "in_the_future", place.fact, n=rows, column=column)
        case "reversed":
            return finding("error", "end_before_start", place.fact, n=rows)
        case _:
            longest = place.physical.longest.total_seconds() / 60
            return finding("warning", "too_long", place.fact, n=rows, longest_min=longest)


def _physical_name(place: Place, logical: str) -> str:
    found = place.physical.mapping.columns.get(logical)
    return (found.column or found.date if found else "") or logical


def doubled(place: Place, probe: Probe) -> Iterator[Finding]:
    """The same id twice, or the same row twice under its natural key."""
    keys = [n for n in _IDENTITY.get(place.fact, ()) if place.has_own(n)]
    own = [("id", ["id"])] if place.has_own("id") else []
    if place.fact in _IDENTITY:
        own.append(("row", keys))
    for what, names in own:
        values = [_key(place, name) for name in names]
        grouped = place.select(func.count().label("n")).group_by(*values)
        twice = grouped.having(func.count() > ONE).subquery("twice")
        surplus: Expression = func.coalesce(func.sum(twice.c.n - ONE), ZERO)
        extra = probe.one(select(surplus.label("n")))
        if int(extra["n"]):
            listed = ", ".join(_physical_name(place, name) for name in names)
            yield finding(
                "error" if what == "id" else "warning", f"double_{what}", place.fact,
                n=int(extra["n"]), columns=listed,
            )  # fmt: skip


def _key(place: Place, name: str) -> Any:
    if SCHEMA[place.fact].columns[name] == "time":
        moment = place.physical.columns.moment(name)
        if moment is not None:
            return moment.native
    return place.physical.columns.plain(name)


def overlapping(place: Place, probe: Probe) -> Iterator[Finding]:
    """Rows of one asset that overlap, and the minutes that would count twice."""
    begins, ends = place.seconds("start"), place.end_seconds()
    if begins is None or ends is None or place.physical.mapping.rows_are == "sums":
        return
    asset = place.physical.columns.plain("asset")
    rows = place.select(
        asset.label("asset"), begins.label("begins"), ends.label("ends")
    ).where(ends > begins).subquery("stretch")  # fmt: skip
    covered = func.max(rows.c.ends).over(
        partition_by=rows.c.asset, order_by=(rows.c.begins, rows.c.ends), rows=(None, -1)
    )
    pieces = select(rows, covered.label("covered")).subquery("piece")
    twice = least(pieces.c.covered, pieces.c.ends) - pieces.c.begins
    sums: list[Expression] = [func.count().label("n"), func.sum(twice).label("lost")]
    found = probe.one(select(*sums).where(pieces.c.covered > pieces.c.begins))
    if int(found["n"]):
        lost = float(found["lost"]) / 60
        yield finding("warning", "overlapping", place.fact, n=int(found["n"]), lost_min=lost)


def fresh(fact: Fact, last: datetime | None, now: datetime) -> Iterator[Finding]:
    """How old the newest row is."""
    if last is not None and now - last > _STALE:
        yield finding("warning", "old_data", fact, last=last, n=(now - last).days)


def gaps(place: Place, probe: Probe, plant: PlantFile, zone: str) -> Iterator[Finding]:
    """Days without rows between the first and the last; with shifts, worked weekdays only."""
    day = day_of(place, "start", zone)
    if day is None:
        return
    seen = probe.many(place.select(day.label("day")).group_by(day), _MOST_DAYS)
    days = sorted(_date(row["day"]) for row in seen if row["day"] is not None)
    if len(days) < 2:
        return
    shifts = [shift for site in plant.plants.values() for shift in site.shifts]
    worked = {WEEKDAYS.index(day) for shift in shifts for day in shift.days} or set(range(7))
    present = set(days)
    span = range((days[-1] - days[0]).days + 1)
    wanted = [d for n in span if (d := days[0] + timedelta(n)).weekday() in worked]
    missing = [d for d in wanted if d not in present]
    if missing:
        first, last = _longest(missing, wanted)
        yield finding(
            "warning" if shifts else "info", "gaps", place.fact,
            n=len(missing), of=len(wanted), first=first, last=last,
        )  # fmt: skip


def _date(seconds: Any) -> date:
    return datetime.fromtimestamp(int(seconds), UTC).date()


def _longest(missing: list[date], wanted: list[date]) -> tuple[date, date]:
    """The longest run of missing days that follow one another among the wanted ones."""
    place = {day: number for number, day in enumerate(wanted)}
    best = run = (missing[0], missing[0])
    for day in missing[1:]:
        run = (run[0], day) if place[day] == place[run[1]] + 1 else (day, day)
        best = max(best, run, key=lambda one: place[one[1]] - place[one[0]])
    return best
