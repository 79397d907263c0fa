"""Fixtures of the rollup's tests."""

from tests.data.databases import database, postgres, sqlite
from tests.rollup.plant import bench

__all__ = ["bench", "database", "postgres", "sqlite"]
