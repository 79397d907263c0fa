"""Fixtures that every test can ask for, and how hard the property tests try."""

import os
from collections.abc import Iterator

import pytest
from aiohttp import web_app
from hypothesis import settings

from tests.plants import sample_path
from tests.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url", "sample_path"]

settings.register_profile("usual", deadline=None, print_blob=True)
settings.register_profile("prove", deadline=None, max_examples=2_000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "usual"))


@pytest.fixture(autouse=True)
def _nothing_is_kept() -> Iterator[None]:
    """aiohttp keeps the last 1,024 handlers of a process, and with each the whole application:
    as many plants as were played on, each with its store and its caches."""
    yield
    web_app._cached_build_middleware.cache_clear()
