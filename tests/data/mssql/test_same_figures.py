"""Every tool gives the same answer from SQL Server as from the sample plant's own file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from core.data.sql import SqlDataSource
from tests.data.mssql.conftest import plant_on
from tests.data.questions import PATIENCE, SOME_OR_ALL, answers, same


@pytest.mark.parametrize("questions", SOME_OR_ALL)
def test_every_tool_says_the_same(
    questions: Sequence[str], sample_path: Path, address: URL
) -> None:
    file, server = plant_on(f"sqlite:///{sample_path}"), plant_on(address, PATIENCE)
    same(
        answers(file, SqlDataSource(file), questions),
        answers(server, SqlDataSource(server), questions),
    )
