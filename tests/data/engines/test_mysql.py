"""The SQL that MySQL would be sent, as files that a person can read: mysql/*.sql.

No MySQL can be had where the tests run: docs/engines.md calls it unproven. After a wanted change:
`ANDON_WRITE_STATEMENTS=1 pytest tests/data/engines`, and read them.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from pathlib import Path

import pytest
import sqlglot
from sqlalchemy.dialects.mysql import dialect

from core.data import statements
from core.data.sql import SqlDataSource
from tests.data.files.conftest import Exports
from tests.data.mssql.conftest import plant_on
from tests.data.mssql.test_statements import QUERIES

__all__ = ["exports"]
FOLDER = Path(__file__).parent / "mysql"
WRITTEN = ("production_by_window", "stops_by_loss", "stop_rows_with_a_word_in_the_comment")
_COLUMNS = "id,asset,start,end,loss,reason,comment,total_units\n"


@pytest.fixture
def exports(tmp_path: Path) -> Exports:
    """Tables whose times are timestamps, as in MySQL."""
    folder = tmp_path / "exports"
    folder.mkdir()
    made = Exports(folder)
    for table in ("production", "downtime"):
        row = "s1,line-3,2026-03-10 11:00:00,2026-03-10 12:00:00,setup,a,b,7\n"
        made.put(f"{table}.csv", _COLUMNS + row)
    return made


@pytest.mark.filterwarnings("ignore:Datatype FLOAT does not support CAST")
@pytest.mark.parametrize("name", WRITTEN)
def test_the_statement_is_the_one_that_was_read(name: str, exports: Exports) -> None:
    query = QUERIES[name]
    source = SqlDataSource(plant_on(exports.address()))
    try:
        found = source.run(lambda connection: source._place(connection, query.fact))
    finally:
        asyncio.run(source.close())
    assert found is not None
    physical = replace(found, dialect="mysql")
    statement = statements.build(query, physical).params(statements.parameters(query, physical))
    compiled = statement.compile(
        dialect=dialect(paramstyle="named"), compile_kwargs={"render_postcompile": True}
    )
    text = sqlglot.transpile(str(compiled), read="mysql", write="mysql", pretty=True)[0] + "\n"
    path = FOLDER / f"{name}.sql"
    if os.environ.get("ANDON_WRITE_STATEMENTS"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
    assert "VALUES" not in text  # MySQL and MariaDB write it in two other ways
