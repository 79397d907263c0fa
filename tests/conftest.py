"""Fixtures that every test can ask for."""

from tests.plants import sample_path
from tests.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url", "sample_path"]
