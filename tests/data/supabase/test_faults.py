"""The fault matrix on a Supabase project (tests/data/faults.py)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from core.data.mapping import Column, FactMapping
from core.data.query import Condition, Query
from core.data.source import Scope
from core.data.supabase.source import SupabaseDataSource
from core.domain.periods import Interval
from tests.data.faults import FAULTS, proven
from tests.data.supabase.conftest import plant_on, signer, source_on
from tests.data.supabase.project import KEY, Fault, Project
from tests.plants import NOW

WEEK = Interval(NOW - timedelta(days=7), NOW)
UNITS = Query("production", ("line-3",), WEEK, ("total_units",), ("asset",))
AT_THE_DOOR: dict[str, Fault] = {
    "hang": "hang", "reset mid-result": "cut", "deadlock victim": "40P01", "time-out": "57014",
}  # fmt: skip
QUERIES = {
    "missing table": Query("live"),
    "missing column": Query("live"),
    "wrong types": Query("production", where=(Condition("total_units", ">=", "many"),), limit=1),
}


@pytest.mark.parametrize("fault", [name for name, kinds in FAULTS.items() if "supabase" in kinds])
def test_a_fault(fault: str, mended: Project) -> None:
    def make() -> SupabaseDataSource:
        match fault:
            case "refused":
                return SupabaseDataSource(plant_on("http://127.0.0.1:1"), KEY, signer())
            case "wrong password":
                wrong = "sb_publishable_of_another"
                return SupabaseDataSource(plant_on(mended.url), wrong, signer())
            case "clock skew":
                slow = signer(now=lambda: datetime.now(UTC) - timedelta(hours=1))
                return source_on(mended, signed=slow)
            case "missing table":
                return mapped(table="nowhere")
            case "missing column":
                columns = {"asset": Column(column="asset"), "state": Column(column="mood")}
                return mapped(table="live", columns=columns)
        return source_on(mended, timeout=1 if fault in ("hang", "locked") else 30)

    def mapped(**live: Any) -> SupabaseDataSource:
        plant = plant_on(mended.url, live=FactMapping(**live))
        return SupabaseDataSource(plant, KEY, signer())

    mended.gateway.lasting = AT_THE_DOOR.get(fault, "")
    # Without a scope a token reads definitions, and no figure.
    scope = None if fault == "permission denied" else Scope()
    with locked(mended) if fault == "locked" else nothing():
        proven(fault, "supabase", make, QUERIES.get(fault, UNITS), scope)


@contextmanager
def locked(project: Project) -> Iterator[None]:
    owner = project.owner.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(owner) as holder:
        holder.execute("lock table public.production in access exclusive mode")
        yield
        holder.rollback()


@contextmanager
def nothing() -> Iterator[None]:
    yield
