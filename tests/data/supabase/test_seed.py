"""supabase/seed.sql is made from the sample plant's definitions.

After a change of these: `ANDON_WRITE_SEED=1 pytest tests/data/supabase/test_seed.py`.
"""

from __future__ import annotations

import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from core.data.query import Fact
from core.data.sample import make_sample
from core.data.supabase.tables import TABLES
from tests.data.supabase.project import ROOT, Project

SEED = ROOT / "supabase" / "seed.sql"
HEAD = """\
-- The sample plant's equipment, products, rates and targets (docs/sample-plant.md), to try
-- it with: `supabase db push --include-seed`. Made by tests/data/supabase/test_seed.py.
"""
DEFINITIONS: tuple[Fact, ...] = ("asset", "product", "product_rate", "cost", "target")
_FLAGS = ("constraint", "output_point", "active")


def seed(folder: Path) -> str:
    path = folder / "plant.db"
    make_sample(path, days=1, now=datetime(2026, 1, 1, 12, tzinfo=UTC), seed=7)
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    parts = [HEAD]
    for fact in DEFINITIONS:
        rows = [dict(row) for row in connection.execute(f'SELECT * FROM "{fact}"')]
        for row in rows:
            row |= {name: bool(row[name]) for name in _FLAGS if name in row}
        rows = from_above(rows) if fact == "asset" else rows
        names = ", ".join(f'"{name}"' for name in rows[0])
        lines = ",\n".join(f"    ({', '.join(map(literal, row.values()))})" for row in rows)
        parts.append(f"insert into public.{TABLES[fact]} ({names}) values\n{lines};\n")
    connection.close()
    return "\n".join(parts)


def from_above(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Whatever has a parent comes after it."""
    done: dict[object, dict[str, Any]] = {}
    known = {row["id"] for row in rows}
    while len(done) < len(rows):
        for row in rows:
            if row["parent"] not in known - done.keys():
                done.setdefault(row["id"], row)
    return list(done.values())


def literal(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case _:
            text = str(value).replace("'", "''")
            # Times of the sample are UTC, and say so here.
            is_time = len(text) == 19 and text[4] == text[7] == "-" and text[10] in " T"
            return f"'{text}Z'" if is_time else f"'{text}'"


def test_it_is_the_sample_plant(tmp_path: Path) -> None:
    made = seed(tmp_path)
    if os.environ.get("ANDON_WRITE_SEED"):
        SEED.write_text(made, "utf-8")
    assert SEED.read_text("utf-8") == made


def test_it_fits_the_tables(project: Project) -> None:
    """In a transaction that is taken back."""
    owner = project.owner.set(drivername="postgresql").render_as_string(hide_password=False)

    with psycopg.connect(owner) as connection:
        for fact in DEFINITIONS:
            connection.execute(f"truncate public.{TABLES[fact]} cascade")
        connection.execute(SEED.read_text("utf-8"))
        (n,) = connection.execute("select count(*) from public.assets").fetchone() or (0,)
        connection.rollback()
    assert n > 25
