"""A small clean plant under logical names; a test spoils one thing in it and checks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from core.data.check import Report, check
from tests.data.databases import Database

NOW = datetime(2026, 3, 26, 6, tzinfo=UTC)
FIRST = datetime(2026, 3, 1, 6, tzinfo=UTC)
DAYS = 25
FACTS = ("asset", "production", "downtime", "cost", "target", "live", "safety", "product")


def clean(database: Database) -> None:
    """Two machines, a row a day each, a stop a day each; nothing wrong anywhere."""
    time = "TEXT" if database.is_sqlite else "TIMESTAMP"
    database.run(
        "CREATE TABLE asset (id TEXT, name TEXT, kind TEXT, plant TEXT, ideal_rate REAL, "
        "cost_center TEXT, unit TEXT, contact TEXT)",
        f'CREATE TABLE production (asset TEXT, start {time}, "end" {time}, planned_min REAL, '
        "run_min REAL, down_min REAL, target_units INTEGER, total_units INTEGER, "
        "good_units INTEGER, scrap_units INTEGER)",
        f'CREATE TABLE downtime (id TEXT, asset TEXT, start {time}, "end" {time}, minutes REAL, '
        f"reason TEXT, repair_start {time}, repair_end {time})",
        "CREATE TABLE cost (cost_center TEXT, per_hour REAL, currency TEXT)",
        "CREATE TABLE target (asset TEXT, oee REAL)",
        f"CREATE TABLE live (asset TEXT, state TEXT, updated {time})",
        f"CREATE TABLE safety (id TEXT, area TEXT, time {time}, severity TEXT, status TEXT)",
        "CREATE TABLE product (id TEXT, material_cost REAL)",
    )
    at = stamp(database)
    database.insert("asset", [
        {"id": n, "name": n, "kind": "machine", "plant": "p", "ideal_rate": 1.0,
         "cost_center": "c1", "unit": "pieces", "contact": "the shift lead"}
        for n in ("m1", "m2")])  # fmt: skip
    starts = [(FIRST + timedelta(days=day), n) for day in range(DAYS) for n in ("m1", "m2")]
    database.insert("production", [
        {"asset": machine, "start": at(start), "end": at(start + timedelta(hours=8)),
         "planned_min": 480, "run_min": 420, "down_min": 60, "target_units": 450,
         "total_units": 400, "good_units": 390, "scrap_units": 10}
        for start, machine in starts])  # fmt: skip
    database.insert("downtime", [
        stop(database, f"{machine}-{(start - FIRST).days}", machine, start + timedelta(hours=1), 60)
        for start, machine in starts])  # fmt: skip
    database.insert("cost", [{"cost_center": "c1", "per_hour": 120, "currency": "EUR"}])
    database.insert("target", [{"asset": "m1", "oee": 0.8}])
    database.insert("live", [{"asset": "m1", "state": "running", "updated": at(NOW)}])
    database.insert("safety", [{"id": "s1", "area": "a", "time": at(FIRST), "severity": "first aid",
                                "status": "open"}])  # fmt: skip
    database.insert("product", [{"id": "p1", "material_cost": 2.5}])


def stop(
    database: Database, key: str, machine: str, start: datetime, minutes: float
) -> dict[str, Any]:
    at, end = stamp(database), start + timedelta(minutes=minutes)
    return {
        "id": key, "asset": machine, "start": at(start), "end": at(end), "minutes": minutes,
        "reason": "jam", "repair_start": at(start), "repair_end": at(end),
    }  # fmt: skip


def down(database: Database, key: str, machine: str, start: datetime, minutes: float) -> None:
    """One more stop."""
    database.insert("downtime", [stop(database, key, machine, start, minutes)])


def stamp(database: Database) -> Any:
    """How this database takes a time."""
    if database.is_sqlite:
        return lambda moment: f"{moment:%Y-%m-%d %H:%M:%S}"
    return lambda moment: moment.replace(tzinfo=None)


def content(**changed: Mapping[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = {fact: {"table": fact} for fact in FACTS}
    facts["downtime"] = {"table": "downtime", "losses": {"jam": "breakdown"}}
    return {"plants": {"p": {"zone": "UTC"}}, "facts": {**facts, **changed}}


def checked(database: Database, **changed: Mapping[str, Any]) -> Report:
    return check(database.plant(**content(**changed)), NOW)


def keys(report: Report) -> list[str]:
    return [found.key for found in report.findings]
