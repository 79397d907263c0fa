"""Every tool gives the same answer from a folder of files as from the sample plant's own file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from core.data.engines import address
from core.data.files.address import address_of, place_of
from core.data.files.sessions import FileSessions
from core.data.sql import SqlDataSource
from tests.data.files.exports import FORMS
from tests.data.mssql.conftest import plant_on
from tests.data.questions import FEW, QUESTIONS, answers, same
from tests.plants import sample_path

__all__ = ["sample_path"]
PROVED = [
    pytest.param(form, QUESTIONS, id=f"{form}-all", marks=pytest.mark.prove) for form in FORMS
]


@pytest.mark.parametrize(("form", "questions"), [pytest.param("csv", FEW, id="csv-few"), *PROVED])
def test_every_tool_says_the_same(
    form: str, questions: Sequence[str], sample_path: Path, tmp_path: Path
) -> None:
    folder, cache = tmp_path / "exports", tmp_path / "cache"
    folder.mkdir()
    FORMS[form](sample_path, folder)
    file = plant_on(f"sqlite:///{sample_path}")
    url = f"{address_of(folder)}?settle=0&cache={cache}"
    FileSessions(place_of(address(url)), 0).prepare()  # workbooks take their time
    files = plant_on(url, timeout=120)
    same(
        answers(file, SqlDataSource(file), questions),
        answers(files, SqlDataSource(files), questions),
    )
