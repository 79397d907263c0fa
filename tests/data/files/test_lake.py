"""Data that outgrow one server: partitioned Parquet, asked where it lies.

Twenty million rows with `make prove`; CI asks the same of two hundred thousand.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from core.data.files.address import address_of
from core.data.mapping import parse
from core.data.query import Query
from core.data.sql import SqlDataSource
from core.domain.periods import Interval
from tests.data.databases import read

LINES = 20
YEAR = Interval(datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))
_ROWS = """
    SELECT 'line-' || (i % {lines}) AS asset, began AS start, began + INTERVAL 60 SECOND AS "end",
           1.0 AS planned_min, 1000 + (i * 7919) % 500 AS total_units,
           900 + (i * 7919) % 450 AS good_units, year(began) AS year, month(began) AS month
    FROM (SELECT i, TIMESTAMP '2024-01-01' + to_seconds((i // {lines}) * {apart}) AS began
          FROM range({rows}) t(i))
"""


@pytest.mark.parametrize("rows", [200_000, pytest.param(20_000_000, marks=pytest.mark.prove)])
def test_a_year_by_asset_of_a_lake(rows: int, tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    lake.mkdir()
    apart = 2 * 366 * 86_400 * LINES // rows
    with duckdb.connect() as raw:
        made = _ROWS.format(lines=LINES, rows=rows, apart=apart)
        raw.execute(
            f"COPY ({made}) TO '{lake / 'production'}' (FORMAT parquet, PARTITION_BY (year, month))"
        )
        wanted = raw.execute(
            f"SELECT asset, sum(total_units), count(*) FROM ({made}) "
            "WHERE \"end\" > '2025-01-01' AND start < '2026-01-01' GROUP BY asset ORDER BY asset"
        ).fetchall()
    cache = tmp_path / "cache"
    url = f"{address_of(lake)}?parquet=in-place&settle=0&cache={cache}"
    plant = parse(
        {"source": {"url": url, "timeout_seconds": 120}, "facts": {"production": {
            "table": "production"}}}, where="test", home=Path(),
    )  # fmt: skip
    source = SqlDataSource(plant)
    query = Query("production", interval=YEAR, measures=("total_units",), group_by=("asset",))
    read(source, query)
    begun = time.perf_counter()
    found = read(source, query).rows
    print(f"\n{rows:,} rows: a year by asset in {time.perf_counter() - begun:.3f} s")
    assert sorted((r["asset"], r["total_units"], r["rows"]) for r in found) == wanted
    assert not list(cache.glob("*/*.parquet"))  # nothing was copied
