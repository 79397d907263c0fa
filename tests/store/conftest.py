"""The store's tests run on both databases: `store_url` is an empty one, `store` is open on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from core.store import Store
from tests import stores


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'state' / 'andon.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    file = make_url(store_url).database
    if store_url.startswith("sqlite") and file:
        stores.empty(Path(file))
    opened = Store.open(store_url)
    yield opened
    opened.close()
