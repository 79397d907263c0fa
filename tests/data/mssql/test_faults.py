"""The fault matrix on SQL Server, through Microsoft's driver (tests/data/faults.py)."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from sqlalchemy.engine import URL

from core.data.mapping import FactMapping
from core.data.query import Query
from core.data.sql import SqlDataSource
from tests.data.faults import FAULTS, proven
from tests.data.mssql.conftest import plant_on
from tests.fakes.tds import FakeSqlServer, Fault

AT_THE_SERVER: dict[str, Fault] = {
    "refused": "down", "reset mid-result": "reset_mid_result", "deadlock victim": "deadlock",
    "time-out": "hang", "locked": "lock_timeout",
}  # fmt: skip
MAPPED: dict[str, dict[str, Any]] = {
    "missing table": {"table": "nowhere"},
    "missing column": {"table": "asset", "columns": {"id": "id", "name": "label"}},
    "wrong types": {
        "table": "asset", "columns": {"id": "id", "name": {"expression": "CAST(name AS INT)"}},
    },
}  # fmt: skip


@pytest.mark.parametrize("fault", [name for name, kinds in FAULTS.items() if "mssql" in kinds])
def test_a_fault(fault: str, address: URL, sql_server: FakeSqlServer) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = address
        if fault == "wrong password":
            url = address.set(password="wrong-password")
        if fault == "hang":
            url = address.set(port=silent.getsockname()[1])
        is_slow = fault in ("hang", "time-out")  # each by seconds
        plant = plant_on(url, timeout=1 if is_slow else 30)
        if fault in MAPPED:
            asset = FactMapping.model_validate(MAPPED[fault])
            plant = plant.model_copy(update={"facts": {**plant.facts, "asset": asset}})
        sql_server.lasting = AT_THE_SERVER.get(fault)
        if fault == "permission denied":
            sql_server.database.denied.add("asset")
        make = lambda: SqlDataSource(plant)  # noqa: E731
        proven(fault, "mssql", make, Query("asset"), stands_in=not is_slow)
