"""Where the plant's data lie."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from bot.settings.setting import Section, Setting
from core.errors import MisconfiguredError

_URL = re.compile(r"[a-z][a-z0-9+.\-]*://\S*", re.IGNORECASE)

SECTION = Section(
    "The plant's data",
    "See docs/connect.md. Without any of these the built-in sample plant answers.",
    (
        Setting(
            "ANDON_PLANT_FILE",
            "The mapping of the plant's own database. To or from the sample plant takes a restart.",
            otherwise="the sample plant",
            example="plant.toml",
        ),
        Setting(
            "ANDON_DATABASE_URL",
            "The plant's database; wins over the url in the mapping, so that no password stands in "
            "a file. Postgres needs its driver: .venv/bin/pip install 'psycopg[binary]'.",
            otherwise="the url in the mapping",
            example="postgresql://reader:password@database.example/plant",
            hides="password",
        ),
        Setting(
            "ANDON_SOURCE_URLS",
            "Further databases that plant.toml names in [sources.NAME], as NAME=URL with spaces "
            "between (docs/supabase.md).",
            example="mes=mssql+pyodbc://andon:password@sql.example/mes",
            hides="password",
        ),
    ),
)


def file_at(values: Mapping[str, str], name: str) -> Path | None:
    """The file that the setting names, None where it names none. Raises MisconfiguredError where
    there is none of that name."""
    given = values[name]
    return existing(name, Path(given)) if given else None


def existing(name: str, path: Path) -> Path:
    """The path, where it is a file's. Raises MisconfiguredError on `name`."""
    try:
        found = path.is_file()  # a pipe or a device might never end
    except OSError as error:  # too long a name, or a folder that may not be looked into
        raise MisconfiguredError(name, f"cannot be looked at: {error.strerror}") from None
    if not found:
        raise MisconfiguredError(name, f"there is no file {path}")
    return path


def database_url(values: Mapping[str, str], name: str) -> str:
    """Raises MisconfiguredError, without the address: it may hold a password."""
    url = values[name]
    if url and not _URL.fullmatch(url):
        example = "postgresql+psycopg://reader:password@database.example/plant"
        raise MisconfiguredError(name, f"is no database URL, such as {example}")
    return url


def source_urls(given: str) -> dict[str, str]:
    """name=URL, with spaces between. Raises MisconfiguredError."""
    found = {}
    for part in given.split():
        name, equals, url = part.partition("=")
        if not (name and equals and _URL.fullmatch(url)):  # which may hold a password: not said
            problem = "must be of the form: mes=mssql+pyodbc://… other=postgresql://…"
            raise MisconfiguredError("ANDON_SOURCE_URLS", problem)
        found[name] = url
    return found
