from __future__ import annotations

from pathlib import Path

import pytest

from tests.agent.turns import Plant, sample_file


@pytest.fixture(scope="session")
def plant(sample_path: Path) -> Plant:
    return Plant(sample_file(sample_path))
