"""The only reader of the environment. What is set wrongly fails at start, naming the setting."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast
from urllib.parse import unquote, urlsplit

from core.errors import MisconfiguredError
from core.request import Language

NAMES = (
    "ANDON_PLANT_FILE",
    "ANDON_DATABASE_URL",
    "ANDON_HOME",
    "ANDON_STORE_URL",
    "ANDON_LANGUAGE",
)
_URL = re.compile(r"[a-z][a-z0-9+.\-]*://\S*", re.IGNORECASE)
_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")


@dataclass(frozen=True, slots=True)
class Settings:
    """`plant_file` is None for the sample plant; `database_url` is empty where the mapping's own
    holds. URLs may carry passwords and are never shown. `terminal` is the terminal's type."""

    home: Path = Path(".andon")
    plant_file: Path | None = None
    database_url: str = field(default="", repr=False)
    store_url: str = field(default="", repr=False)
    language: Language = "en"
    terminal: str = ""

    @property
    def sample(self) -> Path | None:
        """The sample plant's file, None where a plant of one's own is connected."""
        own = self.plant_file is not None or self.database_url
        return None if own else self.home / "plant.db"

    @property
    def secrets(self) -> frozenset[str]:
        """The passwords inside the URLs, as written and as meant: to be struck from the log."""
        found = {_password(url) for url in (self.database_url, self.store_url)}
        return frozenset(word for raw in found if raw for word in (raw, unquote(raw)))


def load(environ: Mapping[str, str] | None = None, folder: Path | None = None) -> Settings:
    """The environment, over a `.env` file in `folder` (default: where one stands).

    An empty variable counts as unset. Raises MisconfiguredError naming the variable.
    """
    own = os.environ if environ is None else environ
    values = {**_env_file((folder or Path.cwd()) / ".env"), **own}
    home = Path(values.get("ANDON_HOME") or ".andon")
    _make_home(home)
    plant_file = values.get("ANDON_PLANT_FILE")
    if plant_file and not Path(plant_file).is_file():
        raise MisconfiguredError("ANDON_PLANT_FILE", f"there is no file {plant_file}")
    return Settings(
        home=home,
        plant_file=Path(plant_file) if plant_file else None,
        database_url=_url(values, "ANDON_DATABASE_URL"),
        store_url=_url(values, "ANDON_STORE_URL") or f"sqlite:///{home / 'andon.db'}",
        language=_language(values.get("ANDON_LANGUAGE") or "en"),
        terminal=values.get("TERM", ""),
    )


def _make_home(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        problem = f"the folder {home} cannot be made: {error.strerror}"
        raise MisconfiguredError("ANDON_HOME", problem) from None
    if not os.access(home, os.W_OK):
        raise MisconfiguredError("ANDON_HOME", f"the folder {home} cannot be written")


def _url(values: Mapping[str, str], name: str) -> str:
    url = values.get(name, "")
    if url and not _URL.fullmatch(url):
        example = "postgresql+psycopg://reader:password@database.example/plant"
        raise MisconfiguredError(name, f"is no database URL, such as {example}")
    return url


def _language(value: str) -> Language:
    if value not in ("en", "de"):
        raise MisconfiguredError("ANDON_LANGUAGE", f"is {value!r}; it can be en or de")
    return cast("Language", value)


def _password(url: str) -> str | None:
    try:
        return urlsplit(url).password
    except ValueError:
        return None


def _env_file(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    try:
        return dict(_assignments(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise MisconfiguredError(str(path), "cannot be read as UTF-8 text") from error


def _assignments(text: str) -> Iterator[tuple[str, str]]:
    """NAME=value lines; values may stand in quotes, outside of which " #" starts a comment."""
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        found = _LINE.fullmatch(line)
        if found is None:  # the line itself stays unsaid: it may hold a secret
            raise MisconfiguredError(".env", f"line {number} is not of the form NAME=value")
        name, value = found.groups()
        quote = value[:1]
        if quote in ("'", '"') and value.find(quote, 1) > 0:
            yield name, value[1 : value.find(quote, 1)]
        else:
            yield name, value.partition(" #")[0].rstrip()
