"""A table that would give millions of rows: an error that says so, and no more memory for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from core.data.query import Query
from core.data.rows import MOST_ROWS
from core.errors import NoData
from core.words import Words
from tests.data.databases import Database, read

_SERIES = """INSERT INTO downtime WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n
    WHERE i < {rows} - 1) SELECT 'm-' || i % 9, '2026-03-01 00:00:00', '2026-03-01 01:00:00', {text}
    FROM n"""
_POSTGRES = """INSERT INTO downtime SELECT 'm-1', timestamp '2026-03-01 00:00:00',
    timestamp '2026-03-01 01:00:00', {text} FROM generate_series(1, {rows}) i"""
_PEAK = """
import resource, sys
from tests.data.databases import Database, read
from core.data.mapping import parse
from core.data.query import Query
from core.data.sql import SqlDataSource
from core.errors import NoData
from pathlib import Path
plant = parse({"source": {"url": sys.argv[1], "timeout_seconds": 100},
               "facts": {"downtime": {"table": "downtime"}}}, where="test", home=Path())
source = SqlDataSource(plant)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read(source, Query("downtime"))
except NoData as error:
    print(error.key, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def fill(database: Database, rows: int, text: str = "'jam'") -> None:
    kind = "text" if database.is_sqlite else "timestamp"
    database.run(f'CREATE TABLE downtime (asset text, start {kind}, "end" {kind}, comment text)')
    series = _SERIES if database.is_sqlite else _POSTGRES
    database.run(series.format(rows=rows, text=text))


def test_two_million_rows_are_refused_in_little_memory(sqlite: Database) -> None:
    fill(sqlite, 2_000_000)
    command = [sys.executable, "-c", _PEAK, sqlite.url]
    root = Path(__file__).parents[2]
    said = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    key, megabytes = said.split()
    assert key == "limits.rows"
    assert int(megabytes) < 200


def test_so_many_rows_are_refused(database: Database) -> None:
    fill(database, MOST_ROWS + 1)
    source = database.source(facts={"downtime": {"table": "downtime"}})
    with pytest.raises(NoData) as refused:
        read(source, Query("downtime"))
    assert refused.value.key == "limits.rows"
    said = Words("en").say(refused.value.key, **refused.value.arguments)
    assert said.startswith("The table downtime would give more than 250,000 rows for this.")
    # Sums of as many are no trouble, nor is the beginning of them.
    assert len(read(source, Query("downtime", limit=7)).rows) == 7


def test_so_much_text_is_refused(database: Database) -> None:
    text = "substr(hex(zeroblob(4000)), 1, 8000)" if database.is_sqlite else "repeat('x', 8000)"
    fill(database, 12_000, text)
    source = database.source(facts={"downtime": {"table": "downtime"}})
    with pytest.raises(NoData) as refused:
        read(source, Query("downtime"))
    assert (refused.value.key, refused.value.arguments["n"]) == ("limits.bytes", 64)
