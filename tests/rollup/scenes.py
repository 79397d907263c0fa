"""What the tests of the rollup share: rows as a plant writes them, and ten days of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core.data.query import Query
from core.data.source import Facts
from tests.data.databases import utc
from tests.rollup.plant import ASSETS, COUNTS, FIRST, Bench, equal

HOUR = timedelta(hours=1)
BY = ("asset", "loss", "is_open")
on_both = pytest.mark.parametrize("database", ["sqlite", "postgres"], indirect=True)
"""For what the databases might do differently; else Postgres is for `make prove`."""


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
