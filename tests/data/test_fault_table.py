"""The table of docs/sources.md is the matrix that the tests prove.

After a change: `ANDON_WRITE_FAULTS=1 pytest tests/data/test_fault_table.py`.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from core.data.problems import PROBLEMS
from tests.data.faults import FAULTS, KINDS

PAGE = Path(__file__).parents[2] / "docs" / "sources.md"
_NAMES = {"sqlite": "SQLite", "postgres": "Postgres", "mssql": "SQL Server", "supabase": "Supabase"}
_PLACE = re.compile(r"(<!-- made by .*? -->\n).*?(<!-- end -->)", re.DOTALL)


def table() -> str:
    heads = ["", *(_NAMES[kind] for kind in KINDS)]
    rows = [[fault, *(_cell(kinds.get(kind)) for kind in KINDS)] for fault, kinds in FAULTS.items()]
    return "".join(f"| {' | '.join(row)} |\n" for row in (heads, ["---"] * len(heads), *rows))


def _cell(problem: str | None) -> str:
    return "–" if problem is None else f"`{problem}`"


def test_the_page_shows_what_is_proven() -> None:
    text = PAGE.read_text("utf-8")
    wanted = _PLACE.sub(lambda found: found[1] + table() + found[2], text)
    if os.environ.get("ANDON_WRITE_FAULTS"):
        PAGE.write_text(wanted, "utf-8")
    assert text == wanted


def test_what_it_names_can_be_said() -> None:
    """A problem of a source, or the reason of a NoData."""
    found = {problem for kinds in FAULTS.values() for problem in kinds.values()}
    assert found - PROBLEMS == {"fact_missing", "column_missing", "not_a_time"}
