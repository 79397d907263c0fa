"""Checks of what the facts say: counts and times that cannot be, reasons without a loss."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, func, literal_column
from sqlalchemy.sql.elements import ColumnElement

from core.data.check.probe import ONE, ZERO, Place, Probe, counted, day_of
from core.data.check.report import Finding, Severity, finding
from core.data.dialects import Expression

TOLERANCE_MINUTES = 0.5
"""Below this, planned − run − down is rounding (hours with four digits, whole minutes)."""
_TOLERANCE: Expression = literal_column(str(TOLERANCE_MINUTES))
_LEAST_PLANNED, _MOST_PLANNED = 0.1, 1.05
_MOST_CODES = 10
_DAY = 86_400


def counts(place: Place, probe: Probe) -> Iterator[Finding]:
    """Production: more good than made, parts that do not add up, running longer than planned."""
    checks: dict[str, ColumnElement[Any]] = {}
    if {"good_units", "total_units"} <= _names(place):
        checks["good_above_total"] = place.number("good_units") > place.number("total_units")
    if {"good_units", "total_units", "scrap_units"} <= _names(place):
        rework = (
            func.coalesce(place.number("rework_units"), ZERO) if "rework_units" in place else ZERO
        )
        parts = place.number("good_units") + place.number("scrap_units")
        # Some plants book rework as good, some apart: either sum is right.
        total = place.number("total_units")
        checks["parts_not_total"] = (parts != total) & (parts + rework != total)
    if {"run_min", "planned_min"} <= _names(place):
        checks["run_above_planned"] = place.number("run_min") > (
            place.number("planned_min") + _TOLERANCE
        )
    if not checks:
        return
    found = probe.one(place.select(*(counted(c).label(name) for name, c in checks.items())))
    for name in checks:
        if int(found[name]):
            severity: Severity = "warning" if name == "parts_not_total" else "error"
            yield finding(severity, name, place.fact, n=int(found[name]), of=place.rows)


def times_reconcile(place: Place, probe: Probe) -> Iterator[Finding]:
    """Production: planned = run + down, row by row, to half a minute."""
    if not {"planned_min", "run_min", "down_min"} <= _names(place):
        return
    left = place.number("planned_min") - place.number("run_min") - place.number("down_min")
    off = func.abs(left) > _TOLERANCE
    found = probe.one(
        place.select(
            counted(off).label("n"),
            func.sum(_where(off, func.abs(left))).label("total"),
            func.sum(left).label("net"),
        )
    )
    if int(found["n"]):
        yield finding(
            "warning", "times_unreconciled", place.fact, n=int(found["n"]), of=place.rows,
            total_min=float(found["total"]), net_min=float(found["net"]),
        )  # fmt: skip


def planned_fits(place: Place, probe: Probe) -> Iterator[Finding]:
    """Production: planned time against end − start; a wrong unit makes it a tiny or a huge part."""
    begins, ends = place.seconds("start"), place.end_seconds()
    if "planned_min" not in place or begins is None or ends is None:
        return
    length = (ends - begins) / literal_column("60.0")
    there = place.number("planned_min") > ZERO  # a row on free time plans nothing
    found = probe.one(
        place.select(
            func.sum(_where(there, place.number("planned_min"))).label("planned"),
            func.sum(_where(there, length)).label("length"),
        )
    )
    planned, rows = float(found["planned"] or 0), float(found["length"] or 0)
    if rows > 0 and not _LEAST_PLANNED <= planned / rows <= _MOST_PLANNED:
        yield finding("warning", "planned_not_rows", place.fact, planned_min=planned, rows_min=rows)


def stop_lengths(place: Place, probe: Probe, now: datetime) -> Iterator[Finding]:
    """Downtime: recorded minutes against end − start, stops open for more than a day."""
    begins = place.seconds("start")
    ends = place.seconds("end")
    if begins is None or ends is None:
        return
    old: Expression = literal_column(str(int(now.timestamp()) - _DAY))
    wanted = [counted(ends.is_(None) & (begins < old)).label("open")]
    if "minutes" in place and place.physical.mapping.rows_are == "events":
        length = (ends - begins) / literal_column("60.0")
        minutes = place.number("minutes")
        slack = func.abs(length) * literal_column("0.05")
        apart = func.abs(minutes - length)
        wanted.append(counted((apart > ONE) & (apart > slack)).label("apart"))
    found = probe.one(place.select(*wanted))
    if int(found["open"]):
        yield finding("warning", "long_open", place.fact, n=int(found["open"]))
    if int(found.get("apart") or 0):
        yield finding(
            "warning", "minutes_not_span", place.fact, n=int(found["apart"]), of=place.rows
        )


def reasons(place: Place, probe: Probe) -> Iterator[Finding]:
    """Downtime: reasons that no loss is given for, the largest first; stops without a reason."""
    name = next((n for n in ("reason_code", "reason") if n in place), None)
    if name is None:
        return
    value = place.physical.columns.plain(name)
    unlisted = (
        place.physical.columns.loss() == place.physical.mapping.default_loss
    ) & value.is_not(None)
    known = place.physical.mapping.losses
    minutes = func.sum(event_minutes(place)).label("minutes")
    code = place.physical.columns.text(name)
    rows = probe.many(
        place.select(code.label("code"), minutes)
        .where(unlisted, *([code.not_in(list(known))] if known else []))
        .group_by(code)
        .order_by(minutes.desc()),
        200,
    )
    if rows:
        listed = ", ".join(str(row["code"]) for row in rows[:_MOST_CODES])
        total = sum(float(row["minutes"] or 0) for row in rows)
        yield finding(
            "warning", "reason_without_loss", place.fact,
            n=len(rows), reasons=listed, total_min=total,
        )  # fmt: skip
    empty = int(probe.one(place.select(counted(value.is_(None)).label("n")))["n"])
    if empty:
        yield finding("info", "no_reason", place.fact, n=empty, of=place.rows)


def event_minutes(place: Place) -> Expression:
    """A stop's length as recorded, else end − start; null while it is open."""
    begins, ends = place.seconds("start"), place.end_seconds()
    span = None if begins is None or ends is None else (ends - begins) / literal_column("60.0")
    if "minutes" not in place:
        return literal_column("NULL") if span is None else span
    recorded = place.number("minutes")
    return recorded if span is None else func.coalesce(recorded, span)


