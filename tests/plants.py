"""Plants to ask questions about."""

from __future__ import annotations

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
def sample_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The last 70 days of the sample plant up to NOW, for reading only: no test may tick it."""
    return sample(tmp_path_factory.mktemp("sample"))
