"""Fixtures of the data tests."""

from tests.data.databases import database, postgres, sqlite

__all__ = ["database", "postgres", "sqlite"]
