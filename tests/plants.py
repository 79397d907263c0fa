"""Plants to ask questions about."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.data.sample import make_sample

NOW = datetime(2026, 3, 12, 11, 20, tzinfo=UTC)
"""06:20 on a Thursday in Riverside, 12:20 in Hamburg; the DST day of 8 March is in the past."""


def sample(tmp: Path, days: int = 70, now: datetime = NOW, seed: int = 7) -> Path:
    """A sample plant in the folder `tmp`, always the same."""
    path = tmp / "plant.db"
    make_sample(path, days=days, now=now, seed=seed)
    return path


@pytest.fixture(scope="session")
def sample_path(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The last 70 days of the sample plant up to NOW, for reading only: no test may tick it."""
    path = sample(tmp_path_factory.mktemp("sample"))
    made = _rows(path)
    yield path
    assert _rows(path) == made, "a test brought the plant that all tests share up to the clock"


def _rows(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        (number,) = connection.execute("SELECT count(*) FROM production").fetchone()
    return int(number)