# --- one fact against another ----------------------------------------------------------------


def down_agrees(production: Place, downtime: Place, probe: Probe) -> Iterator[Finding]:
    """The downtime that production rows give against the sum of the single stops."""
    if "down_min" not in production or production.table == downtime.table:
        return
    here = probe.one(production.select(func.sum(production.number("down_min")).label("total")))
    there = probe.one(downtime.select(func.sum(event_minutes(downtime)).label("total")))
    table, events = float(here["total"] or 0), float(there["total"] or 0)
    if abs(table - events) > max(5.0, 0.01 * max(table, events)):
        yield finding(
            "warning", "downtime_differs", "downtime", table=production.table,
            events=downtime.table, table_min=table, events_min=events,
        )  # fmt: skip


def stops_outside(production: Place, downtime: Place, probe: Probe, zone: str) -> Iterator[Finding]:
    """Stops on days before the first production row, or after the last."""
    day, made = day_of(downtime, "start", zone), day_of(production, "start", zone)
    if day is None or made is None:
        return
    bounds = probe.one(production.select(func.min(made).label("a"), func.max(made).label("b")))
    if bounds["a"] is None:
        return
    first: Expression = literal_column(str(int(bounds["a"])))
    last: Expression = literal_column(str(int(bounds["b"])))
    for key, outside, edge in (
        ("stops_before", day < first, bounds["a"]),
        ("stops_after", day > last, bounds["b"]),
    ):
        seen = probe.one(
            downtime.select(
                func.count().label("n"), func.min(day).label("a"), func.max(day).label("b")
            ).where(outside)
        )
        if int(seen["n"]):
            yield _outside(key, seen, edge)


def _outside(key: str, seen: Mapping[str, Any], edge: Any) -> Finding:
    first, last = _day(seen["a"]), _day(seen["b"])
    one = "_on" if first == last else ""
    return finding(
        "warning", f"{key}{one}", "downtime", n=int(seen["n"]), first=first, last=last,
        edge=_day(edge),
    )  # fmt: skip


def _day(seconds: Any) -> Any:
    return (datetime(1970, 1, 1) + timedelta(seconds=int(seconds))).date()  # noqa: DTZ001 - a wall clock


def _names(place: Place) -> frozenset[str]:
    return place.physical.columns.names()


def _where(condition: ColumnElement[bool], value: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((condition, value), else_=ZERO)
