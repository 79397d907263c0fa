"""A database's address as people write it, for the plant's data and for the bot's own store."""

from __future__ import annotations

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from core.errors import MisconfiguredError

PLANT_URL = "ANDON_DATABASE_URL, or url in plant.toml"
"""Where the address of a plant's database is set."""
POSTGRES_DRIVER = "Postgres needs its driver: .venv/bin/pip install 'psycopg[binary]'"


def database_url(text: str, setting: str) -> URL:
    """The address; `postgres://…` and `postgresql://…` mean the one driver that we have.

    Raises MisconfiguredError on `setting`, without the address: it may hold a password.
    """
    try:
        url = make_url(text.replace("postgres://", "postgresql://", 1))
    except (ArgumentError, ValueError):
        raise MisconfiguredError(
            setting, "is no database address (sqlite:///FILE or postgresql://…)"
        ) from None
    named = url.drivername == "postgresql"
    return url.set(drivername="postgresql+psycopg") if named else url
